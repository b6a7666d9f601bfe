"""teacher: many messages taught, or taken back, some hundred in each transaction.

What the Bayes filter has newly learnt is passed on to the filters under `scanners`
(spamd, rspamd, bogofilter), so that all know the same. One that cannot be taught
is said once and left alone: it would hold up each message.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.bayes.learning import CORRECTED, FORGOTTEN, LEARNT
from maildrop_py.evidence.border import find
from maildrop_py.evidence.networks import parse_network
from maildrop_py.message.envelope import Envelope
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.settings import Clock, Settings
    from maildrop_py.message.message import Message

AT_ONCE = 200
"""Messages in one transaction."""


class Teacher:
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
        self._waiting: list[tuple[Lesson, Message]] = []
        self._settings = settings
        self.warnings: list[str] = []

    def add(self, message: Message) -> None:
        """One message more; raises OSError where it can't be read."""
        border = find(message.headers, Envelope(), self._networks)
        self._waiting.append((lesson(message, border, bool(self._is_spam)), message))
        if len(self._waiting) >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Teach what is waiting."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        lessons = [lesson for lesson, _ in waiting]
        if self._is_spam is None:
            done = self._store.take_back(lessons)
        else:
            done = self._store.teach(lessons, self._clock.time())
        for outcome, (_, message) in zip(done or (), waiting, strict=False):
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
            if outcome in (LEARNT, CORRECTED, FORGOTTEN) and self._settings.scanners:
                self._pass_on(message)

    def _pass_on(self, message: Message) -> None:
        from maildrop_py.evidence.scanners.all_scanners import AllScanners

        def border() -> Border:
            return find(message.headers, Envelope(), self._networks)

        scanners = AllScanners(message, Envelope(), self._settings, border, self._clock.monotonic)
        failed = scanners.teach(self._is_spam)
        self.warnings += scanners.warnings
        left = tuple(one for one in self._settings.scanners if one[0] not in failed)
        self._settings = replace(self._settings, scanners=left)
