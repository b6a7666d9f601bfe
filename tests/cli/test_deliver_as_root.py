"""Root's `deliver` with the HOME of a user, who has put links where root would write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.cli_account import MESSAGE, Account

NOBODY = 65534
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def roots(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of root's, to which links in the user's home lead."""
    roots = tmp_path_factory.mktemp("roots")
    (roots / "deliveries.jsonl").write_text("root's own\n")
    (account.home / ".cache").mkdir()
    (account.home / ".local/state").mkdir(parents=True)
    for link in (".cache/maildrop-py", ".local/state/maildrop-py"):
        (account.home / link).symlink_to(roots)
    for path in (account.home, *account.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return roots


def contents(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_no_link_of_the_user_is_followed(
    account: Account, roots: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    maildir = tmp_path_factory.mktemp("mail") / "Maildir"
    assert account.deliver("--maildir", str(maildir)) == (0, b"", b""), "mail goes on"
    assert contents(roots) == {"deliveries.jsonl": "root's own\n"}
    [path] = maildir.glob("new/*")
    assert path.read_bytes() == MESSAGE


def test_nothing_is_made_in_the_users_home(account: Account) -> None:
    for path in (account.home, *account.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    before = sorted(account.home.rglob("*"))
    assert account.deliver("--maildir", "/proc/nowhere")[0] == 75
    assert sorted(account.home.rglob("*")) == before
