"""duplicates: what was delivered is remembered, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.evidence import duplicates
from maildrop_py.evidence.store import Store

NOW = 1_700_000_000.0


def test_remembered_for_a_month(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "state" / "evidence.sqlite"))
    assert not duplicates.seen(store, "a@b", NOW)
    duplicates.remember(store, "a@b", NOW)
    assert duplicates.seen(store, "a@b", NOW + 29 * 86400)
    assert not duplicates.seen(store, "a@B", NOW)
    assert not duplicates.seen(store, "a@b", NOW + 31 * 86400)


@pytest.mark.parametrize(
    ("header", "normal"),
    [(" <a@b> ", "a@b"), ("<a@\t b>", "a@b"), ("a@b", "a@b"), ("", ""), (None, ""), ("<>", ""),
     ("<" + "x" * 999 + ">", "")],
)  # fmt: skip
def test_message_ids_are_compared_without_dressing(header: str | None, normal: str) -> None:
    assert duplicates.normal(header) == normal
