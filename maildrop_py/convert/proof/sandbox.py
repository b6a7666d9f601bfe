"""sandbox: where the original and the programs of rules run during a proof.

bubblewrap gives it the whole disk to read and nothing to write but an empty home, an
empty /tmp and an empty mail spool, all gone afterwards; no network, no other
process, no rights. TALKERS and every program that is not on this machine are a
recorder that takes its input, prints it again and ends with 0.

Known limits: what the user may read, programs in the sandbox may read; they
can tell nobody.
"""

from __future__ import annotations

import os
import re
import shutil

from maildrop_py.errors import MaildropError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

RECORDER = "#!/bin/sh\nexec cat\n"
SENDMAIL = "#!/bin/sh\ncat >/dev/null\n"


ORDINARY_USER = "1000"
HOME = "/tmp/home"
ROOT = "/tmp/root"
SPOOL = "/tmp/mail/spool"
RECORDERS = "/tmp/recorders"
_ELSEWHERE = re.compile(
    r"(?<![\w$}/.])/(?:(?:home|Users|u|usr/home|data|mnt|srv|export|var/(?:spool/)?mail)(?=/)"
    r"|var/(?:spool/)?mail(?=[\s\"']|$))"
)
_PROGRAMS = re.compile(
    r"(?<![\w/.$}-])(/(?:usr/(?:local/)?s?bin|bin|sbin|opt|etc|(?:usr|opt)/[\w./+-]*?/(?:libexec|s?bin))/[\w./+-]+)"
)


_PATH = re.compile(r"^([ \t]*PATH[ \t]*=[ \t]*[\"']?)", re.M)
SENDERS = frozenset({"sendmail", "mail", "mailx", "msmtp", "vacation"})
TALKERS = SENDERS | {
    *("spamc", "spamassassin", "spamd", "rspamc", "clamdscan", "clamscan", "ssh", "scp", "rsync"),
    *("curl", "wget", "nc", "socat", "notify-send", "lbdb-fetchaddr", "fetchmail", "getmail"),
}
"""Programs that want a network or another service, or send: recorders even where they are there."""


class NoSandbox(MaildropError):
    """bubblewrap is not there; the proof is not begun without it."""


def command(argv: list[str]) -> list[str]:
    """`argv` in the sandbox, where root is an ordinary user too: Dovecot wants to be one."""
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandbox("the proof needs bubblewrap (Debian: apt install bubblewrap)")
    found = [program, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    if os.geteuid() == 0:
        found += ["--uid", ORDINARY_USER, "--gid", ORDINARY_USER]
    found += ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    return [*found, "--chdir", "/tmp", "--", *argv]


def prepare(text: str, home: str) -> str:
    """A rule file's text for the sandbox: paths and programs that are not there are put in it.

    `home` is whose file it is. Makes the recorders, and an empty home.
    """
    os.makedirs(RECORDERS, exist_ok=True)
    os.makedirs(HOME, exist_ok=True)
    for name in TALKERS:
        _write(f"{RECORDERS}/{name}", SENDMAIL if name in SENDERS else RECORDER)
    text = text.replace(home, HOME) if home not in ("", "/") else text
    text = _ELSEWHERE.sub(lambda found: ROOT + found[0], text)
    for path in sorted(set(_PROGRAMS.findall(text)), key=len, reverse=True):
        name = os.path.basename(path)
        if name and (not os.access(path, os.X_OK) or name in TALKERS):
            recorder = f"{RECORDERS}/{name}"
            _write(recorder, SENDMAIL if name in SENDERS else RECORDER)
            text = text.replace(path, recorder)
    return _PATH.sub(rf"\1{RECORDERS}:", text)


def stand_in(programs: Iterable[str]) -> None:
    """Recorders in the place of programs that are not there, by name or below /tmp."""
    for program in programs:
        if "/" not in program and shutil.which(program) is None:
            _write(f"{RECORDERS}/{program}", RECORDER)
        elif program.startswith((f"{HOME}/", f"{ROOT}/")) and not os.path.exists(program):
            os.makedirs(os.path.dirname(program), exist_ok=True)
            _write(program, SENDMAIL if os.path.basename(program) in SENDERS else RECORDER)


def _write(path: str, text: str) -> None:
    if not os.path.exists(path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
