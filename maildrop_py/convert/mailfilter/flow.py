"""flow: a mailfilter's statements from top to bottom, into written rules.

Guarantee: what has no equal becomes a gap, never a rule that takes more mail.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.branch_values import Value
from maildrop_py.convert.converted_rules import ConvertedRule, Gap, Remark
from maildrop_py.convert.mailfilter import deliveries
from maildrop_py.convert.mailfilter.conditions import Conditions
from maildrop_py.convert.mailfilter.harmless import does_nothing, sets_only
from maildrop_py.convert.mailfilter.parser import parse
from maildrop_py.convert.mailfilter.patterns import EXTENSION
from maildrop_py.convert.mailfilter.tree import Branch, Operation, Output, Pattern, Statement
from maildrop_py.convert.marks import as_template, each_mark, is_marked, marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every, negated
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.convert.mailfilter.values import Variables
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.state import State

MOST_INCLUDES = 32
ANSWER_ADVICE = "`vacation` or `reply` would answer people alone, never lists or machines"
WITHOUT_EFFECT = ("log", "logfile", "echo")
OF_THE_SERVER = frozenset(
    [
        *("SENDER", "NEWSENDER", "RPLINE", "UFLINE", "DTLINE", "RECIPIENT", "HOST", "HOST2"),
        *("LOCAL", "USER", "DEFAULT", "EXT2", "EXT3", "EXT4", "PATH", "HOSTNAME", "FROM"),
    ]
)
"""Variables that mail servers give to programs."""
_REFORMAIL = re.compile(r"^\s*(?:\S*/)?reformail\s+-D\s*\d+\s+\S+\s*$")


class Flow:
    """Goes through statements and fills `state.items`; `read` gives an included file's text."""

    def __init__(self, state: State, read: Callable[[str], str | None]) -> None:
        self.state = state
        self.variables: Variables = state.environment
        self.variables.output = self._output
        self.variables.part = self._part
        self.asks_status = True
        """Whether the file reads how a program ended."""
        self.line = 0
        self.ended = False
        self.last_program: Predicate | None = None
        self.last_calls: list[tuple[Predicate, dict[str, Any]]] = []
        self.titles: list[tuple[str, ...]] = []
        self.heads: list[str] = []
        self.asked: list[tuple[int, Pattern, bool]] = []
        self._read = read
        self._included = 0

    def statements(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            if self.ended:
                self._remark(statement.line, "no message gets here: what follows never runs")
                return
            self.line = statement.line
            try:
                self._one(statement)
            except NotTranslatable as problem:
                self._gap(statement.line, statement.source, str(problem))
                self._forget((statement,))

    def _one(self, statement: Statement) -> None:
        name = statement.name
        if name == "if":
            self._if(statement)
        elif name in ("{", "exception", "flock", "dotlock"):
            self.statements(statement.block)
        elif name == "=":
            self._assign(statement)
        elif name == "value":
            self._value(statement)
        elif name == "include":
            self._include(statement)
        elif name == "import":
            self._import(getattr(statement.value, "text", ""), statement)
        elif name in ("while", "foreach") and all(map(sets_only, statement.block)):
            self._forget((statement,))
        elif name == "system":
            self._run(getattr(statement.value, "text", ""))
        elif name in deliveries.DELIVERIES:
            deliveries.DELIVERIES[name](self, statement)
        elif name not in WITHOUT_EFFECT:
            raise NotTranslatable(f"{name} has no equal here")

    def _gap(self, line: int, source: str, reason: str) -> None:
        advice = ANSWER_ADVICE if reason == deliveries.ANSWER else ""
        self.state.items.append(Gap(line, source, reason, advice))

    def _remark(self, line: int, text: str) -> None:
        self.state.items.append(Remark(line, text))

    # branches

    def _if(self, statement: Statement) -> None:
        state, outer = self.state, self.state.reach
        before, groups = self.variables.snapshot(), self.variables.groups
        others = state.note(True, statement.line)
        merged: list[tuple[Predicate, dict[str, Any]]] = []
        always_ends, unknown = True, statement.branches[:0]
        for number, branch in enumerate(statement.branches):
            self.line = branch.line
            conditions = Conditions(self)
            try:
                predicate = True if branch.condition is None else conditions.truth(branch.condition)
            except NotTranslatable as problem:
                unknown = statement.branches[number:]
                self._cannot(unknown, str(problem))
                always_ends = False
                break
            own = every(state.use(others), predicate)
            remaining = every(state.use(others), negated(predicate))
            earlier, noted = others, state.note(own, branch.line)
            others = state.note(remaining, branch.line)
            if own is False:
                continue
            self._enter(statement, branch, conditions, every(state.use(outer), own), before)
            if self.ended:
                others = others if remaining is False else earlier
            else:
                merged.append((state.use(noted), self.variables.snapshot()))
            always_ends = always_ends and self.ended
            self.ended, state.reach, self.variables.groups = False, outer, groups
        rest = state.use(others)
        if rest is not False:
            merged.append((rest, before))
            always_ends = always_ends and statement.branches[-1].condition is None
        self.ended = always_ends
        self._after(statement, merged, before, unknown)

    def _after(
        self,
        statement: Statement,
        merged: list[tuple[Predicate, dict[str, Any]]],
        before: dict[str, Any],
        unknown: tuple[Branch, ...],
    ) -> None:
        """Variables have what the branches that go on gave them, `unknown` ones anything."""
        if merged:
            self.variables.restore(before)
            self.variables.merge(merged, self.state, statement.line)
        for branch in unknown:
            self._forget(branch.block)
        self.variables.groups = None if self.variables.reads else ""

    def _enter(
        self,
        statement: Statement,
        branch: Branch,
        conditions: Conditions,
        reach: Predicate,
        before: dict[str, Any],
    ) -> None:
        self.state.reach = self.state.note(reach, branch.line)
        self.variables.restore(before)
        if conditions.count:
            self.variables.groups = conditions.matched if conditions.count == 1 else None
        self.titles.append(statement.comments)
        self.heads.append(branch.source)
        self.statements(branch.block)
        self.titles.pop()
        self.heads.pop()

    def _cannot(self, branches: tuple[Branch, ...], reason: str) -> None:
        self._gap(branches[0].line, branches[0].source, reason)
        for branch in branches[1:]:
            reason = "it depends on the condition above that could not be translated"
            self._gap(branch.line, branch.source, reason)

    def _forget(self, statements: tuple[Statement, ...]) -> None:
        """What a gap would have set is not known."""
        for statement in statements:
            if statement.name == "=":
                self.variables.set(statement.variable, ())
            if statement.name in ("xfilter",):
                self.state.broken = f"what the filter in line {statement.line} leaves is not known"
            self._forget(statement.block)
            for branch in statement.branches:
                self._forget(branch.block)

    # variables

    def _import(self, name: str, statement: Statement) -> None:
        """What the mail server says; other variables of the environment are not there."""
        if name in ("EXT", "EXTENSION"):
            self.variables.set(name, (Value(None, marked(EXTENSION)),))
        elif name in OF_THE_SERVER:
            self.variables.why[name] = "it is what the mail server says"
            self.variables.set(name, ())
        else:
            self.variables.set(name, (Value(None, ""),))
            self._remark(statement.line, f"{name} of the environment is taken to be empty")

    def _assign(self, statement: Statement) -> None:
        """A value that is not known makes a gap where it is used, not before."""
        assert statement.value is not None
        try:
            values = self.variables.values(statement.value, self.state)
        except NotTranslatable as problem:
            self.variables.why[statement.variable] = f"line {statement.line}: {problem}"
            self.variables.set(statement.variable, ())
            return
        found = []
        for holds, value in values:
            text = self._kept(statement, value, holds)
            noted = None if holds is True else self.state.note(holds, statement.line)
            found.append(Value(noted, text))
        self.variables.set(statement.variable, tuple(found))

    def _kept(self, statement: Statement, value: str, holds: Predicate) -> str:
        """What the mail tells is kept in variables of the rules, as it is now."""
        if not is_marked(value) or isinstance(statement.value, Output):
            return value
        sets: dict[str, str] = {}

        def keep(mark: str) -> str:
            variable = self.state.free_name(f"{statement.variable.lower()}_{statement.line}")
            sets[variable] = as_template(mark)
            return marked(variable, mark.startswith("\ue000="))

        text = each_mark(value, keep)
        self.rule(statement, {"set": sets}, holds)
        return text

    def _output(self, command: str) -> str:
        name = self.state.free_name(f"output_{self.line}")
        then = {"set": {name: {"output": deliveries.shell(self, command)}}}
        self.rule(Statement("=", self.line, source=f"`{command}`"), then)
        return marked(name)

    def _part(self, text: str, start: int, count: int | None) -> str:
        """A part of a text that only the mail tells, in a variable."""
        name = self.state.free_name(f"part_{self.line}")
        end = ".*" if count is None else f".{{0,{count}}}"
        pattern = f"(?s)^.{{{start}}}(?P<{name}>{end})"
        predicate = Conditions(self).of_text(text, pattern)
        self.rule(Statement("=", self.line), {"set": {f"{name}_is_there": "yes"}}, predicate)
        return marked(name)

    def _value(self, statement: Statement) -> None:
        """A command or pattern that stands alone: it is there for its status or match."""
        if isinstance(statement.value, Pattern | Operation):
            conditions = Conditions(self)
            predicate = conditions.truth(statement.value)
            if conditions.count == 1:
                name = self.state.free_name(f"matched_{statement.line}")
                self.rule(statement, {"set": {name: "yes"}}, predicate)
            self.variables.groups = conditions.matched if conditions.count == 1 else None
            return
        if not isinstance(statement.value, Output):
            raise NotTranslatable("a value that stands alone")
        command = statement.value.command
        if not self.asks_status:
            self._run(command)
            return
        state = self.state
        if _REFORMAIL.match(command):
            self.last_program = Test("duplicate", True, ((MESSAGE, state.message_age),))
            self.last_calls = []
            return
        self.last_program, self.last_calls = None, deliveries.calls(self, command)
        program = Conditions(self).program
        asked = [(holds, {**call, "no_on": "1-255"}) for holds, call in self.last_calls]
        self.last_program = either(*(every(holds, program(call)) for holds, call in asked))

    def _run(self, command: str) -> None:
        """A program that is there for what it does; folders are made when they are needed."""
        if not does_nothing(command):
            self._output(command)

    def lines_of(self, path: str) -> list[str]:
        """The lines of a file of patterns; raises NotTranslatable where it is not here."""
        text = None if is_marked(path) or not path else self._read(path)
        if text is None:
            raise NotTranslatable(f"the patterns in {path} are not here to be read")
        return [line for line in text.splitlines() if line.strip() and line[0] != "#"]

    def _include(self, statement: Statement) -> None:
        assert statement.value is not None
        path = self.variables.one(statement.value, self.state)
        text = None if is_marked(path) else self._read(path)
        if text is None:
            raise NotTranslatable(f"{path} is not here to be read")
        if self._included >= MOST_INCLUDES:
            raise NotTranslatable(f"more than {MOST_INCLUDES} files include each other")
        self._included += 1
        self._remark(statement.line, f"from {path}:")
        self.statements(parse(text))
        self._included -= 1

    # rules

    def rule(
        self, statement: Statement, then: dict[str, Any], holds: Predicate = True
    ) -> ConvertedRule:
        """A rule at the end of what there is, under all that leads here."""
        when = every(self.state.use(self.state.reach, often=True), holds)
        name = deliveries.name_of([*self.titles, statement.comments], then, statement.line)
        rule = ConvertedRule(name, statement.line, when, then)
        head = f"{' '.join(self.heads[-1].split())} {{ " if self.heads else ""
        source = " ".join(statement.source.replace("\\\n", " ").split())
        rule.source = f"{head}{source}{' }' if head else ''}"
        if when is not False:
            self.state.items.append(rule)
        return rule
