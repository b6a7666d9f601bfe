"""statistics: delivery logs for tests, and `stats` run over them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from maildrop_py.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
MONTH = ROOT / "examples/statistics/month.py"


def entry(**fields: Any) -> dict[str, Any]:
    """A delivered message, with these fields beside or instead."""
    return {
        "version": 2,
        "time": "2026-10-05T03:12:55Z",
        "command": "serve",
        "result": "delivered",
        "message_id": "<1@example.org>",
        "sender": "ann@example.org",
        "recipient": "me@example.com",
        "size": 1000,
        "rule": "people",
        "actions": ["filed into INBOX"],
        "folders": ["INBOX"],
        "reject": None,
        "reasons": [],
        "paths": [],
        "warnings": [],
        **fields,
    }


def write_log(path: Path, entries: Iterable[dict[str, Any]]) -> Path:
    """A log with these entries."""
    path.write_text("".join(json.dumps(each) + "\n" for each in entries))
    return path


def month(path: Path, *options: str) -> Path:
    """The log of the example's month."""
    with open(path, "wb") as file:
        subprocess.run([sys.executable, MONTH, *options], stdout=file, check=True)
    return path


def stats(home: Path, *arguments: object) -> Result:
    """`stats` as a user whose home is `home`, where nothing else is."""
    environ = {"HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANGUAGE": ""}
    return CliRunner().invoke(app, ["stats", *map(str, arguments)], env=environ)


def counts(home: Path, *arguments: object) -> dict[str, Any]:
    """The object of `stats --json`."""
    result = stats(home, "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found
