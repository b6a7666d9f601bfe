"""s25r: the client's verified name looks like an end user's line (Selective SMTP Rejection).

Mail servers with such names exist: it is a sign to be scored. Names in `except`
are never taken, nor are authenticated sessions. Rule 0, no verified name, holds
only if the mail server or DNS says that there is none.
"""

from __future__ import annotations

from maildrop_py.evidence.reverse_name import RULES, s25r
from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, REFUSED, Outcome
from maildrop_py.rules.conditions.client import cleared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.host_names import Names
    from maildrop_py.translation import Text


ALL = (0, 1, 2, 3, 4, 5, 6)
WHY = "rule {number}: it {says}"


@record
class S25R:
    """One of the rules numbered `rules` holds for the name, and it is not in `exempt`."""

    rules: tuple[int, ...] = ALL
    exempt: Names | None = None

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "boolean"},
            {"$ref": "#/$defs/s25r_rules"},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "rules": {"$ref": "#/$defs/s25r_rules"},
                    "except": {"$ref": "#/$defs/names"},
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted
        from maildrop_py.rules.matching.host_names import parse_names

        if node.kind == "boolean":
            return wanted(node, cls())
        if node.kind != "mapping":
            return cls(_numbers(node))
        found = {key.choice(("rules", "except"), "key"): value for key, value in node.pairs()}
        if not found:
            raise node.mistake(
                "nothing is named here", "such as {rules: [1, 2], except: [a.example]}"
            )
        rules = _numbers(found["rules"]) if "rules" in found else ALL
        return cls(rules, parse_names(found["except"], scope) if "except" in found else None)

    def describe(self, text: Text = str.format) -> str:
        chosen = "" if self.rules == ALL else f" {', '.join(map(str, self.rules))}"
        but = text(", but for {shown}", shown=self.exempt.describe(text)) if self.exempt else ""
        return text(
            "the client's name looks like an end user's line (S25R{chosen}){but}",
            chosen=chosen,
            but=but,
        )

    def test(self, facts: Facts) -> Outcome:
        cleared_by = cleared(facts)
        if cleared_by:
            return Outcome(False, "client name", why=cleared_by)
        found = facts.evidence.reverse_name()
        if found.unknown:
            return Outcome(None, "client name", why=found.unknown)
        shown = found.name or "unknown"
        held = [number for number in s25r(found.name) if number in self.rules]
        if not (held or facts.explaining):
            return REFUSED
        entry = self.exempt.entry_for(found.name) if self.exempt else None
        if entry is not None:
            return Outcome(False, "client name", shown, why="fits {entry}", values={"entry": entry})
        each = tuple((WHY, {"number": number, "says": RULES[number]}) for number in held)
        return Outcome(bool(held), "client name", shown, why="{each}", values={"each": each})


def _numbers(node: Node) -> tuple[int, ...]:
    found = []
    for item in node.alternatives():
        if item.kind != "whole number" or item.text() not in map(str, ALL):
            raise item.mistake(
                "there is no S25R rule {item!r}", "0 to 6, or true for all", item=item.text()
            )
        found.append(int(item.text()))
    return tuple(sorted(set(found)))
