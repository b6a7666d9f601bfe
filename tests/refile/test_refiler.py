"""Re-filing: what is done with filed messages, and what of them is kept."""

from __future__ import annotations

import gzip

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.message.message import Message
from maildrop_py.refile.options import RefileOptions
from tests.support.maildirs import FiledMaildir, doing, tails, to

BASE = "1700000000.M1P1Q1.host"
MAIL = b"Subject: x\n\nbody\n"


def test_a_message_is_moved_under_a_new_unique_name(filed: FiledMaildir) -> None:
    old = filed.put(f"cur/{BASE},S=17,W=20:2,S")
    inode = old.stat().st_ino
    assert not filed.refile(to("Lists/foo"))
    new = filed.only(".Lists.foo/cur")
    assert not old.exists()
    assert new.stat().st_ino == inode
    assert new.name.partition(",")[0] != BASE
    assert new.name.endswith(",S=17,W=20:2,S")
    assert (filed.root / ".Lists.foo/maildirfolder").exists()


def test_the_date_of_arrival_stays(filed: FiledMaildir) -> None:
    filed.put(f"cur/{BASE},S=17:2,S")
    filed.refile(to("A"))
    assert filed.only(".A/cur").stat().st_mtime == 1_000_000_000


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
def test_names_of_every_kind_are_kept(
    filed: FiledMaildir, name: str, flags: str, place: str, tail: str
) -> None:
    filed.put(name)
    assert not filed.refile(to("A", flags))
    assert tails([filed.only(f".A/{place}").name]) == [tail]


def test_a_second_run_does_nothing(filed: FiledMaildir) -> None:
    for number in range(5):
        filed.put(f"new/{number}.host")

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return to("A", "S") if "/0." in message.file.path else to("INBOX", "F", "$Work")

    filed.refile(decide)
    before = filed.files()
    assert not filed.refile(decide)
    assert not filed.tasks
    assert filed.files() == before
    assert len(filed.runs()) == 1


def test_in_its_own_folder_a_message_gets_flags_and_keeps_its_name(filed: FiledMaildir) -> None:
    filed.put("new/b,S=17,U=3")
    assert not filed.refile(to("INBOX", "S"))
    assert filed.files() == {"cur": ["b,S=17,U=3:2,S"]}


