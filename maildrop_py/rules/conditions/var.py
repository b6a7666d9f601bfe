"""var: expressions over what earlier rules have `set`, found by a group, or printed.

`{name: expression}`; a name that nothing has set so far is the empty text. `^` and `$`
are the ends of a line, and case is ignored."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.matching.raw import RawExpression
    from maildrop_py.translation import Text


@record
class Var:
    """The value of `name` matches one of `expressions`."""

    name: str
    expressions: tuple[RawExpression, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"$ref": "#/$defs/texts"},
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.all import All
        from maildrop_py.rules.language.document import suggestion
        from maildrop_py.rules.language.raw_reader import parse_raw

        found: list[Condition] = []
        for key, value in node.pairs():
            name, known = key.text(), {*scope.variables, *scope.rule_groups}
            if name not in known:
                raise key.mistake("nothing sets {name!r}", suggestion(name, known), name=name)
            scope.use(name)
            found.append(cls(name, parse_raw(value, scope)))
        if not found:
            raise node.mistake("there is no name here", "such as {topic: ^work$}")
        return found[0] if len(found) == 1 else All(tuple(found))

    def describe(self, text: Text = str.format) -> str:
        return text(
            "{name} matches {expressions}",
            name=self.name,
            expressions=text(" or ").join(each.describe() for each in self.expressions),
        )

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.matching.lines import line_of

        data = facts.variables.get(self.name, "").encode("utf-8", "replace")
        for each in self.expressions:
            pattern = each.expression(facts.text)
            spans = pattern.spans(data)
            if spans is not None:
                line, span = line_of(data, *spans[0])
                return Outcome(True, self.name, line, span, captures=pattern.named(data, spans))
        return Outcome(False, self.name, str(data, "utf-8", "replace"))
