"""What a delivery makes is its owner's alone, and what others made is not believed."""

from __future__ import annotations

import json
import marshal
import os
import re
import shlex
import subprocess
import time
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import strace
from tests.faults.deliveries import Deliveries
from tests.faults.subjects import SUBJECTS
from tests.support.bundle_file import read_bundle, write_bundle

STRANGER = 4711
"""A user that owns nothing of ours."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make files of others")


@pytest.fixture
def plain(command: Path, tmp_path: Path) -> Deliveries:
    """A home whose mail goes to `Hello`, caches warm."""
    subject = SUBJECTS["deliver: plain"](command, tmp_path / "place")
    assert isinstance(subject, Deliveries)
    subject.reset()
    return subject


def folders(subject: Deliveries) -> list[str]:
    """The folders in which messages lie, by their names on disk."""
    found = (path for part in ("new", "cur") for path in subject.home.maildir.rglob(f"{part}/*"))
    return [str(path.parent.parent.relative_to(subject.home.maildir)) for path in found]


def log(subject: Deliveries) -> str:
    """The delivery log."""
    return (subject.home.path / ".local/state/maildrop-py/deliveries.jsonl").read_text()


@pytest.mark.parametrize("mask", ["0", "0277", "0777"])
def test_all_that_is_made_is_for_the_owner_whatever_the_umask(
    mask: str, command: Path, tmp_path: Path
) -> None:
    subject = SUBJECTS["deliver: new folders"](command, tmp_path / "place")
    assert isinstance(subject, Deliveries)
    line = f"umask {mask}; exec {shlex.quote(str(command))} deliver"
    for _ in range(2):
        env = {"HOME": str(subject.home.path), "PATH": os.environ["PATH"]}
        ran = subprocess.run(
            ["/bin/sh", "-c", line], input=subject.case.message, env=env, check=False
        )
        assert ran.returncode == 0
    made = [path for path in subject.home.path.rglob("*") if ".config" not in path.parts]
    assert len(made) > 20
    modes = {path: path.stat().st_mode & 0o7777 for path in made}
    assert {path: mode for path, mode in modes.items() if mode != _right(path)} == {}


def _right(path: Path) -> int:
    return 0o700 if path.is_dir() else 0o600


@pytest.mark.usefixtures("tracing")
def test_no_shell_is_started_and_no_word_of_a_message_is_a_command(
    command: Path, tmp_path: Path
) -> None:
    subject = SUBJECTS["deliver: piped"](command, tmp_path / "place")
    assert isinstance(subject, Deliveries)
    rules = subject.home.path / ".config/maildrop-py/rules.yaml"
    rules.write_text(
        "maildir: ~/Maildir\nallow_commands: true\nrules:\n"
        "  - when: {subject: '(?P<what>.+)'}\n"
        "    then: {pipe: [touch, '{what}'], continue: true}\n"
        "  - then: {file: '{what}'}\n"
    )
    nasty = "x; touch owned `touch owned` $(touch owned) | touch owned"
    trace = tmp_path / "trace"
    ran = subprocess.run(
        ["strace", "-f", "-s", "500", "-o", trace, "-e", "trace=execve", command, "deliver"],
        input=f"Subject: {nasty}\n\n".encode(),
        env={"HOME": str(subject.home.path), "PATH": os.environ["PATH"]},
        cwd=subject.home.path,
        check=False,
    )
    assert ran.returncode == 0
    started = re.findall(r'execve\("([^"]*)", \[(.*?)\], ', trace.read_text())
    assert [Path(program).name for program, _ in started if "touch" in program] == ["touch"]
    assert not [program for program, _ in started if program.endswith("sh")]
    assert (subject.home.path / nasty).exists() and not (subject.home.path / "owned").exists()


def _for_a_group(path: Path) -> None:
    os.chown(path, 0, STRANGER)
    path.chmod(0o660)


SPOILS: dict[str, Callable[[Path], None]] = {
    "another's": lambda path: os.chown(path, STRANGER, STRANGER),
    "for everybody to write": lambda path: path.chmod(0o666),
    "for a group to write": _for_a_group,
    "in another's folder": lambda path: os.chown(path.parent, STRANGER, STRANGER),
    "in a folder for everybody": lambda path: path.parent.chmod(0o777),
}


@as_root
@pytest.mark.parametrize("spoil", SPOILS)
def test_rules_that_others_may_change_are_not_followed(spoil: str, plain: Deliveries) -> None:
    path = plain.home.path / ".config/maildrop-py/rules.yaml"
    path.write_text("maildir: ~/Maildir\nrules: [{then: {discard: true}}]\n")
    SPOILS[spoil](path)
    assert plain.attempt()
    assert folders(plain) == [".Hello"]  # by the last that were trusted
    assert "rules not usable" in log(plain)


@as_root
@pytest.mark.parametrize("spoil", [None, *SPOILS])
def test_compiled_rules_that_others_may_have_made_are_not_believed(
    spoil: str | None, plain: Deliveries
) -> None:
    """A cache that says `discard`: believed if it is ours, else the rules are read again."""
    [path] = (plain.home.path / ".cache/maildrop-py").glob("rules.yaml.*")
    _forge(path, plain)
    if spoil is not None:
        SPOILS[spoil](path)
    assert plain.attempt()
    assert folders(plain) == ([".Hello"] if spoil else [])


def _forge(cache: Path, subject: Deliveries) -> None:
    """Put the program of other rules into the cache, with the stamps of the present ones."""
    from maildrop_py.rules.program import cache as ours

    rules = subject.home.path / ".config/maildrop-py/rules.yaml"
    evil = subject.place / "evil.yaml"
    evil.write_text("maildir: ~/Maildir\nrules: [{then: {discard: true}}]\n")
    ours.load_program(str(evil), str(subject.place), print)
    [compiled] = subject.place.glob("evil.yaml.*")
    start = len(ours.KEY) + 4
    _, stamps, *_ = marshal.loads(cache.read_bytes()[start:])
    _, _, *program = marshal.loads(compiled.read_bytes()[start:])
    body = marshal.dumps((str(rules), stamps, *program))
    key = cache.read_bytes()[: len(ours.KEY)]  # of the Python that delivers
    cache.write_bytes(key + crc32(body).to_bytes(4, "big") + body)


@as_root
@pytest.mark.parametrize("spoil", [None, *SPOILS])
def test_a_bundle_that_others_may_have_made_is_not_run(
    spoil: str | None, plain: Deliveries
) -> None:
    """A bundle whose code leaves a trace: run if it is ours, else never."""
    path, mark = plain.home.path / ".cache/maildrop-py/modules", plain.home.path / "mark"
    modules, usual, codes = read_bundle(path)
    evil = compile(f"open({str(mark)!r}, 'w').close()\nraise SystemExit(0)", "evil", "exec")
    modules["maildrop_py.cli.deliver"] = (
        *modules["maildrop_py.cli.deliver"][:-1],
        marshal.dumps(evil),
    )
    write_bundle(path, (modules, usual, codes))
    if spoil is not None:
        SPOILS[spoil](path)
    assert plain.attempt() is (spoil is not None)
    assert mark.exists() is (spoil is None)


@as_root
def test_links_in_the_way_of_caches_are_not_followed(plain: Deliveries) -> None:
    precious = plain.place / "precious"
    precious.write_text("mine")
    for path in (plain.home.path / ".cache/maildrop-py").iterdir():
        path.unlink()
        path.symlink_to(precious)
        Path(f"{path}.new").symlink_to(precious)
    assert plain.attempt()
    assert precious.read_text() == "mine"
    assert folders(plain) == [".Hello"]


@as_root
@pytest.mark.parametrize("kind", ["link", "another's", "fifo", "directory"])
def test_a_log_that_is_not_ours_is_not_written(kind: str, plain: Deliveries) -> None:
    path = plain.home.path / ".local/state/maildrop-py/deliveries.jsonl"
    precious = plain.place / "precious"
    precious.write_text("mine")
    path.unlink()
    if kind == "link":
        path.symlink_to(precious)
    elif kind == "another's":
        path.write_text("mine")
        SPOILS[kind](path)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    began = time.monotonic()
    assert plain.attempt()
    assert time.monotonic() - began < 60, "it waited for somebody to read"
    assert folders(plain) == [".Hello"]
    assert precious.read_text() == "mine"
    assert kind != "another's" or path.read_text() == "mine"


@as_root
@pytest.mark.parametrize("how", ["owned", "link", "link to root's", "inside another's"])
def test_root_does_not_write_into_a_users_maildir(how: str, plain: Deliveries) -> None:
    maildir, elsewhere = plain.home.maildir, plain.place / "elsewhere"
    maildir.rename(elsewhere)
    if how == "owned":
        elsewhere.rename(maildir)
        os.chown(maildir, STRANGER, STRANGER)
    elif how == "inside another's":
        elsewhere.rename(maildir)
        os.chown(plain.home.path, STRANGER, STRANGER)
    else:
        maildir.symlink_to(elsewhere)
        if how == "link":
            os.chown(elsewhere, STRANGER, STRANGER)
        os.lchown(maildir, STRANGER, STRANGER)
    assert not plain.attempt()
    assert not [p for place in (maildir, elsewhere) for p in place.rglob("*/cur/*")]


@pytest.mark.parametrize("part", ["tmp", "new", "cur"])
def test_a_folder_that_is_a_link_never_makes_mail_visible_torn_or_lost(
    part: str, plain: Deliveries
) -> None:
    """With the user's own rights links are followed: the message is there, where they lead."""
    folder, elsewhere = plain.home.maildir / ".Hello" / part, plain.place / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    assert plain.attempt()
    [path] = (plain.home.maildir / ".Hello/cur").iterdir()
    assert path.read_bytes() == plain.case.whole


@as_root
def test_what_was_learnt_by_others_is_not_believed(command: Path, tmp_path: Path) -> None:
    subject = SUBJECTS["deliver: duplicates"](command, tmp_path / "place")
    assert isinstance(subject, Deliveries)
    subject.reset()
    assert subject.attempt()
    assert subject.attempt()
    assert folders(subject) == [".Hello"]  # the second was a duplicate
    SPOILS["another's"](subject.home.path / ".local/state/maildrop-py/evidence.sqlite")
    assert subject.attempt()
    assert folders(subject) == [".Hello", ".Hello"]
    entries = [json.loads(line) for line in log(subject).splitlines()]
    assert "evidence.sqlite" in str(entries[-1]["warnings"])


@pytest.mark.usefixtures("tracing")
def test_nothing_is_written_outside_the_home(plain: Deliveries, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    assert plain.attempt(strace.recording(trace))
    written = re.findall(r'openat\(AT_FDCWD, "([^"]*)", [^)]*O_(?:WRONLY|RDWR)', trace.read_text())
    assert written
    assert [path for path in written if not path.startswith(f"{plain.home.path}/")] == []
