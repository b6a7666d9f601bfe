"""plan: the steps for a filed message, made from what was decided.

    decision                       steps
    -----------------------------  --------------------------------------------------
    one folder                     moved there; it keeps its flags, and gets the rule's
    its own folder                 gets the rule's flags where it is
    several folders                stays in its own if that is one of them, else moves
                                   to the last; links to it in the others
    discard                        moved to Trash, deleted or left, as the user wants
    headers changed                the changed message takes its place
    forward, pipe, reject          none, unless allowed; then as at delivery, and what
                                   is left of the message is discarded
    defer                          none: nobody would send the message again
    filter                         as without it: later rules see its output, but the
                                   file stays as it is

Guarantee: where everything is as decided there are no steps, so nothing is done
twice. Programs that are allowed are run here (programs.py).

Reports: OSError, BadFolderName, OverQuota, LostKeywords, StorageFailed,
CommandFailed. The message is then left as it is.
"""

from __future__ import annotations

import os
from functools import partial

from maildrop_py.decision.decision import Filing
from maildrop_py.errors import StorageFailed
from maildrop_py.maildir import quota
from maildrop_py.maildir.base_name import base_of
from maildrop_py.maildir.copying import write_copy
from maildrop_py.maildir.moved_name import KeywordLetters, moved_path
from maildrop_py.maildir.unique_name import new_base
from maildrop_py.record import record, replace
from maildrop_py.refile.copy_index import CopyIndex
from maildrop_py.refile.options import DELETE, KEEP
from maildrop_py.refile.programs import DEFERRED, Programs, not_allowed
from maildrop_py.refile.rewriting import changes_header, new_head, refuse_compressed
from maildrop_py.refile.step import Copy, Delete, Move, Rewrite, SetFlags, identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.maildir.maildir import Folder, Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.message.message_file import MessageFile
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.rewriting import NewHead
    from maildrop_py.refile.step import NewTarget, Step


@record
class Left:
    """Nothing is to be done: for `reason`, or "" because all is as decided."""

    reason: str = ""


AS_DECIDED = Left()


