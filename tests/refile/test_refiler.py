"""Re-filing: what is done with filed messages, and what of them is kept."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.message.message import Message
from maildrop_py.refile.options import RefileOptions
from tests.support.maildirs import Box, doing, tails, to

BASE = "1700000000.M1P1Q1.host"
MAIL = b"Subject: x\n\nbody\n"


@pytest.fixture
def box(root: Path) -> Box:
    return Box(root)


def test_a_message_is_moved_under_a_new_unique_name(box: Box) -> None:
    old = box.put(f"cur/{BASE},S=17,W=20:2,S")
    inode = old.stat().st_ino
    assert not box.refile(to("Lists/foo"))
    new = box.only(".Lists.foo/cur")
    assert not old.exists()
    assert new.stat().st_ino == inode
    assert new.name.partition(",")[0] != BASE
    assert new.name.endswith(",S=17,W=20:2,S")
    assert (box.root / ".Lists.foo/maildirfolder").exists()


def test_the_date_of_arrival_stays(box: Box) -> None:
    box.put(f"cur/{BASE},S=17:2,S")
    box.refile(to("A"))
    assert box.only(".A/cur").stat().st_mtime == 1_000_000_000


@pytest.mark.parametrize(
    ("name", "flags", "place", "tail"),
    [
        ("new/b,S=17,W=20", "", "new", ",S=17,W=20"),
        ("new/b,S=17", "S", "cur", ",S=17:2,S"),
        ("cur/b,S=17:2,", "", "cur", ",S=17:2,"),
        ("cur/b,S=17:2,RS", "F", "cur", ",S=17:2,FRS"),
        ("cur/b,S=17,U=12:2,S", "", "cur", ",S=17:2,S"),
        ("cur/b,U=12,S=17,W=20:2,S", "", "cur", ",S=17,W=20:2,S"),
        ("cur/b,S=17", "", "cur", ",S=17:2,"),  # no info
        ("new/b,S=17:2,S", "", "cur", ",S=17:2,S"),
        ("new/b,S=17:2,", "", "new", ",S=17"),
        ("cur/b,S=17:1,xyz", "", "cur", ",S=17:1,xyz"),
        ("cur/b,S=17:2,SXZ", "F", "cur", ",S=17:2,FSXZ"),  # flags that nobody knows
        ("cur/b,S=17:2,S,a,b=c", "F", "cur", ",S=17:2,FS,a,b=c"),
        ("cur/b:2,S", "", "cur", ",S=17:2,S"),  # the size is looked up
        ("new/b", "", "new", ",S=17"),
        ("cur/a:b,S=17:2,S", "", "cur", ",S=17:2,S"),
    ],
)
def test_names_of_every_kind_are_carried_over(
    box: Box, name: str, flags: str, place: str, tail: str
) -> None:
    box.put(name)
    assert not box.refile(to("A", flags))
    assert tails([box.only(f".A/{place}").name]) == [tail]


def test_a_second_run_does_nothing(box: Box) -> None:
    for number in range(5):
        box.put(f"new/{number}.host")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("A", "S") if "/0." in message.file.path else to("INBOX", "F", "$Work")

    box.refile(decide)
    before = box.files()
    assert not box.refile(decide)
    assert not box.tasks
    assert box.files() == before
    assert len(box.runs()) == 1


def test_in_its_own_folder_a_message_gets_flags_and_keeps_its_name(box: Box) -> None:
    box.put("new/b,S=17,U=3")
    assert not box.refile(to("INBOX", "S"))
    assert box.files() == {"cur": ["b,S=17,U=3:2,S"]}


def test_names_of_one_folder_written_differently_are_one_folder(box: Box) -> None:
    box.put("cur/b,S=17:2,S", folder=".A.B")
    assert not box.refile(to("A.B"), "A/B")
    assert not box.refile(to("A/B"), "A/B")
    assert box.files() == {".A.B/cur": ["b,S=17:2,S"]}


def test_keywords_keep_their_names_and_get_the_letters_of_the_new_folder(box: Box) -> None:
    (box.root / "dovecot-keywords").write_text("0 $Work\n2 urgent\n")
    box.put("cur/b,S=17:2,Sac")
    (box.root / ".A/cur").mkdir(parents=True)
    (box.root / ".A/new").mkdir()
    (box.root / ".A/tmp").mkdir()
    (box.root / ".A/dovecot-keywords").write_text("0 other\n1 URGENT\n")
    assert not box.refile(to("A", "", "$Junk"))
    assert (box.root / ".A/dovecot-keywords").read_text() == "0 other\n1 URGENT\n2 $Work\n3 $Junk\n"
    assert tails(box.files()[".A/cur"]) == [",S=17:2,Sbcd"]


def test_letters_without_a_name_stay_unless_they_would_get_one(box: Box) -> None:
    box.put("cur/b,S=17:2,Saz")
    (box.root / ".A/cur").mkdir(parents=True)
    (box.root / ".A/new").mkdir()
    (box.root / ".A/tmp").mkdir()
    (box.root / ".A/dovecot-keywords").write_text("0 $Junk\n")
    assert not box.refile(to("A"))
    assert tails(box.files()[".A/cur"]) == [",S=17:2,Sz"]


def test_a_message_that_would_lose_a_keyword_stays(box: Box) -> None:
    (box.root / "dovecot-keywords").write_text("0 $Work\n")
    box.put("cur/b,S=17:2,a")
    folder = box.root / ".A"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    full = "".join(f"{number} word{number}\n" for number in range(26))
    (folder / "dovecot-keywords").write_text(full)
    troubles = box.refile(to("A"))
    assert "would lose keywords" in troubles["b,S=17:2,a"]
    assert list(box.files()) == ["cur"]


def test_a_keyword_that_a_rule_adds_in_vain_is_a_warning(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    assert not box.refile(to("A", "", "no keyword"))
    assert tails(box.files()[".A/cur"]) == [",S=17:2,S"]
    assert "keywords not set" in box.warnings[0]


def test_copies_are_links_and_are_made_once(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    decision = doing(Filing("Copies", rule="rule"), Filing("More", "F"), Filing("INBOX"))
    assert not box.refile(decision)
    assert {place: tails(names) for place, names in box.files().items()} == {
        "cur": [",S=17:2,S"],
        ".Copies/cur": [",S=17:2,S"],
        ".More/cur": [",S=17:2,FS"],
    }
    assert box.only(".More/cur").stat().st_nlink == 3
    assert not box.refile(decision)
    assert not box.tasks


def test_with_several_folders_the_message_itself_goes_to_the_last(box: Box) -> None:
    box.put("new/b,S=17")
    assert not box.refile(doing(Filing("A"), Filing("B"), Filing("A", "F")))
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,F"],
        ".B/new": [",S=17"],
    }
    assert [line.get("do") for line in box.lines()] == [None, "copy", "move", None, None]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (RefileOptions(), {".Trash/cur": [",S=17:2,S"]}),
        (RefileOptions(trash="Deleted"), {".Deleted/cur": [",S=17:2,S"]}),
        (RefileOptions(discard="delete"), {}),
        (RefileOptions(discard="keep"), {"cur": [",S=17:2,S"]}),
    ],
)
def test_discarded_mail_goes_where_the_user_wants_it(
    box: Box, options: RefileOptions, left: dict[str, list[str]]
) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(doing(), options=options)
    assert {place: tails(names) for place, names in box.files().items()} == left


def test_what_is_in_the_trash_is_not_discarded_again(box: Box) -> None:
    box.put("cur/b,S=17:2,S", folder=".Trash")
    assert not box.refile(doing(), "Trash")
    assert not box.tasks


def test_headers_are_changed_once_and_the_date_stays(box: Box) -> None:
    mail = b"Received: x\nX-Bad: 1\nSubject: x\nx-bad:\n 2\n\nbody\n"
    old = box.put(f"cur/{BASE},S={len(mail)},W={len(mail) + 7}:2,S", mail)
    decision = to("INBOX", "F", add_headers=(("X-Good", "yes"),), remove_headers=("X-Bad",))
    assert not box.refile(decision)
    new = box.only("cur")
    wanted = b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"
    assert new.read_bytes() == wanted
    assert new.name.partition(",")[0] != BASE
    assert new.name.endswith(f",S={len(wanted)},W={len(wanted) + 5}:2,FS")
    assert new.stat().st_mtime == 1_000_000_000
    assert not old.exists()
    assert not box.leftovers()
    assert not box.refile(decision)
    assert not box.tasks


def test_copies_of_a_changed_message_are_changed_too(box: Box) -> None:
    box.put("cur/b,S=17:2,S")
    decision = doing(Filing("A", "F"), Filing("B"), add_headers=(("X-Good", "yes"),))
    assert not box.refile(decision)
    changed = b"X-Good: yes\n" + MAIL
    for place, tail in ((".A/cur", ",S=29:2,FS"), (".B/cur", ",S=29:2,S")):
        assert box.only(place).read_bytes() == changed
        assert tails([box.only(place).name]) == [tail]
    assert set(box.files()) == {".A/cur", ".B/cur"}


def test_a_compressed_message_is_not_changed(box: Box) -> None:
    packed = gzip.compress(MAIL)
    box.put("cur/b,S=17:2,S", packed)
    troubles = box.refile(to("INBOX", add_headers=(("X-Good", "yes"),)))
    assert "compressed (gzip), its header cannot be changed" in troubles["b,S=17:2,S"]
    assert not box.refile(to("A", "F"))
    assert box.only(".A/cur").read_bytes() == packed


def test_a_message_that_is_cut_short_is_not_changed(box: Box) -> None:
    box.put("cur/b,S=500:2,S", MAIL)
    troubles = box.refile(to("INBOX", add_headers=(("X-Good", "yes"),)))
    assert "compressed or damaged" in troubles["b,S=500:2,S"]
    assert box.files() == {"cur": ["b,S=500:2,S"]}


def test_a_folder_name_that_cannot_be_leaves_the_message(box: Box) -> None:
    box.put("cur/1,S=17:2,S")
    assert "longer than 255 bytes" in box.refile(to("x" * 300))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]


def test_flags_that_a_name_cannot_have_are_said(box: Box) -> None:
    box.put("cur/b:1,x")
    assert "flags cannot be set" in box.refile(to("INBOX", "F"))["b:1,x"]
    assert box.files() == {"cur": ["b:1,x"]}


def test_the_quota_counts_what_goes_to_the_trash_and_what_is_copied(box: Box) -> None:
    size = box.root / "maildirsize"
    size.write_text("1000000S\n34 2\n")
    box.put("cur/1,S=17:2,S")
    box.put("cur/2,S=17:2,S")
    box.refile(doing())
    assert size.read_text() == "1000000S\n34 2\n-34 -2\n"
    box.put("cur/3,S=17:2,S")
    box.refile(doing(Filing("A"), Filing("INBOX")))
    assert size.read_text() == "1000000S\n34 2\n-34 -2\n17 1\n"


def test_a_copy_over_the_quota_is_not_made(box: Box) -> None:
    (box.root / "maildirsize").write_text("20S\n17 1\n")
    box.put("cur/3,S=17:2,S")
    assert "quota" in box.refile(doing(Filing("A"), Filing("INBOX")))["3,S=17:2,S"]
    assert list(box.files()) == ["cur"]
