"""Greylisting and tarpit as a mail server sees them: requests and answers, on a clock."""

from __future__ import annotations

import pytest

from maildrop_py.policy.answerer import Answerer
from maildrop_py.policy.remembered import unpack_session
from tests.support.policy import DictMemory, Mail, request

GREY = "rules: [{then: {greylist: {delay: 5min}}}]"
TAR = "rules: [{then: {tarpit: 125s}}]"
EITHER = "rules: [{then: {tarpit: {wait: 125s, at_most: 2, or_greylist: {delay: 20min}}}}]"
BOTH = "rules: [{then: {tarpit: 125s, greylist: {delay: 5min}}}]"
NAMED = {"client_name": "mail.example.net"}
TOLD = "DEFER_IF_PERMIT 4.2.0 Greylisted, come again in "


def test_the_first_try_is_deferred_with_the_seconds_that_are_left() -> None:
    mail = Mail(GREY)
    assert mail.send() == TOLD + "300 seconds"
    mail.clock.now += 100
    assert mail.send() == TOLD + "200 seconds"
    mail.clock.now += 200
    assert mail.send() == "DUNNO"
    assert mail.send() == "DUNNO"


def test_each_recipient_and_sender_waits_for_itself() -> None:
    mail = Mail(GREY)
    mail.send()
    mail.clock.now += 400
    assert mail.send(recipient="other@example.com").startswith(TOLD)
    assert mail.send(sender="other@example.net").startswith(TOLD)
    assert mail.send(recipient="MIKA@example.com") == "DUNNO"


def test_a_neighbour_may_try_again_for_a_named_server_only() -> None:
    for name, second in (("mail.example.net", "DUNNO"), ("unknown", TOLD + "300 seconds")):
        mail = Mail(GREY)
        mail.send(client_name=name)
        mail.clock.now += 400
        assert mail.send(client_name=name, client_address="203.0.113.200") == second


def test_a_proven_client_waits_no_more_whatever_it_sends() -> None:
    mail = Mail(GREY)
    for number in (1, 2):
        other = {"sender": f"{'x' * number}@example.net", **NAMED}
        assert mail.send(**other).startswith(TOLD)
        mail.clock.now += 400
        assert mail.send(**other) == "DUNNO"
    assert mail.send(sender="quite@another.example", **NAMED) == "DUNNO"


def test_only_what_was_sent_counts() -> None:
    """A client that was let through and left before its message has proven nothing."""
    mail = Mail(GREY)
    for number in range(1, 5):
        other = {"sender": f"{'x' * number}@example.net", **NAMED}
        mail.ask(instance=f"{number}.1.1.0", **other)
        mail.clock.now += 400
        assert mail.ask(instance=f"{number}.1.2.0", **other) == "DUNNO"
        mail.ask(instance=f"{number}.1.2.0", protocol_state="DATA", **other)
    assert mail.send(sender="quite@another.example", **NAMED).startswith(TOLD)


def test_the_tarpit_is_told_once_in_a_session() -> None:
    mail = Mail(TAR)
    first = {"instance": "1.1.1.0"}
    assert mail.ask(**first) == "SLEEP 125"
    assert mail.ask(recipient="second@example.com", **first) == "DUNNO"
    assert mail.ask(recipient="third@example.com", instance="1.1.1.1") == "DUNNO"
    assert mail.ask(instance="2.1.1.0") == "SLEEP 125"


def test_who_waited_twice_is_proven_and_who_left_is_not() -> None:
    mail = Mail(TAR)
    assert [mail.send() for _ in range(3)] == ["SLEEP 125", "SLEEP 125", "DUNNO"]
    mail = Mail(TAR)
    assert [mail.send(leaves=True) for _ in range(4)] == ["SLEEP 125"] * 4


def test_data_is_no_proof_that_a_client_waited() -> None:
    """Postfix asks at DATA for a pipelining client that has left long ago."""
    mail = Mail(EITHER)
    for number in range(3):
        mail.ask(instance=f"{number}.1.1.0", protocol_state="DATA")
    assert mail.send() == "SLEEP 125"


