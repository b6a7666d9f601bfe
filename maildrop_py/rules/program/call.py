"""call: a program with its arguments, what it gets of the message, and its environment.

No shell reads the arguments; values that come from mail are arguments or
environment, and nothing of a command's own text.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.rules.program.template import Template

LONGEST_ARGUMENT = 30_000
"""Characters of one argument of a program: Linux takes 128 KiB, and no more."""

HEADER, BODY = "header", "body"
PROPERTIES: dict[str, Any] = {
    "run": {"$ref": "#/$defs/argv"},
    "environment": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {"type": ["string", "number"]},
    },
    "part": {"enum": [HEADER, BODY]},
}
"""The keys of a call that is written as a mapping, as a JSON Schema."""


@record
class Call:
    """`part` is "header", "body" or "" for the whole message."""

    argv: tuple[Template, ...]
    environment: tuple[tuple[str, Template], ...] = ()
    part: str = ""

    def describe(self) -> str:
        wording = " ".join(argument.describe() for argument in self.argv)
        return f"{wording} (the {self.part} alone)" if self.part else wording

    def filled(self, text: Callable[[Template], str]) -> Filled:
        """The call with its templates expanded by `text`."""
        argv = tuple([_safe(text(argument)) for argument in self.argv])
        pairs = tuple([(name, _safe(text(value))) for name, value in self.environment])
        return Filled(argv, pairs, self.part)

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it depends on the message, which it gets whole."""
        parts = [part for argument in self.argv for part in argument.parts]
        return not self.environment and not self.part and all(isinstance(p, str) for p in parts)


@record
class Filled:
    """A Call whose texts are known."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    part: str = ""


def _safe(text: str) -> str:
    return text.replace("\0", " ")[:LONGEST_ARGUMENT]
