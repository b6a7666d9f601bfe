"""step: what is done to the files of one message, a class for each kind.

    kind    class     the message
    ------  --------  -------------------------------------------------------------
    move    Move      gets another name, in another folder
    flag    SetFlags  gets another name in its own folder, for other flags
    copy    Copy      gets one more name, in another folder
    rewrite Rewrite   is replaced by a file with another header, under another name
    delete  Delete    loses its name

`kind` is the word of the journal. A step knows how it is made and what the
journal keeps of it; batch.py makes many steps safely, and says in each Task
what became of it.

Reports: OSError from make(), as the file system gives it.
"""

from __future__ import annotations

import errno
import os
from binascii import b2a_base64

from maildrop_py.maildir import exclusive_rename
from maildrop_py.maildir.copying import copy_file
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import ClassVar

    from maildrop_py.decision.decision import Filing

    NewTarget = Callable[[str], str]
    """Gives the new path for the message at a path, which may have changed by then."""


class Step:
    """One name that a message gets or loses.

    `source` is where the message is, `target` its new path ("" for none). `line`
    is the step's line in the journal, `undoes` the line of another run's journal
    that it puts back. `made` says that the message has the new name, `both` that
    it has the old one too.
    """

    kind: ClassVar[str]
    takes_away: ClassVar[bool] = False
    """Whether the message's file gets a name by which nobody else would know it."""

    line: int
    __slots__ = ("both", "line", "made", "new_target", "rule", "source", "target", "undoes")

    def __init__(self, source: str, target: str, new_target: NewTarget, rule: str | None) -> None:
        self.source = source
        self.target = target
        self.new_target = new_target
        self.rule = rule
        self.undoes: int | None = None
        self.made = False
        self.both = False

    def make(self) -> None:
        """Give the message its new name, or take the only one; raises OSError."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Remove what was prepared for a step that is not made; never raises OSError."""

    def details(self) -> dict[str, object]:
        """What the journal keeps of it beside its names and its rule."""
        return {} if self.undoes is None else {"of": self.undoes}

    @property
    def filing(self) -> Filing | None:
        """What was decided, if the step does that and nothing else."""
        return None


class Rename(Step):
    """A message gets another name instead of its own, for `filing` if that is all."""

    __slots__ = ("_filing",)

    def __init__(
        self,
        source: str,
        target: str,
        new_target: NewTarget,
        rule: str | None,
        filing: Filing | None = None,
    ) -> None:
        super().__init__(source, target, new_target, rule)
        self._filing = filing

    @property
    def filing(self) -> Filing | None:
        return self._filing

    def make(self) -> None:
        self.both = _rename(self.source, self.target)


class Move(Rename):
    """A message goes to another folder; `identity` is kept for recognising its file."""

    kind = "move"
    takes_away = True
    __slots__ = ("identity",)

    def __init__(
        self,
        source: str,
        target: str,
        new_target: NewTarget,
        rule: str | None,
        filing: Filing | None = None,
        identity: Sequence[int] = (),
    ) -> None:
        super().__init__(source, target, new_target, rule, filing)
        self.identity = tuple(identity)

    def details(self) -> dict[str, object]:
        return _with_identity(super().details(), self.identity)


class SetFlags(Rename):
    """A message gets other flags where it is."""

    kind = "flag"
    __slots__ = ()


class Copy(Step):
    """A message gets one more name, in another folder."""

    kind = "copy"
    __slots__ = ()

    def make(self) -> None:
        if not exclusive_rename.link(self.source, self.target):
            copy_file(self.source, self.target)


class Rewrite(Step):
    """A message is replaced by the file `tmp_path`, which has another header.

    `old_head` are the bytes that the first `new_size` bytes of that file replace.
    """

    kind = "rewrite"
    takes_away = True
    __slots__ = ("identity", "new_size", "old_head", "tmp_path")

    def __init__(
        self,
        source: str,
        target: str,
        new_target: NewTarget,
        rule: str | None,
        old_head: bytes,
        new_size: int,
    ) -> None:
        super().__init__(source, target, new_target, rule)
        self.old_head = old_head
        self.new_size = new_size
        self.tmp_path = ""
        self.identity: tuple[int, ...] = ()

    def make(self) -> None:
        os.lstat(self.source)
        exclusive_rename.publish(self.tmp_path, self.target)
        self.both = True

    def abandon(self) -> None:
        exclusive_rename.remove(self.tmp_path)

    def details(self) -> dict[str, object]:
        head = b2a_base64(self.old_head, newline=False).decode()
        details = {"head": head, "skip": self.new_size, **super().details()}
        return _with_identity(details, self.identity)


class Delete(Step):
    """A message is removed, or one of the names of its file."""

    kind = "delete"
    __slots__ = ()

    def __init__(self, source: str, rule: str | None) -> None:
        super().__init__(source, "", _nowhere, rule)

    def make(self) -> None:
        os.unlink(self.source)


@record
class Done:
    """Every step was made."""


@record
class Gone:
    """Another program has moved or removed the message: `why`."""

    why: str


@record
class Failed:
    """The message is where it was, except for what `why` says."""

    why: str


Outcome = Done | Gone | Failed
DONE = Done()


class Task:
    """All the steps for one message, copies first, and what became of them."""

    __slots__ = ("outcome", "steps")

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        self.outcome: Outcome = DONE


def identity_of(path: str) -> tuple[int, ...]:
    """What stays the same of a message's file whatever its name is: inode, mtime, size."""
    found = os.lstat(path)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _with_identity(details: dict[str, object], identity: tuple[int, ...]) -> dict[str, object]:
    if identity:
        details["id"] = list(identity)
    return details


def _nowhere(source: str) -> str:
    return ""


def _rename(source: str, target: str) -> bool:
    """Rename a file in one step, or else give it both names; whether it has both."""
    try:
        exclusive_rename.rename(source, target)
        return False
    except exclusive_rename.Unsupported:
        if not exclusive_rename.link(source, target):
            exclusive_rename.rename_if_free(source, target)
            return False
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_file(source, target)
    return True