def test_a_server_under_stress_lets_nobody_wait() -> None:
    assert Mail(TAR).ask(stress="yes") == "DUNNO"
    assert Mail(EITHER).ask(stress="yes") == TOLD + "1200 seconds"


def test_no_more_wait_than_may() -> None:
    mail = Mail(EITHER)
    said = [mail.ask(instance=f"{n}.1.1.0", sender=f"{'x' * n}@a.example") for n in (1, 2, 3)]
    assert said == ["SLEEP 125", "SLEEP 125", TOLD + "1200 seconds"]
    mail.clock.now += 126
    assert mail.ask(instance="9.1.1.0", sender="y@a.example") == "SLEEP 125"


def test_either_waits_or_comes_again() -> None:
    mail = Mail(EITHER)
    assert mail.send(leaves=True) == "SLEEP 125"
    assert mail.send() == TOLD + "1075 seconds"
    mail.clock.now += 1100
    assert mail.send() == "DUNNO"
    mail = Mail(EITHER)
    assert mail.send() == "SLEEP 125"
    assert mail.send() == "DUNNO", "who waited is known"


def test_both_have_to_be_borne() -> None:
    mail = Mail(BOTH)
    assert mail.send() == TOLD + "300 seconds"
    mail.clock.now += 400
    assert mail.send(leaves=True) == "SLEEP 125"
    assert mail.send() == "SLEEP 125"
    assert mail.send() == "DUNNO"


@pytest.mark.parametrize("text", [GREY, EITHER, BOTH, TAR])
@pytest.mark.parametrize("broken", [{"read"}, {"write"}, {"read", "write"}])
def test_where_nothing_can_be_stored_mail_passes(text: str, broken: set[str]) -> None:
    memory = DictMemory()
    memory.broken = broken
    assert Mail(text, memory).send() == "DUNNO"


def test_a_store_that_stops_writing_ends_every_wait() -> None:
    memory = DictMemory()
    mail = Mail(GREY, memory)
    assert mail.send().startswith(TOLD)
    memory.broken = {"write"}
    assert mail.send().startswith(TOLD), "what is stored still counts"
    mail.clock.now += 300
    assert mail.send() == "DUNNO"


def test_many_at_once_are_answered_each_its_own() -> None:
    mail, told = Mail(GREY), []
    for number in (1, 2, 1):
        asked = request(sender=f"{'x' * number}@a.example")
        mail.answerer.take(asked, told.append)
    mail.answerer.take(request(protocol_state="CONNECT"), told.append)
    mail.answerer.answer()
    assert told == ["DUNNO"] + [TOLD + "300 seconds"] * 3


def test_a_header_is_put_once_on_a_message() -> None:
    mail = Mail("rules: [{then: {prepend: {X-Policy: 'from {client_address}'}}}]")
    assert mail.ask(instance="1.1.1.0") == "PREPEND X-Policy: from 203.0.113.9"
    assert mail.ask(instance="1.1.1.0", recipient="b@example.com") == "DUNNO"
    assert mail.ask(instance="1.1.1.1").startswith("PREPEND")


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("{accept: true}", "DUNNO"),
        ("{reject: 'no {sender}'}", "REJECT 5.7.1 no ann@example.net"),
        ("{reject: '5.1.1 nobody'}", "REJECT 5.1.1 nobody"),
        ("{reject: '4.1.1 nobody'}", "REJECT 5.7.1 4.1.1 nobody"),
        ("{defer: later}", "DEFER_IF_PERMIT 4.7.1 later"),
    ],
)
def test_verdicts_as_postfix_knows_them(then: str, said: str) -> None:
    assert Mail(f"rules: [{{then: {then}}}]").ask() == said


def test_a_sender_writes_no_line_of_its_own() -> None:
    mail = Mail("rules: [{then: {reject: 'no {sender}'}}]")
    assert mail.ask(sender="a\x0baction=OK\r@x") == "REJECT 5.7.1 no a action=OK @x"


