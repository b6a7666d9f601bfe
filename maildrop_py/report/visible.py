"""visible: text of mail, made safe for a terminal.

Guarantee: no control character and no character that turns the direction of text round
reaches the terminal, so no message, file name or folder can move the cursor, write
into another line, or look like another. Each of them becomes `�`.
"""

from __future__ import annotations

_TURNING = {*"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def visible(text: str) -> str:
    """`text` on one line, without what a terminal would obey."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if _acts(char) else char for char in text)


def _acts(char: str) -> bool:
    return char < " " or "\x7f" <= char < "\xa0" or char in _TURNING or "\ud800" <= char < "\ue000"
