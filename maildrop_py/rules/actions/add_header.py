"""add_header: put headers on top of what is delivered.

`{text: …, if_absent: true}` adds only where no field has the name, `at: end` puts it
below the others, `at: place` where the one is that it replaces. Conditions of later
rules see the message without them, unless `now: true` is beside it."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text

TOP, END, PLACE = "top", "end", "place"
_KEYS = ("text", "if_absent", "at")


@record
class AddHeader:
    """A name and a value each; delivery makes the values safe.

    `absent` are the names of those that are added only where there is none, `last` of
    those that are put at the header's end, `placed` of those that replace one in its place.
    """

    headers: tuple[tuple[str, Template], ...]
    absent: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [
                {"type": ["string", "number"]},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["text"],
                    "properties": {
                        "text": {"type": ["string", "number"]},
                        "if_absent": {"type": "boolean"},
                        "at": {"enum": [TOP, END, PLACE]},
                    },
                },
            ]
        },
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> AddHeader:
        from maildrop_py.rules.language.header_name import header_name
        from maildrop_py.rules.language.template_reader import parse_template

        pairs = node.pairs()
        if not pairs:
            raise node.mistake("no header is named here", "such as {X-Folder: work}")
        headers, absent = [], []
        places: dict[str, list[str]] = {TOP: [], END: [], PLACE: []}
        for key, value in pairs:
            name = header_name(key)
            parts = _parts(value)
            headers.append((name, parse_template(parts["text"], scope)))
            if "if_absent" in parts and parts["if_absent"].boolean():
                absent.append(name)
            places[parts["at"].choice(places, "place") if "at" in parts else TOP].append(name)
        return cls(tuple(headers), tuple(absent), tuple(places[END]), tuple(places[PLACE]))

    def describe(self, text: Text = str.format) -> str:
        return text("add header {headers}", headers=", ".join(self._each(text)))

    def _each(self, text: Text) -> Iterator[str]:
        for name, value in self.headers:
            how = text(" if there is none") if name in self.absent else ""
            how += text(" in its place") if name in self.placed else ""
            yield f"{name}: {value.describe()}{how}"

    def apply(self, builder: Builder) -> None:
        for name, value in self.headers:
            if name in self.absent and builder.has_header(name):
                continue
            if name in self.placed:
                builder.replace_header(name, builder.text(value))
            else:
                builder.add_header(name, builder.text(value), name in self.last)


def _parts(node: Node) -> dict[str, Node]:
    """The text of a header, and what is written beside it."""
    if node.kind != "mapping":
        return {"text": node}
    found = {key.choice(_KEYS, "key"): value for key, value in node.pairs()}
    if "text" not in found:
        raise node.mistake("no text is given here", "such as {text: work, if_absent: true}")
    return found
