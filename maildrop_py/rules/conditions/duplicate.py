"""duplicate: this Message-ID was delivered here before.

`{header: X-Event-Id, for: 7d}` goes by another header, and forgets sooner; `text` takes
the place of the header, and a `handle` keeps two such conditions apart (RFC 7352)."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import BARE, MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text

MESSAGE_ID = "Message-ID"
MONTH = 30 * 86400
LONGEST = 366 * 86400
KEYS = ("header", "text", "for", "handle")


@record
class Duplicate:
    """The mailbox's list of delivered Message-IDs has this message's.

    With `seconds`, the list of what the header called `header` said, or of `text`, in so
    many seconds; of those with the same `handle`.
    """

    header: str = MESSAGE_ID
    text: Template | None = None
    seconds: int = 0
    handle: str = ""

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "boolean"},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "header": {"type": "string"},
                    "text": {"type": ["string", "number"]},
                    "for": {"$ref": "#/$defs/duration"},
                    "handle": {"type": ["string", "number"]},
                },
                "not": {"required": ["header", "text"]},
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        if node.kind != "mapping":
            return wanted(node, cls())
        from maildrop_py.rules.language.duration import parse_duration
        from maildrop_py.rules.language.header_name import header_name
        from maildrop_py.rules.language.template_reader import parse_template

        found = {key.choice(KEYS, "key"): value for key, value in node.pairs()}
        if not found:
            raise node.mistake("nothing is asked here", "true, or such as {header: X-Event-Id}")
        if "header" in found and "text" in found:
            raise found["text"].mistake("`text` takes the place of `header`", "leave one out")
        return cls(
            header_name(found["header"]) if "header" in found else MESSAGE_ID,
            parse_template(found["text"], scope) if "text" in found else None,
            parse_duration(found["for"], 1, LONGEST) if "for" in found else MONTH,
            found["handle"].text() if "handle" in found else "",
        )

    def describe(self, text: Text = str.format) -> str:
        if not self.seconds:
            return text("delivered here before (same Message-ID)")
        from maildrop_py.rules.language.duration import in_words

        what = self.header
        if self.text is not None:
            what = text("text {written!r}", written=self.text.describe())
        return text(
            "delivered here before (same {what}, in {time}{apart})",
            what=what,
            time=in_words(self.seconds),
            apart=f", {self.handle}" if self.handle else "",
        )

    def test(self, facts: Facts) -> Outcome:
        if self.text is None:
            value = facts.message.headers.first(self.header) or ""
        else:
            value = facts.text(self.text)
        if not value.strip():
            return Outcome(False, self.header, why="no such header" if self.text is None else "")
        if not self.seconds:
            held = facts.evidence.duplicate()
            return Outcome(held, MESSAGE_ID, value) if held or facts.explaining else BARE[held]
        what = "text" if self.text is not None else self.header.lower()
        kind = f"{what} {self.handle}"
        return Outcome(facts.evidence.repeated(kind, value, self.seconds), self.header, value)
