"""plan_words: what a policy decided about a client, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from maildrop_py.policy.plan import Plan
from maildrop_py.translation import text


def result_in_words(plan: Plan) -> Iterator[str]:
    """What is done, by which rule, and which header is added."""
    by = text("no rule ended the run")
    if plan.rule:
        by = text("by rule {name!r}", name=plan.rule)
    yield text("result: {done} ({by})", done=plan.in_words(text), by=by)
    if plan.prepend:
        yield "        " + text("prepends {header}", header=": ".join(plan.prepend))
