"""bundle_file: the bundle of modules, taken apart and put together as start.py reads it."""

from __future__ import annotations

import marshal
from _imp import source_hash
from pathlib import Path
from typing import Any

from maildrop_py.start import HEAD, KEY, LENGTH

Parts = tuple[dict[str, Any], tuple[str, ...], bytes]


def read_bundle(path: Path) -> Parts:
    """The modules in it, the names of usual ones, and the codes of late functions."""
    data = path.read_bytes()
    end = HEAD + int.from_bytes(data[HEAD - LENGTH : HEAD], "big")
    modules, usual, _ = marshal.loads(data[HEAD:end])
    return modules, usual, data[end:]


def is_whole(path: Path) -> bool:
    """Whether its hashes are those of its content."""
    data = path.read_bytes()
    end = HEAD + int.from_bytes(data[HEAD - LENGTH : HEAD], "big")
    if data[len(KEY) : HEAD - LENGTH] != source_hash(0, data[HEAD:end]):
        return False
    of_codes: bytes = marshal.loads(data[HEAD:end])[2]
    return of_codes == source_hash(0, data[end:])


def write_bundle(path: Path, parts: Parts) -> None:
    """Put these into the bundle, whole; with the key of the Python that runs the tests."""
    modules, usual, codes = parts
    body = marshal.dumps((modules, usual, source_hash(0, codes)))
    head = KEY + source_hash(0, body) + len(body).to_bytes(LENGTH, "big")
    path.write_bytes(head + body + codes)
