"""changes: what becomes of one message: by one set of rules, or by two that are compared."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.report.attachments import attachment_lines
from maildrop_py.report.decision_as_json import actions_as_json, deeds
from maildrop_py.report.dry_run_page.places import is_left_alone, place_before, place_of
from maildrop_py.report.sender_path import path_lines, was_asked
from maildrop_py.report.wording import NO_RULE, destination

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.message import Message
    from maildrop_py.report.dry_run import DryRun
    from maildrop_py.report.dry_run_page.places import Place

    Group = tuple[str, str, str, str]

LONGEST = 200
"""Characters of each part of a group's name."""


@record
class Change:
    """From where to where. `group` is what is alike in all messages that change in this way.

    It is (from, to, rule of from, rule of to), in words; None where nothing changes.
    """

    before: Place
    after: Place
    rule: str
    group: Group | None


@record
class Explained:
    """What a set of rules decides for a message; `by` says which set, "" if there is one."""

    by: str
    decision: Decision
    rules: int
    about: tuple[str, ...]


class Alone:
    """What one set of rules would do to mail where it is now."""

    names: tuple[str, ...] = ()

    def __init__(self, run: DryRun) -> None:
        self._run = run

    def of(self, path: str, message: Message) -> Change:
        """What becomes of the message at `path`. Raises OSError if it cannot be read."""
        decision, _ = self._run.decide(message)
        before, after = place_before(path, message), place_of(decision)
        rule = decision.rule or NO_RULE
        group = None
        if not is_left_alone(message, decision):
            group = _cut((before[1], destination(decision), "", rule))
        return Change(before, after, rule, group)

    def explained(self, message: Message) -> Iterator[Explained]:
        """Why."""
        yield _explained(self._run, message, "")


class Against:
    """What the other rules would do instead; `names` are those of both files."""

    def __init__(self, now: DryRun, then: DryRun, names: tuple[str, str]) -> None:
        self._runs = now, then
        self.names: tuple[str, ...] = names

    def of(self, path: str, message: Message) -> Change:
        """What would change for the message at `path`. Raises OSError if it cannot be read."""
        (old, _), (new, _) = (run.decide(message) for run in self._runs)
        rules = old.rule or NO_RULE, new.rule or NO_RULE
        group = None
        if deeds(actions_as_json(old)) != deeds(actions_as_json(new)):
            group = _cut((destination(old), destination(new), *rules))
        return Change(place_of(old), place_of(new), rules[1], group)

    def explained(self, message: Message) -> Iterator[Explained]:
        """Why both decide as they do."""
        for run, name in zip(self._runs, self.names, strict=True):
            yield _explained(run, message, name)


def _explained(run: DryRun, message: Message, name: str) -> Explained:
    decision, evidence = run.decide(message, explaining=True)
    about = path_lines(evidence) if was_asked(evidence) else []
    lines = (*about, *attachment_lines(message.attachments_seen))
    return Explained(name, decision, len(run.program), lines)


def _cut(group: Group) -> Group:
    before, after, rule_before, rule_after = (part[:LONGEST] for part in group)
    return before, after, rule_before, rule_after