class Planner:
    """Makes the steps for each message; call refresh() for each batch.

    Without a journal it only finds out whether there is anything to do: nothing
    is made, and the steps have no targets.
    """

    def __init__(
        self,
        maildir: Maildir,
        options: RefileOptions,
        journal: Journal | None,
        warn: Callable[[str], None],
        ran: Iterable[tuple[str, str]],
    ) -> None:
        self._maildir = maildir
        self._options = options
        self._journal = journal
        self._warn = warn
        self._programs = Programs(options, journal, ran)
        self._letters = KeywordLetters(warn)
        self._copies = CopyIndex()
        self._directories: dict[str, str] = {}
        self._copied_size = self._copied_messages = 0

    def refresh(self) -> None:
        """A new batch begins; keyword letters may mean something else by now."""
        self._letters = KeywordLetters(self._warn)
        self._copied_size = self._copied_messages = 0

    def plan(self, message: Message, decision: Decision) -> list[Step] | Left:
        """The steps for a filed message, or why there are none."""
        file = message.file
        assert file is not None
        if len(decision.actions) == 1 and not _is_special(decision):
            filing = decision.actions[0]
            assert isinstance(filing, Filing)
            step = self._filed(file, filing)
            return AS_DECIDED if step is None else [step]
        reason = self._why_nothing(decision)
        if reason:
            return Left(reason)
        return self._several(message, file, decision) or AS_DECIDED

    def _filed(self, file: MessageFile, filing: Filing) -> Step | None:
        """The step that puts a message where it belongs, if one is needed."""
        folder = self._directory(filing.folder)
        own_folder = file.path.rsplit("/", 2)[0]
        if folder == own_folder and not _lacks(file, filing):
            return None
        target = self._target(file, folder, filing)
        if target == file.path:
            if any(letter not in file.flags for letter in filing.flags):
                raise StorageFailed("flags cannot be set: its name does not have `:2,`")
            return None  # a keyword that cannot be set: there was a warning
        new_target = partial(self._new_target, filing)
        if folder == own_folder:
            return SetFlags(file.path, target, new_target, filing.rule, filing)
        identity = identity_of(file.path) if self._options.keep_identity else ()
        return Move(file.path, target, new_target, filing.rule, filing, identity)

    def _target(self, file: MessageFile, folder: str, filing: Filing) -> str:
        if self._journal is None:
            return ""
        return moved_path(file.path, folder, filing.flags, filing.keywords, self._letters)

    def _new_target(self, filing: Filing, source: str) -> str:
        """Where a message goes that is now at `source`; makes the folder again if it is gone."""
        self._maildir.folder(filing.folder).ensure()
        folder = self._directory(filing.folder)
        return moved_path(source, folder, filing.flags, filing.keywords, self._letters)

    def _directory(self, name: str) -> str:
        """The directory of the folder `name`; it is made, unless nothing is to be made."""
        path = self._directories.get(name)
        if path is None:
            folder = self._maildir.folder(name)
            if self._journal is not None and not _is_whole(folder):
                folder.ensure()
            path = self._directories[name] = folder.path
        return path

    def _why_nothing(self, decision: Decision) -> str:
        """Why nothing is done, if that is so; else ""."""
        if decision.defer is not None:
            return DEFERRED
        if decision.reject is not None and "reject" not in self._options.allowed:
            return not_allowed("reject")
        if not decision.filings:
            reason = self._programs.why_none(decision)
            if reason:
                return reason
        if not decision.actions and self._options.discard == KEEP:
            return "discarded messages are left"
        return ""

    def _several(self, message: Message, file: MessageFile, decision: Decision) -> list[Step]:
        """All that is to be done with a message; its programs are run now."""
        instead = self._programs.run(decision, message)
        filings = self._merged((*decision.filings, *instead), file)
        if not filings:
            return self._discarded(file, decision)
        *others, main = filings
        copies = [step for filing in others if (step := self._copied(file, filing)) is not None]
        change = new_head(message, decision)
        if change is not None:
            refuse_compressed(message)
            return self._rewritten(file, main, change, copies)
        last = self._filed(file, main)
        return [*copies] if last is None else [*copies, last]

    def _merged(self, filings: tuple[Filing, ...], file: MessageFile) -> list[Filing]:
        """One filing for each folder; last the one that the message itself goes to."""
        merged: dict[str, Filing] = {}
        for filing in filings:
            folder = self._directory(filing.folder)
            before = merged.pop(folder, None)
            merged[folder] = _united(before, filing) if before is not None else filing
        own_folder = file.path.rsplit("/", 2)[0]
        if own_folder in merged:
            merged[own_folder] = merged.pop(own_folder)
        return list(merged.values())

    def _discarded(self, file: MessageFile, decision: Decision) -> list[Step]:
        if self._options.discard == KEEP:
            return []
        if self._options.discard == DELETE:
            return [Delete(file.path, decision.rule)]
        step = self._filed(file, Filing(self._options.trash, rule=decision.rule))
        return [] if step is None else [step]

    def _copied(self, file: MessageFile, filing: Filing) -> Copy | None:
        folder = self._directory(filing.folder)
        if os.path.isdir(f"{folder}/cur") and self._copies.has(folder, file.path):
            return None
        if quota.is_counted(folder, self._maildir.root):
            self._check_quota(os.lstat(file.path).st_size)
        target = self._target(file, folder, filing)
        return Copy(file.path, target, partial(self._new_target, filing), filing.rule)

    def _check_quota(self, size: int) -> None:
        """Raise OverQuota if a copy of `size` bytes and the planned ones would go over."""
        planned = self._copied_size + size, self._copied_messages + 1
        quota.check(self._maildir.root, *planned)
        self._copied_size, self._copied_messages = planned

    def _rewritten(
        self, file: MessageFile, main: Filing, change: NewHead, copies: list[Copy]
    ) -> list[Step]:
        """The message with another head takes its place; `copies` are made of that."""
        new_target = partial(self._new_name, main, change)
        target = "" if self._journal is None else new_target(file.path)
        old, new = change.instead_of, change.head
        step = Rewrite(file.path, target, new_target, main.rule, old, len(new))
        if self._journal is None:
            return [*copies, step]
        folder = self._directory(main.folder)
        step.tmp_path = write_copy(folder, file.path, len(old), new)
        if self._options.keep_identity and folder != file.path.rsplit("/", 2)[0]:
            step.identity = identity_of(step.tmp_path)
        for copy in copies:
            copy.source, copy.target = step.tmp_path, change.renamed(copy.target)
            copy.new_target = partial(_same_target, copy.new_target, copy.target)
        return [*copies, step]

    def _new_name(self, main: Filing, change: NewHead, source: str) -> str:
        """Where the changed message goes: a new name in any case, for the old file has the old."""
        return change.renamed(_with_new_base(self._new_target(main, source)))


def _is_special(decision: Decision) -> bool:
    return bool(
        decision.reject is not None
        or decision.defer is not None
        or changes_header(decision)
        or not isinstance(decision.actions[0], Filing)
    )


def _lacks(file: MessageFile, filing: Filing) -> bool:
    """Whether the message lacks a flag or keyword that it is to have."""
    if any(letter not in file.flags for letter in filing.flags):
        return True
    has = {name.lower() for name in file.keywords}
    return any(name.lower() not in has for name in filing.keywords)


def _united(one: Filing, other: Filing) -> Filing:
    flags = "".join(sorted({*one.flags, *other.flags}))
    keywords = tuple(dict.fromkeys((*one.keywords, *other.keywords)))
    return replace(other, flags=flags, keywords=keywords)


def _is_whole(folder: Folder) -> bool:
    return all(os.path.isdir(f"{folder.path}/{part}") for part in ("tmp", "new", "cur"))


def _same_target(new_target: NewTarget, target: str, source: str) -> str:
    """`target`, whose folder is made again if it is gone."""
    new_target(source)
    return target


def _with_new_base(path: str) -> str:
    directory, _, name = path.rpartition("/")
    return f"{directory}/{new_base()}{name[len(base_of(name)) :]}"
