"""The watcher: listings are believed, events only hurry it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from maildrop_py.intake import watcher
from maildrop_py.intake.hints import Hints
from maildrop_py.intake.network_file_system import is_network
from maildrop_py.intake.watcher import Directory, Watcher
from tests.support.waiting import wait_until


class Place(NamedTuple):
    name: str
    path: str


def directory(folder: Path) -> Directory:
    (folder / "new").mkdir(parents=True, exist_ok=True)
    return Directory(Place(folder.name, str(folder)), "new")


def put(directory: Directory, *names: str) -> None:
    for name in names:
        Path(directory.path, name).write_text("Subject: x\n\n")


@contextmanager
def watching(
    directories: Callable[[], list[Directory]],
    arrived: Callable[[Directory, list[str]], Collection[str]],
    polling: float | None = None,
) -> Iterator[Watcher]:
    warnings: list[str] = []
    running = Watcher(directories, arrived, list, warnings.append, polling)
    ready = threading.Event()
    thread = threading.Thread(target=running.run, args=(ready.set,))
    thread.start()
    ready.wait(60)
    yield running
    running.stop()
    thread.join(60)
    assert not thread.is_alive()


def test_names_are_given_out_once(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    put(folder, "2", "1", ".hidden")
    Path(folder.path, "subfolder").mkdir()
    names = folder.fresh(0.0, ())
    assert names == ["1", "2"]
    folder.handled(names, [], 0.0)
    put(folder, "3")
    assert folder.fresh(0.1, ()) == ["3"]
    folder.forget()
    assert folder.fresh(0.2, ()) == ["1", "2", "3"]


def test_only_changed_directories_are_listed_and_once_more_a_little_later(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    assert folder.is_due(0.0)
    folder.fresh(0.0, ())
    assert not folder.is_due(0.01)
    assert folder.is_due(0.1)
    folder.fresh(0.1, ())
    assert folder.next_look() is None
    assert not folder.is_due(100.0)
    put(folder, "1")
    assert folder.is_due(100.0)


def test_an_arrival_in_the_same_tick_of_the_clock_is_not_missed(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    stamp = os.stat(folder.path).st_mtime_ns
    assert folder.fresh(0.0, ()) == []
    put(folder, "1")
    os.utime(folder.path, ns=(stamp, stamp))
    look = folder.next_look()
    assert look is not None
    assert folder.is_due(look)
    assert folder.fresh(look, ()) == ["1"]


def test_a_coarse_clock_is_given_more_time(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    os.utime(folder.path, (1_700_000_000, 1_700_000_000))
    folder.fresh(0.0, ())
    assert not folder.is_due(1.0)
    assert folder.is_due(2.5)


def test_what_failed_is_tried_again_later(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    put(folder, "1", "2")
    folder.handled(folder.fresh(0.0, ()), ["2"], 0.0)
    assert folder.fresh(1.0, ()) == []
    assert folder.is_due(31.0)
    assert folder.fresh(31.0, ()) == ["2"]
    Path(folder.path, "2").unlink()
    assert folder.fresh(62.0, ()) == []
    assert folder.next_look() is not None  # for the change just seen
    folder.fresh(63.0, ())
    assert folder.next_look() is None


def test_what_an_event_was_about_is_found_without_listing(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    put(folder, "1", "2", "3")
    assert folder.hinted(["2", "1", "gone"]) == ["1", "2"]
    folder.handled(["1", "2"], [], 0.0)
    assert folder.hinted(["1"]) == []


def test_what_came_and_went_is_given_out_once_and_our_own_never(tmp_path: Path) -> None:
    folder = directory(tmp_path)
    put(folder, "1")
    folder.handled(folder.fresh(0.0, ()), [], 0.0)
    Path(folder.path, "1").unlink()  # filed
    assert folder.fresh(1.0, ["1", "passed"]) == ["passed"]
    folder.handled(["passed"], [], 1.0)
    assert folder.fresh(2.0, ["passed"]) == []


def test_a_directory_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    folder = Directory(Place("x", str(tmp_path / "x")), "new")
    assert not folder.is_due(0.0)
    directory(tmp_path / "x")
    assert folder.is_due(0.0)


@pytest.mark.parametrize("polling", [None, 0.05], ids=["events", "polling"])
def test_arrivals_are_given_out_in_pieces(
    tmp_path: Path, polling: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "PIECE", 7)
    folders = [directory(tmp_path / name) for name in "ab"]
    found: dict[str, list[str]] = {"a": [], "b": []}
    longest = 0

    def arrived(directory: Directory, names: list[str]) -> Collection[str]:
        nonlocal longest
        longest = max(longest, len(names))
        found[directory.folder.name] += names
        return ()

    with watching(lambda: folders, arrived, polling):
        for number in range(50):
            put(folders[number % 2], f"{number:02}")
        wait_until(lambda: sum(map(len, found.values())) >= 50, "all are given out")
    assert [sorted(found["a"]), sorted(found["b"])] == [
        [f"{number:02}" for number in range(start, 50, 2)] for start in (0, 1)
    ]
    assert longest <= 7


def test_without_any_event_arrivals_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the kernel has no more watches to give."""
    monkeypatch.setattr(Hints, "follow", lambda self, paths: list(paths))
    folder = directory(tmp_path)
    found: list[str] = []

    def arrived(directory: Directory, names: list[str]) -> Collection[str]:
        found.extend(names)
        return ()

    with watching(lambda: [folder], arrived):
        for number in range(3):
            put(folder, str(number))
            wait_until(lambda number=number: str(number) in found, "it is given out")  # type: ignore[misc]


