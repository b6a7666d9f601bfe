"""template: texts with `{name}` in them, filled from captures and `set`.

`{name|lower}` and the like change the value (template_filters.py); `{{` and `}}` are
braces. In a folder's name each value is made safe, whatever the mail says: no separators,
no leading dots, no control characters, so that nothing leaves the Maildir.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALUE = 160
"""Bytes in UTF-16 of a value in a folder's name, 80 characters of most scripts: in
modified UTF-7 and in UTF-8 they stay below the 255 bytes of a directory's name."""

FILTERS = ("lower", "upper", "lower_first", "upper_first", "length")
"""Those that are a word alone; there is `replace` too."""
ALWAYS_KNOWN = (
    *("user", "domain", "extension", "year", "month", "day"),
    *("date.year", "date.month", "date.day"),
    *("spam_score", "spam_flag", "bayes", "virus"),
)
"""Names that need not be set: of the envelope, of today, of the message's own Date, and what
filters and scanners say."""
RESERVED = ("cur", "new", "tmp")
"""Directories of a Maildir, which no level of a folder's name may be."""


@record
class Template:
    """Literal texts and (name, filter) pairs, in order."""

    parts: tuple[str | tuple[str, str], ...]

    def expand(self, variables: Mapping[str, str]) -> str:
        """The text; a name that has no value is left empty."""
        return "".join(
            [part if isinstance(part, str) else _value(part, variables) for part in self.parts]
        )

    def expand_folder(self, variables: Mapping[str, str], dots_separate: bool) -> str:
        """A folder's name, in NFC; `dots_separate` where dots are separators on disk."""
        name = "".join(
            [
                part
                if isinstance(part, str)
                else safe_level(_value(part, variables), dots_separate)
                for part in self.parts
            ]
        )
        if not name.isascii():
            from maildrop_py.message.normal_form import composed

            name = composed(name)
        if dots_separate or len(self.parts) == 1:
            return name
        return "/".join([f"_{one}" if one in RESERVED else one for one in name.split("/")])

    def describe(self) -> str:
        return "".join(
            part if isinstance(part, str) else "{" + "|".join(filter(None, part)) + "}"
            for part in self.parts
        )


def _value(part: tuple[str, str], variables: Mapping[str, str]) -> str:
    value, filters = variables.get(part[0], ""), part[1]
    if not filters:
        return value
    if filters == "lower":
        return value.lower()
    from maildrop_py.rules.program.template_filters import filtered

    return filtered(value, filters)


def safe_level(value: str, dots_separate: bool) -> str:
    """`value` as one level of a folder's name; "_" where nothing is left of it.

    IMAP's wildcards go too, for no client could name the folder (RFC 3501 6.3.8).
    """
    unsafe = "/\\*%." if dots_separate else "/\\*%"
    kept = "".join(["_" if char in unsafe else _shown(char) for char in value[:LONGEST_VALUE]])
    kept = kept.lstrip(" .~#")
    kept = kept.encode("utf-16-be")[:LONGEST_VALUE].decode("utf-16-be", "ignore").strip()
    return "_" if kept in ("", *RESERVED) else kept


def _shown(char: str) -> str:
    """`char`, a blank for any white space, nothing for what cannot be seen."""
    if char.isprintable():
        return char
    return " " if char.isspace() else ""
