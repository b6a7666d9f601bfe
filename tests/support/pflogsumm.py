"""pflogsumm: Debian's summary of a Postfix log, taken apart into the numbers that it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PFLOGSUMM = shutil.which("pflogsumm", path="/usr/sbin:/usr/bin")
needs_pflogsumm = pytest.mark.skipif(
    PFLOGSUMM is None
    or subprocess.run(["perl", "-MDate::Calc", "-e", ""], capture_output=True).returncode != 0,
    reason="pflogsumm or Date::Calc is not installed",
)


def summary(log: Path, *options: str) -> str:
    """What pflogsumm prints of a log, connections included."""
    assert PFLOGSUMM is not None
    ran = subprocess.run(
        [PFLOGSUMM, "--smtpd-stats", *options, log], capture_output=True, check=True
    )
    return ran.stdout.decode("utf-8", "replace")


def shown(value: float) -> str:
    """A number as pflogsumm prints it: from 512 ki on in k, from 512 Mi on in m."""
    for limit, size, unit in ((512 << 20, 1 << 20, "m"), (512 << 10, 1 << 10, "k")):
        if value > limit:
            return f"{int(value / size)}{unit}"
    return str(int(value))


def totals(printed: str) -> dict[str, str]:
    """The grand totals, by their names."""
    part = printed.partition("Grand Totals")[2].partition("Per-")[0]
    found = re.findall(r"^ +(\d+[km]?) +([a-z][^(\n]*)", part, re.MULTILINE)
    named = {name.strip(): number for number, name in found}
    deferrals = re.search(r"\((\d+)[km]? +deferrals\)", part)
    return named | {"deferrals": deferrals[1] if deferrals else "0"}


def rows(printed: str, title: str) -> list[list[str]]:
    """The rows of the table below `title`, units joined to their numbers."""
    lines = printed.partition(f"\n{title}")[2].splitlines()[1:]
    found: list[list[str]] = []
    for line in lines:
        if not line.strip():
            if found:
                break
            continue
        if re.match(r" +\d+", line):
            found.append(re.sub(r"(\d) ([kmsh])(?= )", r"\1\2", line).split())
    return found


def details(printed: str, title: str) -> dict[str, int]:
    """A nested list: `group > reason > who` and the number that stands in front of it."""
    lines = printed.partition(f"\n{title}\n")[2].splitlines()[1:]
    found: dict[str, int] = {}
    path: list[tuple[int, str]] = []
    for line in lines:
        if not line.strip():
            break
        indent = len(line) - len(line.lstrip())
        if match := re.match(r" +(\d+)[km ]  (.*)$", line):
            found["\t".join([*(name for _, name in path), match[2]])] = int(match[1])
        else:
            path = [one for one in path if one[0] < indent]
            path.append((indent, re.sub(r" \(total: \d+\)$", "", line.strip())))
    return found
