"""header_fields: which of several fields of one name is tested, and how many there are.

`{index: -1, contains: a}` tests the last field, `{count: "> 20"}` counts. In `from`, `to`
and the like addresses are counted."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.translation import Text

COUNT, INDEX = "count", "index"


@record
class HeaderAt:
    """The field called `name` at `index` passes one of `tests`: 1 is the topmost, -1 the last."""

    name: str
    index: int
    tests: tuple[TextTest, ...]

    COST: ClassVar[int] = CHEAP

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text(
            "header {name} number {index} {tests}", name=self.name, index=self.index, tests=tests
        )

    def test(self, facts: Facts) -> Outcome:
        values = facts.values(self.name)
        if len(values) < abs(self.index):
            return Outcome(
                False, self.name, why="there are {number}", values={"number": len(values)}
            )
        value = values[self.index - (self.index > 0)]
        for test in self.tests:
            found = test.search(value)
            if found:
                return Outcome(True, self.name, value, found[0], captures=found[1])
        return Outcome(False, self.name, value)


@record
class Count:
    """How many fields have one of `names`, or how many addresses they have, passes."""

    label: str
    names: tuple[str, ...]
    comparison: Comparison
    addresses: bool = False

    COST: ClassVar[int] = CHEAP

    def describe(self, text: Text = str.format) -> str:
        what = text("addresses in") if self.addresses else text("headers called")
        return text(
            "number of {what} {label} {comparison}",
            what=what,
            label=self.label,
            comparison=self.comparison.describe(),
        )

    def test(self, facts: Facts) -> Outcome:
        found = facts.present(self.names)
        number = len(found)
        if self.addresses:
            from maildrop_py.message.addresses import in_header

            number = sum(len(in_header(field)) for field in found)
        return Outcome(self.comparison.holds(number), self.label, str(number))


def is_about_fields(node: Node, *kinds: str) -> bool:
    """Whether a test has one of the keys `kinds` that are read here."""
    return node.kind == "mapping" and any(key.text() in kinds for key, _ in node.pairs())


def parse_count(label: str, names: tuple[str, ...], node: Node, addresses: bool) -> Count:
    """`{count: comparison}`; raises Mistake where something else is beside it."""
    from maildrop_py.rules.matching.comparison import PLAIN, parse_comparison

    (key, value), *others = node.pairs()
    if others:
        odd = key if key.text() != COUNT else others[0][0]
        raise odd.mistake("`count` has nothing beside it", "use `all` for two tests")
    return Count(label, names, parse_comparison(value, PLAIN), addresses)


def parse_header_at(name: str, node: Node, scope: Scope) -> Condition:
    """`{index: number, …}`, which has a text test beside it; or `{count: …}`."""
    from maildrop_py.rules.language.text_tests import named_tests

    pairs = node.pairs()
    given = [value for key, value in pairs if key.text() == INDEX]
    if not given:
        return parse_count(name, (name,), node, addresses=False)
    index = given[0].number()
    if index != int(index) or not index:
        raise given[0].mistake("this is no place among headers", "1 is the topmost, -1 the last")
    rest = [(key, value) for key, value in pairs if key.text() != INDEX]
    return HeaderAt(name, int(index), tuple(named_tests(node, rest, scope)))
