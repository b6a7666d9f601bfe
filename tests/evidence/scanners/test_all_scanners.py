"""all_scanners: each scanner once, in one budget; the first verdict counts; unknown is never no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.message.envelope import Envelope
from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.language.settings import Settings
from tests.evidence.scanners.test_protocols import GOOD
from tests.support.rules_reading import facts, mail, when
from tests.support.scanners import Misbehaving

HEAD = "From: ann@a.example\nX-Spam-Status: Yes, score=99 required=5\n"


@pytest.fixture
def good(tmp_path: Path) -> Iterator[dict[str, Misbehaving]]:
    servers = {name: Misbehaving(tmp_path / name, answer) for name, answer in GOOD.items()}
    yield servers
    for server in servers.values():
        server.close()


def evidence(scanners: dict[str, str], **more: bool) -> Evidence:
    found = tuple((name, address, 0) for name, address in scanners.items())
    return Evidence(mail(HEAD), Envelope(), Settings(scanners=found), **more)


def asked(text: str, about: Evidence) -> Outcome:
    return when(text).test(facts(about.message, Envelope(), about))


def test_the_asked_filter_counts_and_not_the_header(good: dict[str, Misbehaving]) -> None:
    about = evidence({"spamd": good["spamd"].address})
    outcome = asked('{spam_score: ">= 5"}', about)
    assert outcome.held is True and outcome.text == "7.5" and outcome.remark() == "from spamd"
    assert asked("{spam_flag: true}", about).held is True
    assert len(good["spamd"].received) == 1, "asked once"


def test_what_could_not_be_asked_is_unknown(tmp_path: Path) -> None:
    about = evidence({"spamd": f"unix:{tmp_path}/none", "clamd": f"unix:{tmp_path}/none"})
    for text in ('{spam_score: ">= 5"}', "{spam_flag: true}", "{virus: true}"):
        assert asked(text, about).held is None
        assert asked(f"{{not: {text}}}", about).held is None
    assert any("spamd: " in warning for warning in about.warnings)


def test_the_next_filter_answers_for_one_that_is_away(
    good: dict[str, Misbehaving], tmp_path: Path
) -> None:
    about = evidence({"spamd": f"unix:{tmp_path}/none", "rspamd": good["rspamd"].address})
    assert asked('{spam_score: "== 7.5"}', about).held is True


def test_viruses_by_name(good: dict[str, Misbehaving]) -> None:
    about = evidence({"clamd": good["clamd"].address})
    assert asked("{virus: true}", about).held is True
    assert asked("{virus: '^Win\\.'}", about).held is True
    assert asked("{virus: 'Phishing'}", about).held is False
    assert asked("{virus: false}", about).held is False


def test_clamd_alone_leaves_the_headers_verdict(good: dict[str, Misbehaving]) -> None:
    about = evidence({"clamd": good["clamd"].address})
    assert asked('{spam_score: ">= 90"}', about).held is True


def test_without_clamd_viruses_are_unknown() -> None:
    outcome = asked("{virus: true}", evidence({}))
    assert outcome.held is None and "no clamd" in outcome.why


def test_a_dry_run_asks_nobody(good: dict[str, Misbehaving]) -> None:
    about = evidence({name: server.address for name, server in good.items()}, scan=False)
    assert asked('{spam_score: ">= 5"}', about).held is None
    assert "--scan" in asked("{virus: true}", about).why
    assert not any(server.received for server in good.values())


def test_who_may_not_wait_asks_nobody(good: dict[str, Misbehaving]) -> None:
    about = evidence({"spamd": good["spamd"].address}, may_wait=False)
    with pytest.raises(WouldWait):
        asked("{spam_flag: true}", about)


def test_what_a_filter_wrote_is_read_from_the_changed_message() -> None:
    about = evidence({})
    assert about.spam().score == 99
    about.look_again(mail("X-Spam-Status: No, score=1 required=5\n"))
    assert about.spam().score == 1


def test_rspamd_is_told_the_queue_id(good: dict[str, Misbehaving]) -> None:
    settings = Settings(scanners=(("rspamd", good["rspamd"].address, 0),))
    head = "Received: from a (a [192.0.2.7]) by mx (Postfix) with ESMTP id 4D2xyz; today\n"
    Evidence(mail(head), Envelope(), settings).spam()
    assert b"\r\nQueue-Id: 4D2xyz\r\n" in b"".join(good["rspamd"].received)