def test_requests_wait_for_dns_in_a_thread_and_not_when_too_many_do() -> None:
    mail = Mail("rules: [{when: {spf: fail}, then: {reject: forged}}]")
    calls: list[object] = []

    def later(call: object) -> bool:
        calls.append(call)
        return len(calls) == 1

    answerer: Answerer = mail.answerer
    answerer.around = type(answerer.around)(
        *[
            *(getattr(answerer.around, name) for name in ("settings", "trusted", "mine", "zones")),
            *(None, None, False, mail.clock),
        ]
    )
    answerer._later = later
    told: list[str] = []
    answerer.take(request(), told.append)
    answerer.answer()
    assert told == [] and len(calls) == 1
    answerer.take(request(), told.append)
    answerer.answer()
    assert told == ["DUNNO"], "judged without DNS"


@pytest.mark.parametrize("text", [GREY, TAR, EITHER, BOTH])
@pytest.mark.parametrize(
    "one_of_us",
    [{"client_address": "127.0.0.1"}, {"sasl_username": "mika"}, {"client_address": "192.0.2.9"}],
)
def test_nobody_of_us_ever_waits(text: str, one_of_us: dict[str, str]) -> None:
    """Whatever the rules say: trusted networks, this machine, and who has a password."""
    assert Mail(f"trust: {{networks: [192.0.2.0/24]}}\n{text}").send(**one_of_us) == "DUNNO"


STRANGE = (
    *(
        "²",
        "٣",
        "9" * 5000,
        "-1",
        "1e5",
        "unknown",
        "[IPv6:::1]",
        "::ffff:192.0.2.7",
        "fe80::1%eth0",
    ),
    *("1.2.3.4.5", "@", "a@", "@b", "SRS0=", "SRS1=@x", "prvs=@x", "btv1==@x", "+@+", "-@-", "İ@İ"),
    *("ü@ü.example", "a" * 3000, "\u2028", "{sender}", "%s", "....", "::", "[]", "a\tb"),
)
EVERY_SIGN = """
trust: {networks: [10.0.0.0/8]}
server_names: [mx.example.org]
rules:
 - {when: {size: "> 1k"}, then: {score: 1}}
 - {when: {extension: ".", s25r: true, dynamic_fqdn: true}, then: {score: 1}}
 - {when: {helo: [no_dot, bare_address, literal, own_name]}, then: {score: 1}}
 - {when: {client_ip: [192.0.2.0/24, "2001:db8::/32"]}, then: {score: 1}}
 - {when: {any: [client_tld: br, self_forged: true, encrypted: true]}, then: {score: 1}}
 - {when: {recipient: "*@x"}, then: {reject: "no {sender} {client_name} {extension}"}}
 - {then: {tarpit: 5s, greylist: true}}
"""


@pytest.mark.parametrize(
    "name",
    [
        *("client_address", "client_name", "helo_name", "sender", "recipient", "size", "instance"),
        *("stress", "sasl_username", "encryption_protocol", "protocol_state"),
    ],
)
def test_no_value_of_an_attribute_ends_the_service(name: str) -> None:
    mail = Mail(EVERY_SIGN)
    for value in ("", *STRANGE):
        for state in ("RCPT", "END-OF-MESSAGE"):
            said = mail.ask(**({"protocol_state": state} | {name: value}))
            assert said.split(" ")[0] in ("DUNNO", "DEFER_IF_PERMIT", "SLEEP", "REJECT"), value


def test_a_size_is_known_where_it_is_a_number() -> None:
    mail = Mail('rules: [{when: {size: "> 1k"}, then: {reject: large}}]')
    sizes = ("2000", "", "0", "-2000", "²", "9" * 5000)
    said = [mail.ask(size=size).partition(" ")[0] for size in sizes]
    assert said == ["REJECT", *["DUNNO"] * 5]


def test_a_size_that_nobody_said_is_no_small_one() -> None:
    mail = Mail('rules: [{when: {size: "< 1k"}, then: {reject: small}}]')
    assert mail.ask() == "DUNNO" and mail.ask(size="20").startswith("REJECT")


@pytest.mark.parametrize("value", ["1 ² c\0", f"1 {'9' * 5000} c\0", "1 -5 c\0", "\0", "é", ""])
def test_a_note_that_is_not_ours_is_as_if_it_were_not_there(value: str) -> None:
    assert unpack_session(value.encode()) is None
