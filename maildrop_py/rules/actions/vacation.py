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
    from maildrop_py.translation import Text

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
            raise found.others["until"].mistake(
                "it ends before {first}, when it begins", first=first
            )
        days = days_of(found.others["days"], LONGEST) if "days" in found.others else 7
        handle = found.others["handle"].text() if "handle" in found.others else ""
        return cls(found.text, last, first, found.subject, days, found.addresses, handle)

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.answers import in_short

        if self.first:
            period = text("from {first} to {last}", first=self.first, last=self.last)
        else:
            period = text("until {last}", last=self.last)
        answer = in_short(self.text)
        return text(
            "answer {period}, once in {days} days: {answer}",
            period=period,
            days=self.days,
            answer=answer,
        )

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
