"""`maildrop-py watch`: mail is filed as it arrives, whatever happens around it."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from itertools import count
from pathlib import Path

import pytest

from tests.support.cli_mailbox import Mailbox
from tests.support.waiting import wait_until
from tests.support.watching import QUEUE, Watching

NUMBERS = count(1)


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    return Mailbox(tmp_path, monkeypatch)


def arrive(mailbox: Mailbox, subject: str, folder: str = "", more: str = "") -> Path:
    """A message is delivered as Maildir wants it: written in tmp/, then moved to new/."""
    name = f"{time.time_ns()}.{next(NUMBERS)}.host"
    place = mailbox.maildir / folder
    draft = place / "tmp" / name
    draft.write_text(f"{more}Subject: {subject}\n\nbody\n")
    path = place / "new" / name
    draft.rename(path)
    return path


def settles_as(mailbox: Mailbox, expected: dict[str, list[str]]) -> None:
    """Wait until the mail is where it is expected."""
    try:
        wait_until(lambda: mailbox.subjects() == expected, "the mail is filed", 60)
    except AssertionError:
        assert mailbox.subjects() == expected


def logged(mailbox: Mailbox) -> list[dict[str, object]]:
    """What the delivery log says."""
    log = mailbox.home / ".local/state/maildrop-py/deliveries.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_mail_is_filed_as_it_arrives_and_can_be_undone(mailbox: Mailbox) -> None:
    arrive(mailbox, "work")
    with Watching(mailbox.home) as watching:
        settles_as(mailbox, {".Work/cur": ["work"]})
        arrive(mailbox, "junk")
        arrive(mailbox, "other")
        arrive(mailbox, "read")
        settles_as(
            mailbox,
            {".Trash/new": ["junk"], ".Work/cur": ["work"], "cur": ["read"], "new": ["other"]},
        )
        watching.says("to Work (flagged, $Work) [work]")
        assert watching.stop() == 0
    [run] = {entry["run"] for entry in logged(mailbox) if entry["command"] == "watch"}
    assert run in mailbox.run("undo", "--list").stdout
    assert "3 put back" in mailbox.run("undo").stdout
    assert mailbox.subjects() == {"new": ["junk", "other", "read", "work"]}


def test_lost_events_lose_no_mail(mailbox: Mailbox) -> None:
    """The kernel keeps two events for it and drops the rest."""
    if not os.access(QUEUE, os.W_OK):
        pytest.skip(f"needs the right to write {QUEUE}")
    with Watching(mailbox.home, queue=2) as watching:
        for number in range(600):
            arrive(mailbox, "work" if number % 3 else "other")
        settles_as(mailbox, {".Work/cur": ["work"] * 400, "new": ["other"] * 200})
        assert watching.stop() == 0
        assert watching.output.read_text().count("to Work") == 400


def test_what_another_program_moves_on_is_found_or_left_alone(mailbox: Mailbox) -> None:
    """A mail reader takes half of the new mail into cur/ at once, as Dovecot does."""
    with Watching(mailbox.home) as watching:
        for number in range(100):
            path = arrive(mailbox, "work")
            if number % 2:
                try:
                    path.rename(mailbox.maildir / "cur" / f"{path.name}:2,")
                except FileNotFoundError:
                    continue  # filed already
        settles_as(mailbox, {".Work/cur": ["work"] * 100})
        assert watching.stop() == 0
        assert "failed" not in watching.output.read_text()


def test_a_message_that_is_put_back_is_left_alone(mailbox: Mailbox) -> None:
    """Put back as Dovecot does: under a new name, the same file, unseen."""
    with Watching(mailbox.home) as watching:
        arrive(mailbox, "junk")
        settles_as(mailbox, {".Trash/new": ["junk"]})
        (trashed,) = (mailbox.maildir / ".Trash/new").iterdir()
        trashed.rename(mailbox.maildir / "new/1700000000.back.host")
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"], "new": ["junk"]})
        watching.stop()
    with Watching(mailbox.home):  # and it remembers
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"] * 2, "new": ["junk"]})


def test_filing_into_a_watched_folder_does_not_loop(mailbox: Mailbox) -> None:
    mailbox.rules.write_text(
        "rules:\n"
        "  - {name: there, when: {folder: INBOX}, then: {file: A}}\n"
        "  - {name: back, when: {folder: A}, then: {file: INBOX}}\n"
    )
    with Watching(mailbox.home, "--all-folders") as watching:
        arrive(mailbox, "x")
        settles_as(mailbox, {".A/new": ["x"]})
        arrive(mailbox, "y")
        settles_as(mailbox, {".A/new": ["x", "y"]})
        watching.stop()
        assert watching.output.read_text().count(": to ") == 2


def test_what_is_not_a_message_is_neither_followed_nor_waited_for(mailbox: Mailbox) -> None:
    new = mailbox.maildir / "new"
    outside = mailbox.home / "outside"
    outside.write_text("Subject: work\n\n")
    with Watching(mailbox.home) as watching:
        (new / "1.link").symlink_to(outside)
        os.mkfifo(new / "2.pipe")
        (new / "3.folder").mkdir()
        (new / ".4").write_text("Subject: work\n\n")
        arrive(mailbox, "work")
        wait_until(lambda: list(mailbox.maildir.glob(".Work/cur/*")), "it is filed")
        arrive(mailbox, "work")
        wait_until(lambda: len(list(mailbox.maildir.glob(".Work/cur/*"))) == 2, "and the next")
        assert watching.stop() == 0
    left = sorted(path.name for path in new.iterdir())
    assert left == [".4", "1.link", "2.pipe", "3.folder"]


def test_folders_may_be_made_renamed_and_removed(mailbox: Mailbox) -> None:
    with Watching(mailbox.home, "--folder", "INBOX", "--folder", "In/*") as watching:
        mailbox.put("cur/0", "old", ".In.One")
        arrive(mailbox, "work", ".In.One")
        settles_as(mailbox, {".In.One/cur": ["old"], ".Work/cur": ["work"]})
        (mailbox.maildir / ".In.One").rename(mailbox.maildir / ".In.Two")
        arrive(mailbox, "work", ".In.Two")
        settles_as(mailbox, {".In.Two/cur": ["old"], ".Work/cur": ["work"] * 2})
        shutil.rmtree(mailbox.maildir / ".In.Two")
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"] * 3})
        for _ in range(2):  # the same name again, another directory
            shutil.rmtree(mailbox.maildir / "new")
            (mailbox.maildir / "new").mkdir()
            arrive(mailbox, "work")
            wait_until(lambda: not list((mailbox.maildir / "new").iterdir()), "it is filed")
        assert watching.stop() == 0


def test_cur_is_watched_when_asked(mailbox: Mailbox) -> None:
    mailbox.put("cur/1:2,", "work")
    with Watching(mailbox.home, "--cur") as watching:
        settles_as(mailbox, {".Work/cur": ["work"]})
        mailbox.put("cur/2:2,S", "junk")
        settles_as(mailbox, {".Trash/cur": ["junk"], ".Work/cur": ["work"]})
        watching.stop()


def test_rules_may_change_and_break(mailbox: Mailbox) -> None:
    arrive(mailbox, "other")
    with Watching(mailbox.home) as watching:
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"], "new": ["other"]})
        rules = mailbox.rules.read_text()
        mailbox.rules.write_text(rules.replace("file: Work", "file: Job"))
        time.sleep(1.1)  # rules are looked at once a second
        arrive(mailbox, "work")
        settles_as(mailbox, {".Job/cur": ["work"], ".Work/cur": ["work"], "new": ["other"]})
        mailbox.rules.write_text("rules: [{name: x, when: {subjekt: x}, then: {file: X}}]\n")
        time.sleep(1.1)
        arrive(mailbox, "work")
        settles_as(mailbox, {".Job/cur": ["work"] * 2, ".Work/cur": ["work"], "new": ["other"]})
        watching.says("subjekt")
        mailbox.rules.write_text("rules: [{name: all, then: {file: All}}]\n")
        watching.reload()
        settles_as(
            mailbox, {".All/new": ["other"], ".Job/cur": ["work"] * 2, ".Work/cur": ["work"]}
        )
        assert watching.stop() == 0


def test_the_service_manager_is_informed(mailbox: Mailbox) -> None:
    with Watching(mailbox.home) as watching:
        watching.reload()
        assert watching.stop() == 0
        watching.wait_for("STOPPING=1")
    assert [line.partition("\n")[0] for line in watching.notified] == [
        "READY=1",
        "RELOADING=1",
        "READY=1",
        "STOPPING=1",
    ]


def test_looking_now_and_then_does_without_events(mailbox: Mailbox) -> None:
    with Watching(mailbox.home, "--poll", "0.2") as watching:
        for number in range(3):
            arrive(mailbox, "work")
            settles_as(mailbox, {".Work/cur": ["work"] * (number + 1)})
        watching.stop()
        assert "Thread" not in watching.output.read_text()


def test_several_maildirs_are_watched(mailbox: Mailbox, tmp_path: Path) -> None:
    other = tmp_path / "Other"
    for part in ("tmp", "new", "cur"):
        (other / part).mkdir(parents=True)
    with Watching(mailbox.home, mailbox.maildir, other) as watching:
        arrive(mailbox, "work")
        (other / "new/1").write_text("Subject: work\n\n")
        settles_as(mailbox, {".Work/cur": ["work"]})
        wait_until(lambda: list(other.glob(".Work/cur/*")), "the other's is filed")
        watching.stop()


def test_a_message_that_cannot_be_filed_is_tried_again_and_the_rest_is_filed(
    mailbox: Mailbox,
) -> None:
    (mailbox.maildir / ".Trash").write_text("in the way")
    with Watching(mailbox.home) as watching:
        arrive(mailbox, "junk")
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"], "new": ["junk"]})
        watching.says("Not a directory")
        (mailbox.maildir / ".Trash").unlink()
        watching.reload()
        settles_as(mailbox, {".Trash/new": ["junk"], ".Work/cur": ["work"]})
        watching.stop()


def test_without_usable_rules_it_does_not_start(mailbox: Mailbox) -> None:
    mailbox.rules.unlink()
    result = mailbox.run("watch")
    assert result.exit_code == 1
    assert "rules" in result.output
    assert mailbox.run("watch", mailbox.home / "nowhere").exit_code == 1


def test_a_burst_from_several_deliveries_is_filed_once_each(mailbox: Mailbox) -> None:
    def deliver() -> None:
        for _ in range(150):
            arrive(mailbox, "work")

    with Watching(mailbox.home) as watching:
        threads = [threading.Thread(target=deliver) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        settles_as(mailbox, {".Work/cur": ["work"] * 600})
        assert watching.stop() == 0


def test_idling_costs_nothing_to_speak_of(mailbox: Mailbox) -> None:
    for number in range(50):
        mailbox.put("cur/1:2,", "x", f".F{number}")
    with Watching(mailbox.home, "--all-folders") as watching:
        time.sleep(1)
        before = watching.cpu_seconds()
        time.sleep(3)
        assert watching.cpu_seconds() - before <= 0.05
        watching.stop()
