"""bundle_file: the bundle of modules, taken apart and put together as start.py reads it."""

from __future__ import annotations

import marshal
from _imp import source_hash
from pathlib import Path
from typing import Any

Parts = tuple[dict[str, Any], tuple[str, ...], bytes]


def read_bundle(path: Path) -> Parts:
    """The modules in it, the names of usual ones, and the codes of late functions."""
    data = path.read_bytes()
    begin = data.index(b"\n") + 13  # behind the key, the hash and the length
    end = begin + int.from_bytes(data[begin - 4 : begin], "big")
    return *marshal.loads(data[begin:end]), data[end:]


def is_whole(path: Path) -> bool:
    """Whether its hash is that of its content."""
    data = path.read_bytes()
    begin = data.index(b"\n") + 9
    return data[begin - 8 : begin] == source_hash(0, data[begin:])


def write_bundle(path: Path, parts: Parts) -> None:
    """Put these into the bundle, with the key of the Python that delivers."""
    body = marshal.dumps(parts[:2])
    key = path.read_bytes().partition(b"\n")[0] + b"\n"
    content = len(body).to_bytes(4, "big") + body + parts[2]
    path.write_bytes(key + source_hash(0, content) + content)
