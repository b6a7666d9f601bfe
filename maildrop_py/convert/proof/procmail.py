"""procmail: procmail itself, run over one message after another, and what it did.

It runs in a sandbox (see `sandbox`), where its home is empty and nobody's. What it
filed is taken from the disk; which programs it called, from its log. A run that takes
too long is ended: some expressions of procmail's never end.
"""

from __future__ import annotations

import os
import re
import shutil

from maildrop_py.convert.proof.effects import PROGRAM, Effect
from maildrop_py.convert.proof.pair import Done
from maildrop_py.convert.proof.places import Places
from maildrop_py.convert.proof.sandbox import HOME, RECORDERS, ROOT, SPOOL
from maildrop_py.convert.proof.spawned import Spawned

LIMIT = 10.0  # seconds for one message
_ABSTRACT = re.compile(r"^  Folder: (.*?)\s+\d+$", re.M)
_ASKS = re.compile(r"\bformail\s.*-\w*D")
_TAKEN = re.compile(r'^procmail: Assigning "LASTFOLDER=(.*?)"$', re.M | re.S)
_SHELL = re.compile(r"^\S*/[a-z]*sh -c ")
_MESSAGE_FILE = re.compile(r"/(new/\d+\.|msg\.[^/]*$|\d+$)")
_TRAP = re.compile(r'^procmail: Assigning "TRAP=(.*?)"$', re.M | re.S)
_LOGS = re.compile(r"^([ \t{]*)(LOGFILE|VERBOSE|LOGABSTRACT|LOG)([ \t]*=)", re.M)


class Procmail:
    """procmail with the rc file `rcfile`, in the sandbox.

    `mailboxes` are the paths of the mbox files that it may file into; `asked` are command
    lines that rules run for their status, which therefore take no message.
    """

    def __init__(
        self, rcfile: str, user: str, mailboxes: frozenset[str], asked: frozenset[str] = frozenset()
    ) -> None:
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
        self._log = os.open(log, os.O_RDWR | os.O_CREAT, 0o600)
        self._mailboxes = mailboxes | {spool}
        self._asked = asked
        self._places = Places([HOME, ROOT, os.path.dirname(spool)], self._mailboxes)
        self._spawned = Spawned(self._argv, self._environment, home)

    def run(self, message: bytes, sender: str) -> Done:
        """Deliver one message; what it leaves is taken away again."""
        os.ftruncate(self._log, 0)
        ended = self._spawned.run(message, LIMIT)
        log = os.pread(self._log, os.fstat(self._log).st_size, 0).decode("utf-8", "replace")
        taken = _TAKEN.findall(log)
        effects = self._places.filed(tuple("/" + path.lstrip("./") for path in taken if path))
        filed = {f"/{effect.where.strip('/')}" for effect in effects}
        named = [path for path in taken if not _is_one_of(path, filed)]
        effects += self._called(log, named)
        effects += [] if ended.status else _trapped(log)
        return Done(effects, log, ended.status or 0, ended.status is None)

    def _called(self, log: str, taken: list[str]) -> list[Effect]:
        """The programs that took the message: what the log calls a folder and is none."""
        found = []
        delivered = [cut for cut in _ABSTRACT.findall(log) if cut]
        for folder in taken:
            words = folder.split()
            if not any(folder.startswith(cut) for cut in delivered) or _ASKS.search(folder):
                continue
            if " ".join(_SHELL.sub("", folder).split()) in self._asked:
                continue
            if not words or _MESSAGE_FILE.search(folder) or folder in self._mailboxes:
                continue
            if words[0].endswith("/sendmail") and words[1:2] == ["-oi"]:
                found += [Effect(PROGRAM, f"{words[0]} -oi {address}") for address in words[2:]]
            elif len(words) > 1 or shutil.which(words[0], path=self._environment["PATH"]):
                found.append(Effect(PROGRAM, _SHELL.sub("", folder)))
        return found


def _trapped(log: str) -> list[Effect]:
    """The program of TRAP; with mail that is refused or tried again, rules run none."""
    traps = _TRAP.findall(log)
    return [Effect(PROGRAM, traps[-1])] if traps and traps[-1] else []


def _is_one_of(path: str, filed: set[str]) -> bool:
    """Whether a relative `path` is one of the folders that were filed into."""
    name = "/" + path.removeprefix("./").strip("/")
    return any(where.endswith(name) for where in filed)


def with_one_number(text: str) -> str:
    """A procmailrc that has a fixed number where the process's own (`$$`) would be.

    In conditions `$$` are two ends of lines.
    """
    lines = text.split("\n")
    return "\n".join(
        line if line.lstrip().startswith("*") else line.replace("$$", "4711") for line in lines
    )


def without_logs(text: str) -> str:
    """A procmailrc whose log goes where the proof wants it."""
    return _LOGS.sub(r"\1X_\2\3", text)
