"""The messages of a Maildir's folders, and what in them is no message."""

from __future__ import annotations

import os
import socket
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from maildrop_py.intake import maildir_walk
from maildrop_py.intake.maildir_walk import ListedFile, MaildirWalk
from maildrop_py.message.message import Message


class Place(NamedTuple):
    name: str
    path: str


class Reports(dict[str, str]):
    def __call__(self, path: str, why: str) -> None:
        self[os.path.basename(path)] = why


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    return tmp_path


def no_keywords(folder: str) -> Mapping[str, str]:
    return {}


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"Subject: x\n\n")


def walk(*folders: Path, reports: Reports | None = None) -> list[Message]:
    places = [Place(folder.name, str(folder)) for folder in folders]
    return list(MaildirWalk(places, no_keywords, reports if reports is not None else Reports()))


def filed(message: Message) -> ListedFile:
    assert message.file is not None
    return message.file


def names(messages: list[Message]) -> list[str]:
    return [os.path.basename(filed(message).path) for message in messages]


def test_read_and_unread_mail_comes_in_the_order_it_was_delivered(folder: Path) -> None:
    put(folder, "new/3.host", "cur/2.host:2,S", "cur/4.host:2,", "new/1.host")
    assert names(walk(folder)) == ["1.host", "2.host:2,S", "3.host", "4.host:2,"]


def test_flags_are_read_from_names_of_every_kind(folder: Path) -> None:
    expected = {
        "1.h:2,FS": "FS",
        "2.h": "",
        "3.h:2,": "",
        "4.h:2,SZ": "SZ",  # a flag that nobody knows
        "5.h:2,S,x=y": "S",
        "6.h:1,abc": "",
        "7.h,S=12:2,RS": "RS",
        "8.h:odd:2,T": "T",
    }
    put(folder, *(f"cur/{name}" for name in expected))
    found = {os.path.basename(filed(m).path): filed(m).flags for m in walk(folder)}
    assert found == expected


def test_keyword_letters_get_the_names_of_their_own_folder(folder: Path) -> None:
    put(folder, "cur/1.h:2,Sac")
    asked: list[str] = []

    def keywords(path: str) -> dict[str, str]:
        asked.append(path)
        return {"a": "$Work", "b": "$Other"}

    (message,) = MaildirWalk([Place("INBOX", str(folder))], keywords, Reports())
    assert filed(message).keywords == ("$Work",)
    assert filed(message).flags == "S"
    assert asked == [str(folder)]


def test_the_time_of_arrival_is_that_of_the_file(folder: Path) -> None:
    put(folder, "cur/1.h:2,")
    os.utime(folder / "cur/1.h:2,", (5, 1_000_000_000))
    (message,) = walk(folder)
    assert filed(message).mtime == 1_000_000_000


def test_what_is_not_a_message_is_reported_and_left_out(folder: Path, tmp_path: Path) -> None:
    put(folder, "cur/1.h:2,", "cur/.hidden")
    (folder / "cur/2.h:2,").mkdir()
    (folder / "cur/3.h:2,").symlink_to("/etc/passwd")
    (folder / "cur/4.h:2,").symlink_to(folder / "cur/1.h:2,")
    os.mkfifo(folder / "cur/5.h:2,")
    with socket.socket(socket.AF_UNIX) as unix:
        os.chdir(folder)
        unix.bind("cur/6.h:2,")
    reports = Reports()
    assert names(walk(folder, reports=reports)) == ["1.h:2,"]
    assert reports == {
        "2.h:2,": "is a directory, not a message",
        "3.h:2,": "is a symbolic link, not followed",
        "4.h:2,": "is a symbolic link, not followed",
        "5.h:2,": "is not a regular file",
        "6.h:2,": "is not a regular file",
    }


def test_one_base_name_in_new_and_cur_is_two_messages(folder: Path) -> None:
    put(folder, "new/1.h", "cur/1.h:2,S")
    assert names(walk(folder)) == ["1.h", "1.h:2,S"]


def test_what_arrives_after_the_listing_is_left_for_another_time(folder: Path) -> None:
    put(folder, "new/1.h", "new/2.h")
    listed = MaildirWalk([Place("INBOX", str(folder))], no_keywords, Reports())
    assert listed.total == 2
    put(folder, "new/0.h", "new/3.h")
    assert names(list(listed)) == ["1.h", "2.h"]


def test_a_message_that_has_gone_is_found_missing_when_it_is_read(folder: Path) -> None:
    put(folder, "new/1.h")
    listed = MaildirWalk([Place("INBOX", str(folder))], no_keywords, Reports())
    (folder / "new/1.h").unlink()
    (message,) = listed
    with pytest.raises(FileNotFoundError):
        message.headers.first("Subject")
    with pytest.raises(FileNotFoundError):
        _ = filed(message).mtime


def test_a_folder_without_new_or_cur_has_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    put(tmp_path, "cur/1.h:2,")
    assert names(walk(tmp_path)) == ["1.h:2,"]


def test_names_that_are_not_utf_8_are_walked(folder: Path) -> None:
    odd = os.fsdecode(b"1.\xff\xe9:2,S")
    put(folder, f"cur/{odd}")
    assert names(walk(folder)) == [odd]


def test_long_listings_come_in_order_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are kept in sorted pieces, which are merged."""
    monkeypatch.setattr(maildir_walk, "PIECE", 7)
    wanted = [f"{number:03}.host:2," for number in range(100)]
    put(folder, *(f"cur/{name}" for name in reversed(wanted)))
    assert names(walk(folder)) == wanted


def test_a_listing_takes_little_more_than_the_names(folder: Path) -> None:
    wanted = [f"17000{number:05}.M123456P12345Q1.host,S=1234,W=1250:2,S" for number in range(5000)]
    put(folder, *(f"cur/{name}" for name in wanted))
    tracemalloc.start()
    listed = MaildirWalk([Place("INBOX", str(folder))], no_keywords, Reports())
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert listed.total == 5000
    assert kept < 5000 * (len(wanted[0]) + 20)
