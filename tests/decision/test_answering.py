"""Who gets an automatic answer, and why the others do not (RFC 3834, RFC 5230)."""

from __future__ import annotations

import pytest

from maildrop_py.decision.other_actions import Answer
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message_file import StatedFile
from tests.support.rules_reading import decided, mail, rules_of

AWAY = "rules: [{name: away, then: {vacation: {text: I am away., until: 2027-01-31}}}]"
HEAD = "From: leo@example.org\nTo: me@example.com\nSubject: lunch\nMessage-ID: <1@a.example>"
LEO = Envelope(sender="leo@example.org", recipient="me@example.com", user="me")


def answer(rules: str = AWAY, head: str = HEAD, envelope: Envelope = LEO) -> Answer:
    (found,) = decided(rules, head, envelope).answers
    return found


def test_a_person_who_wrote_to_me_is_answered() -> None:
    found = answer()
    assert found.silence == ""
    assert (found.to, found.sender, found.days) == ("leo@example.org", "me@example.com", 7)
    assert (found.subject, found.text) == ("Auto: lunch", "I am away.")
    assert found.original == ("<1@a.example>", "<1@a.example>")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("List-Id: <birds.example.org>", "mailing list"),
        ("LIST-UNSUBSCRIBE: <mailto:x@y>", "mailing list"),
        ("Auto-Submitted: auto-replied (vacation)", "itself automatic"),
        ("Precedence: bulk", "bulk mail"),
        ("Precedence:  LIST", "bulk mail"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "wants no answer"),
        ("Content-Type: multipart/report; boundary=x", "report of a mail server"),
        ("X-Spam-Flag: YES", "it is spam"),
    ],
)
def test_machines_lists_and_spam_are_not(more: str, why: str) -> None:
    assert why in answer(head=f"{HEAD}\n{more}").silence


@pytest.mark.parametrize(
    ("more", "value"),
    [("Auto-Submitted", "no"), ("X-Auto-Response-Suppress", "None"), ("Precedence", "urgent")],
)
def test_who_says_that_it_is_no_machine_is_answered(more: str, value: str) -> None:
    assert answer(head=f"{HEAD}\n{more}: {value}").silence == ""


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        ("", "null sender"),
        ("MAILER-DAEMON@example.org", "a program's address"),
        ("listserv@example.org", "a program's address"),
        ("birds-request@example.org", "a program's address"),
        ("owner-birds@example.org", "a program's address"),
        ("birds-bounces+me=example.com@example.org", "a program's address"),
        ("no-reply@shop.example", "a program's address"),
        ("me@example.com", "from myself"),
        ("nobody here", "no address"),
    ],
)
def test_senders_that_no_person_reads_are_not(sender: str, why: str) -> None:
    envelope = Envelope(sender=sender, recipient="me@example.com")
    assert why in answer(envelope=envelope).silence


def test_an_unknown_sender_is_not_guessed() -> None:
    silence = answer(envelope=Envelope(recipient="me@example.com")).silence
    assert silence == "the envelope sender is not known"


def test_only_mail_to_an_address_of_mine_is_answered() -> None:
    others = HEAD.replace("To: me@example.com", "To: team@example.com")
    assert "none of my addresses" in answer(head=others).silence
    with_team = AWAY.replace("text:", "addresses: Team@example.com, text:")
    found = answer(with_team, others)
    assert (found.silence, found.sender) == ("", "team@example.com")
    mine = f"me: team@example.com\n{AWAY}"
    assert answer(mine, others).silence == ""


def test_an_address_may_be_one_letter_long() -> None:
    envelope = Envelope(sender="leo@example.org", recipient="m@example.com", user="m")
    assert answer(head=HEAD.replace("me@", "m@"), envelope=envelope).silence == ""


