"""answers: reads what `vacation`, `reply` and `notify` have in common."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.language.template_reader import parse_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template


LONGEST_SHOWN = 60
"""Characters of a text in an explanation."""


@record
class AnswerParts:
    """The parts of an answer; `others` are the keys that only one action has."""

    text: Template
    subject: Template | None
    addresses: tuple[str, ...]
    others: dict[str, Node]


def read_answer(node: Node, keys: tuple[str, ...], scope: Scope) -> AnswerParts:
    """The parts that `node` gives, a text or a mapping with some of `keys`; raises Mistake."""
    if node.kind == "mapping":
        found = {key.choice(keys, "key"): value for key, value in node.pairs()}
    else:
        found = {"text": node}
    if "text" not in found or not found["text"].text().strip():
        raise found.get("text", node).mistake("the text is missing", "such as text: I am away.")
    subject = parse_template(found["subject"], scope) if "subject" in found else None
    addresses = (
        [address_of(it) for it in found["addresses"].alternatives()] if "addresses" in found else []
    )
    common = ("text", "subject", "addresses")
    return AnswerParts(
        parse_template(found["text"], scope),
        subject,
        tuple(addresses),
        {key: value for key, value in found.items() if key not in common},
    )


def in_short(text: Template) -> str:
    """The beginning of a text, in one line."""
    words = " ".join(text.describe().split())
    return words if len(words) <= LONGEST_SHOWN else f"{words[: LONGEST_SHOWN - 1]}…"


def address_of(node: Node) -> str:
    """One mail address, in lower case; raises Mistake."""
    text = node.text().strip()
    local, at, domain = text.rpartition("@")
    odd = any(char in ' ,;:<>()[]|\\"' or not char.isprintable() for char in text)
    if odd or not local or not at or not domain or text[0] in "-/@":
        raise node.mistake(
            "{written!r} is not one address", "such as me@example.com", written=node.text()
        )
    return text.lower()


def day_of(node: Node) -> str:
    """A day (ISO 8601); raises Mistake."""
    from datetime import date

    text = node.text().strip()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise node.mistake(
            "{written!r} is not a day", "year, month and day: 2026-08-31", written=text
        ) from None


def days_of(node: Node, most: int) -> int:
    """A number of days; raises Mistake."""
    text = node.text()
    if node.kind != "whole number" or not text.isdigit() or not 1 <= int(text) <= most:
        raise node.mistake("the number of days is out of range", f"1 to {most}")
    return int(text)
