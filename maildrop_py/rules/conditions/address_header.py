"""address_header: what `from`, `to`, `cc` and `reply_to` share.

A text that reads as an address, a domain or a glob is held against the
addresses in the header; anything else is a regular expression over the decoded
header, names and all.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.address_tests import Addresses
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.document import Node
    from maildrop_py.rules.scope import Scope
    from maildrop_py.rules.text_tests import TextTest

SCHEMA: dict[str, Any] = {
    "anyOf": [{"$ref": "#/$defs/address_test"}, {"$ref": "#/$defs/text_test"}],
    "description": "address, domain, glob, {file: list}, or regular expression",
}


@record
class AddressHeader:
    """An address in one of the headers is in `addresses`, or a header passes a test."""

    label: str
    names: tuple[str, ...]
    addresses: Addresses | None
    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP

    def describe(self) -> str:
        said = [f"address in {self.label} is {self.addresses.shown}"] if self.addresses else []
        said += [f"{self.label} {test.describe()}" for test in self.tests]
        return " or ".join(said)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.anchors import all_of, of_addresses, of_tests

        field = ":".join(self.names)
        parts = [of_addresses(f"addresses {field}", self.addresses)] if self.addresses else []
        return all_of([*parts, of_tests(field, self.tests)] if self.tests else parts)

    def test(self, facts: Facts) -> Outcome:
        seen = ""
        for name in self.names:
            outcome = self._test_addresses(name, facts) or self._test_values(name, facts)
            if outcome is not None and outcome.held:
                return outcome
            seen = seen or (outcome.text if outcome else "")
        if not seen:
            return Outcome(False, self.label, why="no such header")
        return Outcome(False, self.label, seen)

    def _test_addresses(self, name: str, facts: Facts) -> Outcome | None:
        if self.addresses is None:
            return None
        for address in facts.addresses(name):
            entry = self.addresses.entry_for(address)
            if entry is not None:
                return Outcome(True, name, address, (0, len(address)), why=f"fits {entry}")
        return None

    def _test_values(self, name: str, facts: Facts) -> Outcome | None:
        values = facts.values(name)
        for value in values:
            for test in self.tests:
                found = test.search(value)
                if found:
                    return Outcome(True, name, value, found[0], captures=found[1])
        return Outcome(False, name, values[0]) if values else None


def parse_address_header(
    label: str, names: tuple[str, ...], node: Node, scope: Scope, around: str = "{}"
) -> AddressHeader:
    """Sorts the alternatives into addresses and expressions; raises Mistake.

    `around` is put around bare expressions, as procmail's macros do.
    """
    from maildrop_py.rules.address_tests import is_address_test, parse_addresses
    from maildrop_py.rules.text_tests import parse_regex, parse_tests

    addresses: list[Node] = []
    tests: list[TextTest] = []
    for item in node.alternatives():
        keys = [key.text() for key, _ in item.pairs()] if item.kind == "mapping" else []
        if keys == ["file"] or (not keys and is_address_test(item.text())):
            addresses.append(item)
        elif keys == ["regex"]:
            value = item.pairs()[0][1]
            tests += [parse_regex(one, scope, "", around) for one in value.alternatives()]
        elif keys:
            tests += parse_tests(item, scope)
        else:
            tests.append(parse_regex(item, scope, "", around))
    found = parse_addresses(addresses, scope) if addresses else None
    return AddressHeader(label, names, found, tuple(tests))
