"""examples: the files of examples/, each with the paths of a test in place of its own.

What a test puts elsewhere must stand in the file, else the test fails: so no test
goes on with a text that it no longer changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "examples"
PROGRAM = "/usr/local/bin/maildrop-py"  # where the examples have it


def example(name: str, places: Mapping[str, object] | None = None) -> str:
    """The text of a file in examples/, each key of `places` replaced by its value."""
    return filled((FOLDER / name).read_text(), places or {})


def filled(text: str, places: Mapping[str, object]) -> str:
    """`text` with each key of `places` replaced by its value."""
    for old, new in places.items():
        assert old in text, f"an example no longer says {old}"
        text = text.replace(old, str(new))
    return text


def lines(text: str) -> str:
    """`text` without comments and empty lines."""
    kept = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return "\n".join(kept)


def parameters(text: str) -> dict[str, str]:
    """The parameters of a piece of main.cf; a line that begins with a blank goes on with one."""
    found: dict[str, str] = {}
    for line in lines(text).replace("\n ", " ").splitlines():
        name, _, value = line.partition("=")
        found[name.strip()] = " ".join(value.split())
    return found
