"""original: procmail itself, run over one message after another, and what it did.

It runs in a sandbox (see `sandbox`), where its home is empty and nobody's. What it
filed is taken from the disk; which programs it called, from its log. A run that takes
too long is ended: some expressions of procmail's never end.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from maildrop_py.convert.proof.effects import FILE, PROGRAM, Effect
from maildrop_py.convert.proof.sandbox import HOME, RECORDERS, ROOT, SPOOL
from maildrop_py.record import record

LIMIT = 10.0  # seconds for one message
_ABSTRACT = re.compile(r"^  Folder: (.*?)\s+\d+$", re.M)
_ASKS = re.compile(r"\bformail\s.*-D")
_TAKEN = re.compile(r'^procmail: Assigning "LASTFOLDER=(.*?)"$', re.M | re.S)
_MESSAGE_FILE = re.compile(r"/(new/\d+\.|msg\.[^/]*$|\d+$)")
_LOGS = re.compile(r"^([ \t{]*)(LOGFILE|VERBOSE|LOGABSTRACT|LOG)([ \t]*=)", re.M)


@record
class Done:
    """What procmail did with one message, and its log; `too_slow` where it was ended."""

    effects: list[Effect]
    log: str
    status: int
    too_slow: bool = False


class Procmail:
    """procmail with the rc file `rcfile`, in the sandbox.

    The paths `mailboxes` of mbox files are directories there: procmail files into
    them as quickly as into a Maildir, where it takes a second for an mbox file."""

    def __init__(self, rcfile: str, user: str, mailboxes: frozenset[str]) -> None:
        home, log, spool = HOME, "/tmp/log", SPOOL
        self._argv = ["procmail", "-m", f"HOME={home}", f"MAILDIR={home}", f"LOGNAME={user}"]
        self._argv += [f"LOGFILE={log}", "VERBOSE=on", "LOGABSTRACT=all", "SHELL=/bin/sh"]
        self._argv += [f"PATH={RECORDERS}:{home}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin"]
        self._argv += [
            "NORESRETRY=0",
            "SUSPEND=1",
            "LOCKSLEEP=1",
            f"ORGMAIL={spool}",
            f"DEFAULT={spool}",
        ]
        self._argv += [f"SENDMAIL={RECORDERS}/sendmail", rcfile]
        self._environment = {
            "HOME": home,
            "LOGNAME": user,
            "USER": user,
            "SHELL": "/bin/sh",
            "PATH": f"{RECORDERS}:{home}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin",
        }
        self._home, self._log, self._spool = home, log, spool
        self._mailboxes = mailboxes | {spool}
        os.makedirs(spool, exist_ok=True)
        self._kept = {rcfile, *_files(home), *_files(ROOT)}

    def run(self, message: bytes) -> Done:
        """Deliver one message; what it leaves is taken away again."""
        too_slow, status = False, 0
        open(self._log, "wb").close()
        try:
            done = subprocess.run(
                self._argv,
                input=message,
                env=self._environment,
                cwd=self._home,
                capture_output=True,
                timeout=LIMIT,
                check=False,
            )
            status = done.returncode
        except subprocess.TimeoutExpired:
            too_slow = True
        with open(self._log, encoding="utf-8", errors="replace") as file:
            log = file.read()
        effects = self._filed() + self._called(log)
        return Done(effects, log, status, too_slow)

    def _filed(self) -> list[Effect]:
        """The messages in Maildirs, and in the directories that stand for mbox files."""
        found = []
        for path in [*_files(self._home), *_files(ROOT), *_spools()]:
            folder, name = os.path.split(path)
            if path in self._kept:
                continue
            if name.endswith(".lock"):  # of a run that was ended: the next would wait for it
                os.unlink(path)
                continue
            is_maildir = os.path.basename(folder) in ("new", "cur")
            if not is_maildir and folder not in self._mailboxes and not name.startswith("msg."):
                continue
            with open(path, "rb") as file:
                content = file.read()
            where = os.path.dirname(folder) + "/" if is_maildir else folder
            found.append(Effect(FILE, where, content))
            os.unlink(path)
        return found

    def _called(self, log: str) -> list[Effect]:
        """The programs that took the message: what the log calls a folder and is none."""
        found = []
        delivered = [cut for cut in _ABSTRACT.findall(log) if cut]
        for folder in _TAKEN.findall(log):
            words = folder.split()
            if not any(folder.startswith(cut) for cut in delivered) or _ASKS.search(folder):
                continue
            if not words or _MESSAGE_FILE.search(folder) or folder in self._mailboxes:
                continue
            if words[0].endswith("/sendmail") and words[1:2] == ["-oi"]:
                found += [Effect(PROGRAM, f"{words[0]} -oi {address}") for address in words[2:]]
            elif len(words) > 1 or shutil.which(words[0], path=self._environment["PATH"]):
                found.append(Effect(PROGRAM, folder))
        return found


def _spools() -> list[str]:
    """What is in the mail spool, and in folders named after it."""
    top = os.path.dirname(SPOOL)
    near = [name for name in os.listdir(top) if f"{top}/{name}".startswith(SPOOL)]
    return [path for name in near for path in _files(f"{top}/{name}")]


def _files(top: str) -> list[str]:
    found = []
    for directory, _, names in os.walk(top):
        found += [os.path.join(directory, name) for name in names]
    return found


def without_logs(text: str) -> str:
    """A procmailrc whose log goes where the proof wants it."""
    return _LOGS.sub(r"\1X_\2\3", text)
