"""Re-filing: what is done with filed messages, and what of them is kept."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing, Forward, Pipe
from maildrop_py.delivery import dovecot_listing, free_names, moves
from maildrop_py.delivery.choices import Choices
from maildrop_py.delivery.filed_programs import ran_before
from maildrop_py.errors import CommandFailed
from maildrop_py.message.message import Message

from .boxes import Box, doing, tails, to

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
        assert message.filed is not None
        return to("A", "S") if "/0." in message.filed.path else to("INBOX", "F", "$Work")

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
    ("choices", "left"),
    [
        (Choices(), {".Trash/cur": [",S=17:2,S"]}),
        (Choices(trash="Deleted"), {".Deleted/cur": [",S=17:2,S"]}),
        (Choices(discard="delete"), {}),
        (Choices(discard="keep"), {"cur": [",S=17:2,S"]}),
    ],
)
def test_discarded_mail_goes_where_the_user_wants_it(
    box: Box, choices: Choices, left: dict[str, list[str]]
) -> None:
    box.put("cur/b,S=17:2,S")
    box.refile(doing(), choices=choices)
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
    box.put("cur/b,S=500:2,S", b"\x1f\x8b some compressed bytes")
    troubles = box.refile(to("INBOX", add_headers=(("X-Good", "yes"),)))
    assert "compressed or damaged" in troubles["b,S=500:2,S"]
    assert box.files() == {"cur": ["b,S=500:2,S"]}


def test_programs_and_rejections_are_left_out_unless_allowed(box: Box) -> None:
    box.put("cur/1,S=17:2,S")
    box.put("cur/2,S=17:2,S")
    box.put("cur/3,S=17:2,S")
    decisions = {
        "1": doing(Forward("a@example.org")),
        "2": doing(reject="no"),
        "3": doing(Pipe(("/bin/false",)), Filing("A")),
    }

    def decide(message: Message) -> Decision:
        assert message.filed is not None
        return decisions[os.path.basename(message.filed.path)[0]]

    troubles = box.refile(decide)
    assert troubles == {
        "1,S=17:2,S": "forward is not allowed",
        "2,S=17:2,S": "reject is not allowed",
    }
    assert set(box.files()) == {"cur", ".A/cur"}


def test_an_allowed_program_is_run_once_whatever_becomes_of_the_message(box: Box) -> None:
    ran: list[object] = []
    box.put("cur/1,S=40:2,S", b"Message-ID: <1@example.org>\n\n")
    choices = Choices(allowed=("forward",), run=lambda command, message: ran.append(command))
    forward = Forward("a@example.org", "rule")
    assert not box.refile(doing(forward, Filing("INBOX")), choices=choices)
    assert ran == [forward]
    assert [line.get("do") for line in box.lines()] == [None, "ran", None]
    assert list(ran_before(box.runs(), str(box.root))) == [
        ("<1@example.org>", "forwarded to a@example.org")
    ]


def test_a_message_whose_program_fails_stays(box: Box) -> None:
    def fail(command: object, message: Message) -> None:
        raise CommandFailed("sendmail: exit status 75")

    box.put("cur/1,S=17:2,S")
    choices = Choices(allowed=("forward",), run=fail)
    troubles = box.refile(doing(Forward("a@example.org"), Filing("A")), choices=choices)
    assert troubles == {"1,S=17:2,S": "sendmail: exit status 75"}
    assert list(box.files()) == ["cur"]


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


@pytest.fixture(params=["rename", "link", "plain"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As if there were no exclusive rename, and no hard links."""

    def unsupported(source: str, target: str) -> None:
        raise free_names.Unsupported

    if request.param != "rename":
        monkeypatch.setattr(free_names, "rename", unsupported)
    if request.param == "plain":
        monkeypatch.setattr(free_names, "link", lambda source, target: False)
    return str(request.param)


def test_every_kind_of_file_system_will_do(box: Box, file_system: str) -> None:
    for number in range(10):
        box.put(f"new/{number}.host", b"Subject: %d\n\n" % number)
    assert not box.refile(to("A", "S"))
    assert list(box.files()) == [".A/cur"]
    subjects = {path.read_bytes() for path in (box.root / ".A/cur").iterdir()}
    assert subjects == {b"Subject: %d\n\n" % number for number in range(10)}
    assert not box.leftovers()


def test_flags_set_meanwhile_are_kept(box: Box, file_system: str) -> None:
    old = box.put("cur/b,S=17:2,S")
    troubles = box.refile(to("A", "F"), meanwhile=lambda: old.rename(old.with_name("b,S=17:2,RS")))
    assert not troubles
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_read_meanwhile_is_found_in_cur(box: Box, file_system: str) -> None:
    old = box.put("new/b,S=17")
    assert not box.refile(to("A"), meanwhile=lambda: old.rename(box.root / "cur/b,S=17:2,"))
    assert {place: tails(names) for place, names in box.files().items()} == {".A/cur": [",S=17:2,"]}


