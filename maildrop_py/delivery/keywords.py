"""keywords: IMAP keywords as letters a-z, named in `dovecot-keywords`. (To follow.)"""

from __future__ import annotations


def assign(folder: str, keywords: tuple[str, ...]) -> tuple[str, str]:
    """The letters of `keywords` in `folder`, and a warning or ""."""
    return "", f"{folder}: keywords not set: {' '.join(keywords)}"
