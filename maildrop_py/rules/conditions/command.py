"""command: a program's exit status decides: 0 holds, 1 does not, any other is unknown.

The message is its standard input; no shell is involved. A rule may name other
statuses: what it does not name is unknown, and so is a program that cannot be
run, is killed or takes too long. So a scanner that is down quarantines nothing,
not even under `not`. Off unless the rules file says `allow_commands: true`.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import COSTLY, Outcome
from maildrop_py.rules.program.call import PROPERTIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.call import Call
    from maildrop_py.translation import Text

    Statuses = tuple[tuple[int, int], ...]  # the first and the last of each range

LARGEST = 255
_YES, _NO = ((0, 0),), ((1, 1),)

_STATUS: dict[str, Any] = {
    "type": ["integer", "string"],
    "minimum": 0,
    "maximum": LARGEST,
    "pattern": r"^\s*[0-9]{1,3}\s*(-\s*[0-9]{1,3}\s*)?$",
    "description": "an exit status, or a range such as 2-255",
}
_STATUSES: dict[str, Any] = {"anyOf": [_STATUS, {"type": "array", "minItems": 1, "items": _STATUS}]}


@record
class Command:
    """The program of `call` exits with a status of `yes`; with one of `no` it does not hold."""

    call: Call
    yes: Statuses = _YES
    no: Statuses = _NO

    COST: ClassVar[int] = COSTLY
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"$ref": "#/$defs/argv"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["run"],
                "properties": {
                    **PROPERTIES,
                    "yes_on": _STATUSES,
                    "no_on": _STATUSES,
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.commands import parse_call

        call = parse_call(node, scope, beside=("yes_on", "no_on"))
        if node.kind != "mapping":
            return cls(call)
        found = {key.text(): value for key, value in node.pairs()}
        yes = _statuses(found["yes_on"]) if "yes_on" in found else _YES
        no = _statuses(found["no_on"]) if "no_on" in found else _without(_NO, yes)
        for first, last in no:
            if _without(((first, last),), yes) != ((first, last),):
                shown = _shown(((first, last),))
                raise found["no_on"].mistake(
                    "status {shown} is among those of `yes_on` too", shown=shown
                )
        return cls(call, yes, no)

    def describe(self, text: Text = str.format) -> str:
        status, call = _shown(self.yes), self.call.describe()
        return text("command exits with {status}: {call}", status=status, call=call)

    def test(self, facts: Facts) -> Outcome:
        call = self.call.filled(facts.text)
        if self.call.is_plain and facts.changed is None:
            status = facts.evidence.command(call.argv)
        else:
            status = facts.evidence.status(call, facts.changed)
        if status is None:
            return Outcome(None, "command", call.argv[0], why="it did not run to its end")
        why = "exit status {status}"
        values = {"status": str(status)}
        if _has(self.yes, status):
            return Outcome(True, "command", call.argv[0], why=why, values=values)
        if _has(self.no, status):
            return Outcome(False, "command", call.argv[0], why=why, values=values)
        why = "exit status {status}, which means neither yes ({yes}) nor no ({no})"
        values |= {"yes": _shown(self.yes), "no": _shown(self.no)}
        return Outcome(None, "command", call.argv[0], why=why, values=values)


def _has(statuses: Statuses, status: int) -> bool:
    return any(first <= status <= last for first, last in statuses)


def _without(statuses: Statuses, others: Statuses) -> Statuses:
    """Those ranges that have no status in common with `others`."""
    return tuple(
        (first, last)
        for first, last in statuses
        if not any(low <= last and first <= high for low, high in others)
    )


def _shown(statuses: Statuses) -> str:
    shown = [f"{first}" if first == last else f"{first}-{last}" for first, last in statuses]
    return " or ".join(shown) or "none"


def _statuses(node: Node) -> Statuses:
    return tuple(map(_status, node.alternatives()))


def _status(node: Node) -> tuple[int, int]:
    first, dash, last = (part.strip() for part in node.text().partition("-"))
    ends = (first, last) if dash else (first, first)
    if all(end.isascii() and end.isdigit() and len(end) < 4 for end in ends):
        low, high = map(int, ends)
        if low <= high <= LARGEST:
            return low, high
    raise node.mistake(
        "{written!r} is not an exit status", "0 to 255, or a range: 2-255", written=node.text()
    )
