"""oracle: what Debian's procmail says of messages, in letters.

D for ^FROM_DAEMON, M for ^FROM_MAILER, T for ^TO_ of an address, W for ^TO of
it. The corpora are judged by ../shared/oracle/classify, which knows no W;
messages written for these tests by the few recipes below, which need nothing
beside the project.

Addresses reach procmail on its command line, where it expands `$` and runs what
stands in backquotes: only `SAFE` ones may be given.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SAFE = re.compile(r"[A-Za-z0-9_.+=-]+@[A-Za-z0-9_.-]+")

_RECIPES = r"""
SHELL=/bin/sh
VERBOSE=off
LOGABSTRACT=no
VERDICT=
:0
* ^FROM_DAEMON
{ VERDICT="${VERDICT}D" }
:0
* ^FROM_MAILER
{ VERDICT="${VERDICT}M" }
:0
* $ ^TO_$\ADDRESS
{ VERDICT="${VERDICT}T" }
:0
* $ ^TO$\ADDRESS
{ VERDICT="${VERDICT}W" }
LOGFILE=$OUT
LOG="$NAME	$VERDICT
"
:0
/dev/null
"""


def need_procmail() -> None:
    """Skip the test without procmail; where `CI=true` that is a failure."""
    if shutil.which("procmail"):
        return
    reason = "needs the Debian package procmail, to compare with"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (in CI this is a failure, not a skip)", pytrace=False)
    pytest.skip(reason)


def classify(shared: Path, addresses: dict[Path, str]) -> dict[Path, str]:
    """The letters of each file, the address to look for given with each."""
    files = defaultdict(list)
    for path, address in addresses.items():
        assert SAFE.fullmatch(address), address
        files[address].append(str(path))
    program = str(shared / "oracle/classify")

    def ask(address: str) -> str:
        argv = [program, "-t", address, *files[address]]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return _letters("".join(pool.map(ask, files)))


def judge(files: Iterable[Path], address: str, folder: Path) -> dict[Path, str]:
    """The letters of each file, by the recipes above; `folder` is for their file."""
    assert SAFE.fullmatch(address), address
    recipes, out = folder / "recipes", folder / "out"
    recipes.write_text(_RECIPES)
    recipes.chmod(0o600)
    out.touch()
    for path in files:
        settings = [f"ADDRESS={address}", f"NAME={path}", f"OUT={out}"]
        with path.open("rb") as message:
            subprocess.run(["procmail", "-m", *settings, str(recipes)], stdin=message, check=True)
    return _letters(out.read_text())


def _letters(lines: str) -> dict[Path, str]:
    found = (line.rpartition("\t") for line in lines.splitlines())
    return {Path(name): letters for name, _, letters in found}
