"""plan: what is to be done with a filed message, from what is decided.

    decision                       steps
    -----------------------------  --------------------------------------------------
    one folder                     moved there, its flags kept, the rule's added
    its own folder                 flags added in place, the name's base kept
    several folders                stays in its own if that is among them, else moves
                                   to the last; links to it in the others
    discard                        moved to Trash, deleted, or left, as chosen
    headers added, removed         its place is taken by the changed message
    forward, pipe, reject          nothing, unless allowed; then as when delivering,
                                   and what is left of the message is discarded

Guarantee: where all is as decided there are no steps, so nothing is done twice.
Programs that are allowed are run here (filed_programs.py).

Reports: OSError, BadFolderName, OverQuota, LostKeywords, StorageFailed,
CommandFailed: the message is then left as it is.
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from functools import partial

from maildrop_py.decision.decision import Filing
from maildrop_py.errors import StorageFailed
from maildrop_py.maildir import quota as maildir_quota
from maildrop_py.maildir.base_name import base_of
from maildrop_py.maildir.copying import write_draft
from maildrop_py.maildir.moved_name import KeywordLetters, carried_path
from maildrop_py.maildir.unique_name import new_base
from maildrop_py.record import replace
from maildrop_py.refile.copy_index import CopyIndex
from maildrop_py.refile.options import DELETED, LEFT
from maildrop_py.refile.programs import Programs
from maildrop_py.refile.rewriting import new_head, refuse_compressed
from maildrop_py.refile.step import COPY, DELETE, FLAG, MOVE, REWRITE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.maildir.maildir import Folder, Maildir
    from maildrop_py.message.message import Filed, Message
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import Choices
    from maildrop_py.refile.rewriting import NewHead

STAYS = ""


class Steps:
    """Makes the steps for each message; refresh() for each batch.

    Without a journal it only finds out whether there is anything to do: nothing
    is made, and the steps have no targets.
    """

    def __init__(
        self,
        maildir: Maildir,
        choices: Choices,
        journal: Journal | None,
        warn: Callable[[str], None],
        ran: Iterable[tuple[str, str]],
    ) -> None:
        self._maildir = maildir
        self._choices = choices
        self._journal = journal
        self._warn = warn
        self._programs = Programs(choices, journal, ran)
        self._letters = KeywordLetters(warn)
        self._copies = CopyIndex()
        self._ready: dict[str, str] = {}

    def refresh(self) -> None:
        """Forget what keyword letters mean: Dovecot may give new ones at any time."""
        self._letters = KeywordLetters(self._warn)

    def of(self, message: Message, decision: Decision) -> list[Step] | str:
        """The steps for a message that is filed; if there are none, why not (STAYS: no reason)."""
        filed = message.filed
        assert filed is not None
        if len(decision.actions) == 1 and not _is_special(decision):
            filing = decision.actions[0]
            assert isinstance(filing, Filing)
            step = self._filed(filed, filing)
            return STAYS if step is None else [step]
        return self._forbidden(decision) or self._several(message, filed, decision) or STAYS

    def _filed(self, filed: Filed, filing: Filing) -> Step | None:
        """The move or change of flags that puts a message where it belongs, if one is needed."""
        folder = self._directory(filing.folder)
        home = filed.path.rsplit("/", 2)[0]
        if folder == home and not _lacks(filed, filing):
            return None
        target = self._target(filed, folder, filing)
        if target == filed.path:
            if any(letter not in filed.flags for letter in filing.flags):
                raise StorageFailed("flags cannot be set: its name is not of the kind `:2,`")
            return None  # a keyword that cannot be had: there was a warning
        do = FLAG if folder == home else MOVE
        step = Step(do, filed.path, target, partial(self._aim, filing), filing.rule)
        step.filing = filing
        if self._choices.identify and do == MOVE:
            step.more = {"id": identity(filed.path)}
        return step

    def _target(self, filed: Filed, folder: str, filing: Filing) -> str:
        if self._journal is None:
            return ""
        return carried_path(filed.path, folder, filing.flags, filing.keywords, self._letters)

    def _aim(self, filing: Filing, source: str) -> str:
        """Where a message goes that is now at `source`; makes the folder again if it is gone."""
        self._maildir.folder(filing.folder).ensure()
        folder = self._directory(filing.folder)
        return carried_path(source, folder, filing.flags, filing.keywords, self._letters)

    def _directory(self, name: str) -> str:
        """The directory of the folder `name`; unless nothing is to be made, it is there then."""
        path = self._ready.get(name)
        if path is None:
            folder = self._maildir.folder(name)
            if self._journal is not None and not _is_whole(folder):
                folder.ensure()
            path = self._ready[name] = folder.path
        return path

    def _forbidden(self, decision: Decision) -> str | None:
        """Why nothing is done, where that is all that a rule asks for."""
        allowed = self._choices.allowed
        if decision.reject is not None and "reject" not in allowed:
            return "reject is not allowed"
        if not decision.filings:
            reason = self._programs.forbidden(decision)
            if reason:
                return reason
        if not decision.actions and self._choices.discard == LEFT:
            return "discarded messages are left"
        return None

    def _several(self, message: Message, filed: Filed, decision: Decision) -> list[Step]:
        """All that is to be done with a message; its programs are run at once."""
        self._programs.run(decision, message)
        filings = self._merged(decision.filings, filed)
        if not filings:
            return self._discarded(filed, decision)
        *others, main = filings
        steps = [step for filing in others if (step := self._copied(filed, filing)) is not None]
        change = new_head(message, decision)
        if change is not None:
            return self._rewritten(filed, main, change, steps)
        step = self._filed(filed, main)
        return steps if step is None else [*steps, step]

    def _merged(self, filings: tuple[Filing, ...], filed: Filed) -> list[Filing]:
        """One filing for each folder; last the one that the message itself goes to."""
        merged: dict[str, Filing] = {}
        for filing in filings:
            folder = self._directory(filing.folder)
            before = merged.pop(folder, None)
            merged[folder] = _united(before, filing) if before is not None else filing
        home = filed.path.rsplit("/", 2)[0]
        if home in merged:
            merged[home] = merged.pop(home)
        return list(merged.values())

    def _discarded(self, filed: Filed, decision: Decision) -> list[Step]:
        if self._choices.discard == LEFT:
            return []
        if self._choices.discard == DELETED:
            return [Step(DELETE, filed.path, "", lambda source: "", decision.rule)]
        step = self._filed(filed, Filing(self._choices.trash, rule=decision.rule))
        return [] if step is None else [step]

    def _copied(self, filed: Filed, filing: Filing) -> Step | None:
        folder = self._directory(filing.folder)
        if os.path.isdir(f"{folder}/cur") and self._copies.has(folder, filed.path):
            return None
        size = os.lstat(filed.path).st_size
        if maildir_quota.is_counted(folder, self._maildir.root):
            maildir_quota.check(self._maildir.root, size)
        target = self._target(filed, folder, filing)
        return Step(COPY, filed.path, target, partial(self._aim, filing), filing.rule)

    def _rewritten(
        self, filed: Filed, main: Filing, change: NewHead, copies: list[Step]
    ) -> list[Step]:
        """The message with another head takes its place; `copies` are made of that."""
        refuse_compressed(filed.path)
        aim = partial(self._aim_changed, main, change)
        step = Step(REWRITE, filed.path, "", aim, main.rule)
        if self._journal is None:
            return [*copies, step]
        step.target = aim(filed.path)
        head = b2a_base64(change.instead_of, newline=False).decode()
        step.more = {"head": head, "skip": len(change.head)}
        folder = self._directory(main.folder)
        step.draft = write_draft(folder, filed.path, len(change.instead_of), change.head)
        if self._choices.identify and folder != filed.path.rsplit("/", 2)[0]:
            step.more["id"] = identity(step.draft)
        for copy in copies:
            copy.source, copy.target = step.draft, change.renamed(copy.target)
            copy.aim = partial(_unchanged, copy.target)
        return [*copies, step]

    def _aim_changed(self, main: Filing, change: NewHead, source: str) -> str:
        """A new name in any case: the old file still has the old one."""
        return change.renamed(_with_new_base(self._aim(main, source)))


def identity(path: str) -> list[int]:
    """What stays the same of a message's file whatever its name: inode, mtime, size."""
    found = os.lstat(path)
    return [found.st_ino, found.st_mtime_ns, found.st_size]


def _is_special(decision: Decision) -> bool:
    return bool(
        decision.reject is not None
        or decision.add_headers
        or decision.remove_headers
        or not isinstance(decision.actions[0], Filing)
    )


def _lacks(filed: Filed, filing: Filing) -> bool:
    """Whether the message has not all the flags that it is to have."""
    if any(letter not in filed.flags for letter in filing.flags):
        return True
    has = {name.lower() for name in filed.keywords}
    return any(name.lower() not in has for name in filing.keywords)


def _united(one: Filing, other: Filing) -> Filing:
    flags = "".join(sorted({*one.flags, *other.flags}))
    keywords = tuple(dict.fromkeys((*one.keywords, *other.keywords)))
    return replace(other, flags=flags, keywords=keywords)


def _is_whole(folder: Folder) -> bool:
    return all(os.path.isdir(f"{folder.path}/{part}") for part in ("tmp", "new", "cur"))


def _unchanged(target: str, source: str) -> str:
    return target


def _with_new_base(path: str) -> str:
    directory, _, name = path.rpartition("/")
    return f"{directory}/{new_base()}{name[len(base_of(name)) :]}"
