"""literals: which text must be in a header for an expression to match it.

Python's own parser of regular expressions takes the expression apart; where
RE2's syntax differs from Python's, nothing is claimed. Used when rules are
compiled, never while mail is delivered.

Guarantee: where RE2, ignoring case, finds the expression in a text, one of the
literals is in the case-folded text. RE2 takes letters for the same if their
simple foldings are (Unicode, CaseFolding.txt, statuses C and S); then their full
foldings, which `str.casefold` does, are the same too.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from maildrop_py.rules.matching.pattern import Regex

MOST_ALTERNATIVES = 32
"""An expression with more literals than this is searched for by RE2 alone."""


def regex(expression: str) -> Regex:
    """The Regex for an expression, its necessary literals found."""
    tree = parsed(expression)
    literals = None if tree is None else _required(tree)
    if literals is None or len(literals) > MOST_ALTERNATIVES:
        return Regex(expression)
    return Regex(expression, literals, _is_plain(tree))


def parsed(expression: str) -> Any:
    groups_aside = expression.replace("(?P<", "(").replace("(?:", "(")
    if any(sign in groups_aside for sign in ("[:", "\\Q", "(?")):
        return None  # character classes by name, quoting and flags differ in RE2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return parser.parse(expression)
        except (re.error, Warning, OverflowError, RecursionError):
            return None


def _required(tree: Any) -> tuple[str, ...] | None:
    """The best set of alternatives of which one must be present, or None."""
    best: tuple[str, ...] | None = None
    run = ""
    for kind, value in [*tree, (None, None)]:
        if kind is op.LITERAL and _folds_as_ever(chr(value)):
            run += chr(value)
            continue
        best = _better(best, (run.casefold(),) if run else None)
        run = ""
        best = _better(best, _inside(kind, value))
    return best


def _inside(kind: Any, value: Any) -> tuple[str, ...] | None:
    if kind is op.SUBPATTERN:
        return _required(value[3])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _required(value[2])
    if kind is op.BRANCH:
        found = [_required(branch) for branch in value[1]]
        if None in found:
            return None
        return tuple(dict.fromkeys(literal for some in found for literal in some or ()))
    return None


def _better(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda literals: (min(map(len, literals)), -len(literals)))


def _folds_as_ever(char: str) -> bool:
    """Whether Python's Unicode and RE2's, perhaps a newer one, fold `char` alike.

    A letter that has no partner of the other case yet may have got one there.
    """
    if char.isascii():
        return True
    kind = unicodedata.category(char)
    return kind != "Cn" and (kind not in ("Lu", "Ll") or char.swapcase() != char)


def _is_plain(tree: Any) -> bool:
    """Whether the expression is one literal or an alternation of literals.

    Then `str.find` does all of RE2's work, if no letter of it folds into two.
    """
    items = list(tree)
    if len(items) == 1 and items[0][0] is op.BRANCH:
        return all(_is_plain(branch) for branch in items[0][1][1])
    return bool(items) and all(
        kind is op.LITERAL and _folds_as_ever(chr(value)) and len(chr(value).casefold()) == 1
        for kind, value in items
    )
