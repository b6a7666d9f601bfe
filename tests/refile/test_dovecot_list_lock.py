"""Dovecot does not list a folder while names in it change."""

from __future__ import annotations

import pytest

from maildrop_py.maildir import dovecot_list_lock as dovecot_listing
from maildrop_py.maildir import exclusive_rename
from tests.support.maildirs import FiledMaildir, to


def test_dovecot_is_kept_from_listing_a_folder_while_names_in_it_change(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a listing may have neither the old name nor the new one."""
    (filed.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    locked: list[bool] = []
    rename = exclusive_rename.rename

    def look(source: str, target: str) -> None:
        locked.append((filed.root / "dovecot-uidlist.lock").exists())
        rename(source, target)

    monkeypatch.setattr(exclusive_rename, "rename", look)
    filed.put("cur/b,S=17:2,S")
    filed.refile(to("INBOX", "F"))
    filed.refile(to("A"))
    assert locked == [True, False]
    assert not (filed.root / "dovecot-uidlist.lock").exists()


def test_a_lock_that_is_held_too_long_does_not_hold_up_the_run(
    filed: FiledMaildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dovecot_listing, "LOCK_TIMEOUT", 0.1)
    (filed.root / "dovecot-uidlist").write_text("3 V1 N3\n")
    (filed.root / "dovecot-uidlist.lock").write_text("1:elsewhere")
    filed.put("cur/b,S=17:2,S")
    assert not filed.refile(to("INBOX", "F"))
    assert filed.files() == {"cur": ["b,S=17:2,FS"]}
