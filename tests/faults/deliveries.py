"""deliveries: `maildrop-py deliver` as a Subject, run through the line that `init` prints.

A shell runs that line, as mail servers have it run, so what counts is the
status that the server would see: 0 or 75.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from maildrop_py.set_up.hook_lines import guarded
from tests.faults.cases import Case
from tests.faults.disk_model import Tree
from tests.faults.disk_trace import Call
from tests.faults.home import MAILDIR, Home
from tests.faults.maildir_sight import Found, contents, files_below
from tests.faults.subject import Sight, Wrong

DONE, TRY_AGAIN = 0, 75


class Deliveries:
    """One message of `case`, delivered into a home below `place` by the program `command`."""

    maildirs = (MAILDIR,)
    there_before = False
    marker = "/maildrop_py/"

    def __init__(self, command: Path, place: Path, case: Case) -> None:
        self.name = f"deliver: {case.name}"
        self.place = place
        self.case = case
        self.home = Home(place, case.rules)
        self._command = command
        if case.ready:
            self._warm_up()
        for name, data in case.files.items():
            (self.home.maildir / name).write_bytes(data)
        self.home.keep()

    def reset(self) -> None:
        """The home as it was when the case was made."""
        self.home.restore()

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Hand the message over once."""
        line = guarded(str(self._command), self.case.options)
        ran = self.home.run(f"{shlex.join(under)} {line}", self.case.message)
        if ran.returncode not in (DONE, TRY_AGAIN):
            raise Wrong(f"status {ran.returncode}: {ran.stderr[-300:]!r}")
        if ran.returncode == DONE and ran.stdout:
            raise Wrong(f"status 0, but it printed {ran.stdout[:100]!r}")
        return ran.returncode == DONE

    def look(self) -> Sight:
        """What is in the Maildir now, and what was left over elsewhere."""
        sight = self.judge(files_below(self.place, *self.maildirs))
        drafts = sum(1 for _ in (self.home.path / ".cache").rglob("*.new"))
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
            fewest=min(copies),
            most=max(copies),
            settled=min(copies) > 0,
            faults=tuple(filter(None, faults)),
            fallback=fallback,
            leftovers=len(found.leftovers),
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
        path = self.home.path / self.case.piped
        return path.exists() and path.read_bytes() == self.case.whole

    def _warm_up(self) -> None:
        """Folders and caches are made; what else two deliveries leave is taken away."""
        for _ in range(2):
            assert self.attempt(), self.name
        unwanted = ["Maildir/**/new/*", "Maildir/**/cur/*", "**/evidence.sqlite*"]
        unwanted += ["**/dovecot-keywords", *filter(None, [self.case.piped])]
        for pattern in unwanted:
            for path in self.home.path.glob(pattern):
                path.unlink()
