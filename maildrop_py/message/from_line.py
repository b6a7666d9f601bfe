"""from_line: the envelope sender in an mbox `From ` line (RFC 4155).

`From sender date`. Programs that did not know the sender wrote something else in
its place, or nothing: only an address is an answer, and a null sender is "".
"""

from __future__ import annotations

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NULL = ("MAILER-DAEMON", "<>")
_LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~"
_HOST = "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]"


def sender_in(line: bytes) -> str | None:
    """The sender; "" the null sender, None where none is said.

    A sender without a domain, a user of the machine, counts if the date is there.
    """
    text = line[5:].decode("utf-8", "replace")
    sender, rest = _first_word(text.lstrip(" \t"))
    if _is_date(f"{sender} {rest}"):
        return ""  # as some write the null sender: nothing at all
    if sender.upper() in _NULL:
        return ""
    if sender.startswith("<") and sender.endswith(">"):
        sender = sender[1:-1]
    local, at, host = sender.rpartition("@")
    if at:
        return sender if _is_local_part(local) and _is_host(host) else None
    return sender if _is_date(rest) and sender.strip("-.?") and _is_local_part(sender) else None


def _first_word(text: str) -> tuple[str, str]:
    """The word that `text` begins with, blanks in quotes included, and what follows."""
    quoted = text.find('"', 1) if text.startswith('"') else 0
    end = text.find(" ", max(quoted, 0))
    return (text.strip(), "") if end < 0 else (text[:end], text[end:].strip())


def _is_date(text: str) -> bool:
    """Whether `text` begins as asctime(3) writes: `Sat Jan  3 01:05`."""
    words = text.split(None, 4)
    return len(words) > 3 and words[0].lower().rstrip(",") in _DAYS and ":" in words[3]


def _is_local_part(text: str) -> bool:
    """Whether RFC 5321 or RFC 6531 allow `text` in front of the @."""
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return text.isprintable()
    return bool(text) and all(_is_letter(char, _LOCAL) for char in text)


def _is_host(text: str) -> bool:
    is_name = bool(text.strip("-._?")) and text.isprintable()
    return is_name and all(_is_letter(char, _HOST) for char in text)


def _is_letter(char: str, plain: str) -> bool:
    return char.lower() in plain if char.isascii() else char.isprintable() and char != "\ufffd"