def test_it_is_sent_from_the_first_day_to_the_last_and_on_no_other() -> None:
    """The tests' today is 21 September 2026."""
    rules = "rules: [{then: {vacation: {text: x, from: '%s', until: '%s'}}}]"
    assert answer(rules % ("2026-09-21", "2026-09-21")).silence == ""
    assert answer(rules % ("2026-09-22", "2026-09-30")).silence == "it begins on 2026-09-22"
    assert answer(rules % ("2026-09-01", "2026-09-20")).silence == "it ended on 2026-09-20"


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("file: Junk", "goes to Junk"),
        ("file: Lists/Spam", "goes to Lists/Spam"),
        ("discard: true", "discarded"),
        ("reject: no", "refused"),
        ("defer: later", "refused"),
    ],
)
def test_what_is_not_wanted_is_not_answered(then: str, why: str) -> None:
    assert why in answer(f"{AWAY[:-1]}, {{name: end, then: {{{then}}}}}]").silence


def test_filed_mail_is_not_answered() -> None:
    message = mail(HEAD, file=StatedFile())
    (found,) = decided(AWAY, message, LEO).answers
    assert found.silence == "it is filed already"


def test_two_rules_answer_once() -> None:
    rules = f"{AWAY[:-1]}, {{name: too, then: {{reply: also away}}}}]"
    first, second = decided(rules, HEAD, LEO).answers
    assert first.silence == ""
    assert second.silence == "another rule has answered"


def test_texts_are_put_together_and_cannot_add_headers() -> None:
    rules = """
rules:
  - when: {subject: '(?P<what>.*)'}
    then: {reply: {text: "about {what}", subject: "Re: {what}"}}
"""
    head = HEAD.replace("lunch", "=?utf-8?q?lunch=0D=0ABcc:_x@y?=")
    found = answer(rules, head)
    assert "\n" not in found.subject and "\r" not in found.subject


def test_a_notification_is_about_lists_too_but_not_about_notifications() -> None:
    rules = "rules: [{then: {notify: {to: phone@example.net, text: 'mail for {user}'}}}]"
    found = answer(rules, f"{HEAD}\nList-Id: <birds.example.org>")
    assert (found.silence, found.to, found.text) == ("", "phone@example.net", "mail for me")
    again = answer(rules, f"{HEAD}\nAuto-Submitted: auto-notified; owner-email=a@b")
    assert again.silence == "it is itself a notification"


@pytest.mark.parametrize(("verdict", "why"), [("fail", "DMARC fails"), ("pass", "")])
def test_forged_senders_are_not_answered(verdict: str, why: str) -> None:
    rules = rules_of("trust: {authserv_ids: [mx.example.com]}\n" + AWAY)
    results = f"Authentication-Results: mx.example.com; dmarc={verdict}"
    received = "Received: from pc.a (host.a [203.0.113.9]) by mx.example.com with SMTP id 3"
    message = mail(f"{results}\n{received}\n{HEAD}")
    evidence = Evidence(message, LEO, rules.settings, offline=True)
    (found,) = decided(rules, message, LEO, evidence).answers
    assert why in found.silence and bool(why) == bool(found.silence)


def test_somebody_is_notified_of_what_is_discarded() -> None:
    rules = "rules: [{then: {notify: {to: phone@example.net, text: x}}}, {then: {discard: true}}]"
    assert answer(rules).silence == ""


def test_only_what_is_a_message_id_gets_into_references() -> None:
    """And no more of them than the last ten (RFC 5322 3.6.4)."""
    long = f"<{'x' * 250}@y>"
    odd = answer(head=f"{HEAD} <2@a.example>\nReferences: <a@b> junk> <c @ {long}\n <1@c>")
    assert odd.original == ("<1@a.example>", "<a@b> <1@c> <1@a.example>")
    many = " ".join(f"<{number}@b>" for number in range(20))
    _, references = answer(head=f"{HEAD}\nReferences: {many}").original
    assert references.split() == [*many.split()[-10:], "<1@a.example>"]
