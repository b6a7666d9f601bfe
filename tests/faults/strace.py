"""strace: the system calls of a run recorded, and one of them made to fail or to kill.

Calls are counted by name in each process, as strace counts them. A site that a
run does not come to (a few calls depend on addresses chosen at random) is told
by `struck`, so that nothing is counted that did not happen.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CALL = re.compile(r"^(\d+) +(\w+)\(")


@dataclass(frozen=True)
class Site:
    """The `number`th call of `name`; `ours` if by then it was about what matters."""

    name: str
    number: int
    ours: bool


def works() -> bool:
    """Whether there is a strace, and it may trace."""
    if shutil.which("strace") is None:
        return False
    ran = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return ran.returncode == 0


def recording(log: Path) -> list[str]:
    """The command that writes every call to `log`."""
    return ["strace", "-f", "-o", str(log)]


def failing(site: Site, error: str, log: Path) -> list[str]:
    """The command under which the call at `site` fails with the errno `error`.

    A brk(2) that fails gives no errno but an address too low. What strace starts
    stops at calls of that name only: a third less time.
    """
    how = "retval=0" if site.name == "brk" else f"error={error}"
    return _striking(site, how, log, "--seccomp-bpf")


def signalling(site: Site, signal: str, log: Path) -> list[str]:
    """The command that sends `signal` ("KILL") as the call at `site` is begun.

    A process that is killed there has not made the call. (With --seccomp-bpf strace
    6.1 sends nothing.)
    """
    return _striking(site, f"signal={signal}", log)


def _striking(site: Site, how: str, log: Path, *options: str) -> list[str]:
    inject = f"inject={site.name}:{how}:when={site.number}"
    return ["strace", "-f", *options, "-o", str(log), "-e", f"trace={site.name}", "-e", inject]


def sites(log: Path, marker: str) -> list[Site]:
    """Every call in a recording, in order; where processes number theirs alike, once.

    Those from the first on in which `marker` stands are `ours`.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[tuple[str, int], Site] = {}
    ours = False
    for line in _lines(log):
        call = _CALL.match(line)
        if call is not None:
            ours = ours or (marker in line and call[2] != "execve")
            process, name = call[1], call[2]
            seen[process, name] += 1
            number = seen[process, name]
            found.setdefault((name, number), Site(name, number, ours))
    return list(found.values())


def struck(log: Path) -> bool:
    """Whether the call that was to fail, or to be the last, was reached."""
    return any(
        "(INJECTED)" in line or "killed by SIG" in line or "--- SIG" in line for line in _lines(log)
    )


def _lines(log: Path) -> Iterator[str]:
    with log.open(errors="replace") as file:
        yield from file
