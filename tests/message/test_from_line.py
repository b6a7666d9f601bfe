"""The sender in a mailbox file's `From ` line: an address, the null sender, or nothing."""

from __future__ import annotations

import pytest

from maildrop_py.message.from_line import sender_in

DATE = "Sat Jan  3 01:05:34 1996"


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("a@b.example", "a@b.example"),
        ("<a@b.example>", "a@b.example"),
        ('"a b"@c.example', '"a b"@c.example'),
        ("josé@exämple.org", "josé@exämple.org"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("root", "root"),
        ("MAILER-DAEMON", ""),
        ("<>", ""),
        ("", ""),
        ("-", None),
        ("???@???", None),
        ("@", None),
        ("a@", None),
        ("@b.example", None),
        ("a b@c", None),
        ("<a", None),
        ('"a', None),
        ("a,b@c", None),
        ("a@b>c", None),
    ],
)
def test_only_an_address_is_a_sender(sender: str, found: str | None) -> None:
    assert sender_in(f"From {sender} {DATE}".encode()) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"From {DATE}", ""),
        (f"From  {DATE}", ""),
        ("From a@b.example", "a@b.example"),
        ("From a@b.example Mon", "a@b.example"),
        ("From a@b.example  Thu Jan 01 00:00:00 +0000 1970", "a@b.example"),
        ("From root", None),
        ("From Sat", None),
        ("From ", None),
        ("From Sat Jan", None),
        ("From - Sat, 03 Jan 1996 01:05:34", None),
        ("From root Sat, 03 Jan 1996 01:05:34", None),
    ],
)
def test_lines_without_a_date_or_with_another_one(line: str, found: str | None) -> None:
    assert sender_in(line.encode()) == found


def test_bytes_that_are_no_text_are_no_sender() -> None:
    assert sender_in(b"From a\xff@b " + DATE.encode()) is None
