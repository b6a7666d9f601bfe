"""disk_trace: what a run did to the file system, read from strace.

Strings are asked for in hexadecimal, so that nothing in them can be mistaken for
strace's own punctuation, and descriptors with the paths they stand for. Calls
that failed are left out; one that another process interrupted counts when it
returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMES = (
    *("openat", "mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir"),
    *("write", "pwrite64", "writev", "copy_file_range", "sendfile", "ftruncate", "truncate"),
    *("fsync", "fdatasync", "sync", "syncfs", "sendto", "sendmsg", "exit_group"),
)
_LONGEST = 1 << 26  # bytes of one write that are kept
_CALL = re.compile(r"(\w+)\((.*)\) += (\?|-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"(AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")


@dataclass(frozen=True)
class Call:
    """One call that succeeded.

    `paths` are absolute, those of its descriptors where it has no others; `data`
    is what was written; `flags` are its other arguments as strace has them; `main`
    says that the process which was started first made it.
    """

    main: bool
    name: str
    paths: tuple[str, ...]
    data: bytes
    flags: str
    result: int


def recording(log: Path) -> list[str]:
    """The command that records into `log` what read() reads."""
    return [
        *("strace", "-f", "-y", "-xx", "-s", str(_LONGEST)),
        *("-o", str(log), "-e", f"trace={','.join(NAMES)}"),
    ]


def is_recording(command: Sequence[str]) -> bool:
    """Whether `command` is one of recording()."""
    return f"trace={','.join(NAMES)}" in command


def read(log: Path) -> list[Call]:
    """The calls in a recording, in the order in which they returned."""
    calls: list[Call] = []
    first = ""
    for process, line in whole_lines(log):
        first = first or process
        call = _parsed(line, process == first)
        if call is not None:
            calls.append(call)
    return calls


def whole_lines(log: Path) -> Iterator[tuple[str, str]]:
    """Each call on one line, and its process."""
    begun: dict[str, str] = {}
    with log.open() as file:
        for line in file:
            process, _, text = line.rstrip("\n").partition(" ")
            text = text.lstrip()
            if text.endswith(" <unfinished ...>"):
                begun[process] = text.removesuffix(" <unfinished ...>")
            elif text.startswith("<... "):
                yield process, begun.pop(process, "") + text.partition("resumed>")[2]
            else:
                yield process, text


def _parsed(line: str, main: bool) -> Call | None:
    found = _CALL.match(line)
    if found is None or found[3].startswith("-"):
        return None
    name, arguments, result = found[1], found[2], found[3]
    if result == "?" and name != "exit_group":  # killed before it was made
        return None
    strings = [_bytes(text) for text in _STRING.findall(arguments)]
    descriptors = [_bytes(text).decode() for _, text, _ in _DESCRIPTOR.findall(arguments)]
    flags = _DESCRIPTOR.sub("", _STRING.sub("", arguments))
    number = int(result) if result != "?" else 0
    if name in ("write", "pwrite64", "writev", "sendto", "sendmsg"):
        return Call(main, name, tuple(descriptors), b"".join(strings), flags, number)
    if name in ("fsync", "fdatasync", "copy_file_range", "sendfile", "ftruncate", "syncfs"):
        return Call(main, name, tuple(descriptors), b"", flags, number)
    return Call(main, name, _absolute(strings, descriptors), b"", flags, number)


def _absolute(strings: list[bytes], descriptors: list[str]) -> tuple[str, ...]:
    """The paths of a call with names: relative ones are below its directories, in order."""
    paths, places = [], list(descriptors)
    for text in strings:
        place = places.pop(0) if places else ""
        path = text.decode()
        paths.append(path if path.startswith("/") else f"{place}/{path}")
    return tuple(paths)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
