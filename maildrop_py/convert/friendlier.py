"""friendlier: conditions that a person would write, for those that match raw header lines.

`from: boss@example.com` is not to the letter what `raw_headers: '^From:.*boss@example\\.com'`
is: it looks at addresses, and at decoded text. So it takes the place of the other only in a
rule that fired in the proof, and only where both fired for the same messages.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, ConvertedRules
from maildrop_py.convert.predicate import Either, Every, Negated, Test, either, every, negated
from maildrop_py.record import replace
from maildrop_py.rules.matching.addresses import is_address_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from maildrop_py.convert.predicate import Predicate

_FIELD = re.compile(r"^\^([A-Za-z][A-Za-z0-9-]*): ?(?:\[ \t\]\*|\\s\*| \*)?(\.\*)?(.*)$", re.S)
_STARS = re.compile(r"(?:\\\*)+")
_DYNAMIC = re.compile(r"\(\?|\{")
ENCODED = r"=\?"  # the sign of an encoded word, which decoded text has not
SHORT = {"subject": "subject", "list-id": "list_id"}
ADDRESSES = {"from": "from", "cc": "cc", "reply-to": "reply_to"}


def friendlier(result: ConvertedRules, names: Collection[str] | None = None) -> ConvertedRules:
    """The same with such conditions in the rules called `names`; in all if there are none given."""
    items = tuple(
        _friendly_rule(item)
        if isinstance(item, ConvertedRule) and (names is None or item.name in names)
        else item
        for item in result.items
    )
    return replace(result, items=items)


def _friendly_rule(rule: ConvertedRule) -> ConvertedRule:
    found = ConvertedRule(rule.name, rule.line, _friendly(rule.when), rule.then)
    found.remarks, found.source = rule.remarks, rule.source
    return found


def _friendly(predicate: Predicate) -> Predicate:
    if isinstance(predicate, Test):
        return _test(predicate)
    if isinstance(predicate, Every):
        return every(*map(_friendly, predicate.inner))
    if isinstance(predicate, Either):
        return either(*map(_friendly, predicate.inner))
    if isinstance(predicate, Negated):
        return negated(_friendly(predicate.inner))
    return predicate


def _test(test: Test) -> Test:
    if test.key != "raw_headers" or not isinstance(test.value, str):
        return test
    found = _condition(test.value)
    return test if found is None else Test(*found, test.marks, test.repeatable)


def _condition(pattern: str) -> tuple[str, Any] | None:
    """The key and value for an expression over one header, if there are any."""
    field = _FIELD.match(pattern)
    if field is None or _DYNAMIC.search(pattern) or "|" in _outside(field[3]):
        return None
    if ENCODED in pattern:
        return None
    name, anywhere, value = field[1].lower(), bool(field[2]), field[3]
    if name == "x-spam-flag" and value.lower() == "yes":
        return "spam_flag", True
    if name == "x-spam-status" and value.lower() == "yes":
        return "spam_flag", True
    if name == "x-spam-level" and _STARS.fullmatch(value) and not anywhere:
        return "spam_score", f">= {len(value) // 2}"
    if not value or value in ("$", "."):
        return None
    if name in ADDRESSES and anywhere:
        return _address(ADDRESSES[name], value)
    if name in SHORT:
        return SHORT[name], value if anywhere else f"^{value}"
    return None


def _address(key: str, value: str) -> tuple[str, Any] | None:
    """An address or a domain in plain letters; another expression as it is."""
    plain = re.sub(r"\\([.@+-])", r"\1", value)
    if re.fullmatch(r"[A-Za-z0-9._+-]*@?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", plain):
        return key, plain
    return (key, value) if not is_address_test(value) else None


def _outside(text: str) -> str:
    """What of an expression is in no bracket."""
    text, before = re.sub(r"\\.|\[[^]]*\]", "", text), ""
    while before != text:
        before, text = text, re.sub(r"\([^()]*\)", "", text)
    return text
