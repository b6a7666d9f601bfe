"""wording: what a decision does, in words that users know."""

from __future__ import annotations

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.later import Later
from maildrop_py.rules.language.flag_names import in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision import other_actions
    from maildrop_py.decision.other_actions import Action, Answer
    from maildrop_py.translation import Text
else:
    other_actions = Later("maildrop_py.decision.other_actions")

NO_RULE = "(no rule)"
"""Stands in tables for what no rule decided."""


def action_kind(decision: Decision) -> str:
    """The name of what finally happens, as rules call it."""
    if decision.defer is not None:
        return "defer"
    if decision.reject is not None:
        return "reject"
    if not decision.actions:
        return "discard"
    last = decision.actions[-1]
    if isinstance(last, Filing):
        return "file"
    return "forward" if isinstance(last, other_actions.Forward) else "pipe"


def flag_names(filing: Filing) -> list[str]:
    """The flags and keywords of a filing, as rules write them."""
    if not filing.flags and not filing.keywords:
        return []
    words = in_words(filing.flags, filing.keywords, "\n")
    return words.split("\n")


def destination(decision: Decision, text: Text = str.format) -> str:
    """Where the message finally goes, and what copies go where, in a few words."""
    if decision.defer is not None:
        return text("deferred: {reason}", reason=decision.defer)
    if decision.reject is not None:
        return text("rejected: {reason}", reason=decision.reject)
    if not decision.actions:
        return text("discarded")
    *others, last = decision.actions
    return " + ".join(in_short(action, text) for action in (last, *others))


def in_short(action: Action, text: Text = str.format) -> str:
    """One action in a few words: in English for logs, by `translation.text` for people."""
    if isinstance(action, Filing):
        flags = flag_names(action)
        return action.folder + (f" ({', '.join(flags)})" if flags else "")
    if isinstance(action, other_actions.Forward):
        return text("forwarded to {address}", address=action.address)
    return text("piped to {program}", program=" ".join(action.argv))


def in_full(action: Action) -> str:
    """One action, as the log says it."""
    return f"filed into {in_short(action)}" if isinstance(action, Filing) else in_short(action)


def answer_in_words(answer: Answer, text: Text = str.format) -> str:
    """An answer to the sender or a notification, or the reason why none is sent."""
    if answer.silence:
        return text("no {kind}: {reason}", kind=answer.kind, reason=answer.silence)
    to = answer.argv[0] if answer.argv else answer.to
    often = text(", once in {days} days", days=answer.days) if answer.days else ""
    return text("{kind} to {to}{often}", kind=answer.kind, to=to, often=often)


def sentence(decision: Decision, text: Text = str.format) -> str:
    """Everything that is done, as one sentence."""
    if decision.defer is not None:
        return destination(decision, text)
    done = [in_short(action, text) for action in decision.actions]
    if decision.reject is not None:
        done.append(text("rejected: {reason}", reason=decision.reject))
    return text(", and ").join(done or [text("discarded")])


def total_score(of_filter: float | None, decision: Decision) -> float | None:
    """The spam score: the filter's, and what rules added; None if there is neither."""
    if of_filter is None and decision.score is None:
        return None
    return (of_filter or 0.0) + (decision.score or 0.0)
