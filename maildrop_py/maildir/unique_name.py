"""unique_name: the names of new messages in a Maildir.

A name is `seconds.M<usec>P<pid>Q<n>.<host>,S=<bytes>,W=<bytes with CR LF>` and,
in cur/, `:2,` with flags in ASCII order. S= and W= save Dovecot and Courier a
stat and a read of the message.

Guarantee: two names made by one process differ, and so do the names of two
processes that run at the same time, on hosts with different names. O_EXCL and
link(2), which never overwrite, catch the rest. [cr.yp.to/proto/maildir.html]
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

INFO = ":2,"
_numbers = iter(range(1, 1 << 62))  # next() of it is atomic, also between threads
_host = ""


def new_base() -> str:
    """A base name that was never used: time, process, counter and host."""
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{seconds}.M{rest // 1000}P{os.getpid()}Q{next(_numbers)}.{_host or host_name()}"


def host_name() -> str:
    """The name of this machine as it can be used in a file name."""
    global _host
    if not _host:
        _host = safe_host(os.uname().nodename) or "localhost"
    return _host


def safe_host(name: str) -> str:
    """`name` with octal escapes for `/`, `:`, `,` and what cannot be printed."""
    safe = name.isascii() and name.isprintable() and not any(c in name for c in "/:, ")
    return name if safe else "".join(map(_escape, os.fsencode(name)))


def _escape(byte: int) -> str:
    plain = 32 < byte < 127 and byte not in b"/:,"
    return chr(byte) if plain else f"\\{byte:03o}"


def delivered_name(base: str, size: int, wire_size: int, flags: str = "") -> str:
    """The final name, with info if there are `flags` (keyword letters among them).

    `size` is in bytes on disk, `wire_size` with every line end as CR LF.
    """
    name = f"{base},S={size},W={wire_size}"
    return f"{name}{INFO}{join_flags(flags)}" if flags else name


def wire_size(data: bytes, previous: bytes = b"") -> int:
    """The length of `data`, which follows the byte `previous`, with CR LF for every LF."""
    bare = data.count(b"\n") - data.count(b"\r\n")
    if previous == b"\r" and data.startswith(b"\n"):
        bare -= 1
    return len(data) + bare


def join_flags(letters: Iterable[str]) -> str:
    """Flag letters, each once, in ASCII order."""
    return "".join(sorted(set(letters)))
