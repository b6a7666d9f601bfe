"""explained: one message and why it goes where it goes, folded, as a piece of a page.

Only those rules are shown in full that fire, or that miss something they must know; of the
others, their numbers. Where none fires and there are few, all are shown: so one sees why. For
one message `maildrop-py dry-run --explain` shows them all.
"""

from __future__ import annotations

from maildrop_py.report.explain import result_lines
from maildrop_py.report.pictures.svg import Markup, element, safe
from maildrop_py.report.rule_lines import Line, cut, lines_of_rule, plain
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.message.message import Message
    from maildrop_py.report.dry_run_page.changes import Explained

FEW = 5
"""So many rules are shown in full where none of them fires."""

LONGEST = 6000
"""Characters of an explanation, before those that HTML writes longer are escaped."""


def draw_explained(path: str, message: Message, explained: Iterable[Explained]) -> Markup:
    """A message, and below it, once it is unfolded, the file and what each set of rules says."""
    subject = _shown(message, "Subject") or text("(no subject)")
    who = " · ".join(filter(None, (_shown(message, "From"), _shown(message, "Date"))))
    columns = [_column(it) for it in explained]
    return element(
        "details",
        element("summary", subject, " ", element("small", who)),
        element("p", path[-300:], class_="path"),
        element("div", *columns, class_="columns"),
        class_="message",
    )


def _shown(message: Message, name: str) -> str:
    return cut(message.headers.first(name) or "", None)[0]


def _column(explained: Explained) -> Markup:
    heading = element("h4", explained.by) if explained.by else Markup()
    lines: list[Markup] = []
    room = LONGEST
    for line in _lines(explained):
        room -= line.indent + sum(len(words) for words, _ in line.pieces)
        if room < 0:
            lines.append(Markup("…"))
            break
        lines.append(_line(line))
    return element("div", heading, element("pre", Markup("\n".join(lines))))


def _lines(explained: Explained) -> Iterator[Line]:
    decision = explained.decision
    yield from (plain(0, words) for words in result_lines(decision) if words)
    yield from (plain(0, words) for words in explained.about)
    yield from _rules(decision.trace)
    if len(decision.trace) < explained.rules:
        yield plain(0, f"rules {len(decision.trace) + 1} to {explained.rules} were not reached")


def _rules(traces: tuple[RuleTrace, ...]) -> Iterator[Line]:
    few = len(traces) <= FEW and not any(trace.fired for trace in traces)
    quiet: list[int] = []
    for number, trace in enumerate(traces, 1):
        unknown = trace.outcome is not None and trace.outcome.held is None
        if few or trace.fired or unknown:
            yield from _passed_over(quiet)
            quiet = []
            yield from lines_of_rule(number, trace)
        else:
            quiet.append(number)
    yield from _passed_over(quiet)


def _passed_over(numbers: list[int]) -> Iterator[Line]:
    if len(numbers) == 1:
        yield plain(0, f"rule {numbers[0]} does not fire")
    elif numbers:
        yield plain(0, f"rules {numbers[0]} to {numbers[-1]} do not fire")


def _line(line: Line) -> Markup:
    pieces = []
    for words, style in line.pieces:
        if style == "match":
            pieces.append(element("mark", words))
        elif style:
            pieces.append(element("b", words, class_=style))
        else:
            pieces.append(Markup(safe(words)))
    return Markup(" " * line.indent + "".join(pieces))
