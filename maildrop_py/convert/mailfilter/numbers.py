"""numbers: comparisons of a number that only the mail tells, as patterns of its text.

maildrop takes the number that a text begins with, and 0 where there is none.
"""

from __future__ import annotations

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.numbers import digits_above

SIGNS = ("<", "<=", ">", ">=")


def at_least(number: float, more: bool = False) -> str:
    """What fits texts whose number is so large, or `more`; only for numbers above 0."""
    if number < 0 or (number == 0 and not more):
        raise NotTranslatable("a number that only the mail tells is compared with 0 or less")
    whole, _, fraction = f"{number:.6f}".rstrip("0").partition(".")
    above = [rf"0*(?:{'|'.join(digits_above(int(whole)))})(?:\D|$)"]
    if not fraction:
        same = r"\.\d*[1-9]" if more else r"(?:\D|$)"
        return _anchored([*above, rf"0*{int(whole) or ''}{same}"])
    exactly = rf"{fraction}\d*[1-9]" if more else fraction
    larger = [
        rf"{fraction[:at]}[{int(digit) + 1}-9]" for at, digit in enumerate(fraction) if digit != "9"
    ]
    return _anchored([*above, rf"0*{int(whole) or ''}\.(?:{'|'.join([*larger, exactly])})"])


def _anchored(branches: list[str]) -> str:
    return rf"^\s*\+?(?:{'|'.join(branches)})"
