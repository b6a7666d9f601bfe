"""flow: a procmailrc's statements from top to bottom, into written rules.

Guarantee: what has no equal becomes a gap, never a rule that takes more mail; what
depends on a gap is a gap too.
"""

from __future__ import annotations

import os
import posixpath
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, Gap, Remark
from maildrop_py.convert.predicate import either, every, negated
from maildrop_py.convert.procmail import deliveries, programs
from maildrop_py.convert.procmail.assignments import Assignments
from maildrop_py.convert.procmail.copies import why_no_copy
from maildrop_py.convert.procmail.environment import Unknown
from maildrop_py.convert.procmail.expressions import NotTranslatable
from maildrop_py.convert.procmail.marking_as_read import marks_as_read
from maildrop_py.convert.procmail.match_variable import keep_match
from maildrop_py.convert.procmail.naming import name_of, shown
from maildrop_py.convert.procmail.parser import parse
from maildrop_py.convert.procmail.questions import Asked, ask
from maildrop_py.convert.procmail.tree import Assignment, Block, Recipe
from maildrop_py.convert.state import Noted, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.procmail.tree import Node

MOST_INCLUDES = 32


class Flow:
    """Goes through the statements and fills `state.items`.

    `read` gives an included file's text, or None.
    """

    def __init__(self, state: State, read: Callable[[str], str | None], rest: str) -> None:
        self.state = state
        self.rest = rest
        self._read = read
        self.assignments = Assignments(state)
        self._depth = 0
        self._ended = False
        self._remarked: set[str] = set()
        self._delivered = False
        self._failed = False
        self.next: Node | None = None
        """The statement behind the one that is gone through, and the next recipe of its block."""
        self.following: Recipe | None = None
        self.answered: set[int] = set()
        """Lines of recipes that are remarked already, and those that have no equal."""
        self.unanswered: set[int] = set()

    def nodes(self, nodes: tuple[Node, ...]) -> None:
        """Statement by statement; those that mail never gets to are remarked on."""
        for number, node in enumerate(nodes):
            if self._ended:
                return
            if self.state.reach.predicate is False:
                self._never(nodes[number:])
                return
            self.next = next(iter(nodes[number + 1 :]), None)
            recipes = (each for each in nodes[number + 1 :] if isinstance(each, Recipe))
            self.following = next(recipes, None)
            self._node(node)

    def _never(self, nodes: tuple[Node, ...]) -> None:
        recipes = [node for node in nodes if isinstance(node, Recipe)]
        if recipes and self.state.items:
            self._remark(recipes[0].line, "no message gets here: what follows never runs")

    def _node(self, node: Node) -> None:
        if isinstance(node, Recipe):
            self._recipe(node)
        elif isinstance(node, Assignment):
            self._assign(node)
        elif node.text.strip():
            self._remark(node.line, f"procmail passes over this: {node.text.strip()}")

    def _remark(self, line: int, text: str) -> None:
        self.state.items.append(Remark(line, text))

    # assignments

    def _assign(self, node: Assignment) -> None:
        if node.name in ("INCLUDERC", "SWITCHRC") and node.value is not None:
            self._include(node)
            return
        problem = self.assignments.assign(node)
        if problem is not None:
            self.state.items.append(problem)
        if node.name == "HOST":
            self._host(node)

    def _host(self, node: Assignment) -> None:
        """Where HOST is not this machine's name, procmail ends without delivering."""
        if node.value:
            remark = "where HOST is another name procmail ends, and the mail is lost"
            self._remark(node.line, remark)
            return
        try:
            deliveries.end_without_delivering(node, self)
        except (Unknown, NotTranslatable) as problem:
            self._gap(node, str(problem))

    def _include(self, node: Assignment) -> None:
        assert node.value is not None
        try:
            path = self.state.environment.expand(node.value)
        except Unknown as unknown:
            self._gap(node, f"which file is read here is not known: {unknown}")
            return
        if path in ("", "/dev/null"):
            if node.name == "SWITCHRC":
                self._switched(node)
            return
        maildir = self.state.environment.get("MAILDIR") or ""
        text = self._read(posixpath.join(maildir, path)) if "\ue000" not in path else None
        if text is None or self._depth >= MOST_INCLUDES:
            self._gap(
                node, f"{path} is not here to be read", "Convert it where it is, or put it there."
            )
            return
        self._remark(node.line, f"from {os.path.basename(path)}:")
        self._depth += 1
        Flow._inside(self, parse(text))
        self._depth -= 1
        if node.name == "SWITCHRC":
            self._switched(node)

    def _inside(self, nodes: tuple[Node, ...]) -> None:
        saved = self.state.last, self.state.previous
        self.nodes(nodes)
        self.state.last, self.state.previous = saved
        self._ended = False

    def _switched(self, node: Assignment) -> None:
        """What stands behind a SWITCHRC is for mail that did not switch."""
        if self.state.reach.predicate is True:
            self._ended = True
        elif self.state.reach.predicate is not False:
            deliveries.file_at_the_end(node, self)

    def _gap(self, node: Any, reason: str, advice: str = "") -> None:
        source = node.source or shown(node)
        self.state.items.append(Gap(node.line, source, reason, advice))

    # recipes

    def _recipe(self, recipe: Recipe) -> None:
        state = self.state
        if recipe.action is None:
            self._passed_over(recipe)
            return
        if recipe.line in self.answered and "e" in recipe.flags:
            self._failing(recipe)
            return
        if marks_as_read(recipe, self):
            noted = state.note(False, recipe.line)
            state.last = state.previous = noted
            return
        try:
            before = self._chained(recipe)
            asked = ask(recipe, state)
        except (Unknown, NotTranslatable) as problem:
            self._cannot(recipe, str(problem))
            return
        holds = every(before, asked.predicate)
        if holds is False:
            self._remark(recipe.line, f"never holds: {shown(recipe)}")
        noted = state.note(holds, recipe.line)
        self._delivered = False
        self._act(recipe, noted, asked)
        self._remember(recipe, noted, False if self._delivered else asked.predicate)

    def _passed_over(self, recipe: Recipe) -> None:
        """A recipe without an action holds for no message (procmail 3.22, conditions())."""
        remark = f"procmail passes over this, for its action is missing: {shown(recipe)}"
        self._remark(recipe.line, remark)
        state = self.state
        if not set("Aa") & set(recipe.flags):
            state.last = state.note(False, recipe.line)
        if "E" not in recipe.flags:
            state.previous = state.note(False, recipe.line)

    def _failing(self, recipe: Recipe) -> None:
        """A recipe for where the program above failed, whose rule says what is done then."""
        if recipe.line in self.unanswered:
            self._gap(recipe, "if the program above fails, the mail server tries again instead")
        noted = self.state.note(False, recipe.line)
        self.state.last = self.state.previous = noted

    def _chained(self, recipe: Recipe) -> Predicate:
        """What the flags A, a, E and e ask of the recipes before; raises Unknown."""
        state, flags = self.state, recipe.flags
        found: list[Predicate] = []
        if "e" in flags:
            found += [state.use(state.previous), negated(state.succeeded)]
        elif "E" in flags:
            found.append(state.otherwise(state.previous))
        if "a" in flags and "e" not in flags:
            found += [state.use(state.last), state.succeeded]
        if "A" in flags:
            found.append(state.use(state.last))
        if any(noted is BROKEN for noted in self._asked(flags)):
            raise Unknown("it depends on a recipe above that could not be translated")
        return every(*found)

    def _asked(self, flags: str) -> list[Noted]:
        asked = [self.state.previous] if set("eE") & set(flags) else []
        return asked + ([self.state.last] if set("aA") & set(flags) else [])

    def _remember(self, recipe: Recipe, noted: Noted, own: Predicate) -> None:
        """What A, a, E and e below ask about; mail that was delivered never gets there."""
        state = self.state
        if BROKEN in (state.last, state.previous) and self._failed:
            return
        if self._delivered:
            noted = state.note(False, recipe.line)
        if not set("Aa") & set(recipe.flags):
            state.last = noted
        if "E" in recipe.flags and "e" not in recipe.flags:
            before = state.use(state.previous, often=True)
            state.previous = state.note(either(before, own), recipe.line)
        else:
            state.previous = noted

    def _cannot(self, recipe: Recipe, reason: str) -> None:
        """A gap, and a block under it is one with it."""
        self._gap(recipe, reason)
        self._failed = True
        state = self.state
        if not set("Aa") & set(recipe.flags):
            state.last = BROKEN
        state.previous = BROKEN
        self.assignments.forget(recipe, reason)
        is_filter = "f" in recipe.flags and not isinstance(recipe.action, Block)
        if is_filter and not programs.leaves_message_known(recipe, self.rest):
            state.broken = f"what the filter in line {recipe.line} leaves is not known"

    def _act(self, recipe: Recipe, noted: Noted, asked: Asked) -> None:
        state = self.state
        state.succeeded, self._failed = True, False
        self.assignments.score(recipe, noted.predicate, self.rest)
        if isinstance(recipe.action, Block):
            self._block(recipe, recipe.action, noted, asked)
            return
        keep_match(recipe, asked, noted, self)
        self.assignments.under = noted.predicate
        try:
            deliveries.deliver(recipe, noted, asked, self)
        except (Unknown, NotTranslatable) as problem:
            self._cannot(recipe, str(problem))
            state.last = BROKEN
        finally:
            self.assignments.under = True

    def _block(self, recipe: Recipe, block: Block, noted: Noted, asked: Asked) -> None:
        state = self.state
        if "c" in recipe.flags:
            raise_reason = why_no_copy(block)
            if raise_reason:
                self._cannot(recipe, raise_reason)
                return
        outer, state.reach = state.reach, self._inner_reach(noted)
        keep_match(recipe, asked, noted, self)
        saved = noted, state.previous
        state.last = noted
        state.copying += "c" in recipe.flags
        self.nodes(block.nodes)
        state.copying -= "c" in recipe.flags
        state.last, state.previous = saved
        ended = state.reach.predicate is False and noted.predicate is not False
        state.reach = outer
        self._delivered = False
        if ended and "c" not in recipe.flags:
            self.ends(noted.predicate)

    def _inner_reach(self, noted: Noted) -> Noted:
        outer = self.state.use(self.state.reach)
        return self.state.note(every(outer, noted.predicate), noted.line)

    def rule(self, recipe: Recipe, predicate: Predicate, then: dict[str, Any]) -> ConvertedRule:
        """A rule at the end of what there is, under all that leads here."""
        when = every(self.state.use(self.state.reach, often=True), predicate)
        rule = ConvertedRule(name_of(recipe, then), recipe.line, when, then)
        rule.source = shown(recipe)
        self.state.items.append(rule)
        return rule

    def goes_on(self, recipe: Recipe) -> bool:
        """Whether the run goes on behind what this recipe does."""
        return "c" in recipe.flags or self.state.copying > 0

    def is_worth_telling(self, remark: str) -> bool:
        """Dots are unescaped everywhere: that is said once."""
        is_new = remark not in self._remarked
        self._remarked.add(remark)
        return is_new or "dot" not in remark

    def ends(self, predicate: Predicate) -> None:
        """Mail for which `predicate` holds goes no further."""
        self._delivered = self.state.copying == 0
        if predicate is True:
            self.state.reach = self.state.note(False, 0)


BROKEN = Noted(False, None, -1)
