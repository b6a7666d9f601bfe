"""delivering: whole messages, through rules that use everything a sender chooses, onto a disk.

The rules take folder names, headers and variables from the mail. Whatever it
says, the files lie inside the Maildir, hold its bytes, and have no header that
a rule did not add; and the same message gives the same decision again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.delivery.deliver import deliver
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import OverQuota
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.extent import message_start
from maildrop_py.message.headers import Headers
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.program.compiler import compile_rules
from maildrop_py.rules.program.program import Program
from tests.faults.hostile.naming import SURROUNDINGS
from tests.faults.hostile.target import Target

RULES = """
rules:
  - when: {list_id: '(?P<list>(?s:.+))'}
    then: {copy: "Lists/{list}", add_header: {X-List: "{list}"}}
  - when: {subject: '(?P<subject>(?s:.+))'}
    then: {add_header: {X-Subject: "about {subject}"}, flags: [seen, $Work]}
  - when: {from: '(?P<from>(?s:.+))'}
    then: {copy: "{from|upper}", set: {who: "{from}"}}
  - when: {raw_headers: '(?s)^(?P<raw>.+)'}
    then: {add_header: {X-Raw: "{raw}", X-Who: "{who}"}, remove_header: X-Gone}
  - when: {size: "> 0"}
    then: {file: "{list}/{subject}"}
"""
ADDED = (
    *(b"Return-Path", b"Delivered-To", b"X-List", b"X-Subject", b"X-Raw", b"X-Who"),
    b"X-First-Line",
)
LISTS = ("subscriptions", "courierimapsubscribed")
KNOWN = {"maildirfolder", "dovecot-keywords", "maildirsize", *LISTS}


def message(data: bytes) -> None:
    """The first line gives the envelope, the length the kind of Maildir, what follows is mail."""
    first, _, text = data.partition(b"\n")
    sender, _, recipient = str(first, "utf-8", "replace").partition(" ")
    envelope = Envelope(sender=sender, recipient=recipient or None)
    layout, encoding = SURROUNDINGS[len(data) % len(SURROUNDINGS)]
    program = _program(layout, encoding)
    decision = _decided(text, envelope, program, False)
    assert _decided(text, envelope, program, False) == decision
    assert _told(_decided(text, envelope, program, True)) == _told(decision)
    with _maildir() as root:
        with Spool(maildir := Maildir(str(root), layout, encoding)) as spool:
            spool.write(text)
            receipt = deliver(decision, spool.finish(), maildir, envelope)
        assert len(receipt.paths) == len(decision.filings)
        _see_files(root, receipt.paths)
        for path in receipt.paths:
            _see_bytes(Path(path).read_bytes(), text, decision)


def maildir_files(data: bytes) -> None:
    """Whatever Dovecot's and Courier's own files hold, the message is delivered."""
    with _maildir() as root, Spool(maildir := Maildir(str(root), subscribe=True)) as spool:
        for part in ("cur", "new", "tmp"):
            (root / part).mkdir()
        for name in ("dovecot-keywords", "maildirsize", *LISTS):
            (root / name).write_bytes(data)
        spool.write(b"Subject: x\n\n")
        filing = Filing("INBOX", "S", ("$Work", "Later"))
        try:
            decision = Decision((Filing("New"), filing))
            receipt = deliver(decision, spool.finish(), maildir, Envelope())
        except OverQuota:
            assert b"S" in data or b"C" in data
            return
        _see_files(root, receipt.paths)
        assert ":2,S" in receipt.paths[1]


@cache
def _program(layout: str, encoding: str) -> Program:
    return compile_rules(load_text(f"layout: {layout}\nfolder_encoding: {encoding}\n{RULES}"))


def _decided(text: bytes, envelope: Envelope, program: Program, explain: bool) -> Decision:
    mail = Message(BytesSource(text))
    evidence = Evidence(mail, envelope, program.settings, offline=True)
    return decide(mail, envelope, evidence, program, 1_790_000_000.0, explain)


def _told(decision: Decision) -> tuple[object, ...]:
    """What a decision is to do, without its reasons."""
    return (decision.actions, decision.reject, decision.add_headers, decision.remove_headers)


@contextmanager
def _maildir() -> Iterator[Path]:
    """An empty directory for a Maildir; nothing may appear beside it."""
    outside = Path(tempfile.mkdtemp(prefix="maildrop-py-hostile-"))
    try:
        (outside / "Maildir").mkdir()
        yield outside / "Maildir"
        assert os.listdir(outside) == ["Maildir"], os.listdir(outside)
    finally:
        shutil.rmtree(outside)


def _see_files(root: Path, delivered: tuple[str, ...]) -> None:
    """The files delivered, those that belong to folders, and no others."""
    files = {path for path in root.rglob("*") if not path.is_dir()}
    assert not any(path.is_symlink() for path in root.rglob("*"))
    wanted = set(map(Path, delivered))
    assert wanted <= files and len(wanted) == len(delivered)
    assert all(path.parent.name in ("new", "cur") for path in wanted)
    assert {path.name for path in files - wanted} <= KNOWN, files - wanted


def _see_bytes(written: bytes, text: bytes, decision: Decision) -> None:
    """What came, with lines on top that rules and delivery added, but for what was cut out."""
    start = message_start(text)
    assert not text[:start].strip() or text[:start].lstrip().startswith(b"From ")
    came = text if written.endswith(text) and start else text[start:]
    if written.endswith(came):
        _see_top(written[: len(written) - len(came)], came)
    else:
        assert decision.remove_headers and b"x-gone" in text.lower()
        assert len(written) < len(text) + 5000


def _without(top: bytes, end: bytes) -> bytes:
    """`top` without the line ends that `end` is only a part of."""
    return top if end == b"\r\n" else top.replace(b"\r\n", b"")


def _see_top(top: bytes, came: bytes) -> None:
    """Every line is a known field's, each field once; then perhaps one blank line."""
    assert b"\0" not in top
    ends = {end for end in (b"\r\n", b"\n", b"\r") if end in _without(top, end)}
    assert len(ends) <= 1
    lines = top.splitlines()
    if lines and not lines[-1]:  # the text below has no header, and must not become one
        assert not Headers(came).fields
        lines.pop()
    names = [line.partition(b":")[0] for line in lines if line[:1] not in (b" ", b"\t")]
    assert set(names) <= set(ADDED) and len(set(names)) == len(names), names
    assert all(line.strip() for line in lines)


