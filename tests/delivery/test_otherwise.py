"""What a rule wants where a program fails; and that no mail is lost by it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.delivery.program_settings import ProgramSettings
from maildrop_py.errors import CommandFailed, OverQuota
from maildrop_py.maildir.maildir import Maildir
from tests.support.delivering import LARGE, MAIL, deliver, leftovers, visible

FAILS = Pipe(("false",), otherwise=(Filing("Failed", "F"),))


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_a_message_whose_program_fails_is_filed_elsewhere(root: Path, data: bytes) -> None:
    receipt = deliver(root, data, FAILS)
    (path,) = visible(root)
    assert path.parent == root / ".Failed/cur" and path.name.endswith(":2,F")
    assert path.read_bytes() == data
    assert receipt.paths == (str(path),)
    assert "false: exit status 1" in receipt.warnings[0]
    assert not leftovers(root)


def test_what_succeeds_has_no_otherwise(root: Path) -> None:
    deliver(root, MAIL, Pipe(("true",), otherwise=(Filing("Failed"),)))
    assert not visible(root)


def test_copies_beside_it_stay(root: Path) -> None:
    receipt = deliver(root, MAIL, Filing("A"), FAILS, Filing("B"))
    assert sorted(each.parent.parent.name for each in visible(root)) == [".A", ".B", ".Failed"]
    assert len(receipt.paths) == 3


def test_another_program_may_take_it(root: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    other = Pipe(("sh", "-c", f"cat > {seen}"))
    deliver(root, MAIL, Pipe(("/no/such/program",), otherwise=(other,)))
    assert seen.read_bytes() == MAIL and not visible(root)


def test_where_that_fails_too_nothing_is_done(root: Path) -> None:
    for others in ((Filing("A"), Pipe(("false",))), (Pipe(("false",)),)):
        with pytest.raises(CommandFailed):
            deliver(root, MAIL, Filing("B"), Pipe(("false",), otherwise=others))
    assert not visible(root) and not leftovers(root)


def test_a_forward_that_is_not_possible_goes_there_too(root: Path) -> None:
    sent = Forward("a b", otherwise=(Filing("Unsent"),))
    assert "filed into Unsent instead" in deliver(root, MAIL, sent).warnings[0]
    fails = ProgramSettings(sendmail="/bin/false")
    deliver(root, MAIL, Forward("a@b", otherwise=(Filing("Unsent"),)), commands=fails)
    assert [each.parent.parent.name for each in visible(root)] == [".Unsent", ".Unsent"]


def test_a_program_that_takes_too_long_is_tried_again(root: Path) -> None:
    from maildrop_py.errors import DeadlineExceeded

    slow = Pipe(("sleep", "60"), otherwise=(Filing("Failed"),))
    with pytest.raises(DeadlineExceeded):
        deliver(root, MAIL, slow, commands=ProgramSettings(deadline=0.0))
    assert not visible(root) and not leftovers(root)


def test_the_quota_counts_it(root: Path) -> None:
    (root / "maildirsize").write_text("1000S\n0 0\n")
    deliver(root, MAIL, FAILS)
    lines = (root / "maildirsize").read_text().split("\n")
    assert f"{len(MAIL)} 1" in lines
    with pytest.raises(OverQuota):
        deliver(root, b"A: b\n\n" + b"x" * 2000, FAILS)
    assert len(visible(root)) == 1 and not leftovers(root)


def test_it_is_durable_before_anybody_sees_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("fsync", "fdatasync", "link"):
        call = getattr(os, name)

        def watched(*values: object, _name: str = name, _call: object = call) -> object:
            done.append(_name)
            return _call(*values)  # type: ignore[operator]

        monkeypatch.setattr(os, name, watched)
    Maildir(str(root)).folder("Failed").ensure()
    done.clear()
    deliver(root, MAIL, FAILS)
    assert done[0] in ("fsync", "fdatasync") and "link" in done
