"""A Maildir with filed mail in it, re-filed by decisions that a test makes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Action
from maildrop_py.errors import MaildropError
from maildrop_py.intake.maildir_walk import MaildirWalk
from maildrop_py.maildir.keywords import names_by_letter
from maildrop_py.maildir.maildir import Folder, Maildir
from maildrop_py.maildir.tmp_file import TmpFile
from maildrop_py.message.message import Message
from maildrop_py.refile.chosen_folders import chosen_folders
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.options import RefileOptions
from maildrop_py.refile.past_runs import PastRun, past_runs
from maildrop_py.refile.recovery import Settled, recover
from maildrop_py.refile.refiler import Refiler
from maildrop_py.refile.step import Done, Task
from maildrop_py.refile.undo import Undo, Undone, undone_before

Decide = Callable[[Message], Decision]


def to(folder: str, flags: str = "", *keywords: str, **more: object) -> Decision:
    """A decision to file into one folder."""
    filing = Filing(folder, flags, keywords, "rule")
    return Decision((filing,), rule="rule", **more)  # type: ignore[arg-type]


def doing(*actions: Action, **more: object) -> Decision:
    return Decision(actions, rule="rule", **more)  # type: ignore[arg-type]


def written(folder: Folder, data: bytes = b"hello\n") -> TmpFile:
    """A message with `data` in tmp/ of `folder`, synced."""
    file = TmpFile(folder).create()
    file.written.size, file.written.wire_size = len(data), len(data) + 1
    file.written.write(data)
    file.written.sync()
    return file


class FiledMaildir:
    """The Maildir at `root`, with journals beside it."""

    def __init__(self, root: Path, layout: str = "maildir++") -> None:
        self.root = root
        self.maildir = Maildir(str(root), layout)
        self.journals = root.parent / "journal"
        self.warnings: list[str] = []
        self.tasks: list[Task] = []
        for part in ("tmp", "new", "cur"):
            (root / part).mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes = b"Subject: x\n\nbody\n", folder: str = "") -> Path:
        """A message at `folder/name`, where name is `cur/…` or `new/…`."""
        path = self.root / folder / name
        for part in ("tmp", "new", "cur"):
            (self.root / folder / part).mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1, 1_000_000_000))
        return path

    def refile(
        self,
        decide: Decide | Decision,
        *folders: str,
        options: RefileOptions | None = None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> dict[str, str]:
        """Re-file `folders` (INBOX); which messages failed or stayed for a reason, by file name.

        `meanwhile` happens between the decisions and the moves.
        """
        journal = Journal(str(self.journals), "refile", str(self.root), {})
        troubles: dict[str, str] = {}
        self.tasks.clear()
        refiler = Refiler(self.maildir, journal, options or RefileOptions(), self.warnings.append)
        chosen = chosen_folders(self.maildir, folders or ("INBOX",), troubles.__setitem__)
        for message in MaildirWalk(chosen, names_by_letter, troubles.__setitem__):
            assert message.file is not None
            name = os.path.basename(message.file.path)
            try:
                decision = decide if isinstance(decide, Decision) else decide(message)
                left = refiler.add(message, decision, lambda: self.tasks.append)
            except (OSError, MaildropError) as error:
                troubles[name] = str(error)
            else:
                if left is not None and left.reason:
                    troubles[name] = left.reason
        meanwhile()
        refiler.commit()
        journal.end()
        for task in self.tasks:
            if not isinstance(task.outcome, Done):
                kind = type(task.outcome).__name__.lower()
                name = os.path.basename(task.steps[-1].source)
                troubles[name] = f"{kind}: {task.outcome.why}"
        return troubles

    def runs(self) -> list[PastRun]:
        return past_runs(str(self.journals))

    def lines(self) -> list[dict[str, object]]:
        """The latest journal."""
        return [json.loads(line) for line in Path(self.runs()[0].path).read_text().splitlines()]

    def recover(self) -> list[Settled]:
        return recover(str(self.journals), str(self.root), self.warnings.append)

    def undo(
        self, past: PastRun | None = None, wanted: Callable[[dict[str, object]], bool] | None = None
    ) -> list[Undone]:
        """Undo the latest run, or `past`, or what is `wanted` of it."""
        runs = self.runs()
        if not runs:
            return []
        past = past or runs[0]
        journal = Journal(str(self.journals), "undo", str(self.root), {"undoes": past.name})
        reported: list[Undone] = []
        before = undone_before(past, runs)
        lines = [
            item
            for item in past.performed()
            if item[0] not in before and (wanted is None or wanted(item[1]))
        ]
        Undo(past, journal, self.maildir.folder("Trash"), reported.append).run(lines)
        journal.end()
        return reported

    def files(self) -> dict[str, list[str]]:
        """The file names in new/ and cur/ by `folder/part`, where there are any."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.root.rglob("*")):
            if path.parent.name in ("new", "cur") and path.is_file():
                found.setdefault(str(path.parent.relative_to(self.root)), []).append(path.name)
        return found

    def only(self, directory: str) -> Path:
        """The one file in `directory`."""
        (path,) = (self.root / directory).iterdir()
        return path

    def leftovers(self) -> list[Path]:
        return [path for path in self.root.rglob("tmp/*") if path.is_file()]


def tails(names: list[str]) -> list[str]:
    """What follows the base names."""
    return sorted(
        name[min(name.find(c) for c in ",:" if c in name) :] if "," in name or ":" in name else ""
        for name in names
    )
