"""fuzzer: inputs that come further and further into a part, found by libFuzzer (through Atheris).

It looks where each input leads in the code of maildrop_py, and makes new ones
of those that came somewhere new and of the target's words. It runs in a process
of its own (following.py), so that an input is found as well that kills this
process, hangs it or fills its memory; those are left as they are, while an
input that raised something is made smaller.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.faults.hostile import corpus
from tests.faults.hostile.target import Target

NEEDS = "needs Atheris, which there is for Linux on x86-64 (pip install atheris)"
LONGEST = 4000  # bytes of an input
HASTE = 10  # how soon inputs may be long: 0 is at once, libFuzzer's own 100 is for faster targets
HANG = 30  # seconds after which an input is one that never ends
MEMORY = 1024  # MiB that no target needs
PACKAGE = "maildrop_py"
_FOUND = ("crash-*", "timeout-*", "oom-*")
_RAISED = re.compile(r"=== Uncaught Python exception: ===\n(.*?)\nTraceback ", re.DOTALL)
_DIED = re.compile(r"ERROR: libFuzzer: (.*)")
_FIGURE = re.compile(r"^stat::(\w+):\s+(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """An input that broke a promise, and how."""

    data: bytes
    error: str


@dataclass(frozen=True)
class Search:
    """How many inputs were tried, how many of them led somewhere new, and what was found."""

    tried: int
    new: int
    finding: Finding | None


@dataclass(frozen=True)
class Effort:
    """How long to look: so many inputs, or seconds; what takes `hang` seconds never ends."""

    runs: int = -1
    seconds: int = 0
    hang: int = HANG


def works() -> bool:
    """Whether this machine has what it needs."""
    return find_spec("atheris") is not None


def search(target: Target, seed: int, effort: Effort, package: str = PACKAGE) -> Search:
    """Try inputs until the first that breaks something; see where they lead in `package`.

    RuntimeError: the process ended without saying what it had tried, or left no input.
    """
    with tempfile.TemporaryDirectory(prefix="maildrop-py-fuzzer-") as scratch:
        place = Path(scratch)
        _sow(target, place)
        said = _run(target, place, package, _options(seed, effort))
        figures = dict(_FIGURE.findall(said))
        found = [path for kind in _FOUND for path in place.glob(kind)]
        if not figures or (_DIED.search(said) and not found):
            raise RuntimeError(f"{target.name}: {said[-2000:]}")
        return Search(
            int(figures["number_of_executed_units"]),
            int(figures["new_units_added"]),
            _finding(target, found[0].read_bytes(), said) if found else None,
        )


def _sow(target: Target, place: Path) -> None:
    """The inputs that it begins with, and the words that it puts into them."""
    for folder in ("seeds", "temporary"):
        (place / folder).mkdir()
    for number, data in enumerate(_seeds(target)):
        (place / "seeds" / str(number)).write_bytes(data)
    words = [word for word in (*target.words, target.before) if word]
    quoted = ("".join(f"\\x{byte:02x}" for byte in word) for word in words)
    (place / "words").write_text("".join(f'"{word}"\n' for word in quoted))


def _seeds(target: Target) -> tuple[bytes, ...]:
    """What broke a promise once, and whatever comes some way into the part."""
    further = (target.before + piece for piece in (b"", *target.growing))
    return (*corpus.kept(target), *target.words, b"".join(target.words), *further)


def _options(seed: int, effort: Effort) -> tuple[str, ...]:
    return (
        f"-seed={seed % 2**32 or 1}",  # 0 would be any
        f"-runs={effort.runs}",
        f"-max_total_time={effort.seconds}",
        f"-timeout={effort.hang}",
        f"-rss_limit_mb={MEMORY}",
        f"-max_len={LONGEST}",
        f"-len_control={HASTE}",
        "-print_final_stats=1",
    )


def _run(target: Target, place: Path, package: str, options: tuple[str, ...]) -> str:
    """What the process said; all that it leaves behind lies in `place`."""
    program = (sys.executable, "-m", f"{__package__}.following")
    subject = (package, target.feed.__module__, target.name)
    paths = (f"-artifact_prefix={place}/", f"-dict={place}/words", f"{place}/seeds")
    where = {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": f"{place}/temporary"}
    with (place / "said").open("wb") as said:
        subprocess.run(
            (*program, *subject, *options, *paths),
            env=os.environ | where,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return (place / "said").read_text("utf-8", "replace")


def _finding(target: Target, data: bytes, said: str) -> Finding:
    """With as much taken out as can be, if trying again does no harm here."""
    raised = _RAISED.search(said)
    if raised is None:
        died = _DIED.search(said)
        return Finding(data, died[1] if died else said[-2000:])
    return _smallest(target, Finding(data, raised[1]))


def _smallest(target: Target, finding: Finding) -> Finding:
    size = max(len(finding.data) // 2, 1)
    while size:
        for start in range(0, len(finding.data), size):
            shorter = finding.data[:start] + finding.data[start + size :]
            error = _error(target, shorter)
            if error:
                finding = Finding(shorter, error)
                break
        else:
            size //= 2
    return finding


def _error(target: Target, data: bytes) -> str:
    """What the input raises, or nothing."""
    try:
        target.feed(data)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any exception is what is looked for
        return f"{type(error).__name__}: {error}"
    return ""
