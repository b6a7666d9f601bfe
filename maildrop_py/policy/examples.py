"""examples: requests in a policy file that say what its rules should want of them.

Each becomes a call of `decide` with evidence that asks nobody: what the example does
not state is unknown. So a policy is tested wherever it is checked, the same every day.
"""

from __future__ import annotations

from maildrop_py.policy.decide import decide
from maildrop_py.policy.plan import VERDICTS
from maildrop_py.policy.protocol import Request
from maildrop_py.policy.stated_evidence import NOTHING, Stated, StatedClient
from maildrop_py.record import record
from maildrop_py.rule_error import Problem
from maildrop_py.rules.conditions.dnsbl import parse_code, parse_zone
from maildrop_py.rules.conditions.spf import RESULTS
from maildrop_py.rules.language.examples import NOON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.policy.client import Surroundings
    from maildrop_py.policy.plan import Plan
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.program.program import Program

KEYS = ("request", "evidence", "expect")
EVIDENCE = ("spf", "dnsbl", "known", "country")
EXPECTED = ("rule", "action", "score", "prepend", "text")


@record
class PolicyExample:
    """A request, what is known of its client, and what must be wanted of it.

    `rules` are the first and the last but one of the rules that judge it, all if None: an
    included file's examples are judged by that file alone.
    """

    file: str
    line: int
    attributes: tuple[tuple[str, str], ...]
    expect: tuple[tuple[str, Any], ...]
    stated: Stated = NOTHING
    rules: tuple[int, int] | None = None


def parse_policy_example(node: Node) -> PolicyExample:
    """One item of `examples`; raises Mistake."""
    found = {key.choice(KEYS, "key of an example"): value for key, value in node.pairs()}
    for needed in ("request", "expect"):
        if needed not in found:
            raise node.mistake("an example needs `{needed}`", needed=needed)
    attributes = [(key.text(), _attribute(value)) for key, value in found["request"].pairs()]
    expect = tuple(_expected(key, value) for key, value in found["expect"].pairs())
    if not expect:
        raise found["expect"].mistake("nothing is expected here", "such as {action: greylist}")
    stated = _stated(found["evidence"]) if "evidence" in found else NOTHING
    return PolicyExample(node.file, node.line, tuple(attributes), expect, stated)


def _attribute(node: Node) -> str:
    return "" if node.kind == "nothing" else node.text()


def _stated(node: Node) -> Stated:
    answers: dict[str, Any] = {}
    for key, value in node.pairs():
        name = key.choice(EVIDENCE, "evidence")
        answers[name] = _READERS[name](value)
    return Stated(**answers)


def _zones(node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((parse_zone(zone), _codes(codes)) for zone, codes in node.pairs())


def _codes(node: Node) -> tuple[str, ...]:
    """The answers of a list in full; none where it does not have the client."""
    items = node.items() if node.kind == "list" else [node]
    firsts = [parse_code(item)[0].to_bytes(4, "big") for item in items]
    return tuple(".".join(map(str, first)) for first in firsts)


_READERS: dict[str, Callable[[Node], Any]] = {
    "spf": lambda node: node.choice(RESULTS, "SPF result"),
    "dnsbl": _zones,
    "known": lambda node: node.boolean(),
    "country": lambda node: node.text().lower(),
}


def _expected(key: Node, value: Node) -> tuple[str, Any]:
    name = key.choice(EXPECTED, "expectation")
    if name == "action":
        return name, value.choice(VERDICTS, "action")
    if name == "score":
        return name, float(value.number())
    return name, None if value.kind == "nothing" else value.text()


def run_policy_examples(
    examples: tuple[PolicyExample, ...], program: Program, around: Surroundings
) -> list[Problem]:
    """A problem for every example that comes out differently, in order."""
    return [
        Problem(one.file, one.line, 1, "example: " + "; ".join(wrong))
        for one in examples
        if (wrong := _differences(one, plan_of(one, program, around)))
    ]


def plan_of(example: PolicyExample, program: Program, around: Surroundings) -> Plan:
    """What the rules want of the client of an example."""
    evidence = StatedClient(Request(dict(example.attributes)), around, example.stated)
    return decide(evidence, program, NOON, rules=example.rules)


def _differences(example: PolicyExample, plan: Plan) -> list[str]:
    actual = {
        "rule": plan.rule,
        "action": plan.verdict,
        "score": plan.score or 0.0,
        "prepend": ": ".join(plan.prepend) if plan.prepend else None,
        "text": plan.text or None,
    }
    return [
        f"`{name}` should be {wanted!r}, but is {actual[name]!r}"
        for name, wanted in example.expect
        if actual[name] != wanted
    ]
