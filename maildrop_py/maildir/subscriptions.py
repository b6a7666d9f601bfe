"""subscriptions: let mail readers that show subscribed folders only show a new folder.

IMAP servers keep a list of the folders that a user has subscribed to (RFC 3501
6.3.6) in the Maildir: Dovecot in `subscriptions`, Courier in
`courierimapsubscribed`. Dovecot's list is made if there is none. Courier's is
only extended.

Guarantee: a folder is never held up or lost for this. Nothing is raised, and
Dovecot's lock is waited for two seconds. Nothing is written twice, or through a
FIFO or a link.

Known limits: a list that the server keeps elsewhere (Dovecot's CONTROL) is not
known. [dovecot src/lib-storage/list/subscription-file.c; courier-imap imapd]
"""

from __future__ import annotations

import os

from maildrop_py.maildir.dotlock import Dotlock
from maildrop_py.regular_file import open_regular, read_regular

DOVECOT, COURIER = "subscriptions", "courierimapsubscribed"
LOCK_TIMEOUT = 2.0  # seconds
_SECOND_FORMAT = b"V\t2\n\n"
_LONGEST = 1 << 20  # bytes of a list that are read
_APPEND = os.O_WRONLY | os.O_APPEND
_ESCAPED = {"\1": "\0011", "\t": "\1t", "\r": "\1r", "\n": "\1n"}


def subscribe(root: str, path: str, separator: str) -> None:
    """Subscribe to the folder at `path` in the Maildir at `root`; never raises OSError.

    `separator` is what separates the levels of a folder on disk: `.` or `/`.
    """
    name = path[len(root) :].strip("/")
    levels = (name.removeprefix(".") if separator == "." else name).split(separator)
    try:
        with Dotlock(f"{root}/{DOVECOT}", LOCK_TIMEOUT):
            _add_to_dovecot(f"{root}/{DOVECOT}", levels, separator)
    except OSError:
        pass  # the folder can be subscribed to by hand
    if separator == ".":
        try:
            _add(f"{root}/{COURIER}", os.fsencode("INBOX" + name), _APPEND)
        except OSError:
            return  # no Courier here


def _add_to_dovecot(path: str, levels: list[str], separator: str) -> None:
    try:
        is_second = read_regular(path, len(_SECOND_FORMAT)) == _SECOND_FORMAT
    except FileNotFoundError:
        is_second = False
    if is_second:
        line = "\t".join("".join(_ESCAPED.get(c, c) for c in level) for level in levels)
    else:
        line = separator.join(levels)
    _add(path, os.fsencode(line), _APPEND | os.O_CREAT)


def _add(path: str, line: bytes, flags: int) -> None:
    """Append `line` to the file, unless it is there; what was cut short before it is ended."""
    descriptor = open_regular(path, flags, follow_link=False)
    try:
        before = read_regular(path, _LONGEST)
        if line not in before.split(b"\n"):
            end = b"" if before.endswith(b"\n") or not before else b"\n"
            os.write(descriptor, end + line + b"\n")
    finally:
        os.close(descriptor)
