"""legible: what people wrote in a procmailrc, in the encoding in which they wrote it.

procmail knows none: its texts are bytes, here Latin-1 characters. What people shall read
(comments, names of folders) is UTF-8 if it can be, else ISO-2022-JP or EUC-JP, else Latin-1.
"""

from __future__ import annotations

_ESCAPE = "\x1b"


def legible(text: str) -> str:
    """The text as its writer saw it."""
    if text.isascii() and _ESCAPE not in text:
        return text
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    for encoding in ("iso-2022-jp", "utf-8", "euc_jp"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text
