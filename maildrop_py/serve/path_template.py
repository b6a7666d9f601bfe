"""path_template: paths with `{user}`, `{domain}`, `{extension}` and `{home}` in them.

What an address contains never leads out of the directory that the template gives:
a value that is not a plain file name is refused.
"""

from __future__ import annotations

import os
import re

from maildrop_py.errors import UsageError

FIELDS = ("user", "domain", "extension", "home")
LONGEST = 255  # bytes of a name of a file
_field = re.compile(r"\{([^{}]*)\}")


class UnsafeName(ValueError):
    """A part of an address that cannot be part of a path."""


class PathTemplate:
    """One path of the command line. Raises UsageError for an unknown field."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = _field.split(text)  # what is between fields, and the fields, in turn
        for field in self._parts[1::2]:
            if field not in FIELDS:
                known = ", ".join(f"{{{name}}}" for name in FIELDS)
                raise UsageError(f"{text}: there is no field {{{field}}}; there are {known}")
        if not text.startswith(("/", "{home}")):
            raise UsageError(f"{text}: must begin with / or {{home}}")

    def has(self, field: str) -> bool:
        """Whether it depends on `field`."""
        return field in self._parts[1::2]

    @property
    def personal(self) -> bool:
        """Whether each user gets a path of their own."""
        return self.has("user") or self.has("home")

    @property
    def base(self) -> str:
        """The directory above the first field; "" where that is the home."""
        return os.path.dirname(self._parts[0])

    def fill(self, user: str, domain: str, extension: str, home: str) -> str:
        """The path for one address. Raises UnsafeName."""
        if len(self._parts) == 1:
            return self.text
        values = {"user": user, "domain": domain, "extension": extension}
        filled = list(self._parts)
        for at in range(1, len(filled), 2):
            field = filled[at]
            filled[at] = home if field == "home" else _name(values[field], field)
        path = os.path.normpath("".join(filled))
        if len(path) > LONGEST // 4 and any(len(os.fsencode(p)) > LONGEST for p in path.split("/")):
            raise UnsafeName(f"{self.text} becomes too long")
        return path


def _name(value: str, field: str) -> str:
    """`value` if it can be the name of a file, or a part of one, and nothing else."""
    if value.startswith(".") or "/" in value or not value.isprintable():
        raise UnsafeName(f"{field} {value!r}")
    if not value and field != "extension":
        raise UnsafeName(f"no {field}")
    return value
