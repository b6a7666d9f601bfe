"""working_directory: programs that are run in MAILDIR, as procmail runs all of them.

Rules run programs wherever the mail server started the delivery. So a program that names
files by relative paths goes to MAILDIR first; where it cannot, the mail is tried again.
"""

from __future__ import annotations

import re
from itertools import pairwise

FIRST = 'cd "$MAILDIR" || exit 75; '
"""What stands before a shell's line; MAILDIR is in its environment."""
_WORDS = 'cd "$0" || exit 75; exec "$@"'
_FILE = re.compile(r"(?![-/~$]|[\d.]+$)[\w./+-]*[\w+-]*[./][\w.+-]*")
_OPTION = re.compile(r"-\w*[dfr]")
_BARE = re.compile(r"(?![\d.]+$)[\w.+-]+")
_REDIRECTED = re.compile(r"[<>][ \t]*(?![/~$&\"' \t])[\w.+-]")


def in_maildir(words: list[str], maildir: str) -> list[str]:
    """A program's words, run in `maildir` if one of them reads like a relative path."""
    is_relative = "/" in words[0] and not words[0].startswith(("/", "~"))
    if is_relative or _any_is_file(words):
        return ["/bin/sh", "-c", _WORDS, maildir, *words]
    return words


def names_files(line: str) -> bool:
    """Whether a shell's line names files by relative paths."""
    return bool(_REDIRECTED.search(line)) or _any_is_file(re.split(r"[\s\"'();|<>]+", line))


def _any_is_file(words: list[str]) -> bool:
    """Whether a word behind the first reads like a relative path, or stands behind `-f`."""
    return any(
        _FILE.fullmatch(word)
        or (_OPTION.fullmatch(before) and _BARE.fullmatch(word) and word[0] != "-")
        for before, word in pairwise(words)
    )


def without_change(argv: list[str]) -> list[str]:
    """The same as it stood in the original, without the change of directory."""
    if argv[1:3] == ["-c", _WORDS]:
        return argv[4:]
    if argv[1:2] == ["-c"] and len(argv) > 2:
        return [*argv[:2], argv[2].removeprefix(FIRST), *argv[3:]]
    return argv
