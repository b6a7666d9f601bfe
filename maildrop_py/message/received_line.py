"""received_line: the text of a Received line, before anything is understood of it.

`tokens_of` cuts it where a server's own grammar does (RFC 5321 4.4), `without_id_and_date`
takes out what is another in each line of the same server. Never raises; linear.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Match

_SPECIALS = '()<>;"\\'


def tokens_of(value: str) -> list[str]:
    """Words, comments with their brackets, <addresses>, and the semicolons between clauses."""
    plain = _plain_tokens(value)
    if plain is not None:
        return plain
    for special in _SPECIALS:
        if special in value:
            value = value.replace(special, f"\0{special}\0")
    parts = [part for part in value.split("\0") if part]
    tokens: list[str] = []
    comment: list[str] = []
    depth = at = 0
    while at < len(parts):
        end = _angle_end(parts, at) if parts[at] == "<" else at + 1
        text = "".join(parts[at:end])
        depth += (text == "(") - (text == ")" and depth > 0)
        if depth or (text == ")" and comment):
            comment.append(text)
            if not depth:
                tokens.append("".join(comment))
                comment = []
        elif text.startswith("<"):
            tokens.append(text)
        else:
            tokens += text.split()
        at = end
    hidden = "".join(comment).split()
    return [] if "by" in hidden else tokens  # the server's own words must not be in an open comment


def _plain_tokens(value: str) -> list[str] | None:
    """The tokens of a line with no quote, nor bracket in a bracket; None for other lines.

    By one expression, where `re` is loaded: one delivery is over before it is.
    """
    global _expressions
    if _expressions is None:
        re = sys.modules.get("re")
        if re is None:
            return None
        token = r"\([^()<>;\"\\]*\)|<[^()<>;\"\\ ]*>|;|[^()<>;\"\\ ]+"
        whole = re.compile(rf"(?:{token}| )*+")
        _expressions = whole.fullmatch, re.compile(token).findall
    is_plain, tokens = _expressions
    return tokens(value) if "\0" not in value and is_plain(value) else None


_expressions: tuple[Callable[[str], object], Callable[[str], list[str]]] | None = None


def _angle_end(parts: list[str], start: int) -> int:
    """Where the address ends whose `<` is parts[start]; no address has white space unquoted."""
    at = start + 1
    if parts[at : at + 1] == ['"']:
        at += 1
        while at < len(parts) and parts[at] != '"':
            at += 1 + (parts[at] == "\\")
        at += 1
    while at < len(parts):
        if parts[at] == ">":
            return at + 1
        if parts[at] in _SPECIALS or " " in parts[at]:
            break
        at += 1
    return start + 1


def without_id_and_date(value: str) -> str | None:
    """The line with no id nor date, if it is as servers usually write it: it says the same.

    White space may be as it was folded. What is behind the last `with` is looked at by one
    expression, where `re` is loaded: one delivery is over before it is.
    """
    global _match_behind
    if len(value) > _LONGEST_KEPT or not value.startswith("from "):
        return None
    if _match_behind is None:
        re = sys.modules.get("re")
        if re is None:
            return None
        _match_behind = re.compile(_BEHIND_WITH, re.ASCII).fullmatch
    at = value.rfind("with ")
    before = value[:at]
    found = _match_behind(value, at)
    if found is None or not before[-1:].isspace() or any(map(before.__contains__, ';"\\')):
        return None
    return f"{before}{found[1]}{' id 1' if found[2] else ''}{found[3]}"


_COMMENT = r'\s+\([^()<>;"\\]*\)'
_ID = r"(\s+id\s+(?=\S*\d)[\w.+/=-]+)?"
_FOR = r'\s+for\s+<?[^()<>;"\\\s]+>?'
_TIME = r"\d\d:\d\d:\d\d\s+(?:[+-]\d{4}(?:\s+\(\w{1,5}\))?|[A-Z]{1,5})"
_DATE = rf"(?:\w{{3}},\s+)?\d{{1,2}}\s+\w{{3}}\s+\d{{4}}\s+{_TIME}"
_BEHIND_WITH = rf"(with [^\s;]+(?:{_COMMENT})*+){_ID}((?:{_COMMENT}|{_FOR})*+);\s+{_DATE}\s*"
_LONGEST_KEPT = 400  # characters
_match_behind: Callable[[str, int], Match[str] | None] | None = None
