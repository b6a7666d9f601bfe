"""Bayes and scanners in `serve`: learnt and asked in threads, for each user."""

from __future__ import annotations

from pathlib import Path

from tests.serve.conftest import Server, mail
from tests.serve.test_delivery import ANNA, BERT
from tests.support.scanners import Misbehaving
from tests.support.waiting import wait_until

LEARNING = """
rules:
  - {name: teaches spam, when: {subject: teach spam}, then: {learn: spam, file: Taught}}
  - {name: teaches ham, when: {subject: teach ham}, then: {learn: ham, file: Taught}}
  - {name: judged, when: {bayes: ">= 0.9"}, then: {file: Junk}}
"""
SPAM, HAM = b"cheap pills and unbeatable watches\n", b"minutes of our meeting at lunch\n"


def test_what_rules_teach_is_known_to_that_user_alone(server: Server) -> None:
    server.write_rules(LEARNING)
    server.start()
    for n in range(22):
        server.hand_over(mail(f"teach spam {n}", SPAM), ANNA)
        server.hand_over(mail(f"teach ham {n}", HAM), ANNA)
    for user in (ANNA, BERT):
        assert server.hand_over(mail("x", SPAM), user)[0].startswith("250 ")
        assert server.hand_over(mail("y", HAM), user)[0].startswith("250 ")
    assert set(server.files("anna")) == {".Taught/new", ".Junk/new", "new"}
    assert set(server.files("bert")) == {"new"}


def test_a_scanner_that_hangs_holds_up_no_other_mail(server: Server, tmp_path: Path) -> None:
    hanging = Misbehaving(tmp_path / "spamd.sock", None)
    server.write_rules(
        f"scanners: {{spamd: '{hanging.address}', timeout: 2}}\n"
        "rules: [{when: {subject: ask, spam_flag: true}, then: {file: Junk}}]"
    )
    server.start()
    assert server.hand_over(mail("ask"), ANNA)[0].startswith("250 ")
    assert server.hand_over(mail("other"), BERT)[0].startswith("250 ")
    assert set(server.files("anna")) == set(server.files("bert")) == {"new"}
    (entry,) = server.log("anna")
    assert any("spamd: no answer in time" in warning for warning in entry["warnings"])
    hanging.close()


def test_messages_that_wait_for_a_scanner_wait_side_by_side(server: Server, tmp_path: Path) -> None:
    """Sixteen at once are asked about at once, so that none waits for another's deadline."""
    hanging = Misbehaving(tmp_path / "spamd.sock", None, reads=False)
    server.write_rules(
        f"scanners: {{spamd: '{hanging.address}', timeout: 50}}\n"
        "rules: [{when: {spam_flag: true}, then: {file: Junk}}]"
    )
    server.start()
    talks = [server.client() for _ in range(16)]
    for number, talk in enumerate(talks):
        talk.say("MAIL FROM:<a@example.net>", f"RCPT TO:<{ANNA}>", "DATA")
        talk.send(mail(f"waiting {number}").replace(b"\n", b"\r\n") + b".\r\n")
    wait_until(lambda: hanging.asked == len(talks), "all are asked about")
    hanging.close()
    assert all(talk.reply().startswith("250 ") for talk in talks)
    assert len(server.files("anna")) == 1 and len(server.log("anna")) == len(talks)
