"""filed_before: files are known by folder and base name, in journals and in the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildrop_py.refile.filed_before import filed_by_program
from maildrop_py.refile.journal import ENDED

ROOT = "/home/x/Maildir"
RUN = f'{{"run": "watch", "maildir": "{ROOT}", "at": 1}}\n'
MOVED = '{"do": "move", "from": "new/1.M1.host", "to": ".Junk/new/17.M1P2Q3.host,S=5"}\n'
FILED = f'{{"paths": ["{ROOT}/new/18.M1P2Q3.host,S=5"]}}\n'


@pytest.mark.parametrize(
    ("folder", "base", "ours"),
    [
        (f"{ROOT}/.Junk", "17.M1P2Q3.host", True),
        (ROOT, "17.M1P2Q3.host", False),
        (f"{ROOT}/.Work", "17.M1P2Q3.host", False),
        (ROOT, "18.M1P2Q3.host", True),
        (f"{ROOT}/.Junk", "18.M1P2Q3.host", False),
        (ROOT, "19.M1P2Q3.host", False),
    ],
)
def test_journals_and_the_log_name_what_was_filed(
    folder: str, base: str, ours: bool, tmp_path: Path
) -> None:
    (tmp_path / f"1{ENDED}").write_text(RUN + MOVED)
    (tmp_path / "log").write_text(FILED)
    assert filed_by_program(ROOT, folder, base, str(tmp_path), str(tmp_path / "log")) is ours


def test_without_journals_and_log_nothing_was_filed(tmp_path: Path) -> None:
    assert not filed_by_program(ROOT, ROOT, "1", str(tmp_path / "a"), str(tmp_path / "b"))
