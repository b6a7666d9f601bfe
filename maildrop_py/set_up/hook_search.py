"""hook_search: the lines of mail servers' settings that start `maildrop-py deliver`.

Known limits: settings that are in other files than the usual ones, or come from a
database, are not found; what quotes mean to each mail server is not looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from maildrop_py.paths import PROGRAM
from maildrop_py.record import record

FILES = (
    *("/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/aliases"),
    *("/etc/exim4/exim4.conf*", "/etc/exim4/conf.d/*/*", "/etc/exim/exim.conf"),
    *("/etc/smtpd.conf", "/etc/mail/smtpd.conf", "/var/qmail/control/defaultdelivery"),
)
OF_USER = (".forward", ".qmail", ".qmail-default")
_PROGRAM = re.compile(
    rf"(?:^|[\s'\"|=,{{(]|\\N)(/\S*?{PROGRAM}(?:-deliver\b|(?=['\"]?\s+deliver\b)))"
)
_USER = re.compile(r"\buser=([\w.-]+)")


@record
class Hook:
    """A line that starts `program`; `user` is who it runs as, "" for the recipient."""

    file: str
    line: int
    program: str
    is_guarded: bool
    user: str = ""


def hooks_of(homes: list[str], files: tuple[str, ...] = FILES) -> Iterator[Hook]:
    """The lines in the settings of mail servers, and in those of users with these homes."""
    for pattern in files:
        for path in sorted(Path("/").glob(pattern.lstrip("/"))):
            yield from _in_file(str(path))
    for home in homes:
        for name in OF_USER:
            yield from _in_file(os.path.join(home, name))


def _in_file(path: str) -> Iterator[Hook]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return
    text = re.sub(r"\n(?=[ \t])", "\0", text)  # Postfix and Exim continue lines so
    number = 1
    for line in text.split("\n"):
        found = None if line.startswith("#") else _PROGRAM.search(line.replace("\0", " "))
        if found is not None:
            user = _USER.search(line)
            guarded = "exit 75" in line and "exit 77" in line
            yield Hook(path, number, found[1], guarded, user[1] if user else "")
        number += 1 + line.count("\0")
