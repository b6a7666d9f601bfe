"""contacts: learnt from sent mail, found by a few reads, forgotten for good."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maildrop_py.evidence import contact_sources
from maildrop_py.evidence.contact_sources import Learnt
from maildrop_py.evidence.contacts import Contacts
from maildrop_py.evidence.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def contacts(tmp_path: Path) -> Contacts:
    return Contacts(str(tmp_path / "state" / "contacts"))


def test_nobody_is_known_without_a_file(contacts: Contacts) -> None:
    assert not contacts.known("a@b.example")
    assert contacts.all() == []


def test_added_contacts_are_known_in_any_case(contacts: Contacts) -> None:
    assert contacts.add(["Ann@B.example", "ann@b.example", "用户@例え.JP", "root", ""]) == 2
    assert contacts.known("ANN@b.EXAMPLE")
    assert contacts.known("用户@xn--r8jz45g.jp")
    assert not contacts.known("nn@b.example")
    assert not contacts.known("ann@b.exampl")
    assert contacts.all() == ["ann@b.example", "用户@xn--r8jz45g.jp"]


def test_forgotten_contacts_are_not_learnt_again(contacts: Contacts) -> None:
    contacts.add(["a@b.example", "c@b.example"])
    assert contacts.forget(["a@b.example", "x@b.example"]) == 1
    assert contacts.add(["a@b.example", "x@b.example"]) == 0
    assert contacts.all() == ["c@b.example"]
    assert not contacts.known("a@b.example")
    assert contacts.add(["a@b.example"], again=True) == 1
    assert contacts.known("a@b.example")


@settings(max_examples=60, deadline=None)
@example({(number, length) for number in range(4) for length in (1, 2)} - {(3, 2)})
@given(st.sets(st.tuples(st.integers(0, 99), st.integers(1, 60)), max_size=40))
def test_binary_search_finds_every_line_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, picks: set[tuple[int, int]]
) -> None:
    contacts = Contacts(str(tmp_path_factory.mktemp("state") / "contacts"))
    names = sorted(f"{number}@{'a' * length}.example" for number, length in picks)
    known, unknown = names[::2], names[1::2]
    contacts.add(known)
    assert all(contacts.known(name) for name in known)
    assert not any(contacts.known(name) for name in unknown)


def test_a_look_up_reads_little_of_a_large_file(
    contacts: Contacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more reads than the doublings of the number of lines, and no more than 1 KiB each."""
    contacts.add(f"user{number:05}@host{number % 97}.example" for number in range(20_000))
    reads: list[int] = []
    pread = os.pread

    def counting(descriptor: int, size: int, offset: int) -> bytes:
        reads.append(size)
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", counting)
    assert contacts.known("user12345@host26.example")
    assert not contacts.known("user12345@host27.example")
    assert len(reads) <= 2 * 21
    assert max(reads) <= 1024


def test_file_is_private_and_another_is_not_believed(contacts: Contacts) -> None:
    contacts.add(["a@b.example"])
    assert stat.S_IMODE(os.stat(contacts.path).st_mode) == 0o600
    os.chmod(contacts.path, 0o622)
    with pytest.raises(PermissionError, match="is writable for"):
        contacts.known("a@b.example")


def test_writers_at_once_lose_nothing(contacts: Contacts) -> None:
    def write(number: int) -> None:
        Contacts(contacts.path).add([f"{number}@b.example"])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(contacts.all()) == 20


def maildir(tmp_path: Path, *messages: str) -> Path:
    folder = tmp_path / "Maildir" / ".Sent"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, message in enumerate(messages):
        (folder / "cur" / f"{number}.host:2,S").write_bytes(message.encode() + b"\n\nTo: no@no.no")
    return folder


def test_learns_all_recipients_of_sent_mail(tmp_path: Path, contacts: Contacts) -> None:
    folder = maildir(
        tmp_path,
        'From: me@b.example\nTo: "Doe, J." <j@b.example>, c@b.example\nCC: me@b.example',
        "Bcc: secret@b.example\nTo: undisclosed-recipients:;\nResent-To: r@b.example",
        "To: friends: f@b.example, g@b.example;\nSubject: To: x@b.example",
        "no header at all",
    )
    store = Store(str(tmp_path / "state" / "evidence.sqlite"))
    learnt = contact_sources.learn(str(folder), contacts, store, NOW, own=("Me@b.example",))
    assert learnt == Learnt(4, 6)
    assert contacts.all() == [f"{name}@b.example" for name in ("c", "f", "g", "j", "r", "secret")]


def test_learns_only_what_is_new(tmp_path: Path, contacts: Contacts) -> None:
    folder = maildir(tmp_path, "To: a@b.example")
    store = Store(str(tmp_path / "state" / "evidence.sqlite"))
    contact_sources.learn(str(folder), contacts, store, NOW)
    (folder / "cur" / "0.host:2,S").rename(folder / "cur" / "0.host:2,FS")
    (folder / "new" / "1.host").write_text("To: c@b.example\n\n")
    assert contact_sources.learn(str(folder), contacts, store, NOW + 9e9) == Learnt(1, 1)
    assert contact_sources.learn(str(folder), contacts, Store(""), NOW) == Learnt(2, 0)


def test_folder_that_is_no_maildir_is_an_error(tmp_path: Path, contacts: Contacts) -> None:
    with pytest.raises(FileNotFoundError):
        contact_sources.learn(str(tmp_path), contacts, Store(""), NOW)


def test_addresses_of_vcards() -> None:
    data = (
        "\ufeffBEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann\r\nEMAIL;TYPE=work:ann@b.exa\r\n mple\r\n"
        "item1.EMAIL;type=INTERNET:Bob@b.example\r\nNOTE:EMAIL:no@b.example\r\nEMAIL:\r\n"
        "END:VCARD\r\nbegin:vcard\r\nemail:c@b.example\r\nEND:VCARD\r\n"
    )
    found = contact_sources.addresses_in(data.encode())
    assert found == ["ann@b.example", "Bob@b.example", "c@b.example"]


def test_addresses_of_a_plain_file() -> None:
    data = b"# friends\na@b.example\n\nBob <bob@b.example>, c@b.example # work\nnobody\n\xff\xfe\n"
    found = contact_sources.addresses_in(data)
    assert found == ["a@b.example", "bob@b.example", "c@b.example"]
