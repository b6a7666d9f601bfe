"""wording: the answer to a mail server, from a plan and what became of it (access(5)).

Guarantee: never a combination that Postfix calls a configuration error: one verb, one
line. `accept` and everything that passes is DUNNO, never OK, which in front of
`reject_unauth_destination` would make an open relay.
"""

from __future__ import annotations

from maildrop_py.policy.protocol import PASS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.policy.decide_answer import Answer
    from maildrop_py.policy.plan import Plan


def action_of(plan: Plan, answer: Answer | None, may_prepend: bool = True) -> str:
    """What the mail server is told to do; `answer` is None where nobody has to wait."""
    if plan.verdict == "reject":
        return f"REJECT {_coded(plan.text, '5.7.1')}"
    if plan.verdict == "defer":
        return f"DEFER_IF_PERMIT {_coded(plan.text, '4.7.1')}"
    if answer is not None and answer.holds_back:
        return f"DEFER_IF_PERMIT 4.2.0 Greylisted, come again in {answer.left} seconds"
    if answer is not None and answer.sleep:
        return f"SLEEP {answer.sleep}"
    if plan.prepend and may_prepend:
        return f"PREPEND {plan.prepend[0]}: {plan.prepend[1]}"
    return PASS


def _coded(text: str, code: str) -> str:
    """`text` behind an enhanced status code (RFC 3463), unless it has one of its class."""
    first = text.partition(" ")[0]
    numbers = first.split(".")
    coded = len(numbers) == 3 and numbers[0] == code[0] and all(n.isdigit() for n in numbers)
    return text if coded else f"{code} {text}"
