"""rule_error: what is wrong in a rules file; a delivery with rules that are right needs it not."""

from __future__ import annotations

from maildrop_py.errors import MaildropError


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
