"""Compiled rules: believed while nothing changed, kept as the last good ones, never forged."""

from __future__ import annotations

import marshal
import os
import threading
from binascii import crc32
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.decision.decision import Pipe
from maildrop_py.rules.program import cache
from maildrop_py.rules.program.cache import (
    compile_program,
    fresh_program,
    load_program,
    load_stamped,
)
from maildrop_py.rules.program.program import Program
from tests.support.rules_reading import NOBODY, NOW, Answers, decide, mail

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")


class User:
    """A user's rules file, the folder of compiled rules, and what is warned of."""

    def __init__(self, home: Path) -> None:
        self.rules = home / "rules.yaml"
        self.folder = home / "cache"
        self.warnings: list[str] = []

    def write(self, folder: str, more: str = "") -> None:
        self.rules.write_text(f"{more}\nrules: [{{then: {{file: {folder}}}}}]\n")

    def load(self) -> Program | None:
        self.warnings.clear()
        return load_program(str(self.rules), str(self.folder), self.warnings.append)

    def folder_of_mail(self) -> str | None:
        """Where a message goes; None without rules."""
        program = self.load()
        if program is None:
            return None
        return decide(mail("A: b"), NOBODY, Answers(), program, NOW).filings[0].folder

    def compiled(self) -> Path:
        (found,) = self.folder.iterdir()
        return found


@pytest.fixture
def user(tmp_path: Path) -> User:
    tmp_path.chmod(0o700)
    found = User(tmp_path)
    found.write("A")
    return found


