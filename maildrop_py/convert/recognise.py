"""recognise: which program a rule file is for, by its name and by what stands in it."""

from __future__ import annotations

import re

PROCMAIL, SIEVE, MAILFILTER = "procmail", "sieve", "mailfilter"
LANGUAGES = (PROCMAIL, SIEVE, MAILFILTER)
_SIGNS = {
    PROCMAIL: (r"^[ \t]*:0", r"^[ \t]*\*[ \t!]*\^", r"^(?:MAILDIR|DEFAULT|LOGFILE|SHELL)=.*$"),
    SIEVE: (
        r"^\s*require\s*[\[\"]",
        r"\b(?:if|elsif)\s+(?:not\s+)?(?:header|address|anyof|allof|exists|envelope|size)\b",
        r"^\s*(?:fileinto|redirect|keep|discard|stop)\b[^=\n]*;",
    ),
    MAILFILTER: (
        r"^\s*(?:if|elsif|while)\s*\(",
        r"^\s*(?:to|cc|xfilter|include|log|echo|import|exception)\b[ \t({\"']",
        r"/\s*:[hbwD]|=~\s*/|^\s*[A-Z]\w*\s*=\s*[\"`]",
    ),
}


def recognised(name: str, text: str) -> str:
    """The language of a rule file called `name`; procmail's where nothing says otherwise."""
    last = name.rpartition("/")[2].lower()
    if last.endswith((".sieve", ".siv", ".script")):
        return SIEVE
    if "mailfilter" in last or "maildrop" in last:
        return MAILFILTER
    if "procmail" in last:
        return PROCMAIL
    counts = {
        language: sum(len(re.findall(sign, text, re.M)) for sign in signs)
        for language, signs in _SIGNS.items()
    }
    return max(LANGUAGES, key=lambda language: counts[language])
