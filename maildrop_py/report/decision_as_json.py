"""decision_as_json: everything that a decision does, in order, as objects for programs.

Each object says under `do` what is done, by the name that rules have for it. Edits of
the header come first: every copy has them, and every program and address gets them.
"""

from __future__ import annotations

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward
from maildrop_py.report.wording import flag_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.decision.decision import Decision
    from maildrop_py.decision.other_actions import Action, Answer


def actions_as_json(decision: Decision) -> tuple[dict[str, Any], ...]:
    """All that is done; with `defer` only that, for then nothing is done."""
    if decision.defer is not None:
        return ({"do": "defer", "text": decision.defer},)
    found = [*_edits(decision), *map(_action, decision.actions)]
    if decision.reject is not None:
        found.append({"do": "reject", "text": decision.reject})
    elif not decision.actions:
        found.append({"do": "discard"})
    if decision.learn is not None:
        found.append({"do": "learn", "as": "spam" if decision.learn else "ham"})
    return (*found, *map(_answer, decision.answers))


def deeds(actions: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """`actions` without the names of the rules that they are from: to compare sets of rules."""
    return [{key: it[key] for key in it if key != "rule"} for it in actions]


def _edits(decision: Decision) -> list[dict[str, Any]]:
    tops = [("top", pair) for pair in decision.add_headers]
    ends = [("end", pair) for pair in decision.last_headers]
    ends += [("place", pair) for pair in decision.replaced_headers]
    return [
        *({"do": "filter", "program": wording} for wording in decision.filters),
        *({"do": "remove_header", "name": name} for name in decision.remove_headers),
        *({"do": "rename_header", "name": old, "to": new} for old, new in decision.rename_headers),
        *(
            {"do": "add_header", "name": name, "text": text, "at": at}
            for at, (name, text) in (*tops, *ends)
        ),
    ]


def _action(action: Action) -> dict[str, Any]:
    """`changed` says that a filter, or edits with `now`, made another message of it before."""
    of_all: dict[str, Any] = {"rule": action.rule, "changed": action.message is not None}
    if isinstance(action, Filing):
        return {"do": "file", "folder": action.folder, "flags": flag_names(action), **of_all}
    if action.otherwise:
        of_all["otherwise"] = [_action(other) for other in action.otherwise]
    if isinstance(action, Forward):
        return {"do": "forward", "to": action.address, **of_all}
    environment = dict(action.environment)
    run = {"run": list(action.argv), "environment": environment, "part": action.part or "whole"}
    return {"do": "pipe", **run, **of_all}


def _answer(answer: Answer) -> dict[str, Any]:
    """`silence` is the reason why an answer is not sent."""
    to = {"run": list(answer.argv)} if answer.argv else {"to": answer.to}
    found: dict[str, Any] = {"do": answer.kind, **to, "rule": answer.rule}
    if answer.silence:
        return {**found, "silence": answer.silence}
    return {**found, "subject": answer.subject, "text": answer.text}
