"""Dovecot does not list a folder while names in it change."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.maildir import dovecot_list_lock as dovecot_listing
from maildrop_py.maildir import exclusive_rename
from tests.support.maildirs import Box, to


@pytest.fixture
def box(root: Path) -> Box:
    return Box(root)


def test_dovecot_is_kept_from_listing_a_folder_while_names_in_it_change(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a listing may have neither the old name nor the new one."""
    (box.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    locked: list[bool] = []
    rename = exclusive_rename.rename

    def look(source: str, target: str) -> None:
        locked.append((box.root / "dovecot-uidlist.lock").exists())
        rename(source, target)

    monkeypatch.setattr(exclusive_rename, "rename", look)
    box.put("cur/b,S=17:2,S")
    box.refile(to("INBOX", "F"))
    box.refile(to("A"))
    assert locked == [True, False]
    assert not (box.root / "dovecot-uidlist.lock").exists()


def test_a_lock_that_is_held_too_long_does_not_hold_up_the_run(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dovecot_listing, "LOCK_TIMEOUT", 0.1)
    (box.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    (box.root / "dovecot-uidlist.lock").write_text("1:elsewhere")
    box.put("cur/b,S=17:2,S")
    assert not box.refile(to("INBOX", "F"))
    assert box.files() == {"cur": ["b,S=17:2,FS"]}
