"""move_teacher: what people say by moving mail is learnt, and taken back where they move it back.

What was taught by moves is remembered in the evidence store, by the message's key,
for KEPT seconds.
"""

from __future__ import annotations

import time

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.bayes.shared import open_bayes
from maildrop_py.evidence.bayes.taught_by_runs import KEPT, NAMES
from maildrop_py.evidence.bayes.teacher import Teacher
from maildrop_py.evidence.border import find
from maildrop_py.evidence.store import Store
from maildrop_py.message.envelope import Envelope
from maildrop_py.paths import evidence_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.settings import Clock, Settings
    from maildrop_py.message.message import Message

_KIND = "taught by a move"


def move_teacher(settings: Settings, state: str) -> MoveTeacher:
    """The teacher of the filter that is in the directory `state`, or in a shared store."""
    evidence = Store(evidence_store(state))
    return MoveTeacher(open_bayes(settings.store, state), evidence, settings, time)


class MoveTeacher:
    """Teaches `bayes`, and the scanners of `settings`; `evidence` remembers the moves."""

    def __init__(
        self, bayes: BayesStore, evidence: Store, settings: Settings, clock: Clock
    ) -> None:
        self._bayes, self._evidence = bayes, evidence
        self._settings, self._clock = settings, clock

    def teach(self, message: Message, is_spam: bool, is_move: bool) -> str:
        """Learn it, or take back what the opposite move taught; what was done, in words.

        Raises OSError where the message can't be read.
        """
        key = str(self._key(message))
        now = self._clock.time()
        before = self._evidence.lines(_KIND, [key], now).get(key, "")
        goes_back = is_move and before == NAMES[not is_spam]
        teacher = Teacher(self._bayes, self._settings, None if goes_back else is_spam, self._clock)
        teacher.add(message)
        teacher.finish()
        if is_move:
            line = "" if goes_back else NAMES[is_spam]
            self._evidence.learn(_KIND, [(key, line)], now, KEPT)
        warnings = [*teacher.warnings, *self._bayes.warnings]
        self._bayes.warnings.clear()
        if not teacher.outcomes:
            return "; ".join(["nothing was learnt", *warnings])
        (outcome,) = teacher.outcomes
        said = outcome if goes_back else f"{outcome} as {NAMES[is_spam]}"
        return "; ".join([said, *warnings])

    def _key(self, message: Message) -> int:
        return lesson(message, find(message.headers, Envelope(), ()), True).message
