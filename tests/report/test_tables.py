"""Tables: whole off a terminal, as narrow as the terminal on one, and safe whatever is in them."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from maildrop_py.report import tables
from maildrop_py.report.dry_run_rows import COLUMNS
from maildrop_py.report.tables import Column, counted, table, width_of
from maildrop_py.report.visible import visible

ROW = ("1764298650.M1P2.host,S=1", "A subject that goes on and on", "Lists/python-dev", "lists")


def narrow(monkeypatch: pytest.MonkeyPatch, width: int | None) -> None:
    monkeypatch.setattr(tables, "page_width", lambda: width)


def test_off_a_terminal_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, None)
    heading, line = table(COLUMNS, [("n" * 300, "s" * 300, "f" * 300, "r" * 300)])
    assert line == "  ".join(letter * 300 for letter in "nsfr")
    assert heading.split() == ["message", "subject", "goes", "to", "by", "rule"]


@pytest.mark.parametrize("width", [200, 80, 60, 40])
def test_on_a_terminal_subjects_give_way_first_and_folders_last(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    narrow(monkeypatch, width)
    heading, line = table(COLUMNS, [ROW])
    assert max(width_of(heading), width_of(line)) <= max(width, 44)
    if width >= 60:
        assert "Lists/python-dev" in line and "lists" in line
    if width <= 60:
        assert "A subje…" in line
    if width == 40:
        assert "Lists/pytho…" in line, "more is left of it than of the subject"


def test_the_end_of_a_file_name_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, 40)
    assert "….host,S=1" in table(COLUMNS, [ROW])[1]


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("会議", 4), ("e\u0301", 1), ("ｱ", 1), ("\u200bx", 1)]
)
def test_columns_of_the_screen(text: str, width: int) -> None:
    assert width_of(text) == width


def test_wide_letters_keep_columns_straight(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, None)
    lines = table((Column("a"), Column("b")), [("会議", "x"), ("abc", "y")])
    assert lines[1:] == ["会議  x", "abc   y"]


def test_nothing_in_a_cell_moves_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch, None)
    [_, line] = table((Column("a"),), [("\x1b[31mred\x07\r\nforged\u202e\x9b0m",)])
    assert line == "\ufffd[31mred\ufffd\ufffd\ufffdforged\ufffd\ufffd0m"
    assert visible("会議 \u3000 é") == "会議 \u3000 é"


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [(0, "message", "0 messages"), (1, "message", "1 message"), (2, "address", "2 addresses")],
)
def test_plurals(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


def on_a_terminal(arguments: list[str], columns: int, **environ: str) -> str:
    """What a command prints where standard output is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "maildrop_py", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": str(columns), **environ},
    )
    os.close(slave)
    output = b""
    try:
        while piece := os.read(master, 1 << 16):
            output += piece
    except OSError:  # the end of a terminal
        pass
    process.wait()
    os.close(master)
    return output.decode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".config/maildrop-py").mkdir(parents=True)
    (tmp_path / ".config/maildrop-py/rules.yaml").write_text(
        "rules: [{name: b, when: {subject: zzz}, then: {file: B}},\n"
        "        {name: a, when: {subject: hello}, then: {file: A}}]\n"
    )
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    for number in range(2):
        (tmp_path / f"Maildir/new/{number}.M1P1.host").write_text("Subject: hello\n\n")
    return tmp_path


def test_colours_on_a_terminal_alone(home: Path) -> None:
    path = str(home / "Maildir/new/0.M1P1.host")
    text = on_a_terminal(["dry-run", path], 80, HOME=str(home))
    assert "\x1b[31mno\x1b[0m" in text and "\x1b[32myes\x1b[0m" in text
    assert "\x1b[1;32mfires\x1b[0m" in text
    assert "\x1b" not in on_a_terminal(["dry-run", path], 80, HOME=str(home), NO_COLOR="1")
    piped = subprocess.run(
        [sys.executable, "-m", "maildrop_py", "dry-run", path],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        capture_output=True,
        check=True,
    )
    assert b"\x1b" not in piped.stdout


def test_a_dry_run_on_a_terminal_without_arguments_is_of_the_maildir(home: Path) -> None:
    text = on_a_terminal(["dry-run"], 60, HOME=str(home))
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert text.rstrip().endswith("2 messages; nothing was changed")
