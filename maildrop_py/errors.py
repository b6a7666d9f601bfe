"""errors: what can go wrong, sorted by what the mail server must do about it.

Every error of ours is Temporary (keep the message, try again: status 75, LMTP
4xx) or Permanent (a rule said no: status 77, LMTP 5xx). Whatever is neither is
treated as temporary: only a rule may refuse mail.
"""

from __future__ import annotations


class MaildropError(Exception):
    """The base of all errors that this program raises on purpose."""


class Temporary(MaildropError):
    """Delivery may succeed later; the mail server must keep the message."""


class Permanent(MaildropError):
    """Delivery will never succeed, because a rule or the protocol says so."""


class Rejected(Permanent):
    """A `reject` rule matched; the text is for the sender."""


class DiskFull(Temporary):
    """ENOSPC: no blocks or no inodes left on the file system."""


class OverQuota(Temporary):
    """EDQUOT, or the Maildir++ quota: the user's share is used up."""


class StorageFailed(Temporary):
    """Any other error of the file system under a Maildir."""


class DeadlineExceeded(Temporary):
    """The program's own time limit passed before delivery was done."""


class Interrupted(Temporary):
    """A signal asked the process to stop before delivery was done."""


class CommandFailed(Temporary):
    """A `pipe`, `forward` or `command` program failed or could not be run."""


class Deferred(Temporary):
    """A rule said that the mail server is to try again later."""


class UsageError(MaildropError):
    """The command line cannot be understood."""


class Problem:
    """One mistake in a rules file: where it is and what would be right.

    `line` and `column` count from 1; `hint` says what would be right.
    """

    __slots__ = ("column", "file", "hint", "line", "text")

    def __init__(self, file: str, line: int, column: int, text: str, hint: str = "") -> None:
        self.file, self.line, self.column, self.text, self.hint = file, line, column, text, hint

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.text}{hint}"


class RuleError(MaildropError):
    """A rules file that cannot be used; `problems` holds every mistake found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
