"""fragments: a Sieve comparison as a piece of an expression that takes a whole value.

So the value of a part of an address or of a header can be compared within the whole: around
the piece stands what comes before and behind that part. `char` is a class of the characters
that the value may have; raises NotTranslatable.
"""

from __future__ import annotations

import re

from maildrop_py.convert.marks import is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.record import record

ANY = "(?s:.)"
CASEMAPS = ("i;ascii-casemap", "i;unicode-casemap")
OCTET, NUMERIC = "i;octet", "i;ascii-numeric"
_LAST = 0x10FFFF


@record
class Comparison:
    """How a test compares: its match type, comparator and relation, and the names of what is
    captured by their numbers."""

    match: str
    comparator: str
    relation: str
    groups: dict[int, str]

    @property
    def case(self) -> str:
        """What stands before the whole expression."""
        return "(?-i)" if self.comparator == OCTET or self.match == "value" else ""


def fragment(how: Comparison, key: str, char: str = ANY) -> str:
    """The piece that takes a value which `key` matches."""
    if is_marked(key):
        raise NotTranslatable("a text is compared with what is only known when mail comes")
    if how.comparator not in (*CASEMAPS, OCTET):
        raise NotTranslatable(f"the comparator {how.comparator} for a part of a text")
    if how.match == "is":
        return re.escape(key)
    if how.match == "contains":
        return f"{char}*{re.escape(key)}{char}*"
    if how.match == "matches":
        return glob_piece(key, how.groups, char)
    if how.match == "regex":
        return _found_anywhere(posix(key, how.groups, char), how.groups, char)
    if how.match == "value":
        return order(how.relation.lower(), key, how.comparator != OCTET, char)
    raise NotTranslatable(f"the match type :{how.match}")


def glob_piece(key: str, groups: dict[int, str], char: str = ANY) -> str:
    """A `:matches` pattern (RFC 5228 2.7.1): a star takes as little as it can."""
    found, number, at = "", 0, 0
    while at < len(key):
        sign = key[at]
        at += 1
        if sign in "*?":
            number += 1
            found += _group(groups, number, _few(char) if sign == "*" else char)
        elif sign == "\\" and at < len(key):
            found += re.escape(key[at])
            at += 1
        else:
            found += re.escape(sign)
    return _group(groups, 0, found)


def _few(char: str) -> str:
    return "(?s:.*?)" if char == ANY else f"{char}*?"


def joined(piece: str) -> str:
    """The piece, in brackets if something may not stand beside it as it is."""
    return f"(?:{piece})" if "|" in piece else piece


def _group(groups: dict[int, str], number: int, inner: str) -> str:
    """`inner`, in a group if its number is wanted."""
    return f"(?P<{groups[number]}>{inner})" if number in groups else inner


def posix(pattern: str, groups: dict[int, str], char: str = ANY) -> str:
    """A POSIX extended expression in RE2's words, its groups named where `groups` is."""
    found, at, number = "", 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "[":
            end = _end_of_class(pattern, at)
            found += _class(pattern[at:end], char)
            at = end
            continue
        if sign == "\\" and at + 1 < len(pattern):
            found += _escaped(pattern[at + 1])
            at += 2
            continue
        if sign == "(":
            number += 1
            found += f"(?P<{groups[number]}>" if number in groups else "(?:"
        else:
            found += char if sign == "." and char != ANY else sign
        at += 1
    return found


def _class(text: str, char: str) -> str:
    """A class; a negated one takes none of the characters that `char` does not take."""
    text = text.replace("\\", "\\\\")
    if not text.startswith("[^") or char == ANY:
        return text
    first = 3 if text[2] == "]" else 2
    return text[:first] + char.removeprefix("[^").removesuffix("]") + text[first:]


def _escaped(sign: str) -> str:
    if sign in "<>":
        return "\\b"
    if sign.isdigit():
        raise NotTranslatable("an expression refers back to what it has matched")
    return "\\" + sign if not sign.isalnum() or sign in "wWsSbB" else sign


