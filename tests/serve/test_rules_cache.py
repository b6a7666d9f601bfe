"""Compiled rules in memory: taken from the cache, made by another process, or here if need be."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.lmtp.processes.resource_limits import ResourceLimits
from maildrop_py.serve import background_compile as compilation
from maildrop_py.serve import rules_cache as rules_cache
from maildrop_py.serve.background_compile import Compilation
from maildrop_py.serve.mailbox import Account, Mailbox
from maildrop_py.serve.rules_cache import RulesCache

Lookup = Callable[..., tuple[int, tuple[str, ...]]]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(rules_cache, "CHECK", -1.0)  # look each time
    return tmp_path


def mailbox_in(place: Path, rules: str = "rules.yaml", default: str = "") -> Mailbox:
    account = Account("anna", str(place))
    paths = [str(place / name) for name in ("Maildir", rules)]
    default = str(place / default) if default else ""
    places = [str(place / name) for name in ("state", "cache", "log")]
    return Mailbox(account, "anna@example.org", None, *paths, default, None, *places)


def write(path: Path, rules: int) -> None:
    new = path.with_suffix(".new")
    new.write_text("rules:\n" + "  - {when: {subject: x}, then: {file: A}}\n" * rules)
    new.chmod(0o600)
    new.rename(path)


def wait_for(book: RulesCache, mailbox: Mailbox, rules: int) -> tuple[str, ...]:
    """Look until there are so many rules; what was said meanwhile."""
    said: tuple[str, ...] = ()
    for _ in range(6000):
        decider, warnings = book.decider(mailbox)
        said += warnings
        if len(decider.program) == rules:
            return said
        time.sleep(0.01)
    raise AssertionError(said)


def test_rules_are_there_at_the_first_look(place: Path) -> None:
    write(place / "rules.yaml", 2)
    decider, warnings = RulesCache().decider(mailbox_in(place))
    assert (
        len(decider.program) == 2 and not warnings and len(list((place / "cache").iterdir())) == 1
    )


def test_old_rules_are_used_while_new_ones_are_made(place: Path) -> None:
    write(place / "rules.yaml", 1)
    book, mailbox = RulesCache(), mailbox_in(place)
    wait_for(book, mailbox, 1)
    write(place / "rules.yaml", 3000)
    assert len(book.decider(mailbox)[0].program) == 1
    assert wait_for(book, mailbox, 3000) == ()


def test_told_to_reload_the_next_message_has_the_new_rules(place: Path) -> None:
    write(place / "rules.yaml", 1)
    book, mailbox = RulesCache(), mailbox_in(place)
    wait_for(book, mailbox, 1)
    write(place / "rules.yaml", 2)
    book.reload()
    assert len(book.decider(mailbox)[0].program) == 2


def test_where_nothing_can_be_kept_rules_are_made_here(place: Path) -> None:
    (place / "cache").write_text("no folder")
    write(place / "rules.yaml", 1)
    book, mailbox = RulesCache(), mailbox_in(place)
    assert "could not be kept" in str(wait_for(book, mailbox, 1))
    write(place / "rules.yaml", 2)
    wait_for(book, mailbox, 2)


def test_without_another_process_rules_are_made_here(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(compilation.os, "fork", fork)
    write(place / "rules.yaml", 1)
    assert wait_for(RulesCache(), mailbox_in(place), 1) == ()


def test_a_process_that_does_not_come_to_an_end_is_not_waited_for(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_cache, "FIRST", 0.0)
    write(place / "rules.yaml", 3000)
    decider, warnings = RulesCache().decider(mailbox_in(place))
    assert len(decider.program) == 3000 and not warnings


def test_a_compilation_that_dies_says_so(place: Path) -> None:
    write(place / "rules.yaml", 3000)
    dying = Compilation(str(place / "rules.yaml"), str(place / "cache"), None)
    dying.give_up()
    assert dying.ended() and "did not end in time" in dying.warnings()[0]


def test_a_compilation_that_takes_too_much_costs_its_rules_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server does not try itself what its limited process could not do."""
    limits = ResourceLimits(memory=0, processor=1, processes=0)
    monkeypatch.setattr(compilation, "LIMITS", limits)
    write(place / "rules.yaml", 30_000)  # many times what a second is enough for
    decider, warnings = RulesCache().decider(mailbox_in(place))
    assert len(decider.program) == 0 and "not usable" in warnings[0]


def test_addresses_that_the_server_reserved_do_not_count(place: Path) -> None:
    """As many threads do: each has a stack and a heap, of which little is used."""
    with mmap.mmap(-1, 2 << 30, prot=mmap.PROT_READ):
        write(place / "rules.yaml", 3000)
        assert wait_for(RulesCache(), mailbox_in(place), 3000) == ()


def test_mistakes_are_not_looked_for_again_and_again(place: Path) -> None:
    (place / "rules.yaml").write_text("rules: 7")
    book, mailbox = RulesCache(), mailbox_in(place)
    assert "not usable" in str(book.decider(mailbox)[1])
    assert [book.decider(mailbox)[1] for _ in range(5)] == [()] * 5
    write(place / "rules.yaml", 1)
    wait_for(book, mailbox, 1)


def test_only_a_file_that_is_missing_gives_way_to_the_default(place: Path) -> None:
    write(place / "default.yaml", 2)
    book, mailbox = RulesCache(), mailbox_in(place, default="default.yaml")
    assert wait_for(book, mailbox, 2) == ()
    write(place / "rules.yaml", 1)
    wait_for(book, mailbox, 1)
    (place / "rules.yaml").unlink()
    wait_for(book, mailbox, 2)


def test_few_programs_are_kept(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_cache, "KEPT", 2)
    book = RulesCache()
    for name in ("a.yaml", "b.yaml", "c.yaml", "a.yaml"):
        write(place / name, 1)
        assert len(book.decider(mailbox_in(place, name))[0].program) == 1
