"""report: a proof in words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRules
from maildrop_py.convert.proof.run import Proof
from maildrop_py.translation import text

MOST_SHOWN = 10
LINES = 12


def lines(proof: Proof, result: ConvertedRules) -> Iterator[str]:
    """What is to be said."""
    total = proof.equal + len(proof.differing) + len(proof.too_slow)
    wording = "{equal} of {number} messages: the original and the rules do the same"
    yield text(wording, equal=proof.equal, number=total)
    for answer in proof.differing[:MOST_SHOWN]:
        yield from _difference(answer)
    if len(proof.differing) > MOST_SHOWN:
        yield text("... and {number} more that differ", number=len(proof.differing) - MOST_SHOWN)
    if proof.too_slow:
        wording = "not compared, because procmail did not end: {number} messages"
        yield text(wording, number=len(proof.too_slow))
    silent = never_fired(proof, result)
    if silent:
        yield text("rules that no message met: {names}", names=", ".join(silent))
    yield from _not_covered(result)


def _difference(answer: dict[str, Any]) -> Iterator[str]:
    yield text("DIFFERS: {name}", name=answer["name"])
    yield from (f"  {text(each)}" for each in answer["different"])
    log = [
        line for line in answer["original"].splitlines() if "atch on" in line or "Folder" in line
    ]
    yield f"  {text('the original:')}"
    yield from (f"    {line.removeprefix('procmail: ').strip()}" for line in log[-LINES:])
    yield f"  {text('the rules:')}"
    rules = [line for line in answer["rules"].splitlines() if line.strip()]
    yield from (f"    {line}" for line in rules[-LINES:])


def never_fired(proof: Proof, result: ConvertedRules) -> list[str]:
    """The names of rules that no message met."""
    return [rule.name for rule in result.rules if rule.name not in proof.fired]


def _not_covered(result: ConvertedRules) -> Iterator[str]:
    yield text(
        "not covered: what forwarded mail meets, what programs do besides what they print, "
        "failures (a full disk, a program that ends badly), two messages at once"
    )
    if result.gaps:
        wording = "not covered either: {number} gaps, which are no rules"
        yield text(wording, number=len(result.gaps))


def as_json(proof: Proof, result: ConvertedRules) -> dict[str, Any]:
    """The same for programs."""
    return {
        "equal": proof.equal,
        "differ": [
            {key: answer[key] for key in ("name", "different")} for answer in proof.differing
        ],
        "too_slow": list(proof.too_slow),
        "never_fired": never_fired(proof, result),
        "gaps": [{"line": gap.line, "reason": gap.reason} for gap in result.gaps],
    }