def _end_of_class(pattern: str, at: int) -> int:
    """Where the class that begins at `at` ends."""
    found = re.compile(r"\[\^?\]?(?:\[[:.=].*?[:.=]\]|[^]])*\]").match(pattern, at)
    if found is None:
        raise NotTranslatable("a class in an expression does not end")
    return found.end()


def _found_anywhere(pattern: str, groups: dict[int, str], char: str) -> str:
    """An expression that is looked for, as one that takes the whole value."""
    branches = []
    for branch in _branches(pattern):
        starts, ends = branch.startswith("^"), _ends_line(branch)
        inner = branch[int(starts) : len(branch) - int(ends)]
        if re.search(r"[\^$]", re.sub(r"\\.|\[\^?\]?[^]]*\]", "", inner, flags=re.S)):
            raise NotTranslatable("an expression with ^ or $ in its middle")
        before, behind = "" if starts else f"{char}*?", "" if ends else f"{char}*"
        branches.append(f"{before}{_group(groups, 0, f'(?:{inner})')}{behind}")
    if len(branches) > 1 and 0 in groups:
        raise NotTranslatable("all that one of several expressions matched is used")
    return "|".join(branches)


def _ends_line(branch: str) -> bool:
    return branch.endswith("$") and not re.search(r"(?<!\\)(?:\\\\)*\\\$\Z", branch)


def _branches(pattern: str) -> list[str]:
    """The alternatives that are in no bracket."""
    found, depth = [""], 0
    for piece in re.findall(r"\\.|\[\^?\]?(?:\[:\w+:\]|[^]])*\]|.", pattern, re.S):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return found


def order(relation: str, key: str, folds: bool, char: str = ANY) -> str:
    """What takes the texts in this relation (RFC 5231) to `key`, letter by letter.

    Where it `folds`, capitals count as small letters, as Pigeonhole has it (capitals are what
    RFC 4790 9.2 says); the expression must say for itself that case counts.
    """
    if relation not in ("gt", "ge", "lt", "le", "eq", "ne"):
        raise NotTranslatable(f"the comparison {relation!r}")
    if char != ANY:
        raise NotTranslatable("a part of a text is compared by order")
    key = "".join(sign.lower() if sign.isascii() else sign for sign in key) if folds else key
    same = [_letter(sign, folds) for sign in key]
    whole = "".join(same)
    above = [f"{''.join(same[:at])}{_beside(key[at], folds, 1)}{ANY}*" for at in range(len(key))]
    above.append(f"{whole}{ANY}+")
    below = [f"{''.join(same[:at])}{_beside(key[at], folds, -1)}{ANY}*" for at in range(len(key))]
    below += ["".join(same[:at]) for at in range(len(key))]
    branches = {"gt": above, "ge": [*above, whole], "lt": below, "le": [*below, whole]}
    branches |= {"eq": [whole], "ne": [*above, *below]}
    possible = [one for one in branches[relation] if "[]" not in one]
    return "|".join(possible) if possible else r"\b\B"


def _letter(sign: str, folds: bool) -> str:
    return f"[{sign.upper()}{sign}]" if folds and "a" <= sign <= "z" else re.escape(sign)


def _beside(sign: str, folds: bool, side: int) -> str:
    """The class of the characters that are above (1) or below (-1) `sign`; `[]` for none."""
    at = ord(sign)
    first, last = (at + 1, _LAST) if side > 0 else (0, at - 1)
    spans = [(first, last)]
    if folds:
        capitals = (max(first, 0x61) - 32, min(last, 0x7A) - 32)
        spans = [(first, min(last, 0x40)), (max(first, 0x5B), last), capitals]
    return f"[{''.join(_span(*span) for span in spans if span[0] <= span[1])}]"


def _span(first: int, last: int) -> str:
    return rf"\x{{{first:X}}}-\x{{{last:X}}}"
