"""flags: IMAP flags and keywords of Sieve (RFC 5232) in the rule language's words."""

from __future__ import annotations

import re

from maildrop_py.convert.not_translatable import NotTranslatable

SYSTEM = {
    "\\seen": "seen",
    "\\answered": "answered",
    "\\flagged": "flagged",
    "\\draft": "draft",
    "\\deleted": "trashed",
}
_KEYWORD = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]+")


def flags_of(texts: list[str]) -> list[str]:
    """The flags in a list of texts, each of which may hold several."""
    return list(dict.fromkeys(flag for text in texts for flag in text.split()))


def shown(flags: list[str]) -> list[str]:
    """Flags for `flags:`; raises NotTranslatable for one that rules cannot set."""
    return [_one(flag) for flag in flags if flag.lower() not in ("\\recent",)]


def _one(flag: str) -> str:
    if flag.startswith("\\"):
        if flag.lower() not in SYSTEM:
            raise NotTranslatable(f"the flag {flag}")
        return SYSTEM[flag.lower()]
    if not _KEYWORD.fullmatch(flag) or flag.lower() in SYSTEM.values():
        raise NotTranslatable(f"the keyword {flag}")
    return flag
