"""When whoever waits may be told that a message is delivered: its log is all that is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

RULES = """
rules:
  - {when: {subject: no}, then: {reject: not here}}
  - {when: {duplicate: true}, then: {file: Duplicates}}
"""
MAIL = b"Subject: %s\nMessage-ID: <1@example.org>\n\nx\n"

SCRIPT = """
import json, os, sys
from pathlib import Path
from maildrop_py.cli.deliver import run

home, seen = Path(os.environ["HOME"]), []
def delivered():
    seen.append([len(list(home.glob("Maildir/new/*"))), len(list(home.glob("Maildir/tmp/*"))),
        (home / ".local/state/maildrop-py/deliveries.jsonl").exists(),
        b"1@example.org" in b"".join(path.read_bytes()
            for path in home.glob(".local/state/maildrop-py/evidence.sqlite*"))])
status = run([], os.environ, delivered)
print(json.dumps([status, seen]))
"""


def told(home: Path, subject: bytes) -> list[object]:
    """The status, and what was there when whoever waits was told."""
    config = home / ".config/maildrop-py"
    config.mkdir(parents=True)
    (config / "rules.yaml").write_text(RULES)
    (config / "rules.yaml").chmod(0o600)
    (home / "Maildir").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=MAIL % subject,
        env={"HOME": str(home)},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        check=True,
    )
    found: list[object] = json.loads(done.stdout)
    assert (home / ".local/state/maildrop-py/deliveries.jsonl").exists()
    return found


def test_what_the_next_message_must_know_is_there_and_only_the_log_is_not(tmp_path: Path) -> None:
    in_new, in_tmp, is_logged, is_known = 1, 0, False, True
    assert told(tmp_path, b"hello") == [0, [[in_new, in_tmp, is_logged, is_known]]]


def test_nobody_is_told_that_a_rejected_message_is_delivered(tmp_path: Path) -> None:
    assert told(tmp_path, b"no") == [77, []]
