"""answerer: answers requests, many at once, with what is remembered read and written once for all.

Guarantee: a client is held back only after what that rests on is stored. Where the
store can neither be read nor written everybody passes. One request never holds up
the others: who needs DNS goes to a thread, and where too many wait for one, DNS is
not asked.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.policy.decide_answer import (
    EXEMPT,
    UNSTORED,
    Answer,
    decide_answer,
    end_of_message,
    keys_of_note,
)
from maildrop_py.policy.judge import COUNTED, JUDGED, judge
from maildrop_py.policy.metrics import Metrics, policy_counters
from maildrop_py.policy.protocol import PASS
from maildrop_py.policy.remembered import session_key
from maildrop_py.policy.wording import action_of
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.evidence.settings import Clock
    from maildrop_py.policy.client import Surroundings
    from maildrop_py.policy.judge import Judged
    from maildrop_py.policy.language import Policy
    from maildrop_py.policy.log import PolicyLog
    from maildrop_py.policy.protocol import Request
    from maildrop_py.policy.remembered import Change, Memory
    from maildrop_py.policy.tarpits import Tarpits

    Tell = Callable[[str], None]
    Later = Callable[[Callable[[], None]], bool]

MOST_PREPENDED = 10_000
"""Messages of which is remembered that they have their header."""


class Waiting(NamedTuple):
    """A request that is judged, and how its answer is told; `judged` is None to be counted."""

    request: Request
    tell: Tell
    judged: Judged | None = None


class Answerer:
    """One process's. `later` has a call made in a thread; False where too many wait for one.

    `soon` makes a call in the loop's thread.
    """

    def __init__(
        self,
        policy: Policy,
        around: Surroundings,
        memory: Memory,
        log: PolicyLog,
        tarpits: Tarpits,
        clock: Clock,
        later: Later = lambda call: False,
        soon: Callable[[Callable[[], None]], None] = lambda call: call(),
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics(policy_counters(1).own(0))
        self.policy, self.around = policy, around
        self.memory, self.log = memory, log
        self._tarpits, self._clock = tarpits, clock
        self._later, self._soon = later, soon
        self._waiting: list[Waiting] = []
        self._prepended: OrderedDict[str, None] = OrderedDict()
        self.warnings: OrderedDict[str, None] = OrderedDict()

    def take(self, request: Request, tell: Tell) -> None:
        """Answer `request` by `tell`: soon, or after the next `answer`."""
        state = request.state
        if state == JUDGED:
            self._judge(request, tell)
        elif state == COUNTED and request.session:
            self._waiting.append(Waiting(request, tell))
        else:
            tell(PASS)

    def answer(self) -> None:
        """Answer all that wait."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        now = int(self._clock.time())
        seen = self._read(waiting, now)
        answers = [self._settled(one, seen, now) for one in waiting]
        changes = [change for answer in answers if answer for change in answer.changes]
        stored = self.memory.write(changes, now) and seen is not None
        for one, answer in zip(waiting, answers, strict=True):
            self._tell(one, answer if stored or answer is None else _unstored(answer), now)
        self.log.flush()

    def _judge(self, request: Request, tell: Tell) -> None:
        now = self._clock.time()
        try:
            judged = judge(request, self.policy.program, self.around, now, may_wait=False)
        except WouldWait:
            if not self._later(partial(self._judge_slowly, request, tell)):
                self._judge_blindly(request, tell)
            return
        self._waiting.append(Waiting(request, tell, judged))

    def _judge_slowly(self, request: Request, tell: Tell) -> None:
        """In a thread."""
        judged = judge(request, self.policy.program, self.around, self._clock.time(), True)
        self._soon(lambda: self._waiting.append(Waiting(request, tell, judged)))

    def _judge_blindly(self, request: Request, tell: Tell) -> None:
        around = replace(self.around, offline=True)
        judged = judge(request, self.policy.program, around, self._clock.time(), False)
        self._waiting.append(Waiting(request, tell, judged))

    def _read(self, waiting: list[Waiting], now: int) -> dict[bytes, bytes] | None:
        """What is remembered of all of them; None where that cannot be told."""
        ended = [session_key(one.request.session) for one in waiting if one.judged is None]
        cases = [one.judged.case for one in waiting if one.judged is not None]
        keys = ended + [key for case in cases if case.clients for key in case.wanted()]
        seen = self.memory.read(keys, now, writing=True) if keys else {}
        if seen is None:
            return None
        more = [key for session in ended for key in keys_of_note(seen.get(session))]
        found = self.memory.read(more, now, writing=True) if more else {}
        return None if found is None else seen | found

    def _settled(self, one: Waiting, seen: dict[bytes, bytes] | None, now: int) -> Answer | None:
        """The answer of one, whose changes the next ones see; None where nothing is asked."""
        if seen is None:
            return UNSTORED if one.judged is None or one.judged.case.clients else None
        if one.judged is None:
            answer = end_of_message(session_key(one.request.session), seen, now)
        else:
            case = one.judged.case
            if not case.clients:
                return EXEMPT if case.plan.greylist or case.plan.tarpit else None
            tarpit = case.plan.tarpit
            moment = self._clock.monotonic()
            if tarpit and not case.stressed and self._tarpits.is_full(tarpit.at_most, moment):
                case = case._replace(stressed=True)
            answer = decide_answer(case, seen, now)
            if answer.sleep:
                self._tarpits.begin(moment + answer.sleep)
        _apply(answer.changes, seen)
        return answer

    def _tell(self, one: Waiting, answer: Answer | None, now: int) -> None:
        if one.judged is None:
            if answer is not None and answer.outcome == "sent":
                self._metrics.sent()
                self.log.sent(one.request.session, one.request.attributes, now)
            one.tell(PASS)
            return
        plan, evidence = one.judged.case.plan, one.judged.evidence
        action = action_of(plan, answer, self._may_prepend(one.request, bool(plan.prepend)))
        outcome = "" if answer is None else answer.outcome
        self._metrics.decided(plan, action, outcome, evidence.unknown())
        self.log.decided(evidence, plan, answer, action, self._clock.time())
        for warning in evidence.warnings:
            self._warn(warning)
        one.tell(action)

    def _may_prepend(self, request: Request, wanted: bool) -> bool:
        """Whether the message has no header of ours yet; notes that it has one now."""
        instance = request.get("instance")
        if not wanted or not instance:
            return wanted
        if instance in self._prepended:
            return False
        self._prepended[instance] = None
        if len(self._prepended) > MOST_PREPENDED:
            self._prepended.popitem(last=False)
        return True

    def _warn(self, warning: str) -> None:
        if len(self.warnings) < 100:
            self.warnings.setdefault(warning)


def _apply(changes: tuple[Change, ...], seen: dict[bytes, bytes]) -> None:
    for change in changes:
        if not (change.only_new and change.key in seen):
            seen[change.key] = change.value


def _unstored(answer: Answer) -> Answer:
    """An answer whose changes could not be kept: what rests on them is not told."""
    return UNSTORED if answer.changes and (answer.left or answer.sleep) else answer
