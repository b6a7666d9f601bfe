"""template: texts with `{name}` in them, filled from captures and `set`.

`{name|lower}` and `{name|upper}` change the case; `{{` and `}}` are braces. In
a folder's name each value is made safe, whatever the mail says: no separators,
no leading dots, no control characters, so that nothing leaves the Maildir.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALUE = 80
"""Characters of a captured value that go into a folder's name; four bytes each
leave room below the 255 bytes that one level may have on disk."""

FILTERS = ("lower", "upper")
ALWAYS_KNOWN = ("user", "domain", "extension", "year", "month", "day")


@record
class Template:
    """Literal texts and (name, filter) pairs, in order."""

    parts: tuple[str | tuple[str, str], ...]

    def expand(self, variables: Mapping[str, str]) -> str:
        """The text; a name that has no value is left empty."""
        return "".join(
            part if isinstance(part, str) else _value(part, variables) for part in self.parts
        )

    def expand_folder(self, variables: Mapping[str, str], dots_separate: bool) -> str:
        """A folder's name; `dots_separate` where dots are separators on disk."""
        return "".join(
            part if isinstance(part, str) else safe_level(_value(part, variables), dots_separate)
            for part in self.parts
        )

    def describe(self) -> str:
        return "".join(
            part if isinstance(part, str) else "{" + "|".join(filter(None, part)) + "}"
            for part in self.parts
        )


def _value(part: tuple[str, str], variables: Mapping[str, str]) -> str:
    value = variables.get(part[0], "")
    if part[1] == "lower":
        return value.lower()
    return value.upper() if part[1] == "upper" else value


def safe_level(value: str, dots_separate: bool) -> str:
    """`value` as one level of a folder's name; "_" where nothing is left of it."""
    unsafe = "/\\." if dots_separate else "/\\"
    kept = "".join("_" if char in unsafe else char for char in value if char.isprintable())
    kept = kept[:LONGEST_VALUE].strip().lstrip(".~")
    return "_" if kept in ("", "cur", "new", "tmp") else kept