def test_it_stops_between_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "PIECE", 1)
    folder = directory(tmp_path)
    put(folder, "1", "2", "3")
    found: list[str] = []
    running: list[Watcher] = []

    def arrived(directory: Directory, names: list[str]) -> Collection[str]:
        found.extend(names)
        running[0].stop()
        return ()

    running.append(Watcher(lambda: [folder], arrived, list, print))
    running[0].run()
    assert found == ["1"]


def test_hints_follow_directories_as_they_come_and_go(tmp_path: Path) -> None:
    hints = Hints()
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    assert hints.follow([str(one), str(two)]) == [str(two)]
    (one / "file").touch()
    wait_until(lambda: hints.wait(1) and str(one / "file") in hints.names(), "an event")
    (one / "file").unlink()
    one.rmdir()
    one.mkdir()  # the same path, another directory
    two.mkdir()
    for place in (one, two):

        def seen(place: Path = place) -> bool:
            hints.follow([str(one), str(two)])
            Path(tempfile.mkstemp(dir=place)[1]).unlink()
            return hints.wait(1) and any(str(place) in name for name in hints.names())

        wait_until(seen, "an event")
    assert hints.follow([]) == []
    hints.wait(0)
    hints.names()
    (two / "unseen").touch()
    time.sleep(0.1)
    assert hints.names() == []
    hints.close()


def test_events_are_not_held_back_by_removals(tmp_path: Path) -> None:
    """Watchdog waits half a second after a removal, for the other half of a rename."""
    hints = Hints()
    (tmp_path / "watched").mkdir()
    hints.follow([str(tmp_path / "watched")])
    (tmp_path / "watched/file").touch()
    wait_until(lambda: hints.wait(1) and hints.names(), "an event")
    while hints.wait(0.5):
        continue
    os.rename(tmp_path / "watched/file", tmp_path / "elsewhere")
    assert not hints.wait(1)  # nobody is woken for it, now or after half a second
    hints.close()


MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:40 / /home rw,relatime shared:1 - nfs4 server:/home rw,vers=4.2
41 40 0:41 / /home/local rw - ext4 /dev/vdb rw
42 22 0:42 / /mnt/with\040space rw - fuse.sshfs me@there: rw
43 22 0:43 / /mnt/ntfs rw - fuseblk /dev/vdc rw
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/srv/mail", False),
        ("/home/anna/Maildir", True),
        ("/home", True),
        ("/home/local/anna", False),
        ("/homes/anna", False),
        ("/mnt/with space/Maildir", True),
        ("/mnt/ntfs/Maildir", False),
    ],
)
def test_network_file_systems_are_known(tmp_path: Path, path: str, network: bool) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert is_network(path, str(mounts)) is network
    assert is_network(path, str(tmp_path / "none")) is False
