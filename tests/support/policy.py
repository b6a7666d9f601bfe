"""Short ways from YAML and attributes to what the tests of policies are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maildrop_py.policy.answerer import Answerer
from maildrop_py.policy.client import Surroundings, surroundings
from maildrop_py.policy.decide import decide
from maildrop_py.policy.language import Policy, load_policy
from maildrop_py.policy.log import PolicyLog
from maildrop_py.policy.plan import Plan
from maildrop_py.policy.protocol import Request
from maildrop_py.policy.remembered import Change
from maildrop_py.policy.stated_evidence import NOTHING, Stated, StatedClient
from maildrop_py.policy.tarpits import Shared, Tarpits
from maildrop_py.rule_error import RuleError

if TYPE_CHECKING:
    from maildrop_py.policy.remembered import Memory

NOW = 1_790_000_000
CLIENT = {
    "request": "smtpd_access_policy",
    "protocol_state": "RCPT",
    "client_address": "203.0.113.9",
    "client_name": "unknown",
    "helo_name": "friend.example.net",
    "sender": "ann@example.net",
    "recipient": "mika@example.com",
    "instance": "1a.65f0.1.0",
}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


class DictMemory:
    """A store in memory; `broken` is "read" or "write" for one that cannot do that."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Change] = {}
        self.broken: set[str] = set()
        self.warnings: list[str] = []

    def read(self, keys: list[bytes], now: int, writing: bool = False) -> dict[bytes, bytes] | None:
        if "read" in self.broken:
            return None
        found = {key: self.kept[key] for key in keys if key in self.kept}
        return {key: one.value for key, one in found.items() if one.ends > now}

    def write(self, changes: list[Change], now: int) -> bool:
        if "write" in self.broken:
            return False
        for change in changes:
            old = self.kept.get(change.key)
            if not (change.only_new and old is not None and old.ends > now):
                self.kept[change.key] = change
        return True


def request(**attributes: str) -> Request:
    """A request of a client without a name, but for `attributes`."""
    return Request(CLIENT | attributes)


def around(policy: Policy) -> Surroundings:
    return surroundings(policy.settings, policy.program.zones, offline=True)


def plan(text: str, stated: Stated = NOTHING, **attributes: str) -> Plan:
    """What the policy in `text` wants of a client."""
    policy = load_policy(text)
    evidence = StatedClient(request(**attributes), around(policy), stated)
    return decide(evidence, policy.program, NOW)


def mistakes(text: str) -> list[str]:
    """What is wrong with a policy."""
    try:
        load_policy(text)
    except RuleError as error:
        return [f"{one.line}: {one.text} ({one.hint})" for one in error.problems]
    return []


class Mail:
    """A mail server that asks an answerer; the clock moves when it is told to."""

    def __init__(self, text: str, memory: Memory | None = None, clock: Clock | None = None) -> None:
        policy = load_policy(text)
        self.clock = clock or Clock()
        self.memory = memory or DictMemory()
        tarpits = Tarpits(Shared(1))
        log = PolicyLog(None)
        self.answerer = Answerer(policy, around(policy), self.memory, log, tarpits, self.clock)
        self._session = 0

    def ask(self, **attributes: str) -> str:
        """The answer to one request."""
        told: list[str] = []
        self.answerer.take(request(**attributes), told.append)
        self.answerer.answer()
        (action,) = told
        return action

    def send(self, leaves: bool = False, **attributes: str) -> str:
        """A whole session: RCPT, and END-OF-MESSAGE if it was let; the answer to RCPT.

        A client that `leaves` does not wait in a tarpit.
        """
        self._session += 1
        name = {"instance": f"{self._session:x}.65f0.1.0"}
        said = self.ask(**(attributes | name))
        if said.startswith("SLEEP"):
            self.clock.now += int(said.split()[1])
        if not said.startswith(("DEFER", "REJECT")) and not (leaves and said[:5] == "SLEEP"):
            self.ask(**(attributes | name | {"protocol_state": "END-OF-MESSAGE"}))
        return said
