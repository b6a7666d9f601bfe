"""replay: what a policy would have done with what was logged, request by request.

Pure: logged requests come in, an account of them comes out. The clock is that of the
log; what greylisting would have remembered is kept in memory meanwhile. Evidence is what
the log has; what it has not is unknown, and nobody is asked.

Known limits: a client that was let through at once, back then, did not try again, so of
it nobody can say whether it would have come back. It is counted apart. Whoever was held
back then and now tries as often as the log has it.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from maildrop_py.policy.decide_answer import Answer, decide_answer, end_of_message, keys_of_note
from maildrop_py.policy.judge import judged
from maildrop_py.policy.remembered import session_key
from maildrop_py.policy.stated_evidence import NOTHING, Stated, StatedClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.policy.client import Surroundings
    from maildrop_py.policy.language import Policy
    from maildrop_py.policy.protocol import Request

NO_RULE = "(no rule)"


class Logged(NamedTuple):
    """One request of the past: when (seconds since the epoch), and what became of it.

    `was` is pass, defer, reject, tarpit or unknown.
    """

    time: float
    request: Request
    stated: Stated = NOTHING
    was: str = "unknown"


class Triplet(NamedTuple):
    """The tries of one client, sender and recipient, as the policy would have met them."""

    rule: str
    first: float
    tries: int = 1
    passed: float | None = None
    let_in: bool = False  # in truth, so that it had no reason to try again


class Account:
    """What was counted."""

    def __init__(self) -> None:
        self.requests = 0
        self.begins = self.ends = 0.0
        self.by_rule: dict[str, Counter[str]] = {}
        self.triplets: dict[bytes, Triplet] = {}
        self.was: Counter[tuple[str, str]] = Counter()

    def came_back(self) -> list[float]:
        """How long each waited that was deferred and passed later, in seconds, sorted."""
        return sorted(
            one.passed - one.first for one in self.triplets.values() if one.passed is not None
        )

    def never(self) -> int:
        """How many were deferred, in truth too or not let in, and never passed."""
        return sum(one.passed is None and not one.let_in for one in self.triplets.values())

    def cannot_tell(self) -> int:
        """How many would have been deferred that were let in at once in truth."""
        return sum(one.passed is None and one.let_in for one in self.triplets.values())

    def median_wait(self) -> float | None:
        """The median of `came_back`, None if nobody did."""
        waits = self.came_back()
        middle = len(waits) // 2
        if not waits:
            return None
        return waits[middle] if len(waits) % 2 else (waits[middle - 1] + waits[middle]) / 2


class Replay:
    """One policy, run over the past in the order of time."""

    def __init__(self, policy: Policy, around: Surroundings) -> None:
        self._policy, self._around = policy, around
        self._kept: dict[bytes, tuple[bytes, int]] = {}
        self.account = Account()

    def run(self, past: Iterable[Logged]) -> Account:
        """The account of everything in `past`."""
        for logged in past:
            self._one(logged)
        return self.account

    def _one(self, logged: Logged) -> None:
        account, now = self.account, int(logged.time)
        account.requests += 1
        account.begins = min(account.begins or logged.time, logged.time)
        account.ends = max(account.ends, logged.time)
        evidence = StatedClient(logged.request, self._around, logged.stated)
        case = judged(evidence, self._policy.program, logged.time).case
        answer = decide_answer(case, self._seen(case.wanted(), now), now) if case.clients else None
        verdict = _verdict(case.plan.verdict, answer)
        if answer is not None:
            self._keep(answer)
            self._note(case.clients[0][2], answer, logged, case.plan.rule or NO_RULE)
        if verdict == "pass" or (verdict == "tarpit" and logged.was == "pass"):
            self._sent(logged, now)
        rule = case.plan.rule or NO_RULE
        account.by_rule.setdefault(rule, Counter())[verdict] += 1
        account.was[logged.was, verdict] += 1

    def _note(self, key: bytes, answer: Answer, logged: Logged, rule: str) -> None:
        known = self.account.triplets.get(key)
        let_in = logged.was == "pass"
        if answer.holds_back:
            known = known or Triplet(rule, logged.time, 0)
            tries, let_in = known.tries + 1, known.let_in or let_in
            self.account.triplets[key] = known._replace(tries=tries, let_in=let_in)
        elif known is not None and known.passed is None:
            self.account.triplets[key] = known._replace(passed=logged.time)

    def _sent(self, logged: Logged, now: int) -> None:
        """What passes is taken for sent: the log does not always say."""
        session = logged.request.session
        if session:
            key = session_key(session)
            seen = self._seen([key], now)
            seen |= self._seen(keys_of_note(seen.get(key)), now)
            self._keep(end_of_message(key, seen, now))

    def _seen(self, keys: list[bytes], now: int) -> dict[bytes, bytes]:
        found = {key: self._kept[key] for key in keys if key in self._kept}
        return {key: value for key, (value, ends) in found.items() if ends > now}

    def _keep(self, answer: Answer) -> None:
        for change in answer.changes:
            if not (change.only_new and change.key in self._kept):
                self._kept[change.key] = change.value, change.ends


def _verdict(wanted: str, answer: Answer | None) -> str:
    """pass, reject, defer, greylist or tarpit: what the client would have met."""
    if answer is not None:
        return "greylist" if answer.holds_back else "tarpit" if answer.sleep else "pass"
    return wanted if wanted in ("reject", "defer") else "pass"


def as_rows(account: Account) -> list[tuple[str, Counter[str]]]:
    """The rules with what they did, those that fired most often first."""
    return sorted(account.by_rule.items(), key=lambda one: -one[1].total())
