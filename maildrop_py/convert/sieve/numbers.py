"""numbers: comparisons by i;ascii-numeric (RFC 4790 9.1) as patterns.

A text counts by the digits it begins with; one that begins with none is larger than
every number.
"""

from __future__ import annotations

import re

from maildrop_py.convert.not_translatable import NotTranslatable

_INFINITE = r"^(?:\D|$)"
_NEVER = r"^\b\B"
_MOST_DIGITS = 18


def number_pattern(relation: str, number: int) -> str:
    """An expression that fits texts whose number is in this relation (RFC 5231) to `number`."""
    if len(str(number)) > _MOST_DIGITS:
        raise NotTranslatable("a number is too large")
    if relation == "eq":
        return rf"^0*{number or 0}(?:\D|$)" if number else r"^0+(?:\D|$)"
    if relation == "ne":
        return f"{_whole(_below(number - 1))}|{_whole(digits_above(number))}|{_INFINITE}".lstrip(
            "|"
        )
    if relation in ("gt", "ge"):
        return f"{_whole(digits_above(number - (relation == 'ge')))}|{_INFINITE}"
    if relation in ("lt", "le"):
        below = _below(number - (relation == "lt"))
        return _whole(below) if below else _NEVER
    raise NotTranslatable(f"the comparison {relation!r}")


def _whole(branches: list[str]) -> str:
    return rf"^0*(?:{'|'.join(branches)})(?:\D|$)" if branches else ""


def digits_above(number: int) -> list[str]:
    """Digits, without zeros in front, of every number above this."""
    if number < 0:
        return [r"\d*\d"] if number < -1 else ["0", r"[1-9]\d*", ""]
    digits = str(number) if number else ""
    found = [rf"[1-9]\d{{{len(digits)},}}"]
    for at, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - at - 1
            found.append(rf"{digits[:at]}[{int(digit) + 1}-9]" + (rf"\d{{{rest}}}" if rest else ""))
    return found


def _below(number: int) -> list[str]:
    """Digits, without zeros in front, of every number from 0 to this."""
    if number < 0:
        return []
    digits = str(number)
    found = [digits if number else "0"]
    if number:
        found.append("0")
    if len(digits) > 1:
        found.append(rf"[1-9]\d{{0,{len(digits) - 2}}}")
    for at, digit in enumerate(digits):
        lowest = 1 if at == 0 else 0
        if int(digit) > lowest:
            rest = len(digits) - at - 1
            span = f"[{lowest}-{int(digit) - 1}]"
            found.append(digits[:at] + span + (rf"\d{{{rest}}}" if rest else ""))
    return found


def leading_number(text: str) -> int | None:
    """The number that a text counts as; None for one that begins with no digit."""
    found = re.match(r"[0-9]+", text)
    return int(found[0]) if found else None


def infinite_pattern(relation: str) -> str:
    """What fits texts whose number is in this relation to one that is larger than all."""
    patterns = {"eq": _INFINITE, "ge": _INFINITE, "ne": r"^\d", "lt": r"^\d", "le": "^"}
    if relation not in (*patterns, "gt"):
        raise NotTranslatable(f"the comparison {relation!r}")
    return patterns.get(relation, _NEVER)
