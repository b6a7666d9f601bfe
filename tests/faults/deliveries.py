"""deliveries: `maildrop-py deliver` as a Subject, run through the line that `init` prints.

A shell runs that line, as mail servers have it run, so what counts is the
status that the server would see: 0 or 75. The home is put back before each run.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from maildrop_py.cli.hook_lines import guarded

from .cases import Case
from .disk_model import Tree
from .disk_trace import Call
from .maildir_sight import Found, contents, files_below
from .subject import Sight, Wrong

DONE, TRY_AGAIN = 0, 75
MAILDIR = "home/Maildir"
TIMEOUT = 120.0  # seconds; far beyond what a delivery takes under strace


class Deliveries:
    """One message of `case`, delivered into a home below `place` by the program `command`."""

    maildirs = (MAILDIR,)
    there_before = False

    def __init__(self, command: Path, place: Path, case: Case) -> None:
        self.name = f"deliver: {case.name}"
        self.place = place
        self.case = case
        self.home = place / "home"
        self._command = command
        self._kept = place / "kept"
        self._prepare()

    @property
    def maildir(self) -> Path:
        """The one Maildir."""
        return self.place / MAILDIR

    def reset(self) -> None:
        """The home as it was when the case was made."""
        for path in self.home.iterdir():
            if path.name != ".config":  # the stamps of the rules file are in the cache
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._kept, self.home, dirs_exist_ok=True)

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Hand the message over once."""
        try:
            ran = self._run(under)
        except subprocess.TimeoutExpired as late:
            raise Wrong("it hung") from late
        if ran.returncode not in (DONE, TRY_AGAIN):
            raise Wrong(f"status {ran.returncode}: {ran.stderr[-300:]!r}")
        if ran.returncode == DONE and ran.stdout:
            raise Wrong(f"status 0, but it printed {ran.stdout[:100]!r}")
        return ran.returncode == DONE

    def look(self) -> Sight:
        """What is in the Maildir now, and what was left over elsewhere."""
        sight = self.judge(files_below(self.place, *self.maildirs))
        drafts = sum(1 for _ in (self.home / ".cache").rglob("*.new"))
        return replace(sight, leftovers=sight.leftovers + drafts)

    def tells(self, call: Call) -> bool:
        """The process leaves with status 0."""
        return call.main and call.name == "exit_group" and call.flags == "0"

    def judge(self, tree: Tree) -> Sight:
        """Whether each message is where the case wants it, and nothing is elsewhere."""
        found = contents(tree, MAILDIR)
        counts = Counter(message.folder for message in found.messages)
        filed, fallback = self.case.filed, counts == {"": 1} != self.case.filed
        copies = [counts[folder] for folder in ([""] if fallback else filed)]
        if self.case.piped and not fallback:
            copies.append(min(copies[0], int(self._is_piped())))
        faults = [*map(self._fault, found.messages), *(f"astray: {p}" for p in found.astray)]
        if not fallback:
            faults += [f"in {folder!r}" for folder in counts.keys() - filed.keys()]
        return Sight(
            min(copies), max(copies), tuple(filter(None, faults)), fallback, len(found.leftovers)
        )

    def _fault(self, message: Found) -> str:
        """What is wrong with a visible message, "" if nothing is."""
        unruled = message.folder == ""
        if message.data != self.case.whole and not (unruled and message.data == self.case.unruled):
            return f"torn: {message.path}: {len(message.data)} bytes"
        if not unruled and not set(self.case.flags) <= set(message.flags):
            return f"flags {message.flags!r}"
        return ""

    def _is_piped(self) -> bool:
        path = self.home / self.case.piped
        return path.exists() and path.read_bytes() == self.case.whole

    def _run(self, under: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        line = guarded(str(self._command), self.case.options)
        return subprocess.run(
            ["/bin/sh", "-c", f"{shlex.join(under)} {line}"],
            input=self.case.message,
            capture_output=True,
            check=False,
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
            timeout=TIMEOUT,
        )

    def _prepare(self) -> None:
        """Rules, what the case wants to find in the Maildir, and warm caches."""
        rules = self.home / ".config/maildrop-py/rules.yaml"
        rules.parent.mkdir(parents=True, mode=0o700)
        rules.write_text(self.case.rules)
        rules.chmod(0o600)
        self._kept.mkdir()
        if self.case.ready:
            self._warm_up()
        for name, data in self.case.files.items():
            (self._kept / "Maildir" / name).write_bytes(data)

    def _warm_up(self) -> None:
        for _ in range(2):
            assert self.attempt(), self.name
        shutil.copytree(self.home, self._kept, dirs_exist_ok=True)
        shutil.rmtree(self._kept / ".config")
        if self.case.piped:
            (self._kept / self.case.piped).unlink()
        for part in ("new", "cur"):
            for path in self._kept.glob(f"Maildir/**/{part}/*"):
                path.unlink()
        for learnt in ("evidence.sqlite*", "dovecot-keywords"):
            for path in self._kept.rglob(learnt):
                path.unlink()
