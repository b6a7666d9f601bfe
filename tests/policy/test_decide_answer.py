"""Answers that follow from what is remembered, beyond what a mail server sees (test_answerer)."""

from __future__ import annotations

from maildrop_py.policy.client_key import ClientKey
from maildrop_py.policy.decide_answer import Case, decide_answer
from maildrop_py.policy.greylist import Terms
from maildrop_py.policy.plan import Plan
from maildrop_py.policy.remembered import client_key, triplet_key
from tests.support.policy import NOW, Mail, request

PLAN = Plan("greylist", greylist=Terms())
DOMAIN, NETWORK = ClientKey("domain", "example.net"), ClientKey("network", "192.0.2.0/24")


def case(*clients: ClientKey) -> Case:
    names = [
        (client, client_key(str(client)), triplet_key(str(client), "a@b", "c@d"))
        for client in clients
    ]
    return Case(PLAN, tuple(names))


def kept(found: Case, now: int) -> dict[bytes, bytes]:
    return {change.key: change.value for change in decide_answer(found, {}, now).changes}


def test_dns_that_is_silent_at_one_of_two_tries_begins_no_wait_anew() -> None:
    """SPF passes at the first try and cannot be asked at the second, or the other way round."""
    with_spf, without = case(DOMAIN, NETWORK), case(NETWORK)
    for first, second in ((with_spf, without), (without, with_spf)):
        seen = kept(first, NOW)
        assert decide_answer(second, seen, NOW + 100).left == 200
        assert decide_answer(second, seen, NOW + 300).outcome == "back"


def test_two_recipients_at_the_same_moment_wait_once() -> None:
    mail, told = Mail("rules: [{then: {tarpit: 125s}}]"), []
    for recipient in ("a@example.com", "b@example.com"):
        mail.answerer.take(request(recipient=recipient), told.append)
    mail.answerer.answer()
    assert told == ["SLEEP 125", "DUNNO"]
