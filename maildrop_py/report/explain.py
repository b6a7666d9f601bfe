"""explain: why a message goes where it goes, rule by rule, as text.

It renders the Decision that delivery would carry out, made with `explain`: each
rule, each condition in words, what it saw, and the matched part marked below
the line that it is in (`^` first character, `$` last).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maildrop_py.decision.decision import Decision, RuleTrace
from maildrop_py.report.tables import painted, width_of
from maildrop_py.report.visible import visible
from maildrop_py.report.wording import in_short, sentence
from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.conditions.all import All

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.message import Message
    from maildrop_py.rules.condition import Condition

WIDTH = 96
"""Columns that the text of a header may fill before it is cut around the match."""

ANSWERS = {True: "yes", False: "no", None: "unknown"}
COLOURS = {True: "32", False: "31", None: "33"}


def explain(message: Message, decision: Decision, rules: int, about: Iterable[str] = ()) -> str:
    """The whole explanation; `rules` is how many there are, reached or not.

    `about` are further lines about the message: the way that it came, what is attached.
    They come above the rules.
    """
    lines = [*_summary(message), *about, "", *explain_rules(decision.trace, rules)]
    lines += _result(decision)
    return "\n".join(lines) + "\n"


def explain_rules(traces: tuple[RuleTrace, ...], rules: int) -> Iterator[str]:
    """Each rule that was tried, with what its conditions saw; `rules` is how many there are."""
    for number, trace in enumerate(traces, 1):
        yield from _rule(number, trace)
    if len(traces) < rules:
        yield f"rules {len(traces) + 1} to {rules} were not reached"


def _summary(message: Message) -> Iterator[str]:
    for name in ("From", "To", "Subject", "Date"):
        value = message.headers.first(name)
        if value is not None:
            yield f"{name}: {_cut(value, None)[0]}"
    yield f"{message.size} bytes"


def _rule(number: int, trace: RuleTrace) -> Iterator[str]:
    rule = trace.rule
    state = painted("fires", "1;32") if trace.fired else _why_not(trace.outcome)
    yield f"{number}. {rule.name} ({_base(rule.file)}:{rule.line}): {state}"
    if trace.outcome is not None:
        for condition, outcome in trace.outcome.children:
            yield from _condition(condition, outcome, 1)
    if trace.fired:
        for action in rule.then.actions:
            yield f"    → {action.describe()}"


def _why_not(outcome: Outcome | None) -> str:
    unknown = outcome is not None and outcome.held is None
    return "does not fire, because that is not known" if unknown else "does not fire"


def _condition(condition: Condition, outcome: Outcome | None, depth: int) -> Iterator[str]:
    indent = "    " * depth
    while outcome is not None and isinstance(condition, All) and len(outcome.children) == 1:
        condition, outcome = outcome.children[0]
    if outcome is None:
        yield f"{indent}(not asked) {condition.describe()}"
        return
    why = visible(f" ({outcome.why})") if outcome.why else ""
    answer = painted(ANSWERS[outcome.held], COLOURS[outcome.held])
    yield f"{indent}{answer}: {condition.describe()}{why}"
    yield from _seen(outcome, indent + "     ")
    for inner, its_outcome in outcome.children:
        yield from _condition(inner, its_outcome, depth + 1)


def _seen(outcome: Outcome, indent: str) -> Iterator[str]:
    """The text that a condition looked at, with the match marked below it."""
    if not outcome.text:
        return
    text, span = _without_blanks(*_cut(outcome.text, outcome.span))
    yield f"{indent}{outcome.label}: {text}"
    if span is not None:
        before = width_of(f"{outcome.label}: " + text[: span[0]])
        yield indent + " " * before + _mark(width_of(text[span[0] : span[1]]))


def _without_blanks(text: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
    """Without those in front, which a raw header line has behind its colon."""
    shown = text.lstrip(" \t")
    blanks = len(text) - len(shown)
    return shown, span and (max(span[0] - blanks, 0), max(span[1] - blanks, 0))


def _mark(columns: int) -> str:
    return "^" if columns < 2 else "^" + " " * (columns - 2) + "$"


def _cut(text: str, span: tuple[int, int] | None) -> tuple[str, tuple[int, int] | None]:
    """At most WIDTH characters of `text`, those around the match."""
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


def _result(decision: Decision) -> Iterator[str]:
    yield ""
    by = f"by rule {decision.rule!r}" if decision.rule else "no rule ended the run"
    yield f"result: {visible(sentence(decision))} ({by})"
    for name, value in decision.add_headers:
        yield f"        adds {name}: {visible(value)}"
    if decision.remove_headers:
        yield f"        removes {', '.join(decision.remove_headers)}"
    if decision.learn is not None:
        yield f"        is learnt as {'spam' if decision.learn else 'ham'}"
    if len(decision.actions) > 1:
        for action in decision.actions:
            yield f"        {visible(in_short(action))} (rule {action.rule!r})"


def _base(path: str) -> str:
    return path.rpartition("/")[2]