def reads_yaml(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time that rules are read from YAML."""
    from maildrop_py.rules.language import reader

    paths: list[str] = []
    real = reader.read_rules

    def noting(path: str, **how: Any) -> object:
        paths.append(path)
        return real(path, **how)

    monkeypatch.setattr(reader, "read_rules", noting)
    return paths


def test_rules_are_compiled_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reads_yaml(monkeypatch)
    assert [user.folder_of_mail() for _ in range(3)] == ["A"] * 3
    assert len(read) == 1 and not user.warnings
    assert user.compiled().stat().st_mode & 0o777 == 0o600
    assert user.folder.stat().st_mode & 0o777 == 0o700


def test_changed_rules_are_compiled_anew(user: User) -> None:
    assert user.folder_of_mail() == "A"
    user.write("Bee")
    assert user.folder_of_mail() == "Bee"
    assert len(list(user.folder.iterdir())) == 1


def test_changes_of_everything_that_was_read_count(user: User) -> None:
    home = user.rules.parent
    (home / "d").mkdir()
    (home / "vip.txt").write_text("x@y\n")
    (home / "d" / "a.yaml").write_text("rules: []\n")
    user.rules.write_text(
        "include: d/*.yaml\nrules: [{when: {from: {file: vip.txt}}, then: {file: V}}]"
    )
    os.utime(home / "d", (1, 1))
    assert user.folder_of_mail() == "INBOX"

    def is_fresh() -> bool:
        return fresh_program(str(user.rules), str(user.folder)) is not None

    assert is_fresh()
    (home / "vip.txt").write_text("x@y\nz@y\n")
    assert not is_fresh()
    assert user.load() and is_fresh()
    (home / "d" / "b.yaml").write_text("rules: [{then: {file: B}}]\n")
    assert not is_fresh()
    assert user.folder_of_mail() == "B"
    (home / "d" / "b.yaml").unlink()
    assert user.folder_of_mail() == "INBOX"


def test_broken_rules_leave_the_last_good_ones_in_use(user: User) -> None:
    assert user.folder_of_mail() == "A"
    user.rules.write_text("rules: [{then: {fil: B}}]\n")
    for _ in range(2):
        assert user.folder_of_mail() == "A"
        assert "1:17: unknown action 'fil' (did you mean `file`?)" in user.warnings[0]
        assert user.warnings[-1] == f"the last rules that could be used stay in use: {user.rules}"
    user.write("C")
    assert user.folder_of_mail() == "C" and not user.warnings


def test_deleted_rules_leave_the_last_good_ones_in_use(user: User) -> None:
    assert user.load()
    user.rules.unlink()
    assert user.folder_of_mail() == "A"
    assert "No such file" in user.warnings[0]


def test_broken_rules_without_good_ones_are_none(user: User) -> None:
    user.rules.write_text("rules: [\n")
    assert user.load() is None
    assert "not YAML" in user.warnings[0]


def test_rules_that_others_may_write_to_are_as_good_as_broken(user: User) -> None:
    assert user.load()
    user.write("Evil")
    user.rules.chmod(0o666)
    assert user.folder_of_mail() == "A"
    assert "it is writable for everybody (chmod go-w" in user.warnings[0]
    user.rules.chmod(0o600)
    assert user.folder_of_mail() == "Evil"


def test_not_every_mistake_of_a_long_file_goes_to_the_log(user: User) -> None:
    user.rules.write_text("rules: [" + "{then: {fil: A}}, " * 50 + "]")
    user.load()
    assert len(user.warnings) == 11 and user.warnings[-1].endswith("40 more mistakes")


def test_a_bug_in_reading_does_not_stop_mail(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from maildrop_py.rules.language import reader

    def fail(path: str, **how: Any) -> None:
        raise KeyError("a bug")

    assert user.load()
    user.write("B")
    monkeypatch.setattr(reader, "read_rules", fail)
    assert user.folder_of_mail() == "A"
    assert "KeyError" in user.warnings[0]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"\0" * len(data),
        lambda data: data.replace(cache.KEY, b"maildrop-py rules 0\n"),
    ],
    ids=["empty", "head", "truncated", "longer", "flipped", "zeros", "version"],
)
def test_damaged_files_are_made_anew(user: User, damage: object) -> None:
    assert user.load()
    path = user.compiled()
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert user.folder_of_mail() == "A" and not user.warnings
    assert fresh_program(str(user.rules), str(user.folder))


def test_a_file_for_other_rules_is_not_believed(user: User) -> None:
    """Two paths whose names have one checksum would share a file."""
    assert user.load()
    data = user.compiled().read_bytes()
    user.compiled().unlink()
    other = User(user.rules.parent)
    other.rules = user.rules.with_name("other.yaml")
    other.write("Other")
    assert other.load()
    user.compiled().write_bytes(data)
    assert other.folder_of_mail() == "Other"


def crafted(user: User, change: Callable[[list[Any]], None]) -> None:
    """Let the compiled rules say something else, with a checksum that is right."""
    assert user.load()
    data = user.compiled().read_bytes()
    body = list(marshal.loads(data[len(cache.KEY) + 4 :]))
    change(body)
    new = marshal.dumps(tuple(body))
    user.compiled().write_bytes(cache.KEY + crc32(new).to_bytes(4, "big") + new)


MODULE = "import os, pathlib\npathlib.Path(os.environ['HOME'], 'came-here').write_text('')\n"
CRAFTED: dict[str, Callable[[list[Any]], None]] = {
    "module": lambda body: body[2].__setitem__(1, ["conditions.evil:go"]),
    "attribute": lambda body: body[2].__setitem__(1, ["conditions:__setattr__", "a", "b"]),
    "path": lambda body: body[2].__setitem__(1, ["../evil:go"]),
    "settings": lambda body: body.__setitem__(2, ["actions.score:Score", 1.0]),
    "no settings": lambda body: body.__setitem__(2, 5),
    "stamps": lambda body: body.__setitem__(1, 7),
    "odd stamps": lambda body: body.__setitem__(1, ((None,) * 8,)),
    "short stamps": lambda body: body.__setitem__(1, ((None,),)),
    "no stamps": lambda body: body.__setitem__(1, ((7,),)),
    "rules": lambda body: body.__setitem__(3, "text"),
    "index": lambda body: body.__setitem__(6, ()),
    "too many": lambda body: body.append(()),
    "deep": lambda body: body.__setitem__(2, nested(1500)),
}


def nested(depth: int) -> list[Any]:
    inner: Any = ()
    for _ in range(depth):
        inner = ["actions.score:Score", inner]
    return list(inner)


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_file_runs_no_code_and_is_made_anew(
    user: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = user.rules.parent
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.syspath_prepend(str(home))
    for place in (home, home / "conditions"):
        place.mkdir(exist_ok=True)
        (place / "evil.py").write_text(MODULE)
    crafted(user, CRAFTED[name])
    assert fresh_program(str(user.rules), str(user.folder)) is None
    assert user.folder_of_mail() == "A" and not user.warnings
    assert not (home / "came-here").exists()


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_files_that_others_may_write_to_are_not_believed(user: User, mode: int) -> None:
    assert user.load()
    user.compiled().chmod(mode)
    assert fresh_program(str(user.rules), str(user.folder)) is None
    assert user.folder_of_mail() == "A"
    assert user.compiled().stat().st_mode & 0o777 == 0o600


@as_root
def test_files_of_others_are_not_believed(user: User) -> None:
    assert user.load()
    os.chown(user.compiled(), 12345, -1)
    assert fresh_program(str(user.rules), str(user.folder)) is None
    assert user.folder_of_mail() == "A"
    assert user.compiled().stat().st_uid == 0


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770])
def test_in_a_folder_where_others_may_write_nothing_is_kept_or_believed(
    user: User, mode: int
) -> None:
    assert user.load()
    user.folder.chmod(mode)
    assert fresh_program(str(user.rules), str(user.folder)) is None
    assert user.folder_of_mail() == "A"
    assert "could not be kept" in user.warnings[0] and "is writable for" in user.warnings[0]


def test_links_are_not_followed(user: User) -> None:
    """A link could lead to a message of ours that somebody sent on purpose."""
    assert user.load()
    path = user.compiled()
    elsewhere = path.rename(user.rules.parent / "elsewhere")
    path.symlink_to(elsewhere)
    assert fresh_program(str(user.rules), str(user.folder)) is None


def test_a_fifo_in_the_place_does_not_hold_the_delivery_up(user: User) -> None:
    assert user.load()
    path = user.compiled()
    path.unlink()
    os.mkfifo(path)
    assert user.folder_of_mail() == "A"


def test_without_a_place_to_keep_them_rules_work_all_the_same(user: User) -> None:
    user.folder.write_text("a file where the folder should be")
    assert user.folder_of_mail() == "A"
    assert "compiled rules could not be kept" in user.warnings[0]


@as_root
def test_an_unwritable_folder_is_borne(user: User) -> None:
    """In a process of an ordinary user, for root may write everywhere."""
    home = user.rules.parent
    user.folder.mkdir(0o500)
    for path in (home, user.rules, user.folder):
        os.chown(path, 12345, 12345)
    parents = [home.parent, home.parent.parent]
    modes = [parent.stat().st_mode for parent in parents]
    try:
        for parent in parents:
            parent.chmod(0o755)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.setgid(12345)
                os.setuid(12345)
                kept = user.folder_of_mail() == "A" and "Permission denied" in user.warnings[0]
                status = 0 if kept else 1
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0
    finally:
        for parent, mode in zip(parents, modes, strict=True):
            parent.chmod(mode & 0o7777)


def test_new_code_compiles_the_rules_anew(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed rules depend on the conditions' fields, which a checkout may change."""
    assert user.load()
    monkeypatch.setattr(
        cache, "unchanged", lambda stamps: all("conditions" not in one[0] for one in stamps)
    )
    assert fresh_program(str(user.rules), str(user.folder)) is None


def test_many_at_once_leave_one_whole_file(user: User) -> None:
    results: list[str | None] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(
                decide(
                    mail("A: b"),
                    NOBODY,
                    Answers(),
                    compile_program(str(user.rules), str(user.folder), user.warnings.append),
                    NOW,
                )
                .filings[0]
                .folder
            )
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["A"] * 8 and not user.warnings
    assert user.compiled() and fresh_program(str(user.rules), str(user.folder))


@pytest.mark.parametrize("name", ["r" * 240 + ".yaml", "規則" * 40 + ".yaml"])
def test_long_names_of_rules_files_are_no_trouble(user: User, name: str) -> None:
    user.rules = user.rules.with_name(name)
    user.write("A")
    assert user.folder_of_mail() == "A" and not user.warnings


def test_rules_for_another_home_are_kept_apart(user: User) -> None:
    user.rules.write_text("allow_commands: true\nrules: [{then: {pipe: [~/bin/note]}}]\n")
    for home in ("/home/anna", "/home/bert"):
        for _ in range(2):  # compiled, then read
            stamped = load_stamped(
                str(user.rules), str(user.folder), user.warnings.append, home=home
            )
            assert stamped is not None and not user.warnings
            decision = decide(mail("A: b"), NOBODY, Answers(), stamped[1], NOW)
            assert isinstance(decision.actions[0], Pipe)
            assert decision.actions[0].argv == (f"{home}/bin/note",)
    assert len(list(user.folder.iterdir())) == 2
