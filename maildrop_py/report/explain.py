"""explain: why a message goes where it goes, rule by rule, as text.

It renders the Decision that delivery would carry out, made with `explain`: each
rule, each condition in words, what it saw, and the matched part marked below
the line that it is in (`^` first character, `$` last).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from maildrop_py.decision.decision import Decision
from maildrop_py.decision.other_actions import Answer
from maildrop_py.decision.rule_trace import RuleTrace
from maildrop_py.report.rule_lines import Line, cut, lines_of_rules
from maildrop_py.report.tables import painted, width_of
from maildrop_py.report.visible import visible
from maildrop_py.report.wording import answer_in_words, in_short, sentence
from maildrop_py.translation import text as translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.message import Message

COLOURS = {"": "", "match": "", "yes": "32", "no": "31", "unknown": "33", "fires": "1;32"}


def explain(message: Message, decision: Decision, rules: int, about: Iterable[str] = ()) -> str:
    """The whole explanation; `rules` is how many there are, reached or not.

    `about` are further lines about the message: the way that it came, what is attached.
    They come above the rules.
    """
    lines = [*_summary(message), *about, "", *explain_rules(decision.trace, rules)]
    lines += result_lines(decision)
    return "\n".join(lines) + "\n"


def explain_rules(traces: tuple[RuleTrace, ...], rules: int) -> Iterator[str]:
    """Each rule that was tried, with what its conditions saw; `rules` is how many there are."""
    for line in lines_of_rules(traces, rules):
        yield from _text_of(line)


def _summary(message: Message) -> Iterator[str]:
    for name in ("From", "To", "Subject", "Date"):
        value = message.headers.first(name)
        if value is not None:
            yield f"{name}: {cut(value, None)[0]}"
    yield translated("{number} bytes", number=message.size)


def _text_of(line: Line) -> Iterator[str]:
    """The line, and a second one below it where a match is to be marked."""
    blanks = " " * line.indent
    yield blanks + "".join(painted(text, COLOURS[style]) for text, style in line.pieces)
    for at, (text, style) in enumerate(line.pieces):
        if style == "match":
            before = width_of("".join(text for text, _ in line.pieces[:at]))
            yield blanks + " " * before + _mark(width_of(text))


def _mark(columns: int) -> str:
    return "^" if columns < 2 else "^" + " " * (columns - 2) + "$"


def result_lines(decision: Decision) -> Iterator[str]:
    """What is done, beginning with an empty line."""
    yield ""
    by = translated("no rule ended the run")
    if decision.rule:
        by = translated("by rule {name!r}", name=decision.rule)
    yield translated("result: {done} ({by})", done=visible(sentence(decision, translated)), by=by)
    for name, value in (
        *decision.add_headers,
        *decision.last_headers,
        *decision.replaced_headers,
    ):
        yield "        " + translated("adds {name}: {value}", name=name, value=visible(value))
    if decision.remove_headers:
        names = ", ".join(decision.remove_headers)
        yield "        " + translated("removes {names}", names=names)
    for old, new in decision.rename_headers:
        yield "        " + translated("renames {old} to {new}", old=old, new=new)
    if decision.learn is not None:
        kind = "spam" if decision.learn else "ham"
        yield "        " + translated("is learnt as {kind}", kind=kind)
    for answer in decision.answers:
        done = visible(answer_in_words(answer, translated))
        yield "        " + translated("{done} (rule {name!r})", done=done, name=answer.rule)
        if not answer.silence:
            yield from _answer(answer)
    if len(decision.actions) > 1:
        for action in decision.actions:
            done = visible(in_short(action, translated))
            yield "        " + translated("{done} (rule {name!r})", done=done, name=action.rule)


def _answer(answer: Answer) -> Iterator[str]:
    """What is sent, line by line."""
    if answer.kind != "notify":
        yield f"            Subject: {visible(answer.subject)}"
    for line in answer.text.splitlines():
        yield f"            {visible(line)}"
