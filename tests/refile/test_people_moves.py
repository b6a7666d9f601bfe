"""people_moves: moved into Junk is spam, out of it is ham; what the program filed says nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.refile.people_moves import PeopleMoves

MAIL = "From: ann@a.example\nMessage-ID: <{n}@a.example>\nSubject: {n}\n\nbody\n"
Said = tuple[str | None, bool, bool]


class Home:
    """A Maildir, and what is said of its messages by moving them."""

    def __init__(self, path: Path) -> None:
        self.root = path / "Maildir"
        for folder in ("", ".Junk", ".Trash", ".Work"):
            for part in ("tmp", "new", "cur"):
                (self.root / folder / part).mkdir(parents=True)
        self.said: list[Said] = []
        self.ours: set[str] = set()
        self.count = 0

    def start(self) -> PeopleMoves:
        def teach(message: Message, is_spam: bool, is_move: bool) -> None:
            self.said.append((message.headers.first("Message-ID"), is_spam, is_move))

        maildir = Maildir(str(self.root))
        return PeopleMoves(maildir, "Junk", "Trash", lambda folder, base: base in self.ours, teach)

    def put(self, n: int, folder: str = "", part: str = "cur", flags: str = ":2,") -> Path:
        path = self.root / folder / part / f"{n}.{self._number()}.host{flags}"
        path.write_text(MAIL.format(n=n))
        return path

    def move(self, path: Path, folder: str, keep: bool = False) -> Path:
        """As Dovecot does it: a link under a new name, then the old one is removed."""
        target = self.root / folder / "cur" / f"{self._number()}.host:2,S"
        os.link(path, target)
        if not keep:
            path.unlink()
        return target

    def _number(self) -> int:
        self.count += 1
        return 1_700_000_000 + self.count


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def spam(n: int) -> Said:
    return (f"<{n}@a.example>", True, True)


def ham(n: int) -> Said:
    return (f"<{n}@a.example>", False, True)


def test_moves_into_junk_and_out_of_it(home: Home) -> None:
    path, junk = home.put(1), home.put(2, ".Junk")
    moves = home.start()
    home.move(path, ".Junk")
    home.move(junk, ".Work")
    moves.look()
    assert sorted(home.said) == [spam(1), ham(2)]
    moves.look()
    assert len(home.said) == 2, "each once"


def test_there_and_back(home: Home) -> None:
    path = home.put(1)
    moves = home.start()
    path = home.move(path, ".Junk")
    moves.look()
    home.move(path, "")
    moves.look()
    assert home.said == [spam(1), ham(1)]


def test_copies_count_before_they_are_expunged_and_once(home: Home) -> None:
    path, junk = home.put(1), home.put(2, ".Junk")
    moves = home.start()
    home.move(path, ".Junk", keep=True)
    home.move(junk, "", keep=True)
    moves.look()
    path.unlink()
    junk.unlink()
    moves.look()
    assert sorted(home.said) == [spam(1), ham(2)]


def test_an_uploaded_copy_counts_when_its_original_is_gone(home: Home) -> None:
    junk = home.put(2, ".Junk")
    moves = home.start()
    path = home.put(1)
    moves.look()
    home.put(1, ".Junk")
    home.put(2)
    moves.look()
    assert home.said == [], "a second message may have the same Message-ID"
    path.unlink()
    junk.unlink()
    moves.look()
    assert sorted(home.said) == [spam(1), ham(2)]


def test_trash_says_nothing(home: Home) -> None:
    path, junk = home.put(1), home.put(2, ".Junk")
    moves = home.start()
    home.move(path, ".Trash")
    home.move(junk, ".Trash")
    moves.look()
    assert home.said == []


def test_what_is_delivered_to_junk_says_nothing(home: Home) -> None:
    moves = home.start()
    home.put(1, ".Junk", "new", "")
    home.put(2, "", "new", "")
    moves.look()
    assert home.said == []


def test_what_the_program_filed_says_nothing(home: Home) -> None:
    path, junk = home.put(1), home.put(2, ".Junk")
    moves = home.start()
    for moved in (home.move(path, ".Junk"), home.move(junk, ".Work")):
        home.ours.add(moved.name.partition(":")[0])
    moves.look()
    assert home.said == []


def test_being_read_says_nothing(home: Home) -> None:
    path = home.put(1, ".Junk", "new", "")
    moves = home.start()
    path.rename(self_read := home.root / ".Junk/cur" / f"{path.name}:2,S")
    moves.look()
    self_read.rename(str(self_read) + "T")
    moves.look()
    assert home.said == []


@pytest.mark.parametrize(
    ("keyword", "is_spam"),
    [("$Junk", True), ("Junk", True), ("$NotJunk", False), ("NonJunk", False)],
)
def test_keywords_say_it_too(home: Home, keyword: str, is_spam: bool) -> None:
    (home.root / "dovecot-keywords").write_text(f"0 $Work\n1 {keyword}\n")
    path = home.put(1, flags=":2,S")
    home.put(2, flags=":2,Sb")
    moves = home.start()
    path.rename(str(path) + "a")
    moves.look()
    assert home.said == []
    Path(str(path) + "a").rename(str(path) + "ab")
    moves.look()
    assert home.said == [("<1@a.example>", is_spam, False)]


def test_a_message_that_is_gone_when_it_is_looked_at_is_no_harm(home: Home) -> None:
    path = home.put(1)
    moves = home.start()
    target = home.move(path, ".Junk")
    moves.look()
    target.unlink()
    moves.look()
    assert home.said == [spam(1)]
