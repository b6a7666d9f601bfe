"""A refile killed at any instant: no message is lost, and the next run ends the work.

The work is done in child processes that die, without any tidying up, at the
first, second, third … call that changes something on the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir import exclusive_rename
from maildrop_py.message.message import Message
from tests.support.maildirs import FiledMaildir, doing, to

CALLS = ("link", "unlink", "rename", "write", "fsync", "fdatasync", "mkdir", "utime", "ftruncate")
KILLED = 99


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory if there is one, for these tests sync some thousand times."""
    if not os.path.isdir("/dev/shm"):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def decide(message: Message) -> Decision:
    """One message for each kind of thing that can be done."""
    subject = message.headers.first("Subject") or ""
    decisions = {
        "move": to("A"),
        "flag": to("INBOX", "F"),
        "both": doing(Filing("A", "F", rule="r"), Filing("B", rule="r")),
        "copy": doing(Filing("A", rule="r"), Filing("INBOX", rule="r")),
        "trash": doing(),
        "head": to("B", add_headers=(("X-Good", "yes"),)),
        "same": to("INBOX", add_headers=(("X-Good", "yes"),)),
    }
    return decisions.get(subject, to("INBOX"))


SUBJECTS = ("move", "flag", "both", "copy", "trash", "head", "same", "stay")
EXPECTED = Counter(
    {
        ("move", ".A/new"): 1,
        ("flag", "cur"): 1,
        ("both", ".A/cur"): 1,
        ("both", ".B/new"): 1,
        ("copy", ".A/new"): 1,
        ("copy", "new"): 1,
        ("trash", ".Trash/new"): 1,
        ("head", ".B/new"): 1,
        ("same", "new"): 1,
        ("stay", "new"): 1,
    }
)


def filled(root: Path) -> FiledMaildir:
    shutil.rmtree(root.parent, ignore_errors=True)
    filed = FiledMaildir(root)
    for number, subject in enumerate(SUBJECTS):
        filed.put(f"new/{number}.host,S=15", f"Subject: {subject}\n\n".encode())
    return filed


def content(filed: FiledMaildir) -> Counter[tuple[str, str]]:
    """What each visible file is about, and where it is."""
    found: Counter[tuple[str, str]] = Counter()
    for place, names in filed.files().items():
        for name in names:
            text = (filed.root / place / name).read_text()
            found[text.rpartition("Subject: ")[2].strip(), place] += 1
    return found


def in_child(work: Callable[[], object]) -> int:
    """The exit status of a child process that does `work`."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die_at(call: int) -> None:
    """Make this process die behind its `call`th change of the disk, before the next."""
    left = [call]

    def wrap(function: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **named: object) -> object:
            left[0] -= 1
            try:
                return function(*arguments, **named)
            finally:
                if left[0] == 0:
                    os._exit(KILLED)

        return counted

    for name in CALLS:
        setattr(os, name, wrap(getattr(os, name)))
    exclusive_rename.rename = wrap(exclusive_rename.rename)  # type: ignore[assignment]


def without_exclusive_rename() -> None:
    def unsupported(source: str, target: str) -> None:
        raise exclusive_rename.Unsupported

    exclusive_rename.rename = unsupported


@pytest.mark.parametrize(
    "prepare", [lambda: None, without_exclusive_rename], ids=["rename", "link"]
)
def test_a_kill_at_any_call_loses_nothing(place: Path, prepare: Callable[[], None]) -> None:
    call = 0
    status = KILLED
    while status == KILLED:
        call += 1
        filed = filled(place / "home/Maildir")

        def work(filed: FiledMaildir = filed, call: int = call) -> None:
            prepare()
            die_at(call)
            filed.refile(decide)

        status = in_child(work)
        left = {subject for subject, _ in content(filed)}
        assert left == set(SUBJECTS), f"lost at call {call}"
        filed.recover()
        assert not filed.warnings
        assert not filed.refile(decide)
        assert content(filed) == EXPECTED, f"at call {call}"
    assert status == 0
    assert call > 30


@pytest.mark.parametrize(
    "prepare", [lambda: None, without_exclusive_rename], ids=["rename", "link"]
)
def test_what_a_killed_run_did_can_be_undone(place: Path, prepare: Callable[[], None]) -> None:
    call = 0
    status = KILLED
    while status == KILLED:
        call += 1
        filed = filled(place / "home/Maildir")

        def work(filed: FiledMaildir = filed, call: int = call) -> None:
            prepare()
            die_at(call)
            filed.refile(decide)

        status = in_child(work)
        filed.recover()
        if filed.runs():
            assert {undone.outcome for undone in filed.undo()} <= {"back"}
        assert content(filed) == Counter({(subject, "new"): 1 for subject in SUBJECTS}), call


def test_an_undo_may_be_killed_too(place: Path) -> None:
    call = 0
    status = KILLED
    while status == KILLED:
        call += 1
        filed = filled(place / "home/Maildir")
        filed.refile(decide)
        (past,) = filed.runs()

        def work(filed: FiledMaildir = filed, call: int = call) -> None:
            die_at(call)
            filed.undo()

        status = in_child(work)
        assert {subject for subject, _ in content(filed)} == set(SUBJECTS), call
        filed.recover()
        assert {undone.outcome for undone in filed.undo(past)} <= {"back"}
        assert content(filed) == Counter({(subject, "new"): 1 for subject in SUBJECTS}), call


def test_a_living_run_is_left_alone(place: Path) -> None:
    filed = filled(place / "home/Maildir")
    filed.refile(decide, meanwhile=lambda: None)
    from maildrop_py.refile.journal import Journal

    journal = Journal(str(filed.journals), "refile", str(filed.root), {})
    journal.add_step("move", "new/x", ".A/new/x", None)
    journal.sync()
    assert filed.recover() == []
    journal.close()
    (settled,) = filed.recover()
    assert (settled.in_doubt, settled.finished) == (1, 0)
    assert filed.recover() == []
