"""What a policy would have done with what was logged."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import app
from maildrop_py.policy.language import load_policy
from maildrop_py.policy.log import PolicyLog
from maildrop_py.policy.log_reader import entries_of, logged_of
from maildrop_py.policy.maillog import MailLog
from maildrop_py.policy.replay import Logged, Replay
from maildrop_py.policy.stated_evidence import Stated
from maildrop_py.report.json_schemas import schema_of
from tests.support.policy import NOW, Mail, around, request

GREY = "rules: [{name: g, when: {s25r: true}, then: {greylist: {delay: 5min}}}]"
MAILLOG = """\
Nov 27 10:00:00 mx postfix/smtpd[101]: connect from unknown[203.0.113.9]
Nov 27 10:00:01 mx postfix/smtpd[101]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 450 4.2.0 <mika@example.com>: Recipient address rejected: Greylisted; from=<win@example.net> to=<mika@example.com> proto=SMTP helo=<friend>
Nov 27 10:06:01 mx postfix/smtpd[102]: connect from unknown[203.0.113.9]
Nov 27 10:06:02 mx postfix/smtpd[102]: 4XyZ12abc: client=unknown[203.0.113.9]
Nov 27 10:06:02 mx postfix/cleanup[103]: 4XyZ12abc: message-id=<1@example.net>
Nov 27 10:06:02 mx postfix/qmgr[9]: 4XyZ12abc: from=<win@example.net>, size=1234, nrcpt=1 (queue active)
Nov 27 10:06:03 mx postfix/local[104]: 4XyZ12abc: to=<mika@mx.example.com>, orig_to=<mika@example.com>, relay=local, delay=1, status=sent (delivered to command: x)
Nov 27 10:06:03 mx postfix/qmgr[9]: 4XyZ12abc: removed
2026-11-27T11:00:00.123456+01:00 mx postfix/submission/smtpd[105]: 5AbC12abc: client=home.isp.example[198.51.100.7], sasl_method=PLAIN, sasl_username=mika
2026-11-27T11:00:00.223456+01:00 mx postfix/qmgr[9]: 5AbC12abc: from=<mika@example.com>, size=99, nrcpt=2 (queue active)
2026-11-27T11:00:01+01:00 mx postfix/smtp[106]: 5AbC12abc: to=<a@example.org>, relay=x, status=sent (250)
2026-11-27T11:00:01+01:00 mx postfix/smtp[106]: 5AbC12abc: to=<b@example.org>, relay=x, status=sent (250)
Nov 27 12:00:00 mx postfix/postscreen[7]: NOQUEUE: reject: RCPT from [2001:db8::9]:4711: 550 5.7.1 Service unavailable; from=<>, to=<mika@example.com>, proto=ESMTP, helo=<x.example>
Nov 27 12:00:00 mx dovecot: imap-login: nothing of ours
garbage
"""  # noqa: E501


def past() -> list[Logged]:
    log = MailLog(1795824000)  # 28 November 2026
    log.read(MAILLOG.splitlines())
    return log.finished()


def test_postfixs_log_says_who_came_and_what_became_of_it() -> None:
    found = past()
    assert [(one.was, one.request.get("recipient")) for one in found] == [
        ("pass", "a@example.org"),
        ("pass", "b@example.org"),
        ("defer", "mika@example.com"),
        ("pass", "mika@example.com"),
        ("reject", "mika@example.com"),
    ]
    assert found[3].time - found[2].time == 361
    assert found[2].time == 1795773601
    deferred, screened = found[2].request, found[4].request
    assert deferred.get("helo_name") == "friend" and deferred.get("client_name") == "unknown"
    assert screened.get("client_address") == "2001:db8::9" and screened.get("client_name") == ""
    assert found[0].request.authenticated and found[0].time == 1795773600


def test_who_came_back_is_told_from_who_did_not() -> None:
    policy = load_policy(GREY)
    retry = [Logged(NOW + at, request(), was=was) for at, was in ((0, "defer"), (400, "pass"))]
    gone = [Logged(NOW + 10, request(sender="x@y.z"), was="defer")]
    let_in = [Logged(NOW + 20, request(sender="never@tried.again"), was="pass")]
    everything = sorted([*retry, *gone, *let_in], key=lambda one: one.time)
    account = Replay(policy, around(policy)).run(everything)
    assert account.requests == 4 and account.by_rule == {"g": {"greylist": 3, "pass": 1}}
    assert (account.came_back(), account.median_wait()) == ([400.0], 400.0)
    assert (account.never(), account.cannot_tell()) == (1, 1)


def test_evidence_of_the_log_is_used_again() -> None:
    policy = load_policy("rules: [{when: {spf: fail}, then: {reject: forged}}]")
    known = Logged(NOW, request(), Stated(spf="fail"))
    account = Replay(policy, around(policy)).run([known, Logged(NOW, request())])
    assert account.by_rule == {"rule 1": {"reject": 1}, "(no rule)": {"pass": 1}}


def test_our_own_log_tells_the_same_again(tmp_path: Path) -> None:
    """A replay of the policy that wrote a log comes to the answers that it gave."""
    mail = Mail(GREY)
    place = tmp_path / "log"
    mail.answerer.log = PolicyLog(str(place))
    for seconds, sender in ((0, "a@b.c"), (60, "a@b.c"), (300, "a@b.c"), (1, "d@e.f")):
        mail.clock.now += seconds
        mail.send(sender=sender)
    found = [logged_of(one or {}) for one in entries_of(place.read_text().splitlines())]
    again = [one for one in found if one is not None]
    policy = load_policy(GREY)
    account = Replay(policy, around(policy)).run(again)
    assert dict(account.was) == {("defer", "greylist"): 3, ("pass", "pass"): 1}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(GREY)
    (tmp_path / "mail.log").write_text(MAILLOG)
    return tmp_path


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["policy", *arguments])
    assert done.exit_code == status, done.output
    return done.output


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_log_may_be_compressed(files: Path, pack: Callable[[bytes], bytes]) -> None:
    """As logrotate leaves that of last month."""
    packed = files / "mail.log.1"
    packed.write_bytes(pack((files / "mail.log").read_bytes()))
    options = "--dry-run", str(files / "policy.yaml"), "--maillog", str(packed)
    assert "5 recipients" in run(*options)
    packed.write_bytes(packed.read_bytes()[:100])
    assert f"{packed}: " in run(*options, status=1)


def test_a_log_without_a_recipient_is_said_to_be_none(files: Path) -> None:
    (files / "mail.log").write_text("nothing of Postfix\n")
    for option in ("--log", "--maillog"):
        said = run(
            "--dry-run", str(files / "policy.yaml"), option, str(files / "mail.log"), status=1
        )
        assert "no recipient was found" in said


def test_a_policy_that_ships_is_named_by_builtin(files: Path) -> None:
    said = run("--dry-run", "builtin:evidence", "--maillog", str(files / "mail.log"))
    assert "evidence: suspicious" in said


def test_dry_run_by_postfixs_log(files: Path) -> None:
    options = "--dry-run", str(files / "policy.yaml"), "--maillog", str(files / "mail.log")
    said = run(*options)
    assert "5 recipients" in said and "came back and passed: 1, after 361 s" in said
    found = json.loads(run(*options, "--json"))
    assert found["came_back"] == 1 and found["median_wait"] == 361
    assert found["rules"]["g"] == {"greylist": 1, "pass": 1}
    schema = schema_of("policy-dry-run")
    (files / "mail.log").write_text("")
    for each in (found, json.loads(run(*options, "--json"))):
        jsonschema.validate(each, schema)
        assert set(each) == set(schema["properties"])


def test_why_finds_people_and_machines(files: Path) -> None:
    mail, log = Mail(GREY), files / "log"
    mail.answerer.log = PolicyLog(str(log))
    mail.send()
    mail.clock.now += 300
    mail.send()
    for wanted in ("203.0.113.9", "ann@example.net", "Mika@example.com", "example.net"):
        said = run("--log", str(log), "why", wanted)
        assert "answer: DEFER_IF_PERMIT" in said and "it came again in time, after 300 s" in said
        assert "g: the client's name looks like an end user's line" in said
        assert "it has sent its message" in said
    run("--log", str(log), "why", "203.0.113.10", status=1)


def test_dry_run_wants_something_to_go_by(files: Path) -> None:
    assert "--maillog" in run("--dry-run", str(files / "policy.yaml"), status=1)


def test_a_log_with_broken_lines_is_read(files: Path) -> None:
    log = files / "log"
    log.write_text('{"time": "x"}\n{"a\n[]\n{"time": "2026-11-27T10:00:00Z", "action": 1}\n')
    options = "--dry-run", str(files / "policy.yaml"), "--log", str(log)
    assert "no recipient was found" in run(*options, status=1)


def test_december_in_a_log_that_ends_in_january_is_last_years() -> None:
    lines = MAILLOG.replace("Nov 27", "Dec 31").splitlines()[:2]
    log = MailLog(1798848000)  # 2 January 2027
    log.read(lines)
    (found,) = log.finished()
    assert found.time == 1798711201
