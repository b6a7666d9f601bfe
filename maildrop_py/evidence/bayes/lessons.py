"""lessons: many messages taught, or taken back, some hundred in each transaction.

What cannot be read is reported and left out; the others are learnt.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.border import find
from maildrop_py.evidence.networks import parse_network
from maildrop_py.message.envelope import Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.settings import Clock, Settings
    from maildrop_py.message.message import Message

AT_ONCE = 200
"""Messages in one transaction."""


class Lessons:
    """Collects messages and teaches them; `finish` teaches the last. `outcomes` counts them.

    `is_spam` None takes back what was learnt of them.
    """

    def __init__(
        self, store: BayesStore, settings: Settings, is_spam: bool | None, clock: Clock
    ) -> None:
        self.outcomes: dict[str, int] = {}
        self._store = store
        self._networks = tuple(map(parse_network, settings.networks))
        self._is_spam = is_spam
        self._clock = clock
        self._waiting: list[Lesson] = []

    def add(self, message: Message) -> None:
        """One message more; raises OSError where it can't be read."""
        border = find(message.headers, Envelope(), self._networks)
        self._waiting.append(lesson(message, border, bool(self._is_spam)))
        if len(self._waiting) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Teach what is waiting."""
        lessons, self._waiting = self._waiting, []
        if not lessons:
            return
        if self._is_spam is None:
            done = self._store.take_back(lessons)
        else:
            done = self._store.teach(lessons, self._clock.time())
        for outcome in done or ():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
