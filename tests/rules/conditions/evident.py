"""evident: evidence about one message, with answers that a test gives instead of DNS."""

from __future__ import annotations

from typing import Any

from maildrop_py.evidence.dnsbl import Listing
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.reverse_name import ReverseName
from maildrop_py.evidence.spf import Spf
from maildrop_py.message.envelope import Envelope
from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.language.settings import Settings
from tests.support.rules_reading import facts, mail, when

CLIENT = "203.0.113.9"
SETTINGS = Settings(
    networks=("192.0.2.0/24",),
    authserv_ids=("mx.me.example",),
    me=("me@me.example",),
    server_names=("mx.me.example",),
)


def outside(name: str = "mail.a.example", **more: Any) -> Envelope:
    """The envelope of a message from ann@a.example, by a client that is called `name`."""
    told = {"sender": "ann@a.example", "client_address": CLIENT, "client_name": name}
    return Envelope(**{**told, "recipient": "me@me.example", "helo": "mail.a.example", **more})


SUBMITTED = outside(authenticated=True)
INSIDE = Envelope(sender="ann@a.example", recipient="me@me.example")


class Answer(Evidence):
    """Evidence that asks nobody; SPF, lists and contacts answer as it was told."""

    def __init__(
        self,
        head: str = "",
        envelope: Envelope | None = None,
        spf: str | Spf = "unknown",
        lists: dict[str, Listing] | None = None,
        known: dict[str, bool | None] | None = None,
        name: ReverseName | None = None,
    ) -> None:
        super().__init__(mail(head), envelope or outside(), SETTINGS, offline=True)
        unknown = "DNS is silent" if spf in ("unknown", "temperror") else ""
        self._spf = spf if isinstance(spf, Spf) else Spf(spf, "a.example", unknown=unknown)
        self._lists = lists or {}
        self._contacts = known or {}
        self._name = name
        self.asked: list[str] = []

    def spf(self) -> Spf:
        self.asked.append("spf")
        return self._spf

    def dnsbl(self, zone: str) -> Listing:
        return self._lists.get(zone) or Listing(zone, unknown="silent")

    def known(self, address: str) -> bool | None:
        return self._contacts.get(address.lower(), False)

    def reverse_name(self) -> ReverseName:
        return self._name or super().reverse_name()


def outcome(text: str, head: str = "", envelope: Envelope | None = None, **told: Any) -> Outcome:
    """What the only condition in a `when` answers where it is to be explained."""
    return _answer(text, head, envelope, True, told)


def holds(text: str, head: str = "", envelope: Envelope | None = None, **told: Any) -> bool | None:
    """Whether it holds; its `not` must hold where it does not, and be unknown where it is.

    Where nobody wants it explained, it must come to the same.
    """
    held = _answer(text, head, envelope, False, told).held
    assert outcome(text, head, envelope, **told).held is held
    opposite = _answer(f"{{not: {text}}}", head, envelope, False, told).held
    assert opposite is (None if held is None else not held)
    return held


def _answer(
    text: str, head: str, envelope: Envelope | None, explaining: bool, told: dict[str, Any]
) -> Outcome:
    evidence = Answer(head, envelope, **told)
    known = facts(evidence.message, evidence.envelope, evidence, explaining=explaining)
    return when(text).test(known)
