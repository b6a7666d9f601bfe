"""cache: compiled rules on disk, so that delivery reads no YAML.

One file for each rules file, keyed by its path and holding the stamps of all
the files it was made from. It is made anew when one of them has changed; where
that fails, the last program that compiled goes on being used. A cache file that
others could have written is not believed. Not pickle: `marshal` of plain
values, with a checksum, and a key of the versions of it all.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from marshal import dumps, loads

from maildrop_py import __version__
from maildrop_py.errors import MaildropError
from maildrop_py.rules.packing import pack, unpack
from maildrop_py.rules.program import Program
from maildrop_py.rules.sources import unchanged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.rules.sources import Stamp

FORMAT = 3
KEY = f"maildrop-py rules {FORMAT} {__version__} {sys.hexversion:x}\n".encode()


def load_program(path: str, folder: str, warn: Callable[[str], None]) -> Program | None:
    """The compiled rules of the file at `path`; None where there are none to use.

    `folder` is where compiled rules are kept. What is wrong with the rules, the
    cache or the right to use them goes to `warn`; nothing is raised for it.
    """
    cached = _read(path, folder)
    if cached is not None and unchanged(cached[0]):
        return cached[1]
    try:
        return compile_program(path, folder, warn)
    except (MaildropError, OSError, RecursionError, MemoryError) as error:
        for line in str(error).splitlines() or [type(error).__name__]:
            warn(f"rules not usable: {line}")
    if cached is not None:
        warn(f"going on with the last rules that were: {path}")
        return cached[1]
    return None


def fresh_program(path: str, folder: str) -> Program | None:
    """The compiled rules of the file at `path`, if it and all it includes are unchanged."""
    cached = _read(path, folder)
    return cached[1] if cached is not None and unchanged(cached[0]) else None


def compile_program(path: str, folder: str, warn: Callable[[str], None]) -> Program:
    """Compiles the file at `path` and keeps the result; raises RuleError."""
    from maildrop_py.rules.compiler import compile_rules
    from maildrop_py.rules.reader import read_rules

    rules = read_rules(path)
    program = compile_rules(rules)
    place = _place(path, folder)
    try:
        _write(place, rules.stamps, os.path.abspath(path), program)
    except OSError as error:
        warn(f"compiled rules could not be kept in {place}: {error.strerror}")
    return program


def _place(path: str, folder: str) -> str:
    data = os.fsencode(os.path.abspath(path))
    name = os.path.basename(path)[:100]
    return os.path.join(folder, f"{name}.{crc32(data):08x}{crc32(data[::-1]):08x}")


def _write(place: str, stamps: tuple[Stamp, ...], path: str, program: Program) -> None:
    body = dumps((path, stamps, pack(program.settings), *program.state()))
    data = KEY + crc32(body).to_bytes(4, "big") + body
    os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)
    draft = f"{place}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(draft, place)
    except BaseException:
        os.unlink(draft)
        raise


def _read(path: str, folder: str) -> tuple[tuple[Stamp, ...], Program] | None:
    """Stamps and program of a cache file; None where it is missing or not ours."""
    data = _trusted_bytes(_place(path, folder))
    body = memoryview(data)[len(KEY) + 4 :]
    if data[: len(KEY)] != KEY or data[len(KEY) : len(KEY) + 4] != crc32(body).to_bytes(4, "big"):
        return None
    try:
        known, stamps, settings, *state = loads(body)
        return (
            (stamps, Program(unpack(settings), *state)) if known == os.path.abspath(path) else None
        )
    except (ValueError, EOFError, TypeError):
        return None


def _trusted_bytes(place: str) -> bytes:
    try:
        with open(place, "rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid == os.geteuid() and not found.st_mode & 0o022:
                return file.read()
    except OSError:
        pass
    return b""
