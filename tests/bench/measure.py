"""measure: the time and the memory of one command, with as little of our own as can be.

Commands are started by posix_spawn and awaited by wait4. Candidates take turns,
so that a busy moment of the machine falls on all of them, and each figure is the
median of its runs. Where root measures, the commands run as an ordinary user.

Known limit: a child's peak memory as the kernel tells it starts with what its
parent had when it was started, so memory is measured through time(1), which is
small; below about 2 MB it shows nothing.
"""

from __future__ import annotations

import os
import resource  # noqa: F401 - wait4 imports it, too late for a user who may not read it
import shutil
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from tests.bench.user import as_user


@dataclass(frozen=True)
class Command:
    """Something to run: its name in the table, and all that starting it takes.

    `accepts` are the exit statuses that are no failure; files that match one of
    `removes` are removed before each run, which is not measured.
    """

    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = "/dev/null"
    stdout: str = "/dev/null"
    accepts: tuple[int, ...] = (0,)
    removes: tuple[str, ...] = ()


class CommandFailed(OSError):
    """A measured command ended with a status that it should not have."""


def once(command: Command) -> float:
    """Run `command` and return the seconds it took; CommandFailed if it failed."""
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, command.stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, command.stdout, write, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, command.stdout + ".err", write, 0o644),
    ]
    if command.stdout == "/dev/null":
        actions[2] = (os.POSIX_SPAWN_OPEN, 2, "/dev/null", write, 0)
    for pattern in command.removes:
        for path in Path("/").glob(pattern.lstrip("/")):
            path.unlink()
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", **command.env}
    start = perf_counter()
    pid = os.posix_spawn(command.argv[0], command.argv, env, file_actions=actions)
    status = os.wait4(pid, 0)[1]
    seconds = perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in command.accepts:
        raise CommandFailed(f"{command.name}: {os.waitstatus_to_exitcode(status)}")
    return seconds


def medians(commands: list[Command], rounds: int) -> dict[str, float]:
    """Seconds of each command: the median of `rounds` runs, the commands taking turns."""

    def take_turns() -> dict[str, list[float]]:
        taken: dict[str, list[float]] = {command.name: [] for command in commands}
        for turn in range(rounds):
            first = turn % len(commands)
            for command in commands[first:] + commands[:first]:
                taken[command.name].append(once(command))
        return taken

    return {name: statistics.median(row) for name, row in as_user(take_turns).items()}


@dataclass(frozen=True)
class Usage:
    """What a command took: seconds by the clock and of processors, KiB of resident memory."""

    seconds: float
    processor: float
    peak: int


def peak_memory(command: Command, report: Path) -> int | None:
    """KiB of peak resident memory, children included; None where time(1) is missing."""
    used = usage(command, report)
    return used.peak if used is not None else None


def usage(command: Command, report: Path) -> Usage | None:
    """What `command` took, children included, noted in `report`; None without time(1)."""
    time = shutil.which("time", path="/usr/bin:/bin")
    if time is None:
        return None
    argv = [time, "--quiet", "-f", "%e %U %S %M", "-o", str(report), *command.argv]
    timed = Command(command.name, argv, command.env, command.stdin, command.stdout, command.accepts)
    as_user(lambda: once(timed))
    elapsed, user, system, peak = report.read_text().split()[-4:]
    return Usage(float(elapsed), float(user) + float(system), int(peak))
