"""Bayes and scanners in `serve`: learnt and asked in threads, for each user."""

from __future__ import annotations

from pathlib import Path

from tests.serve.conftest import Server, mail
from tests.serve.test_delivery import ANNA, BERT
from tests.support.scanners import Misbehaving

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
