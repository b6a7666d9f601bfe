"""envelope_address: what `sender` and `recipient` share."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Anchors, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching.addresses import Addresses
    from maildrop_py.translation import Text


@record
class EnvelopeAddress:
    """The envelope's `which` ("sender" or "recipient") is in `addresses` or passes a test."""

    which: str
    addresses: Addresses | None
    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP

    def describe(self, text: Text = str.format) -> str:
        wording = []
        if self.addresses:
            wording.append(text("is {shown}", shown=self.addresses.describe(text)))
        wording += [test.describe(text) for test in self.tests]
        tests = text(" or ").join(wording)
        if self.which == "sender":
            return text("envelope sender {tests}", tests=tests)
        return text("envelope recipient {tests}", tests=tests)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import all_of, of_addresses, of_tests

        field = f"envelope {self.which}"
        parts = [of_addresses(field, self.addresses)] if self.addresses else []
        return all_of([*parts, of_tests(field, self.tests)] if self.tests else parts)

    def test(self, facts: Facts) -> Outcome:
        label = f"envelope {self.which}"
        value = facts.sender() if self.which == "sender" else facts.recipient()
        if value is None:
            return Outcome(False, label, why="the server did not say")
        entry = self.addresses.entry_for(value) if self.addresses else None
        if entry is not None:
            return Outcome(
                True,
                label,
                value or "<>",
                (0, len(value) or 2),
                why="fits {entry}",
                values={"entry": entry},
            )
        for test in self.tests:
            found = test.search(value)
            if found:
                return Outcome(True, label, value, found[0], captures=found[1])
        return Outcome(False, label, value or "<>")


def parse_envelope_address(which: str, node: Node, scope: Scope) -> EnvelopeAddress:
    """Reads an address test, as `from` does; raises Mistake."""
    from maildrop_py.rules.conditions.address_header import parse_address_tests

    return EnvelopeAddress(which, *parse_address_tests(node, scope))
