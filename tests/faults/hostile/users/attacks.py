"""attacks: what the hostile user puts into the own home, and what mail then meets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.support.serving.homes import UID

ANNA, EVE = UID, UID + 2
PROGRAM = Path(__file__).with_name("evil_program.py")

PROGRAMS = (
    *("garbage", "nesting", "classes", "flood", "too early", "close", "tamper"),
    *("stop", "kill", "kill everybody", "memory", "fork", "linger", "other homes"),
)
"""What `evil_program` can do."""


def run_program(home: Path, what: str) -> None:
    """Rules that run the program for every message, and then file it."""
    program = home / "evil"
    program.write_text("#!/usr/bin/python3\n" + PROGRAM.read_text())
    program.chmod(0o700)
    pipe = f"{{pipe: ['{program}', '{what}'], continue: true}}"
    write_rules(home, f"allow_commands: true\nrules: [{{then: {pipe}}}, {{then: {{file: Evil}}}}]")


def write_rules(home: Path, text: str) -> None:
    """The hostile user's own rules."""
    (home / "rules.yaml").write_text(text)
    (home / "rules.yaml").chmod(0o600)


def _fifo(*names: str) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        write_rules(home, "rules: [{then: {file: Evil, flags: [$Work, seen]}}]")
        for name in names:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).unlink(missing_ok=True)
            os.mkfifo(home / name, 0o600)

    return make


def _sparse_list(home: Path) -> None:
    with (home / "list").open("w") as file:
        file.truncate(1500 << 20)
    write_rules(home, "rules: [{when: {from: {file: list}}, then: {file: Evil}}]")


def _sparse_rules(home: Path) -> None:
    write_rules(home, "")
    with (home / "rules.yaml").open("r+") as file:
        file.truncate(1500 << 20)


def _expressions(home: Path) -> None:
    one = "{{when: {{subject: '[\\pL]{{60}}[\\pN]{{60}}x{0}'}}, then: {{file: Evil}}}}"
    write_rules(home, f"rules: [{', '.join(one.format(number) for number in range(3000))}]")


def _nesting(home: Path) -> None:
    deep = "{not: " * 3000 + "{subject: a}" + "}" * 3000
    write_rules(home, f"rules: [{{when: {deep}, then: {{file: Evil}}}}]")


def _cache(home: Path) -> None:
    """Garbage where compiled rules are kept, and where the store is."""
    write_rules(home, "rules: [{when: {duplicate: true}, then: {file: Evil}}]")
    for name in (".cache/maildrop-py/x", ".local/state/maildrop-py/evidence.sqlite"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_bytes(os.urandom(100_000))


def _links(home: Path) -> None:
    """Links to the others' homes wherever something is written."""
    write_rules(home, "rules: [{then: {file: Evil, flags: [$Work]}}]")
    other = home.parent / "anna"
    for name in ("Maildir/tmp", "Maildir/new", "Maildir/.Evil", ".local", ".cache", "log"):
        (home / name).symlink_to(other / name)


FILES: dict[str, Callable[[Path], None]] = {
    "a FIFO as maildirsize": _fifo("Maildir/maildirsize"),
    "a FIFO as dovecot-keywords": _fifo("Maildir/.Evil/dovecot-keywords"),
    "a FIFO as subscriptions": _fifo("Maildir/subscriptions"),
    "a FIFO as the rules": _fifo("rules.yaml"),
    "a FIFO as the log": _fifo("log"),
    "a FIFO as the store": _fifo(".local/state/maildrop-py/evidence.sqlite"),
    "a FIFO as tmp": _fifo("Maildir/tmp"),
    "a sparse list": _sparse_list,
    "sparse rules": _sparse_rules,
    "large expressions": _expressions,
    "deep nesting": _nesting,
    "garbage in the cache": _cache,
    "links to others": _links,
}
