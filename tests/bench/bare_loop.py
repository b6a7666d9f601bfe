"""The least that re-filing can be in Python: list, read headers, search, rename.

No flags, no keywords, no unique names, no journal, nothing synced, one rule
after another. Run as a program: MAILDIR, then `text=folder` for each rule.
"""

from __future__ import annotations

import os
import sys

import re2


def main(maildir: str, *rules: str) -> None:
    compiled = [
        (re2.compile(rb"(?im)^List-Id:.*" + re2.escape(text.encode())), folder)
        for text, _, folder in (rule.partition("=") for rule in rules)
    ]
    for _, folder in compiled:
        for part in ("tmp", "new", "cur"):
            os.makedirs(f"{maildir}/.{folder}/{part}", 0o700, exist_ok=True)
    for entry in os.scandir(f"{maildir}/cur"):
        descriptor = os.open(entry.path, os.O_RDONLY)
        head = os.read(descriptor, 16384).partition(b"\n\n")[0]
        os.close(descriptor)
        for pattern, folder in compiled:
            if pattern.search(head):
                os.rename(entry.path, f"{maildir}/.{folder}/cur/{entry.name}")
                break


main(*sys.argv[1:])
