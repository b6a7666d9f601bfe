"""vacation: once delivered, people who write get one answer in so many days (RFC 5230, RFC 3834).

`until` is the last day, so that nobody forgets it on. Who was answered is remembered by
`handle`, or by the text if there is none: another text, and everybody is answered again.
Who gets no answer, whatever the rules say, is in `decision.silence`.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template

LONGEST = 365
_DATE: dict[str, Any] = {"type": "string", "format": "date", "description": "2026-08-31"}


@record
class Vacation:
    """`text` is the answer; `first` and `last` are days (ISO 8601), `first` "" for any."""

    text: Template
    last: str
    first: str = ""
    subject: Template | None = None
    days: int = 7
    addresses: tuple[str, ...] = ()
    handle: str = ""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text", "until"],
        "properties": {
            "text": {"type": "string"},
            "subject": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": LONGEST},
            "addresses": {"$ref": "#/$defs/texts"},
            "handle": {"type": "string"},
            "from": _DATE,
            "until": _DATE,
        },
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Vacation:
        from maildrop_py.rules.language.answers import day_of, days_of, read_answer

        keys = ("text", "subject", "days", "addresses", "handle", "from", "until")
        found = read_answer(node, keys, scope)
        if "until" not in found.others:
            raise node.mistake("`until` is missing", "the last day of your absence: 2026-08-31")
        first = day_of(found.others["from"]) if "from" in found.others else ""
        last = day_of(found.others["until"])
        if first > last:
            raise found.others["until"].mistake(f"it ends before {first}, when it begins")
        days = days_of(found.others["days"], LONGEST) if "days" in found.others else 7
        handle = found.others["handle"].text() if "handle" in found.others else ""
        return cls(found.text, last, first, found.subject, days, found.addresses, handle)

    def describe(self) -> str:
        from maildrop_py.rules.language.answers import in_short

        period = f"from {self.first} to {self.last}" if self.first else f"until {self.last}"
        return f"answer {period}, once in {self.days} days: {in_short(self.text)}"

    def apply(self, builder: Builder) -> None:
        builder.answer(
            "vacation",
            self.text,
            self.subject,
            self.addresses,
            handle=self.handle,
            days=self.days,
            first=self.first,
            last=self.last,
        )
