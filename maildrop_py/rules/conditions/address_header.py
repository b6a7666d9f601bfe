"""address_header: what `from`, `to`, `cc` and `reply_to` share.

A text that reads as an address, a domain or a glob is held against the
addresses in the header; anything else is a regular expression over the decoded
header, names and all. `{address: …}` is a test of text over each address, without names.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.message.headers import Field
    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching.addresses import Addresses
    from maildrop_py.translation import Text

ENVELOPE_SCHEMA: dict[str, Any] = {
    "$ref": "#/$defs/address_test",
    "description": "address, domain, glob, {file: list}, or regular expression",
}
EACH = "address"
EACH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [EACH],
    "properties": {EACH: {"$ref": "#/$defs/text_test"}},
}
SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"$ref": "#/$defs/address_test"},
        {"$ref": "#/$defs/exists"},
        {"$ref": "#/$defs/count"},
        EACH_SCHEMA,
        {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/address_test"}, EACH_SCHEMA]}},
    ],
    "description": ENVELOPE_SCHEMA["description"],
}


@record
class AddressHeader:
    """An address in one of the headers is in `addresses` or passes one of `each`, or a header
    passes a test."""

    label: str
    names: tuple[str, ...]
    addresses: Addresses | None
    tests: tuple[TextTest, ...]
    each: tuple[TextTest, ...] = ()

    COST: ClassVar[int] = CHEAP

    def describe(self, text: Text = str.format) -> str:
        wording = []
        if self.addresses:
            shown = self.addresses.describe(text)
            wording.append(text("address in {name} is {shown}", name=self.label, shown=shown))
        if self.each:
            tests = text(" or ").join(test.describe(text) for test in self.each)
            wording.append(text("an address in {name} {tests}", name=self.label, tests=tests))
        if self.tests:
            tests = text(" or ").join(test.describe(text) for test in self.tests)
            wording.append(text("{name} {tests}", name=self.label, tests=tests))
        return text(" or ").join(wording)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import all_of, of_addresses, of_tests

        field = ":".join(self.names)
        parts = [of_addresses(f"addresses {field}", self.addresses)] if self.addresses else []
        parts += [of_tests(f"addresses {field}", self.each)] if self.each else []
        return all_of([*parts, of_tests(field, self.tests)] if self.tests else parts)

    def test(self, facts: Facts) -> Outcome:
        fields = facts.present(self.names)
        for field in fields:
            outcome = self._test_addresses(field) or self._test_text(field)
            if outcome is not None:
                return outcome
        if not fields:
            return Outcome(False, self.label, why="no such header")
        return Outcome(False, fields[0].name, fields[0].value)

    def _test_addresses(self, field: Field) -> Outcome | None:
        from maildrop_py.message.addresses import in_header

        is_asked = self.addresses is not None or self.each
        for address in in_header(field) if is_asked else ():
            text = address.text
            for test in self.each:
                found = test.search(text)
                if found:
                    return Outcome(True, field.name, text, found[0], captures=found[1])
            entry = self.addresses.entry_for(text) if self.addresses is not None else None
            if entry is not None:
                return Outcome(
                    True,
                    field.name,
                    text,
                    (0, len(text)),
                    why="fits {entry}",
                    values={"entry": entry},
                )
        return None

    def _test_text(self, field: Field) -> Outcome | None:
        for test in self.tests:
            found = test.search(field.value)
            if found:
                return Outcome(True, field.name, field.value, found[0], captures=found[1])
        return None


def parse_address_header(
    label: str, names: tuple[str, ...], node: Node, scope: Scope, around: str = ""
) -> Condition:
    """The condition that a test of these headers makes; raises Mistake.

    `around` is put around expressions, as procmail's macros do.
    """
    from maildrop_py.rules.conditions.header import parse_exists
    from maildrop_py.rules.conditions.header_fields import COUNT, is_about_fields, parse_count
    from maildrop_py.rules.language.text_tests import parse_tests

    exists = parse_exists(node, *names)
    if is_about_fields(node, COUNT):
        return parse_count(label, names, node, addresses=True)
    if exists is not None:
        return exists
    items = node.alternatives()
    each = [pair[1] for item in items if (pair := _of_each(item))]
    others = [item for item in items if not _of_each(item)]
    addresses, tests = sorted_tests(others, scope, around)
    of_each = tuple(test for value in each for test in parse_tests(value, scope))
    return AddressHeader(label, names, addresses, tests, of_each)


def _of_each(item: Node) -> tuple[Node, Node] | None:
    """The key and value of `{address: …}`."""
    pairs = item.pairs() if item.kind == "mapping" else []
    return pairs[0] if [key.text() for key, _ in pairs] == [EACH] else None


def parse_address_tests(
    node: Node, scope: Scope, around: str = ""
) -> tuple[Addresses | None, tuple[TextTest, ...]]:
    """The alternatives, sorted into addresses and tests of the text."""
    return sorted_tests(node.alternatives(), scope, around)


def sorted_tests(
    items: list[Node], scope: Scope, around: str = ""
) -> tuple[Addresses | None, tuple[TextTest, ...]]:
    """The same of alternatives that are apart."""
    from maildrop_py.rules.language.text_tests import parse_tests
    from maildrop_py.rules.matching.addresses import is_address_test, parse_addresses

    addresses: list[Node] = []
    tests: list[TextTest] = []
    for item in items:
        if item.kind == "mapping":
            is_address = [key.text() for key, _ in item.pairs()] == ["file"]
        else:
            is_address = is_address_test(item.text())
        if is_address:
            addresses.append(item)
        else:
            tests += parse_tests(item, scope, around)
    return parse_addresses(addresses, scope) if addresses else None, tuple(tests)