def test_names_of_one_folder_written_differently_are_one_folder(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S", folder=".A.B")
    assert not filed.refile(to("A.B"), "A/B")
    assert not filed.refile(to("A/B"), "A/B")
    assert filed.files() == {".A.B/cur": ["b,S=17:2,S"]}


def test_keywords_keep_their_names_and_get_the_letters_of_the_new_folder(
    filed: FiledMaildir,
) -> None:
    (filed.root / "dovecot-keywords").write_text("0 $Work\n2 urgent\n")
    filed.put("cur/b,S=17:2,Sac")
    (filed.root / ".A/cur").mkdir(parents=True)
    (filed.root / ".A/new").mkdir()
    (filed.root / ".A/tmp").mkdir()
    (filed.root / ".A/dovecot-keywords").write_text("0 other\n1 URGENT\n")
    assert not filed.refile(to("A", "", "$Junk"))
    assert (
        filed.root / ".A/dovecot-keywords"
    ).read_text() == "0 other\n1 URGENT\n2 $Work\n3 $Junk\n"
    assert tails(filed.files()[".A/cur"]) == [",S=17:2,Sbcd"]


def test_letters_without_a_name_stay_unless_they_would_get_one(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,Saz")
    (filed.root / ".A/cur").mkdir(parents=True)
    (filed.root / ".A/new").mkdir()
    (filed.root / ".A/tmp").mkdir()
    (filed.root / ".A/dovecot-keywords").write_text("0 $Junk\n")
    assert not filed.refile(to("A"))
    assert tails(filed.files()[".A/cur"]) == [",S=17:2,Sz"]


def test_a_message_that_would_lose_a_keyword_stays(filed: FiledMaildir) -> None:
    (filed.root / "dovecot-keywords").write_text("0 $Work\n")
    filed.put("cur/b,S=17:2,a")
    folder = filed.root / ".A"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    full = "".join(f"{number} word{number}\n" for number in range(26))
    (folder / "dovecot-keywords").write_text(full)
    troubles = filed.refile(to("A"))
    assert "would lose keywords" in troubles["b,S=17:2,a"]
    assert list(filed.files()) == ["cur"]


def test_a_keyword_that_a_rule_adds_in_vain_is_a_warning(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    assert not filed.refile(to("A", "", "no keyword"))
    assert tails(filed.files()[".A/cur"]) == [",S=17:2,S"]
    assert "keywords not set" in filed.warnings[0]


def test_copies_are_links_and_are_made_once(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    decision = doing(Filing("Copies", rule="rule"), Filing("More", "F"), Filing("INBOX"))
    assert not filed.refile(decision)
    assert {place: tails(names) for place, names in filed.files().items()} == {
        "cur": [",S=17:2,S"],
        ".Copies/cur": [",S=17:2,S"],
        ".More/cur": [",S=17:2,FS"],
    }
    assert filed.only(".More/cur").stat().st_nlink == 3
    assert not filed.refile(decision)
    assert not filed.tasks


def test_with_several_folders_the_message_itself_goes_to_the_last(filed: FiledMaildir) -> None:
    filed.put("new/b,S=17")
    assert not filed.refile(doing(Filing("A"), Filing("B"), Filing("A", "F")))
    assert {place: tails(names) for place, names in filed.files().items()} == {
        ".A/cur": [",S=17:2,F"],
        ".B/new": [",S=17"],
    }
    assert [line.get("do") for line in filed.lines()] == [None, "copy", "move", None, None]


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
    filed: FiledMaildir, options: RefileOptions, left: dict[str, list[str]]
) -> None:
    filed.put("cur/b,S=17:2,S")
    filed.refile(doing(), options=options)
    assert {place: tails(names) for place, names in filed.files().items()} == left


def test_what_is_in_the_trash_is_not_discarded_again(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S", folder=".Trash")
    assert not filed.refile(doing(), "Trash")
    assert not filed.tasks


def test_headers_are_changed_once_and_the_date_stays(filed: FiledMaildir) -> None:
    mail = b"Received: x\nX-Bad: 1\nSubject: x\nx-bad:\n 2\n\nbody\n"
    old = filed.put(f"cur/{BASE},S={len(mail)},W={len(mail) + 7}:2,S", mail)
    decision = to("INBOX", "F", add_headers=(("X-Good", "yes"),), remove_headers=("X-Bad",))
    assert not filed.refile(decision)
    new = filed.only("cur")
    wanted = b"X-Good: yes\nReceived: x\nSubject: x\n\nbody\n"
    assert new.read_bytes() == wanted
    assert new.name.partition(",")[0] != BASE
    assert new.name.endswith(f",S={len(wanted)},W={len(wanted) + 5}:2,FS")
    assert new.stat().st_mtime == 1_000_000_000
    assert not old.exists()
    assert not filed.leftovers()
    assert not filed.refile(decision)
    assert not filed.tasks


def test_copies_of_a_changed_message_are_changed_too(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    decision = doing(Filing("A", "F"), Filing("B"), add_headers=(("X-Good", "yes"),))
    assert not filed.refile(decision)
    changed = b"X-Good: yes\n" + MAIL
    for place, tail in ((".A/cur", ",S=29:2,FS"), (".B/cur", ",S=29:2,S")):
        assert filed.only(place).read_bytes() == changed
        assert tails([filed.only(place).name]) == [tail]
    assert set(filed.files()) == {".A/cur", ".B/cur"}


def test_fields_are_renamed_and_added_at_the_end_once(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=15:2,S", b"X-Old: x\n\nbody\n")
    changes = {"rename_headers": (("X-Old", "X-New"),), "last_headers": (("X-Last", "yes"),)}
    assert not filed.refile(to("INBOX", **changes))
    assert filed.only("cur").read_bytes() == b"X-New: x\nX-Last: yes\n\nbody\n"
    assert not filed.refile(to("INBOX", **changes)) and not filed.tasks
    filed.undo()
    assert filed.only("cur").read_bytes() == b"X-Old: x\n\nbody\n"


@pytest.mark.parametrize("actions", [(), (Filing("A"),)])
@pytest.mark.parametrize("discard", ["trash", "delete"])
def test_a_message_that_a_rule_defers_is_left(
    filed: FiledMaildir, discard: str, actions: tuple[Filing, ...]
) -> None:
    filed.put("cur/b,S=17:2,S")
    deferred = doing(*actions, defer="later")
    troubles = filed.refile(deferred, options=RefileOptions(discard=discard))
    assert troubles == {"b,S=17:2,S": "a deferred message is left"}
    assert filed.files() == {"cur": ["b,S=17:2,S"]}


def test_a_compressed_message_is_not_changed(filed: FiledMaildir) -> None:
    packed = gzip.compress(MAIL)
    filed.put("cur/b,S=17:2,S", packed)
    troubles = filed.refile(to("INBOX", add_headers=(("X-Good", "yes"),)))
    assert "compressed (gzip), its header cannot be changed" in troubles["b,S=17:2,S"]
    assert not filed.refile(to("A", "F"))
    assert filed.only(".A/cur").read_bytes() == packed


def test_a_message_that_is_cut_short_is_not_changed(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=500:2,S", MAIL)
    troubles = filed.refile(to("INBOX", add_headers=(("X-Good", "yes"),)))
    assert "compressed or damaged" in troubles["b,S=500:2,S"]
    assert filed.files() == {"cur": ["b,S=500:2,S"]}


def test_a_folder_name_that_cannot_be_leaves_the_message(filed: FiledMaildir) -> None:
    filed.put("cur/1,S=17:2,S")
    assert "longer than 255 bytes" in filed.refile(to("x" * 300))["1,S=17:2,S"]
    assert list(filed.files()) == ["cur"]


def test_flags_that_a_name_cannot_have_are_reported(filed: FiledMaildir) -> None:
    filed.put("cur/b:1,x")
    assert "flags cannot be set" in filed.refile(to("INBOX", "F"))["b:1,x"]
    assert filed.files() == {"cur": ["b:1,x"]}


def test_the_quota_counts_what_goes_to_the_trash_and_what_is_copied(filed: FiledMaildir) -> None:
    size = filed.root / "maildirsize"
    size.write_text("1000000S\n34 2\n")
    filed.put("cur/1,S=17:2,S")
    filed.put("cur/2,S=17:2,S")
    filed.refile(doing())
    assert size.read_text() == "1000000S\n34 2\n-34 -2\n"
    filed.put("cur/3,S=17:2,S")
    filed.refile(doing(Filing("A"), Filing("INBOX")))
    assert size.read_text() == "1000000S\n34 2\n-34 -2\n17 1\n"


def test_a_copy_over_the_quota_is_not_made(filed: FiledMaildir) -> None:
    (filed.root / "maildirsize").write_text("20S\n17 1\n")
    filed.put("cur/3,S=17:2,S")
    assert "quota" in filed.refile(doing(Filing("A"), Filing("INBOX")))["3,S=17:2,S"]
    assert list(filed.files()) == ["cur"]


def test_in_its_own_folder_a_message_gets_a_keyword_once(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    assert not filed.refile(to("INBOX", "", "$Work"))
    assert filed.files() == {"cur": ["b,S=17:2,Sa"]}
    assert [line.get("do") for line in filed.lines()[:2]] == [None, "flag"]
    assert not filed.refile(to("INBOX", "", "$WORK")) and not filed.tasks
    assert not filed.refile(to("INBOX", "", "$Work", "$Later"))
    assert filed.files() == {"cur": ["b,S=17:2,Sab"]}


@pytest.mark.parametrize("limit", ["3C", "51S"])
def test_copies_of_one_batch_go_up_to_the_quota_together(filed: FiledMaildir, limit: str) -> None:
    (filed.root / "maildirsize").write_text(f"{limit}\n34 2\n")
    for name in ("1", "2"):
        filed.put(f"cur/{name},S=17:2,S")
    troubles = filed.refile(doing(Filing("A"), Filing("INBOX")))
    assert list(troubles) == ["2,S=17:2,S"] and "quota exceeded" in troubles["2,S=17:2,S"]
    assert len(filed.files()[".A/cur"]) == 1
    assert (filed.root / "maildirsize").read_text() == f"{limit}\n34 2\n17 1\n"


def test_nothing_is_done_for_a_rejection_that_is_not_allowed(filed: FiledMaildir) -> None:
    filed.put("cur/b,S=17:2,S")
    troubles = filed.refile(doing(Filing("Copies"), reject="no"))
    assert troubles == {"b,S=17:2,S": "reject is not allowed"}
    assert filed.files() == {"cur": ["b,S=17:2,S"]}
