"""greylist: a client that is not known has to come again, as every mail server does (RFC 6647).

`{delay: 5min, window: 2d, remember: 60d}`: it may pass from `delay` on, its first try is
forgotten after `window`, and that it passed is kept for `remember` after the last time.
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

HOUR, DAY = 3600, 86400
TERMS = {  # default, least, most; in seconds
    "delay": (300, 1, DAY),
    "window": (2 * DAY, 12 * HOUR, 30 * DAY),
    "remember": (60 * DAY, DAY, 730 * DAY),
}
"""The window is at least half a day: there are servers that try every eight hours, and
one that always comes too late would be deferred for ever."""


@record
class Greylist:
    """Times in seconds."""

    delay: int
    window: int
    remember: int

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/greylist"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Greylist:
        return cls(*parse_terms(node))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.duration import in_words

        return text("greylist for {in_words}", in_words=in_words(self.delay))

    def apply(self, plan: PlanBuilder) -> None:
        plan.greylist(self.delay, self.window, self.remember)


def parse_terms(node: Node) -> tuple[int, int, int]:
    """delay, window and remember in seconds, of a mapping or of `true`; raises Mistake."""
    from maildrop_py.rules.language.duration import parse_duration

    values = {name: limits[0] for name, limits in TERMS.items()}
    if node.kind == "boolean" and node.boolean():
        return values["delay"], values["window"], values["remember"]
    for key, value in node.pairs():
        name = key.choice(TERMS, "term of greylisting")
        values[name] = parse_duration(value, *TERMS[name][1:])
    if values["window"] < 2 * values["delay"]:
        raise node.mistake("the window is too short for that delay", "at least twice the delay")
    return values["delay"], values["window"], values["remember"]
