"""Compiled rules: believed while nothing changed, kept as the last good ones, never forged."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from maildrop_py.decision.other_actions import Pipe
from maildrop_py.rules.program import cache
from maildrop_py.rules.program.cache import (
    compile_program,
    fresh_program,
    load_stamped,
)
from tests.support.compiled_rules import User, as_root
from tests.support.rules_reading import NOBODY, NOW, Answers, decide, mail


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
