"""conditions: what is odd about the value of a condition, by the condition's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from maildrop_py.rules.conditions.address_header import EACH
from maildrop_py.rules.language.library import builtin_path
from maildrop_py.rules.language.text_tests import KINDS, TEXT_KINDS
from maildrop_py.rules.language.warnings import expressions
from maildrop_py.rules.language.warnings.addresses import doubt_about_entry, warn_of_lines
from maildrop_py.rules.language.warnings.programs import warn_of_program
from maildrop_py.rules.matching.addresses import is_address_test
from maildrop_py.rules.matching.comparison import AGES, PLAIN, SIZES, parse_comparison
from maildrop_py.translation import text

if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.warnings.expressions import Doubt

SMALLEST = 100
"""Bytes: no message is smaller."""

ADDRESS_HEADERS = {"from": "From", "to": "To", "cc": "Cc", "reply_to": "Reply-To"}
ADDRESSES_IN = ("from", "sender", "to", "cc", "bcc", "reply-to", "resent-from", "resent-to")


def warn_of_condition(name: str, node: Node, scope: Scope) -> None:
    """Warnings about one condition that was read without a mistake."""
    check = _CHECKS.get(name)
    if check is not None:
        check(node, scope)


def _header(node: Node, scope: Scope) -> None:
    for key, value in node.pairs():
        _one_header(key.text(), value, scope)


def _one_header(name: str, node: Node, scope: Scope) -> None:
    for item, expression in _texts(node, scope):
        _warn(item, scope, expressions.doubt_about_name(expression, name))
        _warn(item, scope, expressions.doubt_about_header_ends(expression))
        if name.lower() in ADDRESSES_IN:
            _warn(item, scope, expressions.doubt_about_whole_address(expression))


def _subject(node: Node, scope: Scope) -> None:
    _one_header("Subject", node, scope)


def _list_id(node: Node, scope: Scope) -> None:
    right = text("leave < and > out; `header: {List-Id: …}` sees them")
    for item, expression in _texts(node, scope):
        _warn(item, scope, expressions.doubt_about_name(expression, "List-Id"))
        _warn(item, scope, expressions.doubt_about_header_ends(expression))
        _warn(
            item, scope, expressions.doubt_about_brackets(expression, text("the identifier"), right)
        )


def _address_header(name: str) -> Callable[[Node, Scope], None]:
    def check(node: Node, scope: Scope) -> None:
        for item, expression in _address_texts(node, scope):
            _warn(item, scope, expressions.doubt_about_name(expression, ADDRESS_HEADERS[name]))
            _warn(item, scope, expressions.doubt_about_header_ends(expression))
            _warn(item, scope, expressions.doubt_about_whole_address(expression))
            _warn(item, scope, expressions.doubt_about_plus(expression))

    return check


def _envelope_address(node: Node, scope: Scope) -> None:
    right = text("leave < and > out")
    for item, expression in _address_texts(node, scope):
        _warn(item, scope, expressions.doubt_about_plus(expression))
        _warn(item, scope, expressions.doubt_about_brackets(expression, text("the address"), right))


def _extension(node: Node, scope: Scope) -> None:
    for item, expression in _texts(node, scope):
        if "@" in expression:
            wording = text(
                "/{expression}/ can never match: an extension has no @", expression=expression
            )
            scope.warn(item, wording, "`recipient` asks about the whole address")


def _client_name(node: Node, scope: Scope) -> None:
    for item, expression in _texts(node, scope):
        if "@" in expression:
            wording = text(
                "/{expression}/ can never match: a host name has no @", expression=expression
            )
            scope.warn(item, wording, "`from` and `sender` ask about addresses")


def _body(node: Node, scope: Scope) -> None:
    for _ in _texts(node, scope, by_lines=True):
        continue


def _attachment(node: Node, scope: Scope) -> None:
    for key, value in node.pairs() if node.kind == "mapping" else []:
        if key.text() not in ("name", "type", "text"):
            continue
        for item, expression in _texts(value, scope, by_lines=key.text() == "text"):
            if key.text() == "name":
                _warn(item, scope, expressions.doubt_about_suffix(expression))


def _raw_headers(node: Node, scope: Scope) -> None:
    for item in node.alternatives():
        _warn(item, scope, expressions.doubt_about_raw(item.text()))
        for doubt in expressions.doubts_about(item.text(), by_lines=True):
            scope.warn(item, *doubt)


def _raw(node: Node, scope: Scope) -> None:
    for item in node.alternatives():
        for doubt in expressions.doubts_about(item.text(), by_lines=True):
            scope.warn(item, *doubt)


def _to_word(node: Node, scope: Scope) -> None:
    for item in node.alternatives():
        _warn(item, scope, expressions.doubt_about_plus(item.text()))


def _whitelist(node: Node, scope: Scope) -> None:
    for _ in _address_texts(node, scope):
        continue


def _size(node: Node, scope: Scope) -> None:
    for operator, bound in parse_comparison(node, SIZES).terms:
        if bound < SMALLEST:
            most = operator in ("<", "<=", "=", "==")
            wording = (
                "no message has size {written} (bytes)"
                if most
                else "every message has size {written} (bytes)"
            )
            scope.warn(node, wording, "write a unit: KB, MB", written=node.text())


def _age(node: Node, scope: Scope) -> None:
    for operator, bound in parse_comparison(node, AGES).terms:
        if bound <= 0 and operator in ("<", "<="):
            scope.warn(
                node, "hardly any message has age {written}", "such as < 1d", written=node.text()
            )


def _helo(node: Node, scope: Scope) -> None:
    names = scope.settings.server_names or _ships(node)
    if "own_name" in node.texts() and not names:
        wording = text("`own_name` knows no name but the recipient's domain")
        scope.warn(node, wording, "name your server at the top: `server_names: [mx.example.com]`")


def _auth(node: Node, scope: Scope) -> None:
    if not scope.settings.authserv_ids and not _ships(node):
        wording = text("`auth` is always unknown without `trust: {authserv_ids: …}`")
        scope.warn(node, wording, "name the server whose Authentication-Results are to be believed")


def _ships(node: Node) -> bool:
    """Whether the file that `node` is in ships, and is made for those without the setting too."""
    return node.file.startswith(builtin_path(""))


def _weigh(node: Node, scope: Scope, total: Node | None = None) -> None:
    """The sum of what can be added, and of what can be taken off, against the total."""
    scores = [
        float(value.number())
        for entry in node.items()
        for key, value in entry.pairs()
        if key.text() == "score"
    ]
    low, high = sum(min(each, 0.0) for each in scores), sum(max(each, 0.0) for each in scores)
    terms = parse_comparison(total, PLAIN).terms if total is not None else ((">", 0.0),)
    at = total or node
    for operator, bound in terms:
        if _is_beyond(operator, bound, low, high):
            wording = text(
                "the scores come to {low:g} at least and {high:g} at most", low=low, high=high
            )
            scope.warn(
                at, "this total is never reached: {wording}", "lower the total", wording=wording
            )
        elif _is_always(operator, bound, low, high):
            scope.warn(
                at, "this total is always reached: {low:g} at least", "raise the total", low=low
            )


warn_of_total = _weigh


def _is_beyond(operator: str, bound: float, low: float, high: float) -> bool:
    if operator in (">", ">="):
        return high < bound or (operator == ">" and high == bound)
    if operator in ("<", "<="):
        return low > bound or (operator == "<" and low == bound)
    return not low <= bound <= high


def _is_always(operator: str, bound: float, low: float, high: float) -> bool:
    if operator in (">", ">="):
        return low > bound or (operator == ">=" and low == bound)
    return operator in ("<", "<=") and (high < bound or (operator == "<=" and high == bound))


_CHECKS: dict[str, Callable[[Node, Scope], None]] = {
    "header": _header,
    "subject": _subject,
    "list_id": _list_id,
    **{name: _address_header(name) for name in ADDRESS_HEADERS},
    "sender": _envelope_address,
    "recipient": _envelope_address,
    "extension": _extension,
    "client_name": _client_name,
    "body": _body,
    "html": _body,
    "attachment": _attachment,
    "part": _attachment,
    "raw_headers": _raw_headers,
    "raw_body": _raw,
    "raw_message": _raw,
    "to_word": _to_word,
    "spf_whitelist": _whitelist,
    "size": _size,
    "age": _age,
    "helo": _helo,
    "auth": _auth,
    "command": warn_of_program,
}


def _texts(node: Node, scope: Scope, by_lines: bool = False) -> Iterator[tuple[Node, str]]:
    """Every expression in a text test, after what is odd about each text by itself."""
    for item in node.alternatives():
        if item.kind != "mapping":
            yield from _expression(item, scope, by_lines)
            continue
        for key, value in item.pairs():
            if key.text() in KINDS:
                yield from _of_kind(key.text(), value, scope, by_lines)


def _of_kind(kind: str, node: Node, scope: Scope, by_lines: bool) -> Iterator[tuple[Node, str]]:
    for item in node.alternatives():
        if kind == "regex":
            yield from _expression(item, scope, by_lines)
        elif kind in TEXT_KINDS:
            _warn(item, scope, expressions.doubt_about_plain(kind, item.text()))


def _expression(node: Node, scope: Scope, by_lines: bool) -> Iterator[tuple[Node, str]]:
    for doubt in expressions.doubts_about(node.text(), by_lines):
        scope.warn(node, *doubt)
    yield node, node.text()


def _address_texts(node: Node, scope: Scope) -> Iterator[tuple[Node, str]]:
    """Every expression in an address test; addresses and lists are looked at by themselves."""
    for item in node.alternatives():
        if item.kind == "mapping":
            for key, value in item.pairs():
                if key.text() == "file":
                    warn_of_lines(value, scope)
                elif key.text() == EACH:
                    yield from _texts(value, scope)
            yield from _texts(item, scope)
        elif item.text() == "*" or is_address_test(item.text()):
            _warn(item, scope, doubt_about_entry(item.text()))
        else:
            yield from _expression(item, scope, by_lines=False)


def _warn(node: Node, scope: Scope, doubt: Doubt | None) -> None:
    if doubt is not None:
        scope.warn(node, *doubt)