def test_flags_set_while_the_message_has_both_names_are_kept(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = box.put("cur/b,S=17:2,S")
    monkeypatch.setattr(free_names, "rename", _unsupported)
    sync = moves.sync_directory

    def flagged_before(path: str) -> None:
        if old.exists():
            old.rename(old.with_name("b,S=17:2,RS"))
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", flagged_before)
    assert not box.refile(to("A", "F"))
    assert {place: tails(names) for place, names in box.files().items()} == {
        ".A/cur": [",S=17:2,FRS"]
    }


def test_a_message_expunged_while_it_has_both_names_is_gone(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = box.put("cur/b,S=17:2,S")
    monkeypatch.setattr(free_names, "rename", _unsupported)
    sync = moves.sync_directory

    def expunged_before(path: str) -> None:
        old.unlink(missing_ok=True)
        sync(path)

    monkeypatch.setattr(moves, "sync_directory", expunged_before)
    assert "gone" in box.refile(to("A"))["b,S=17:2,S"]
    assert box.files() == {}


def _unsupported(source: str, target: str) -> None:
    raise free_names.Unsupported


def test_a_message_that_has_gone_is_left_alone(box: Box, file_system: str) -> None:
    old = box.put("cur/b,S=17:2,S")
    box.put("cur/c,S=17:2,S")
    troubles = box.refile(to("A"), meanwhile=old.unlink)
    assert "gone" in troubles["b,S=17:2,S"]
    assert len(box.files()[".A/cur"]) == 1


def test_nothing_is_overwritten(
    box: Box, file_system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("cur/b,S=17:2,S")
    box.put("cur/taken,S=1:2,S", b"another", folder=".A")
    monkeypatch.setattr("maildrop_py.delivery.carried_name.new_base", lambda: "taken")
    box.put("cur/c,S=1:2,S", b"third")
    troubles = box.refile(to("A"))
    assert list(troubles) == ["c,S=1:2,S"]
    assert "File exists" in troubles["c,S=1:2,S"]
    assert (box.root / ".A/cur/taken,S=1:2,S").read_bytes() == b"another"
    assert (box.root / "cur/c,S=1:2,S").read_bytes() == b"third"


def test_a_folder_that_is_removed_meanwhile_is_made_again(box: Box, file_system: str) -> None:
    box.put("new/b,S=17")

    def remove() -> None:
        for path in sorted((box.root / ".A").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (box.root / ".A").rmdir()

    assert not box.refile(to("A"), meanwhile=remove)
    assert list(box.files()) == [".A/new"]


def test_another_file_system_gets_a_synced_copy(
    box: Box, small_disk: object, tmp_path: Path
) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/b,S=17:2,S")
    assert not box.refile(to("A", "F"))
    (new,) = (disk / "cur").iterdir()
    assert new.read_bytes() == MAIL
    assert new.name.endswith(",S=17:2,FS")
    assert new.stat().st_mtime == 1_000_000_000
    assert box.files() == {}
    assert not list((disk / "tmp").iterdir())


def test_copies_on_another_file_system_are_made_once(box: Box, small_disk: object) -> None:
    disk = small_disk("size=1m")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/b,S=17:2,S")
    decision = doing(Filing("A"), Filing("INBOX"))
    assert not box.refile(decision)
    assert not box.refile(decision)
    assert len(list((disk / "cur").iterdir())) == 1


def test_a_full_disk_stops_what_needs_room_and_nothing_else(box: Box, small_disk: object) -> None:
    disk = small_disk("size=64k")  # type: ignore[operator]
    (box.root / ".A").symlink_to(disk)
    box.put("cur/1,S=200000:2,S", b"x" * 200_000)
    box.put("cur/2,S=17:2,S")
    box.put("cur/3,S=17:2,S")

    def decide(message: Message) -> Decision:
        assert message.filed is not None
        return to("B") if "/3," in message.filed.path else to("A")

    troubles = box.refile(decide)
    assert list(troubles) == ["1,S=200000:2,S"]
    assert "No space left" in troubles["1,S=200000:2,S"]
    assert (box.root / "cur/1,S=200000:2,S").stat().st_size == 200_000
    assert len(list((disk / "cur").iterdir())) == 1
    assert not list((disk / "tmp").iterdir())


def test_without_a_journal_nothing_moves(box: Box) -> None:
    box.put("cur/1,S=17:2,S")
    box.journals.write_text("in the way")
    assert "journal" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]


def test_an_error_of_the_disk_is_said_for_each_message(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), source, None, target)

    monkeypatch.setattr(free_names, "rename", fail)
    box.put("cur/1,S=17:2,S")
    assert "Input/output error" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]
    assert list(box.runs()[0].performed()) == []


def test_a_move_that_is_not_surely_on_the_disk_is_said_and_can_be_undone(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    box.put("cur/1,S=17:2,S")
    with monkeypatch.context() as patch:
        patch.setattr(moves, "sync_directory", fail)
        assert "perhaps not durably" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == [".A/cur"]
    assert [undone.outcome for undone in box.undo()] == ["back"]


def test_without_a_sync_no_old_name_is_removed(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)

    box.put("cur/1,S=17:2,S")
    monkeypatch.setattr(free_names, "rename", _unsupported)
    monkeypatch.setattr(moves, "sync_directory", fail)
    assert "Input/output error" in box.refile(to("A"))["1,S=17:2,S"]
    assert list(box.files()) == ["cur"]


def test_dovecot_is_kept_from_listing_a_folder_while_names_in_it_change(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a listing may have neither the old name nor the new one."""
    (box.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    locked: list[bool] = []
    rename = free_names.rename

    def look(source: str, target: str) -> None:
        locked.append((box.root / "dovecot-uidlist.lock").exists())
        rename(source, target)

    monkeypatch.setattr(free_names, "rename", look)
    box.put("cur/b,S=17:2,S")
    box.refile(to("INBOX", "F"))
    box.refile(to("A"))
    assert locked == [True, False]
    assert not (box.root / "dovecot-uidlist.lock").exists()


def test_a_lock_that_is_held_too_long_does_not_hold_up_the_run(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dovecot_listing, "LOCK_TIMEOUT", 0.1)
    (box.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    (box.root / "dovecot-uidlist.lock").write_text("1:elsewhere")
    box.put("cur/b,S=17:2,S")
    assert not box.refile(to("INBOX", "F"))
    assert box.files() == {"cur": ["b,S=17:2,FS"]}
