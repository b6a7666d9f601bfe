"""The key of an imported message: the same for the same mail, and for no other."""

from __future__ import annotations

import pytest

from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.refile.import_key import ImportedBefore, ImportKey

MAIL = b"From a@example.org Tue Nov 21 17:00:00 2023\nSubject: x\nStatus: RO\nTo: b\n\nthe body\n"
HEAD = MAIL[: MAIL.index(b"\n\n") + 2]


def key_of(mail: bytes, piece: int = 1000) -> str:
    key = ImportKey(mail[: mail.index(b"\n\n") + 2])
    for start in range(0, len(mail), piece):
        key.read(mail[start : start + piece])
    return key.text


@pytest.mark.parametrize("piece", [1, 7, len(HEAD), len(HEAD) + 1, 1000])
def test_it_does_not_depend_on_the_pieces_that_are_read(piece: int) -> None:
    assert key_of(MAIL, piece) == key_of(MAIL)
    assert key_of(MAIL, piece) != key_of(MAIL.replace(b"body", b"bodi"), piece)
    assert key_of(MAIL, piece) != key_of(MAIL.replace(b"the", b"The"), piece)


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        (b"Status: RO\n", b"", True),
        (b"Status: RO\n", b"X-UID: 5\nStatus: O\nX-Keywords: a\n", True),
        (b"To: b\n", b"To: b\nContent-Length: 9\nX-Mozilla-Status: 0001\n", True),
        (b"17:00:00 2023", b"18:00:00 2023", True),
        (b"To: b\n", b"To: c\n", False),
        (b"Subject: x\n", b"", False),
    ],
)
def test_only_what_programs_change_does_not_count(old: bytes, new: bytes, is_same: bool) -> None:
    assert (key_of(MAIL) == key_of(MAIL.replace(old, new))) is is_same


def test_the_body_is_read_only_if_the_header_is_known() -> None:
    def unread() -> list[bytes]:
        raise AssertionError

    other = Message(BytesSource(MAIL.replace(b"Subject: x", b"Subject: y")))
    before = ImportedBefore([key_of(MAIL)])
    assert not before.has(other, (unread() for _ in range(1)))
    assert before.has(Message(BytesSource(MAIL)), [MAIL])
    assert not before.has(Message(BytesSource(MAIL)), [MAIL.replace(b"body", b"bodi")])
