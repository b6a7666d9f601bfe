"""tarpit: the client has to wait for the answer, which few programs that send spam do.

`tarpit: 125s` makes it wait once in a session, and lets it pass then. With `greylist`
beside it, it has to bear both: to come again, and to wait then. As
`{wait: 125s, or_greylist: {delay: 20min}}` it has to bear one of them: whoever leaves
instead of waiting is greylisted when it comes again, and so is everybody while the
server is overloaded or too many wait already (`at_most`).
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.plan_builder import PlanBuilder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

LONGEST = 280
"""Seconds: a client may hang up after 300 (RFC 5321 4.5.3.2.3)."""
AT_MOST = 30
"""Clients that wait at a time: each holds a process of Postfix, which has 100."""


@record
class Tarpit:
    """`seconds` to wait, at most so many at a time, and the terms of greylisting instead."""

    seconds: int
    at_most: int = AT_MOST
    instead: tuple[int, int, int] | None = None

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/tarpit"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Tarpit:
        from maildrop_py.rules.actions.greylist import parse_terms
        from maildrop_py.rules.language.duration import parse_duration

        if node.kind != "mapping":
            return cls(parse_duration(node, 1, LONGEST))
        keys = ("wait", "at_most", "or_greylist")
        found = {key.choice(keys, "key"): value for key, value in node.pairs()}
        if "wait" not in found:
            raise node.mistake("`wait` is missing", "such as {wait: 125s}")
        instead = parse_terms(found["or_greylist"]) if "or_greylist" in found else None
        at_most = _count(found["at_most"]) if "at_most" in found else AT_MOST
        return cls(parse_duration(found["wait"], 1, LONGEST), at_most, instead)

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.duration import in_words

        if not self.instead:
            return text("tarpit for {seconds}s", seconds=self.seconds)
        delay = in_words(self.instead[0])
        return text(
            "tarpit for {seconds}s, or greylist for {delay}", seconds=self.seconds, delay=delay
        )

    def apply(self, plan: PlanBuilder) -> None:
        plan.tarpit(self.seconds, self.at_most, self.instead)


def _count(node: Node) -> int:
    if node.kind != "whole number" or not 1 <= node.number() <= 10000:
        raise node.mistake(
            "{written!r} is not a number of clients", "1 to 10000", written=node.text()
        )
    return int(node.number())
