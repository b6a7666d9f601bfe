"""What examples/refiling.md shows of re-filing, undoing, importing and watching is what happens.

Its commands are run one after another on the five messages of the quick start. Names
that nobody can know beforehand (of runs, of files, times) are masked.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import app
from tests.support.watching import Watching

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "examples/quickstart"
MAIL = sorted((TOUR / "mail").iterdir())
MASKS = {
    r"\d{8}-\d{6}\.\d{3}-(\w+)\.\d+ *": r"RUN-\1 ",
    r"\d{4}-\d\d-\d\d \d\d:\d\d": "TIME",
    r"\d+\.M\d+P\d+Q\d+\.[^,]+": "NAME",
    r"/\S*/Maildir": "MAILDIR",
    r" +$": "",
}


def session() -> list[tuple[str, list[str]]]:
    """Each command with the lines that it is said to print."""
    readme = (ROOT / "examples/refiling.md").read_text()
    blocks = re.findall(r"^```shell-session\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    commands: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands


def masked(lines: list[str]) -> list[str]:
    for pattern, mask in MASKS.items():
        lines = [re.sub(pattern, mask, line) for line in lines]
    return lines


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with the tour's rules, its messages in INBOX and once more in a mailbox file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "96")
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    config = tmp_path / ".config/maildrop-py"
    config.mkdir(parents=True, mode=0o700)
    for name in ("rules.yaml", "friends.txt"):
        shutil.copy(TOUR / name, config)
    for part in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    with (tmp_path / "old.mbox").open("wb") as mbox:
        for path in MAIL:
            shutil.copy(path, tmp_path / "Maildir/cur" / f"{path.stem}:2,")
            head = b"From me@example.com  Sat Nov 21 09:30:00 2026\nStatus: RO\n"
            mbox.write(head + path.read_bytes() + b"\n")
    return tmp_path


def watched(home: Path) -> list[str]:
    """What `watch` says while the list's mail and the spam arrive."""
    with Watching(home) as watching:
        for number, said in ((0, "gardeners"), (3, "Junk")):
            draft = home / "Maildir/tmp" / str(number)
            shutil.copy(MAIL[number], draft)
            draft.rename(home / "Maildir/new" / str(number))
            watching.says(said)
        assert watching.stop() == 0
    return watching.output.read_text().splitlines()


def test_the_session_is_real(home: Path) -> None:
    runs = session()
    assert {command.split()[1] for command, _ in runs} == {"refile", "undo", "watch"}
    for command, expected in runs:
        program, *arguments = shlex.split(command)
        assert program == "maildrop-py"
        if arguments == ["watch"]:
            shown = watched(home)
        else:
            shown = CliRunner().invoke(app, arguments).output.splitlines()
        assert masked(shown) == masked(expected), command
