"""tally: counts of what `refile` did with messages, for the result that it prints."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from maildrop_py.decision.decision import Filing
from maildrop_py.report.tables import counted
from maildrop_py.report.wording import NO_RULE, destination
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision

_Key = tuple[object, ...]


class Tally:
    """Counts messages by what became of them; the changed ones by destination and rule."""

    def __init__(self) -> None:
        self.stay = 0
        self.gone = 0
        self.failed = 0
        self.not_allowed: Counter[str] = Counter()
        self._changed: Counter[_Key] = Counter()
        self._samples: dict[_Key, Decision] = {}

    def change(self, decision: Decision) -> None:
        """Count a message that was changed as `decision` says."""
        key = _key(decision)
        if key not in self._samples:
            self._samples[key] = decision
        self._changed[key] += 1

    @property
    def changed(self) -> int:
        return self._changed.total()

    def table(self) -> list[str]:
        """The changed messages by destination and rule, as a table, most first."""
        from maildrop_py.report.dry_run_rows import summary_of

        counts: Counter[tuple[str, str]] = Counter()
        for key, count in self._changed.items():
            decision = self._samples[key]
            counts[destination(decision, text), decision.rule or text(NO_RULE)] += count
        return summary_of(counts)

    def sentence(self, done: str) -> str:
        """`3 messages moved, 4 stay`; `done` is the word for what was changed."""
        parts = [f"{counted(self.changed, 'message')} {done}"]
        if self.stay or not self.not_allowed:
            parts.append(text("{number} stay", number=self.stay))
        for why, number in self.not_allowed.most_common():
            parts.append(text("{number} left ({why})", number=number, why=text(why)))
        if self.gone:
            parts.append(text("{number} gone meanwhile", number=self.gone))
        if self.failed:
            parts.append(text("{number} failed", number=self.failed))
        return ", ".join(parts)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "changed": self.changed,
            "stay": self.stay,
            "not_allowed": dict(self.not_allowed),
            "gone": self.gone,
            "failed": self.failed,
        }


def _key(decision: Decision) -> _Key:
    """What tells decisions apart in a summary, without putting it into words."""
    if len(decision.actions) == 1 and isinstance(only := decision.actions[0], Filing):
        return (decision.rule, only.folder, only.flags, only.keywords, decision.reject)
    return (decision.rule, decision.actions, decision.reject)
