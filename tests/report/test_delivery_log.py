"""What the log says of a message, and what no message can make it say."""

from __future__ import annotations

import json
import re
import syslog
from pathlib import Path

import jsonschema
import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Answer, Forward
from maildrop_py.errors import DiskFull
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.report import log_file, system_log
from maildrop_py.report.delivery_log import (
    LogTurn,
    append_entries,
    log_delivery,
    log_failure,
)
from maildrop_py.report.log_entry import REFILED, Event, entry_of
from maildrop_py.report.log_schema import log_schema
from maildrop_py.rules.language.settings import Settings

NOW = 1_795_834_650.0
ENVELOPE = Envelope("ann@example.org", "me@example.com", client_address="192.0.2.1", helo="mx")
DECISION = Decision(
    (Filing("Work", "S", ("$Todo",)), Forward("b@example.org")),
    rule="work",
    score=2.5,
    answers=(Answer("reply", "a@example.org"), Answer("vacation", silence="it is bulk mail")),
)
MAIL = (
    "Message-ID: <1@example.org>\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\n"
    "Subject: =?utf-8?b?5Lya6K2w?= tomorrow\nList-Id: <dev.example.org>\n"
    "\nbody\n"
)

Line = tuple[int, str]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """What goes to syslog."""
    found: list[Line] = []
    monkeypatch.setattr(system_log, "is_there", lambda: True)
    monkeypatch.setattr(syslog, "syslog", lambda level, line: found.append((level, line)))
    return found


def message(text: str = MAIL) -> Message:
    return Message(BytesSource(text.encode()))


