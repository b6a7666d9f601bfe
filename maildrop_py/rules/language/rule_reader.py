"""rule_reader: reads rules, and those that are under others, into one list in order.

A block of rules under a `when`, or under its `else`, becomes rules that ask for the
block's answer first: there is nothing but a list of rules when mail comes.
"""

from __future__ import annotations

from maildrop_py.rules.conditions.all import All
from maildrop_py.rules.language.document import suggestion
from maildrop_py.rules.language.rule import Rule
from maildrop_py.rules.language.then import parse_then
from maildrop_py.rules.language.when import parse_when
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.rules.condition import Condition
    from maildrop_py.rules.conditions.block import Block
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope

RULE_KEYS = ("name", "when", "then", "rules", "else", "include")
DEEPEST = 10
"""Blocks inside one another."""


class RuleReader:
    """Collects `rules`; `include` reads the files that a node names, into the same list."""

    def __init__(self, scope: Scope, include: Callable[[Node], None]) -> None:
        self.rules: list[Rule] = []
        self.blocks: tuple[Block, ...] = ()
        self._scope = scope
        self._include = include
        self._names: dict[tuple[str, str], int] = {}
        self._made = 0
        self._groups: set[str] = set()
        self._label, self._first = "", 0

    def read(self, node: Node) -> None:
        """One item of a list of rules; raises Mistake."""
        scope, pairs = self._scope, node.pairs()
        found = {key.text(): value for key, value in pairs if scope.attempt(_check_key, key, scope)}
        if "include" in found:
            if len(pairs) > 1:
                raise node.mistake("an `include` among rules has no other key beside it")
            for item in found["include"].alternatives():
                scope.attempt(self._include, item)
            return
        scope.rule_groups, scope.in_turn = set(self._groups), False
        name = scope.attempt(self._name, node, found.get("name"))
        when = scope.attempt(parse_when, found["when"], scope) if "when" in found else None
        if "rules" in found or "else" in found:
            self._read_block(node, found, when, name or "")
            return
        then = scope.attempt(parse_then, found["then"], scope) if "then" in found else None
        scope.variables |= scope.rule_groups
        if then is not None and name is not None:
            self.rules.append(Rule(name, node.file, node.line, self._whole(when), then))
        if len(found) == len(pairs) and "then" not in found:
            raise node.mistake("this rule does nothing: `then` is missing", "then: {file: INBOX}")

    def _read_block(
        self, node: Node, found: dict[str, Node], when: Condition | None, name: str
    ) -> None:
        """What is done where `when` holds, and what is done where it does not."""
        from maildrop_py.rules.conditions.block import Block

        if "when" not in found:
            key = "rules" if "rules" in found else "else"
            raise node.mistake("`{key}` needs a `when` beside it", "when: {subject: a}", key=key)
        if len(self.blocks) >= DEEPEST:
            raise node.mistake("more than {most} blocks are in one another", most=DEEPEST)
        self._made += 1
        groups = set(self._scope.rule_groups)
        holds, not_so = (Block(self._made, when or All(()), wanted) for wanted in (True, False))
        if "then" in found:
            self._under(holds, groups, [found["then"]], name, is_then=True)
        if "rules" in found:
            self._under(holds, groups, _rules_in(found["rules"]), name)
        if "else" in found:
            other = found["else"]
            is_then = other.kind == "mapping"
            items = [other] if is_then else _rules_in(other)
            self._under(not_so, self._groups, items, f"{name} else", is_then=is_then)

    def _under(
        self, block: Block, groups: set[str], items: list[Node], label: str, is_then: bool = False
    ) -> None:
        """Read `items`, rules or the `then` of one, under a block."""
        before = self.blocks, self._groups, self._label, self._first
        self.blocks = (*self.blocks, block)
        self._groups, self._label, self._first = set(groups), label, len(self.rules)
        for item in items:
            self._scope.attempt(self._read_then if is_then else self.read, item)
        self._scope.variables |= groups
        self.blocks, self._groups, self._label, self._first = before

    def _read_then(self, node: Node) -> None:
        self._scope.rule_groups, self._scope.in_turn = set(self._groups), False
        then = parse_then(node, self._scope)
        self.rules.append(Rule(self._label, node.file, node.line, self._whole(None), then))

    def _whole(self, when: Condition | None) -> Condition | None:
        """A rule's own conditions behind those of the blocks that it is in."""
        if not self.blocks:
            return when
        conditions = self.blocks if when is None else (*self.blocks, when)
        if self._scope.in_turn:
            from maildrop_py.rules.conditions.all_in_turn import AllInTurn

            return AllInTurn(conditions)
        return All(conditions)

    def _name(self, node: Node, written: Node | None) -> str:
        if written is None:
            if self._label:
                return f"{self._label} {len(self.rules) - self._first + 1}"
            return f"rule {len(self.rules) + 1}"
        name = written.text()
        if not name.strip() or not name.isprintable():
            raise written.mistake(
                "{name!r} is not a name", "one line, for logs and statistics", name=name
            )
        first = self._names.setdefault((node.file, name), node.line)
        if first != node.line:
            raise written.mistake(
                "another rule is called {name!r} too",
                text("in line {first}", first=first),
                name=name,
            )
        return name


def _rules_in(node: Node) -> list[Node]:
    items = node.items()
    if not items:
        raise node.mistake("there is no rule here", "such as [{then: {file: INBOX}}]")
    return items


def _check_key(key: Node, scope: Scope) -> bool:
    """True for a key that rules have; raises Mistake for others."""
    name = key.text()
    if name in RULE_KEYS:
        return True
    if name in scope.vocabulary.actions:
        hint = text("an action: it belongs under `then`")
    elif name in scope.vocabulary.conditions:
        hint = text("a condition: it belongs under `when`")
    else:
        hint = suggestion(name, RULE_KEYS)
    raise key.mistake("unknown key of a rule {name!r}", hint, name=name)
