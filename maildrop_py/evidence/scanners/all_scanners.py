"""all_scanners: all configured scanners for one message, each asked at most once, in one budget."""

from __future__ import annotations

from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.scanners.answer import Answer
from maildrop_py.evidence.scanners.asking import FILTERS, ask, facts, teach
from maildrop_py.message.spam import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.evidence.border import Border
    from maildrop_py.evidence.settings import Settings
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message

NOT_ASKED = "the scanners are not asked in a dry run without --scan"


class AllScanners:
    """The scanners of `settings`, asked about `message`; `warnings` say who did not answer.

    Unless they `may_be_asked`, what they would say is unknown; teaching them is another thing.
    """

    def __init__(
        self,
        message: Message,
        envelope: Envelope,
        settings: Settings,
        border: Callable[[], Border],
        monotonic: Callable[[], float],
        may_be_asked: bool = True,
    ) -> None:
        self.warnings: list[str] = []
        self._message, self._envelope, self._border = message, envelope, border
        self._scanners = {scanner[0]: scanner for scanner in settings.scanners}
        self._seconds, self._monotonic = settings.scan_timeout, monotonic
        self._budget = Budget(settings.scan_timeout, monotonic)
        self._may_be_asked = may_be_asked
        self._answers: dict[str, Answer] = {}

    def answer(self, name: str) -> Answer:
        """What the scanner `name` says."""
        if name not in self._answers:
            found = ask(
                self._scanners[name],
                self._message,
                facts(self._message, self._envelope, self._border()),
                self._budget,
            )
            if found.unknown:
                self.warnings.append(f"{name}: {found.unknown}")
            self._answers[name] = found
        return self._answers[name]

    def spam(self) -> Verdict:
        """The verdict of the filters: the first score, and the first yes or no."""
        if not self._may_be_asked:
            return Verdict(unknown=NOT_ASKED)
        found = [self.answer(name) for name in FILTERS if name in self._scanners]
        answered = [one for one in found if not one.unknown]
        if not answered:
            return Verdict(unknown="; ".join(f"{one.scanner}: {one.unknown}" for one in found))
        scored = next((one for one in answered if one.score is not None), answered[0])
        return Verdict(scored.score, answered[0].flag, scored.scanner)

    def virus(self) -> Answer:
        """The viruses that clamd found."""
        if not self._may_be_asked:
            return Answer("clamd", unknown=NOT_ASKED)
        if "clamd" not in self._scanners:
            return Answer("clamd", unknown="no clamd is configured under `scanners`")
        return self.answer("clamd")

    def teach(self, is_spam: bool | None) -> tuple[str, ...]:
        """Teach the message to every filter, in a budget of its own; those that failed."""
        failed = []
        about = facts(self._message, self._envelope, self._border())
        for name in FILTERS:
            if name in self._scanners:
                budget = Budget(self._seconds, self._monotonic)
                why = teach(self._scanners[name], self._message, is_spam, about, budget)
                if why:
                    self.warnings.append(why)
                    failed.append(name)
        return tuple(failed)