def entries(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_entry_says_what_was_done_with_what(tmp_path: Path, lines: list[Line]) -> None:
    path = tmp_path / "log"
    log_delivery(
        *(str(path), ENVELOPE, message(), DECISION, ["/m/cur/1"], ["slow"], NOW), seconds=0.012
    )
    [entry] = entries(path)
    assert entry == {
        "version": 2,
        "time": "2026-11-28T02:57:30Z",
        "command": "deliver",
        "result": "delivered",
        "message_id": "<1@example.org>",
        "subject": "会議 tomorrow",
        "from": "Jürgen <j@example.org>",
        "list_id": "<dev.example.org>",
        "sender": "ann@example.org",
        "recipient": "me@example.com",
        "client_address": "192.0.2.1",
        "client_name": "",
        "helo": "mx",
        "size": len(MAIL.encode()),
        "rule": "work",
        "actions": ["filed into Work (seen, $Todo)", "forwarded to b@example.org"],
        "folders": ["Work"],
        "flags": ["seen", "$Todo"],
        "reject": None,
        "score": 2.5,
        "answers": ["reply to a@example.org", "no vacation: it is bulk mail"],
        "spam_score": 2.5,
        "reasons": [],
        "paths": ["/m/cur/1"],
        "seconds": 0.012,
        "warnings": ["slow"],
    }


@pytest.mark.parametrize(
    ("decision", "result"),
    [
        (DECISION, "delivered"),
        (Decision(()), "discarded"),
        (Decision((Filing("Copy"),), reject="not wanted"), "rejected"),
    ],
)
def test_the_result_is_one_word(decision: Decision, result: str, lines: list[Line]) -> None:
    log_delivery(None, ENVELOPE, message(), decision, [], [], NOW)
    assert lines[-1][1].startswith(f"{result} ")


def test_a_failure_is_in_both_logs(tmp_path: Path, lines: list[Line]) -> None:
    path = tmp_path / "log"
    log_failure(ENVELOPE, DiskFull("no room"), ["w"], path=str(path), message=message())
    [entry] = entries(path)
    assert (entry["result"], entry["error"]) == ("deferred", "DiskFull: no room")
    assert entry["subject"] == "会議 tomorrow"
    assert lines[0] == (syslog.LOG_WARNING, 'w message-id="<1@example.org>"')
    assert lines[1][0] == syslog.LOG_WARNING
    assert lines[1][1].startswith('deferred error="DiskFull: no room" to="me@example.com"')


def test_lines_of_one_turn_are_written_together(
    tmp_path: Path, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One write for each file, whatever became of the messages; nothing is written twice."""
    written: list[str] = []
    append = log_file.append
    monkeypatch.setattr(
        log_file, "append", lambda path, *rest: (written.append(path), append(path, *rest))
    )
    turn = LogTurn()
    mine, yours = str(tmp_path / "a"), str(tmp_path / "b")
    for path in (mine, yours, mine, None):
        log_delivery(path, ENVELOPE, message(), DECISION, [], [], NOW, turn=turn)
    assert (len(lines), written) == (4, [])
    turn.write()
    turn.write()
    assert written == [mine, yours]
    assert [len(entries(tmp_path / name)) for name in "ab"] == [2, 1]


def test_nothing_is_made_for_a_syslog_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, lines: list[Line]
) -> None:
    monkeypatch.setattr(system_log, "is_there", lambda: False)
    log_delivery(None, ENVELOPE, message(), DECISION, [], [], NOW)
    assert lines == []


def test_syslog_is_looked_for_again_after_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "log"
    monkeypatch.setattr(system_log, "PLACE", str(place))
    monkeypatch.setattr(system_log, "_seen", (float("-inf"), True))
    assert not system_log.is_there()
    place.touch()
    assert not system_log.is_there()  # that was just now
    monkeypatch.setattr(system_log, "AGAIN", 0.0)
    assert system_log.is_there()


def test_filed_mail_is_logged_without_an_envelope(tmp_path: Path) -> None:
    path = tmp_path / "log"
    event = Event("refile", REFILED, NOW, None, message(), DECISION, ("/m/b",), moved_from="/m/a")
    append_entries(str(path), [entry_of(event)] * 2)
    first, _ = entries(path)
    assert (first["moved_from"], first["paths"], first["sender"]) == ("/m/a", ["/m/b"], None)


def test_the_client_that_a_rule_found_in_received_lines_is_named_by_its_address() -> None:
    brought = message("Received: from a.example (a.example [203.0.113.9]) by mx; x\n" + MAIL)
    evidence = Evidence(brought, Envelope(), Settings(), offline=True)
    evidence.border()
    entry = entry_of(Event("deliver", "delivered", NOW, None, brought, evidence=evidence))
    assert (entry["client_address"], entry["client_name"]) == ("203.0.113.9", "a.example")


FIELD = re.compile(r'[a-z-]+="(?:[^"\\]|\\.)*"')

FORGED = '<1@a>" from="ceo@company.example" rule="wanted'
LONG = "<1@a> from=<ceo@company.example>" + " " * 5 + "x" * 9000


@pytest.mark.parametrize("hostile", [FORGED, LONG, '"' * 5000, "\\" * 5000, "é" * 5000])
@pytest.mark.parametrize("where", ["message-id", "subject", "sender", "recipient", "folder"])
def test_no_message_forges_or_blanks_a_field(where: str, hostile: str, lines: list[Line]) -> None:
    mail = {"message-id": "<ok@a>", "subject": "ok"}
    if where in mail:
        mail[where] = hostile
    text = "".join(f"{name}: {value}\n" for name, value in mail.items())
    sender = hostile if where == "sender" else "s@a"
    recipient = hostile if where == "recipient" else "r@a"
    folder = hostile if where == "folder" else "Work"
    log_delivery(
        *(None, Envelope(sender, recipient), message(text + "\n"), Decision((Filing(folder),))),
        *([], [], NOW),
    )
    [(_, line)] = lines
    result, _, fields = line.partition(" ")
    names = [field.partition("=")[0] for field in FIELD.findall(fields)]
    assert names == ["rule", "did", "to", "from", "message-id", "subject"]
    assert FIELD.sub("", fields).strip() == "", "nothing stands outside of quotes"
    assert len(line) <= 900 and result == "delivered"


def test_control_characters_reach_no_terminal(lines: list[Line]) -> None:
    text = "Message-ID: <1@a>\r\n fold \x1b[31m\u202e rtl \x07\nSubject: x\n\n"
    log_delivery(None, Envelope("a\x1bb"), message(text), DECISION, [], ["w\x1b"], NOW)
    assert all(line.isprintable() for _, line in lines)


def test_an_entry_stays_short_whatever_the_message_says() -> None:
    text = "".join(f"{name}: {'x' * 100_000}\n" for name in ("Message-ID", "Subject", "From"))
    event = Event(
        *("deliver", "deferred", NOW, Envelope("s" * 99999, "r" * 99999), message(text + "\n")),
        warnings=("w" * 99999,) * 999,
        error="e" * 99999,
    )
    assert len(json.dumps(entry_of(event))) < 60_000


def test_a_log_that_cannot_be_written_is_said_in_syslog(tmp_path: Path, lines: list[Line]) -> None:
    (tmp_path / "file").write_text("")
    log_delivery(str(tmp_path / "file/log"), ENVELOPE, message(), DECISION, [], [], NOW)
    assert "file/log: " in lines[-1][1]


def test_every_entry_keeps_to_the_schema() -> None:
    schema, mail = log_schema(), message(MAIL.replace("\n\n", "\nContent-Type: image/png\n\n"))
    assert mail.parts.attachments
    whole = Event(
        *("serve", "delivered", NOW, ENVELOPE, mail, DECISION, ("/m/cur/1",), ("w",), "e"),
        *(0.5, None, "/m/a", "run"),
    )
    bare = Event("deliver", "deferred", NOW)
    for event in (whole, bare):
        jsonschema.validate(entry_of(event), schema)
    known = {*entry_of(whole), "evidence"}
    assert known == set(schema["properties"]), "each field is described"


def test_a_limit_that_was_reached_is_a_warning_with_the_message(
    tmp_path: Path, lines: list[Line]
) -> None:
    path = tmp_path / "log"
    mail = message(
        "Message-ID: <1@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n"
        + "--b\n\nx\n" * 1100
    )
    log_delivery(str(path), ENVELOPE, mail, DECISION, [], ["slow"], NOW)
    assert mail.parts.number
    log_delivery(str(path), ENVELOPE, mail, DECISION, [], ["slow"], NOW)
    log_failure(ENVELOPE, DiskFull("full"), [], path=str(path), message=mail)
    reached = "more than 1000 parts: the rest was not taken apart for rules"
    unread, read, failed = (entry["warnings"] for entry in entries(path))
    assert unread == ["slow"]  # nothing is read for the log
    assert read == ["slow", reached]
    assert failed == [reached]
    assert (syslog.LOG_WARNING, f'{reached} message-id="<1@example.org>"') in lines
