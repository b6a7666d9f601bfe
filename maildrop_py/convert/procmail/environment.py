"""environment: the variables of a procmailrc at one place of it, as far as they are known.

A value is a text in which what only the mail can tell stands as a mark (see
`expressions.marked`). A variable whose value cannot be had in rules is unknown, with
the reason; what needs it is a gap.
"""

from __future__ import annotations

import re

from maildrop_py.convert.branch_values import LONGEST_VALUE
from maildrop_py.convert.marks import MARKS, as_template, is_marked, marked, names_in
from maildrop_py.convert.procmail.tree import Output, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from maildrop_py.convert.procmail.tree import Text

RESERVED = ("user", "domain", "extension", "year", "month", "day")
"""Names that templates know already."""
OF_THE_RUN = {
    "PID": "the number of the process ($$)",
    "STATUS": "the status of the last program ($?)",
    "SCORE": "the last score ($=)",
    "LASTFOLDER": "where it was filed last ($LASTFOLDER)",
}
_MARK = re.compile(f"{MARKS[0]}[=~]([A-Za-z0-9_]+){MARKS[1]}")
_SPECIALS = "(|)*?+.^$[\\"


class Unknown(Exception):
    """A text whose value rules cannot know; says why."""


class Environment:
    """Values by name; `ages` counts how often each was set."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._values: dict[str, str | Unknown] = dict(known)
        self.ages: dict[str, int] = {}
        self.own: set[str] = set()
        self.output: Callable[[str], str] | None = None
        self.process: Callable[[], str] | None = None

    def set(self, name: str, value: str | Unknown | None) -> None:
        """Let `name` have a value, or none."""
        self.own.add(name)
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value

    def get(self, name: str) -> str | None:
        """The value, None where it is not set; raises Unknown."""
        value = self._values.get(name)
        if isinstance(value, Unknown):
            raise value
        if value is None and name == "PID" and self.process is not None:
            return self.process()
        if value is None and name in OF_THE_RUN:
            raise Unknown(f"{OF_THE_RUN[name]} is procmail's own")
        return value

    def known(self, name: str, default: str) -> str:
        """The value; `default` where it is not set or not known."""
        value = self._values.get(name)
        return value if isinstance(value, str) else default

    def snapshot(self) -> dict[str, str | Unknown]:
        return dict(self._values)

    def restore(self, values: dict[str, str | Unknown]) -> None:
        self._values = dict(values)

    def expand(self, text: Text) -> str:
        """The text with its variables put in; raises Unknown."""
        found = "".join(self._part(part) for part in text)
        if len(found) > LONGEST_VALUE:
            raise Unknown(f"a value has more than {LONGEST_VALUE:,} characters")
        return found

    def _part(self, part: object) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, Output):
            if self.output is None:
                raise Unknown("a program's output is used here")
            return self.output(part.command)
        assert isinstance(part, Variable)
        value = self.get(part.name)
        if part.how:
            return self._alternative(part, value)
        if part.literal:
            return "()" + _quoted(value or "")
        return value or ""

    def _alternative(self, part: Variable, value: str | None) -> str:
        there = value is not None and (value != "" or ":" not in part.how)
        if value is not None and is_marked(value) and ":" in part.how:
            raise Unknown(f"whether ${part.name} is empty is only known when mail comes")
        if part.how.endswith("-"):
            return value or "" if there else self.expand(part.other)
        return self.expand(part.other) if there else ""

    def words(self, words: tuple[Text, ...]) -> list[str]:
        """The words of a command or folder, split where a value has blanks."""
        found: list[str] = []
        for word in words:
            pieces = [""]
            for part in word:
                text = self._part(part)
                if not isinstance(part, str) and part.splits and not is_marked(text):
                    first, *more = re.split(r"[ \t\n]+", text)
                    pieces[-1] += first
                    pieces += more
                else:
                    pieces[-1] += text
            found += pieces if len(pieces) == 1 else [piece for piece in pieces if piece]
        return found


def _quoted(value: str) -> str:
    """`value` as an expression that means itself."""
    if is_marked(value):
        return _MARK.sub(lambda found: marked(found[1], literal=True), value)
    return "".join("\\" + char if char in _SPECIALS else char for char in value)


__all__ = ["MARKS", "RESERVED", "Environment", "Unknown", "as_template", "is_marked", "names_in"]
