"""rule_lines: what each rule saw in a message, as lines for a terminal or a page.

A line is made of pieces of text that each have a style: "yes", "no" and "unknown" are
answers of conditions, "fires" is said of rules, "match" is the part of a header, or of another
text, that a condition matched. All others have "".
"""

from __future__ import annotations

from collections.abc import Iterator

from maildrop_py.record import record
from maildrop_py.report.visible import visible
from maildrop_py.rules.conditions.all import All
from maildrop_py.translation import marked
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.rules.condition import Condition, Outcome

WIDTH = 96
"""Characters of a header that are shown; of a longer one those around the match."""

STEP = 4
ANSWERS = {True: marked("yes:"), False: marked("no:"), None: marked("unknown:")}
STYLES = {True: "yes", False: "no", None: "unknown"}


@record
class Line:
    """`indent` is in columns; a piece is its text and its style."""

    indent: int
    pieces: tuple[tuple[str, str], ...]


def lines_of_rules(traces: tuple[RuleTrace, ...], rules: int) -> Iterator[Line]:
    """Each rule that was tried, with what its conditions saw; `rules` is how many there are."""
    for number, trace in enumerate(traces, 1):
        yield from lines_of_rule(number, trace)
    if len(traces) < rules:
        first = len(traces) + 1
        yield plain(
            0, translated("rules {first} to {last} were not reached", first=first, last=rules)
        )


def lines_of_rule(number: int, trace: RuleTrace) -> Iterator[Line]:
    """One rule, the first line says whether it fires."""
    rule = trace.rule
    head = f"{number}. {rule.name} ({_base(rule.file)}:{rule.line}): "
    state = (translated("fires"), "fires") if trace.fired else (_why_not(trace.outcome), "")
    yield Line(0, ((head, ""), state))
    if trace.outcome is not None:
        for condition, outcome in trace.outcome.children:
            yield from _condition(condition, outcome, STEP)
    if trace.fired:
        for action in rule.then.actions:
            yield plain(STEP, f"→ {action.describe(translated)}")


def plain(indent: int, text: str) -> Line:
    """A line of one piece, without a style."""
    return Line(indent, ((text, ""),))


def cut(text: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
    """At most WIDTH characters of `text`, those around the match, and where the match is now."""
    shown = visible(text)
    if len(shown) <= WIDTH:
        return shown, span
    start = max(0, (span[0] if span else 0) - WIDTH // 3)
    start = min(start, max(0, len(shown) - WIDTH))
    piece = shown[start : start + WIDTH]
    left, right = "…" if start else "", "…" if start + WIDTH < len(shown) else ""
    if span is None:
        return left + piece + right, None
    shift = len(left) - start
    ends = (span[0] + shift, min(span[1] + shift, len(left) + len(piece)))
    return left + piece + right, ends


def _why_not(outcome: Outcome | None) -> str:
    unknown = outcome is not None and outcome.held is None
    if unknown:
        return translated("does not fire, because that is not known")
    return translated("does not fire")


def _condition(condition: Condition, outcome: Outcome | None, indent: int) -> Iterator[Line]:
    while outcome is not None and isinstance(condition, All) and len(outcome.children) == 1:
        condition, outcome = outcome.children[0]
    if outcome is None:
        yield plain(indent, f"{translated('(not asked)')} {condition.describe(translated)}")
        return
    remark = outcome.remark(translated)
    why = visible(f" ({remark})") if remark else ""
    answer = (translated(ANSWERS[outcome.held]).removesuffix(":"), STYLES[outcome.held])
    yield Line(indent, (answer, (f": {condition.describe(translated)}{why}", "")))
    yield from _seen(outcome, indent + STEP + 1)
    for inner, its_outcome in outcome.children:
        yield from _condition(inner, its_outcome, indent + STEP)


def _seen(outcome: Outcome, indent: int) -> Iterator[Line]:
    """The text that a condition looked at, and the match in it."""
    if not outcome.text:
        return
    text, span = _without_blanks(*cut(outcome.text, outcome.span))
    label = f"{translated(outcome.label)}: "
    if span is None:
        yield plain(indent, label + text)
        return
    start, end = span
    match = (text[start:end], "match")
    yield Line(indent, ((label + text[:start], ""), match, (text[end:], "")))


def _without_blanks(text: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
    """Without those in front, which a raw header line has behind its colon."""
    shown = text.lstrip(" \t")
    blanks = len(text) - len(shown)
    return shown, span and (max(span[0] - blanks, 0), max(span[1] - blanks, 0))


def _base(path: str) -> str:
    return path.rpartition("/")[2]