TARGETS = (
    Target(
        "message",
        message,
        (
            *(b"\n", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r", b"\n ", b"\n\t", b"\0", b"\xff", b" "),
            *(b"Subject: ", b"From: ", b"List-Id: ", b"X-Gone: ", b"From a@b Mon\n", b"../", b"/"),
            *(b"Delivered-To: ", b"Return-Path: <>", b"Received: from x\n", b"=?utf-8?q?=0A=00?="),
            *(b"=?utf-8?q?=2E=2E=2Fcur?=", b"\xe2\x80\xa8", b"\xc2\x85", b"{who}", b"{", b"}"),
            *(b"a@b.c d@e.f\n", b"\xe3\x81\x82" * 90, b"x" * 300, b"INBOX", b"tmp", b"."),
        ),
        growing=(b"A:b\n", b"x", b"\xe3\x81\x82", b"=?utf-8?q?a?= ", b"\n ", b"a "),
        before=b"a@b c@d\nSubject: ",
    ),
    Target(
        "maildir files",
        maildir_files,
        (
            *(
                b"0 $Work\n",
                b"25 x\n",
                b"26 y\n",
                b"-1 z\n",
                b"1000S",
                b",3C",
                b"\n",
                b" ",
                b"S",
                b"C",
            ),
            *(b"0", b"9" * 30, b"-", b"\xff", b"\0", b"0 later\n", b"1 Later\n", b"\r\n", b"1 1\n"),
        ),
        growing=(b"0 a\n", b"1 1\n", b"9", b"\n", b"1S,"),
    ),
)
