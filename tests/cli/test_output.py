"""Output that nobody reads, that does not fit the disk, or that the terminal cannot show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RULES = "rules: [{name: all, when: {subject: s}, then: {file: Lists}}]\n"
MESSAGES = 1200


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with so many messages that a dry run takes several processes."""
    home = tmp_path_factory.mktemp("home")
    (home / ".config/maildrop-py").mkdir(parents=True)
    (home / ".config/maildrop-py/rules.yaml").write_text(RULES)
    (home / "other.yaml").write_text(RULES.replace("Lists", "Other"))
    for part in ("cur", "new", "tmp"):
        (home / "Maildir" / part).mkdir(parents=True)
    for number in range(MESSAGES):
        subject = f"s {number} " + "x" * 300
        path = home / f"Maildir/new/{1_000_000_000 + number}.M1P1.host"
        path.write_text(f"Subject: {subject}\nMessage-ID: <{number}@example.org>\n\nbody\n")
    return home


def start(home: Path, *arguments: str, **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "maildrop_py", *arguments],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        **more,  # type: ignore[call-overload]
    )


COMMANDS = [
    ("dry-run", "--json", "Maildir"),
    ("dry-run", "--list", "Maildir"),
    ("dry-run", "--json", "--against", "other.yaml", "Maildir"),
    ("refile", "--dry-run", "--json"),
    ("refile", "--dry-run", "--list"),
    ("check", "--list", "--offline"),
    ("schema",),
    ("stats",),
    ("why", "s"),
    ("--help",),
    ("dry-run", "--help"),
]


@pytest.fixture
def log(home: Path) -> Iterator[Path]:
    """A delivery log, for the commands that read it."""
    path = home / ".local/state/maildrop-py/deliveries.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {"time": "2026-11-28T00:00:00Z", "subject": "s", "actions": ["x"], "folders": ["A"]}
    path.write_text((json.dumps(entry) + "\n") * 3000)
    yield path
    path.unlink()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_goes_away_ends_a_command_quietly(
    home: Path, log: Path, command: tuple[str, ...]
) -> None:
    process = start(home, *command, stdout=subprocess.PIPE, cwd=home)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(60)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_is_said_in_one_line(home: Path, log: Path, command: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        process = start(home, *command, stdout=full, cwd=home)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.wait(60) == 1
    assert said == b"Error: standard output: No space left on device\n"


def test_the_workers_of_a_killed_dry_run_end(home: Path) -> None:
    process = start(home, "dry-run", "--json", "Maildir", stdout=subprocess.PIPE, cwd=home)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(1)
    process.kill()
    process.wait(60)
    process.stdout.close()
    process.stderr.read()  # ends when the last of them has ended


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "euc-jp"])
def test_letters_that_the_terminal_lacks_are_escaped(home: Path, encoding: str) -> None:
    mail = home / "one"
    mail.write_bytes("Subject: s 会議 → \N{GRINNING FACE}\n\n".encode())
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONIOENCODING": encoding,
        "PYTHONUTF8": "0",
    }
    for command in (("dry-run", "one"), ("dry-run", "--json", "one"), ("dry-run", "one", "--list")):
        done = subprocess.run(
            [sys.executable, "-m", "maildrop_py", *command],
            capture_output=True,
            cwd=home,
            env=environ,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) if "--json" in command else b"s " in done.stdout


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("dry-run", "/nonexistent"), b"Error: /nonexistent: No such file or directory\n"),
        (("refile", "--log", "x", "/nonexistent"), b"Error: /nonexistent: does not exist"),
        (("stats", "--log", "/nonexistent"), b"Error: /nonexistent: nothing was delivered yet\n"),
        (("why", "--log", "/nonexistent", "x"), b"Error: /nonexistent: there is no such log"),
    ],
)
def test_what_is_not_there_is_said_without_a_traceback(
    home: Path, command: tuple[str, ...], said: bytes
) -> None:
    process = start(home, *command, stdout=subprocess.PIPE)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.startswith(said) and b"Traceback" not in errors
