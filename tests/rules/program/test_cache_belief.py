"""Compiled rules that are damaged, crafted, or of others: never believed, and made anew."""

from __future__ import annotations

import marshal
import os
from binascii import crc32
from collections.abc import Callable
from typing import Any

import pytest

from maildrop_py.rules.program import cache
from maildrop_py.rules.program.cache import fresh_program
from tests.support.compiled_rules import User, as_root


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
