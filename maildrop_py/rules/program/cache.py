"""cache: compiled rules on disk, so that delivery reads no YAML.

One file for each rules file, named after its path. It holds the stamps of all the
files it was made from, this program's own among them, and is made again when one
of them has changed. If that fails, the last program that compiled stays in use.

Guarantee: a file that others could have written is not believed, and a file that
is not what we write is made again. Not pickle: `marshal` of plain values, with a
checksum and the versions of Python and of this program.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from marshal import dumps, loads

from maildrop_py import __version__
from maildrop_py.errors import MaildropError
from maildrop_py.private_file import read_private, replace_file
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.language.stamps import stamp, unchanged
from maildrop_py.rules.program.packing import pack, unpack
from maildrop_py.rules.program.program import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.rules.language.stamps import Stamp

    Stamped = tuple[tuple[Stamp, ...], Program]  # what it was made from, and what was made

FORMAT = 10
KEY = f"maildrop-py rules {FORMAT} {__version__} {sys.hexversion:x}\n".encode()

NOT_USABLE = "rules not usable: "
"""How warnings about mistakes begin."""

MOST_SHOWN = 10
"""Mistakes that each delivery warns of; `check` shows them all."""

# What reading rules raises on purpose, and what a bug of ours there would raise: mail goes on.
_FAILURES = (
    *(MaildropError, OSError, RecursionError, MemoryError),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),
)


def load_program(
    path: str,
    folder: str,
    warn: Callable[[str], None],
    memory: dict[tuple[str, str], Stamped] | None = None,
) -> Program | None:
    """The compiled rules of the file at `path`; None if there are none that can be used.

    `folder` is the directory where compiled rules are kept. What is wrong with the
    rules, the cache or the right to use them goes to `warn`; nothing is raised for it.
    A process that delivers more than one message has a `memory` of what it loaded.
    """
    stamped = memory.get((path, folder)) if memory is not None else None
    if stamped is None or not unchanged(stamped[0]):
        stamped = load_stamped(path, folder, warn)
        if stamped is not None and memory is not None:
            memory.clear()
            memory[path, folder] = stamped
    return None if stamped is None else stamped[1]


def load_stamped(
    path: str, folder: str, warn: Callable[[str], None], home: str | None = None
) -> Stamped | None:
    """load_program(), with the stamps of what the program was made from.

    `home` takes the place of `~` in the rules, if not the process's own home.
    """
    cached = _read(path, folder, home)
    if cached is not None and unchanged(cached[0]):
        return cached
    try:
        return _compile(path, folder, warn, home)
    except _FAILURES as error:
        _explain(error, warn)
    if cached is not None:
        warn(f"the last rules that could be used stay in use: {path}")
    return cached


def kept_program(path: str, folder: str, home: str | None = None) -> Stamped | None:
    """What was compiled last of the file at `path`, even if that has changed since."""
    return _read(path, folder, home)


def fresh_program(path: str, folder: str) -> Program | None:
    """The compiled rules of the file at `path`, if it and all it includes are unchanged."""
    cached = _read(path, folder)
    return cached[1] if cached is not None and unchanged(cached[0]) else None


def compile_program(path: str, folder: str, warn: Callable[[str], None]) -> Program:
    """Compiles the file at `path` and keeps the result; raises RuleError."""
    return _compile(path, folder, warn)[1]


def _compile(
    path: str, folder: str, warn: Callable[[str], None], home: str | None = None
) -> Stamped:
    from maildrop_py.rules.language.reader import read_rules
    from maildrop_py.rules.program.compiler import compile_rules

    own = _stamps_of_this_program()
    rules = read_rules(path, home=home, warns=False)
    program = compile_rules(rules)
    stamps = (*rules.stamps, *own)
    file = _cache_file(path, folder, home)
    try:
        _write(file, stamps, os.path.abspath(path), program)
    except OSError as error:
        warn(f"compiled rules could not be kept in {file}: {error.strerror}")
    return stamps, program


def _explain(error: BaseException, warn: Callable[[str], None]) -> None:
    lines = str(error).splitlines() if isinstance(error, MaildropError | OSError) else []
    for line in lines[:MOST_SHOWN] or [f"{type(error).__name__}: {error}"]:
        warn(f"{NOT_USABLE}{line}")
    if len(lines) > MOST_SHOWN:
        warn(f"{NOT_USABLE}{len(lines) - MOST_SHOWN} more mistakes")


def _stamps_of_this_program() -> tuple[Stamp, ...]:
    """Stamps of where conditions and actions are defined: packed rules depend on them."""
    rules = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    rooms = ("conditions", "actions", "language", "matching", "program")
    return tuple([stamp(os.path.join(rules, room)) for room in rooms])


def _cache_file(path: str, folder: str, home: str | None) -> str:
    data = os.fsencode(os.path.abspath(path) + ("" if home is None else f"\0{home}"))
    name = os.fsdecode(os.fsencode(os.path.basename(path))[:100])
    return os.path.join(folder, f"{name}.{crc32(data):08x}{crc32(data[::-1]):08x}")


def _write(file: str, stamps: tuple[Stamp, ...], path: str, program: Program) -> None:
    body = dumps((path, stamps, pack(program.settings), *program.state()))
    data = KEY + crc32(body).to_bytes(4, "big") + body
    replace_file(file, data)


def _read(path: str, folder: str, home: str | None = None) -> Stamped | None:
    """Stamps and program of a cache file; None where it is missing or not ours."""
    data = read_private(_cache_file(path, folder, home))
    body = memoryview(data)[len(KEY) + 4 :]
    if data[: len(KEY)] != KEY or data[len(KEY) : len(KEY) + 4] != crc32(body).to_bytes(4, "big"):
        return None
    try:
        known, stamps, settings, *state = loads(body)
        program = Program(unpack(settings), *state)
    except (ValueError, EOFError, TypeError, RecursionError, MemoryError):
        return None
    if known != os.path.abspath(path) or not (_are_stamps(stamps) and _is_program(program)):
        return None
    return stamps, program


def _are_stamps(stamps: object) -> bool:
    return isinstance(stamps, tuple) and all(
        isinstance(each, tuple) and len(each) == 8 and isinstance(each[0], str) for each in stamps
    )


def _is_program(program: Program) -> bool:
    """Whether its parts are of the types that a Program has."""
    kinds = (bytes, bytes, tuple, dict, tuple)
    right = all(isinstance(part, kind) for part, kind in zip(program.state(), kinds, strict=True))
    return right and isinstance(program.settings, Settings)
