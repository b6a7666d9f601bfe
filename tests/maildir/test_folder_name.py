"""Folder names on disk; the pairs are what Dovecot 2.3 makes of the same names."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.maildir.folder_name import (
    BadFolderName,
    decode_utf7,
    encode_utf7,
    from_disk,
    to_disk,
)

LAYOUTS, ENCODINGS = ("maildir++", "fs"), ("imap-utf-7", "utf-8")


@pytest.mark.parametrize(
    ("name", "plus_plus", "fs"),
    [
        ("INBOX", "", ""),
        ("inbox", "", ""),
        ("Junk", ".Junk", "Junk"),
        ("Lists/a", ".Lists.a", "Lists/a"),
        ("INBOX/x", ".INBOX.x", "INBOX/x"),
        ("inbox/y", ".INBOX.y", "INBOX/y"),
        ("会議", ".&TxqLcA-", "&TxqLcA-"),
        ("a&b", ".a&-b", "a&-b"),
        ("Entwürfe/Über", ".Entw&APw-rfe.&ANw-ber", "Entw&APw-rfe/&ANw-ber"),
    ],
)
def test_directories_are_those_of_dovecot(name: str, plus_plus: str, fs: str) -> None:
    assert to_disk(name, "maildir++", "imap-utf-7") == plus_plus
    assert to_disk(name, "fs", "imap-utf-7") == fs


def test_utf_8_is_written_as_it_is() -> None:
    assert to_disk("会議/a&b", "maildir++", "utf-8") == ".会議.a&b"


def test_dot_separates_levels_in_maildir_plus_plus_only() -> None:
    assert to_disk("Lists/python.org", "maildir++", "utf-8") == ".Lists.python.org"
    assert from_disk(".Lists.python.org", "maildir++", "utf-8") == "Lists/python/org"
    assert to_disk("Lists/python.org", "fs", "utf-8") == "Lists/python.org"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "/etc", "a/", "a//b", "..", "../x", "a/../../x", ".", "a/./b", ".x", "INBOX/"),
        *("a\0b", "a\nb", "a\x7f", "\ud800", "a\x85"),
        *("x" * 256, "日" * 100 + "本" * 100),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str, layout: str) -> None:
    with pytest.raises(BadFolderName):
        to_disk(name, layout, "imap-utf-7")


@pytest.mark.parametrize(
    "name",
    [
        *("cur", "new", "tmp", "a/cur", "INBOX/new"),
        *("maildirsize", "subscriptions", "dovecot.index.log", "a/dovecot-uidlist"),
    ],
)
def test_what_a_maildir_has_itself_is_not_a_folder_in_fs(name: str) -> None:
    with pytest.raises(BadFolderName):
        to_disk(name, "fs", "utf-8")
    assert to_disk(name, "maildir++", "utf-8").startswith(".")


def test_longest_names() -> None:
    assert to_disk("x" * 254, "maildir++", "utf-8") == "." + "x" * 254
    assert to_disk("x" * 255 + "/" + "y" * 255, "fs", "utf-8")
    with pytest.raises(BadFolderName, match="255 bytes"):
        to_disk("x" * 127 + "/" + "y" * 127, "maildir++", "utf-8")


@pytest.mark.parametrize(
    "directory",
    ["Junk", "..", ".Junk.", ".a..b", ".INBOX", ".a&b", ".\udce4", ".&AGE-", ".&ZZZZZ-", ".&A-"],
)
def test_directories_that_no_folder_has_are_refused(directory: str) -> None:
    with pytest.raises(BadFolderName):
        from_disk(directory, "maildir++", "imap-utf-7")


def test_root_is_inbox() -> None:
    assert from_disk("", "maildir++", "utf-8") == from_disk(".", "fs", "utf-8") == "INBOX"


@given(st.text())
def test_modified_utf_7_gives_the_text_again(text: str) -> None:
    encoded = encode_utf7(text)
    assert encoded.isascii() and encoded.isprintable()
    assert decode_utf7(encoded) == text


@given(st.text())
def test_reading_hostile_utf_7_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(BadFolderName):
        assert encode_utf7(decode_utf7(text)) == text


@given(st.text(), st.sampled_from(LAYOUTS), st.sampled_from(ENCODINGS))
def test_every_name_stays_inside_and_comes_back(name: str, layout: str, encoding: str) -> None:
    try:
        directory = to_disk(name, layout, encoding)
    except BadFolderName:
        return
    levels = directory.split("/")
    assert not directory.startswith("/")
    assert ".." not in levels and "." not in levels and "\0" not in directory
    back = from_disk(directory, layout, encoding)
    assert to_disk(back, layout, encoding) == directory
