"""What a plain filing imports (every module costs start-up time) and asks of the kernel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.delivering import MAIL, visible

PLAIN = """
import sys
before = set(sys.modules)
from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.delivery.deliver import deliver
from maildrop_py.delivery.spool import Spool
from maildrop_py.intake.stdin import read_message
from maildrop_py.message.envelope import Envelope
deliver.__globals__["_SWEEP_ODDS"] = 1 << 99  # not by chance in this one
maildir, envelope = Maildir(sys.argv[1]), Envelope(sender="a@b", recipient="c@d")
maildir.folder("INBOX").ensure()
with Spool(maildir, envelope) as spool:
    read_message(spool)
    before_delivery = set(sys.modules)
    deliver(Decision((Filing("INBOX"),)), spool.finish(), maildir, envelope)
assert set(sys.modules) == before_delivery
print(*sorted(set(sys.modules) - before))
"""


def plain_delivery(root: Path, *prefix: str) -> str:
    command = [*prefix, sys.executable, "-c", PLAIN, str(root)]
    return subprocess.run(command, input=MAIL, capture_output=True, check=True).stdout.decode()


def test_plain_filing_imports_little(root: Path) -> None:
    modules = plain_delivery(root).split()
    rooms = ("maildrop_py.delivery.", "maildrop_py.maildir.")
    ours = [name.removeprefix("maildrop_py.") for name in modules if name.startswith(rooms)]
    assert ours == [
        *("delivery.deliver", "delivery.spool", "delivery.trace_headers"),
        *("maildir.folder_making", "maildir.maildir", "maildir.sync", "maildir.tmp_file"),
        "maildir.unique_name",
        # folder_making was asked for
    ]
    others = {name for name in modules if not name.startswith("maildrop_py")}
    assert others <= {"__future__", "errno"}


def test_plain_filing_makes_few_system_calls_in_the_right_order(root: Path, tmp_path: Path) -> None:
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    log = tmp_path / "log"
    try:
        plain_delivery(root, "strace", "-f", "-y", "-o", str(log))
    except subprocess.CalledProcessError:
        pytest.skip("needs the right to trace")
    (path,) = visible(root)
    lines = log.read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if "/tmp/" in line and "O_EXCL" in line)
    last = next(n for n, line in enumerate(lines) if "unlink(" in line)
    calls = [line.split(None, 1)[1].partition("(")[0] for line in lines[first : last + 1]]
    assert [call for call in calls if call not in ("brk", "mmap", "munmap")] == [
        *("openat", "fchmod", "write"),
        "newfstatat",  # is there a quota?
        *("fsync", "close", "link"),
        *("openat", "fsync", "close"),  # the directory
        "unlink",
    ]
    assert path.read_bytes().endswith(MAIL)
