"""Which folders of a Maildir are looked into."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.maildir.folder_listing import LINK
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.refile.chosen_folders import chosen_folders

Reports = dict[str, str]


def make(folder: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True)
    return folder


def listed(root: Path, *globs: str, layout: str = "maildir++") -> tuple[list[str], Reports]:
    """The names of the folders, and what was said of others by its path in the Maildir."""
    said: Reports = {}
    maildir = Maildir(str(root), layout)
    folders = chosen_folders(maildir, globs or None, said.__setitem__)
    return [folder.name for folder in folders], {
        path.removeprefix(f"{root}/"): why for path, why in said.items()
    }


@pytest.mark.parametrize(
    ("layout", "names"),
    [("maildir++", [".A", ".A.B", ".&TxqLcA-"]), ("fs", ["A", "A/B", "&TxqLcA-"])],
)
def test_all_are_listed_by_their_logical_names(root: Path, layout: str, names: list[str]) -> None:
    make(root)
    for name in names:
        make(root / name)
    found, said = listed(root, layout=layout)
    assert found[0] == "INBOX"
    assert sorted(found[1:]) == ["A", "A/B", "会議"]
    assert said == {}


def test_each_is_listed_once_whatever_names_it(root: Path) -> None:
    make(root / ".A")
    make(root / ".A.B")
    assert listed(root, "A/*", "A", "A/?", "A")[0] == ["A/B", "A"]


def test_a_glob_may_fit_nothing_but_a_name_that_is_not_a_folder_is_reported(root: Path) -> None:
    make(root)
    assert listed(root, "Nothing*") == ([], {})
    assert listed(root, "Nowhere") == ([], {"Nowhere": "no such folder"})


def test_a_directory_with_a_name_that_is_not_a_folder_is_reported(root: Path) -> None:
    make(root)
    make(root / ".&broken")
    found, said = listed(root)
    assert found == ["INBOX"]
    assert list(said) == [".&broken"]


@pytest.mark.parametrize("globs", [(), ("A",), ("A*",)], ids=["all", "named", "glob"])
def test_links_out_of_the_maildir_are_not_followed(
    root: Path, tmp_path: Path, globs: tuple[str, ...]
) -> None:
    (root / ".A").symlink_to(make(tmp_path / "elsewhere"))
    assert listed(root, *globs) == ([], {".A": LINK})


@pytest.mark.parametrize("part", ["new", "cur"])
def test_a_folder_whose_mail_is_behind_a_link_is_left_out(
    root: Path, tmp_path: Path, part: str
) -> None:
    make(root)
    place = make(root / ".A") / part
    place.rmdir()
    place.symlink_to(tmp_path)
    for globs in ((), ("A", "INBOX")):
        assert listed(root, *globs) == (["INBOX"], {f".A/{part}": LINK})
