"""The systemd unit in examples/: what it starts, starts, and what it reloads, reloads."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_watch import arrive, settles_as
from tests.support.cli_mailbox import Mailbox
from tests.support.watching import Watching

UNIT = Path(__file__).parents[2] / "examples/maildrop-py-watch.service"


@pytest.fixture
def service() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    return parser["Service"]


def test_the_unit_starts_reloads_and_stops(
    service: configparser.SectionProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox(tmp_path, monkeypatch)
    program, command, *arguments = shlex.split(service["ExecStart"].replace("%h", str(tmp_path)))
    assert (Path(program).name, command, service["Type"]) == ("maildrop-py", "watch", "notify")
    with Watching(mailbox.home, *arguments) as watching:
        arrive(mailbox, "work")
        settles_as(mailbox, {".Work/cur": ["work"]})
        reload = service["ExecReload"].replace("$MAINPID", str(watching.process.pid))
        subprocess.run(shlex.split(reload), check=True)
        watching.wait_for("RELOADING=1")
        watching.wait_for("READY=1")
        assert watching.stop() == 0


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    program = tmp_path / "maildrop-py"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("%h/.local/bin/maildrop-py", str(program)))
    done = subprocess.run(
        [analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert UNIT.name not in done.stderr, done.stderr
