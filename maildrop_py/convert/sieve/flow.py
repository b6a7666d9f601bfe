"""flow: a Sieve script's commands from top to bottom, into written rules.

Guarantee: what has no equal becomes a gap, never a rule that takes more mail; what
depends on a gap is a gap too. `commands.COMMANDS` names a function for each command.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, Gap, Remark
from maildrop_py.convert.marks import as_template, marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, every, negated
from maildrop_py.convert.sieve.asker import Asker
from maildrop_py.convert.sieve.branches import Branches, names_set
from maildrop_py.convert.sieve.capabilities import SUPPORTED
from maildrop_py.convert.sieve.commands import COMMANDS, WITHOUT_EFFECT, finish
from maildrop_py.convert.sieve.matches import latest, may_match
from maildrop_py.convert.sieve.naming import name_of, shown
from maildrop_py.convert.sieve.parser import parse
from maildrop_py.convert.sieve.part_questions import of_some_part
from maildrop_py.convert.sieve.questions import QUESTIONS
from maildrop_py.convert.sieve.tree import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.matches import Groups, Matches
    from maildrop_py.convert.sieve.part_loop import Loop
    from maildrop_py.convert.sieve.variables import Variables
    from maildrop_py.convert.state import State

MOST_INCLUDES = 32


class Flow:
    """Goes through commands and fills `state.items`.

    `read` gives the text of an included script by its name, or None.
    """

    def __init__(self, state: State, read: Callable[[str], str | None], today: date) -> None:
        self.state = state
        self.today = today
        self.read = read
        self.variables: Variables = state.environment
        self.marks: set[str] = set()
        """The variables of rules that say what was done."""
        self.flags_as_rules = False
        """Whether flags are set by rules as they come; else their sets are worked out."""
        self.is_filed = False
        """Whether it is certain here that the message is not kept unless something says so."""
        self.ended = False
        """Whether no message gets to what follows in this block."""
        self.returned = False
        self.loop: Loop | None = None
        """The loop over the message's parts that this stands in."""
        self.included: list[str] = []
        self.seen: set[str] = set()
        """The names of all scripts that were included."""
        self.titles: list[Command] = []
        self.times: dict[str, int] = {}
        """How often each folder is filed into."""
        self.asked: list[tuple[int, Any]] = []
        self._rest: list[tuple[Command, ...]] = []

    # statements

    def commands(self, commands: tuple[Command, ...]) -> None:
        """Command by command; an `if` with its branches is one."""
        at = 0
        while at < len(commands) and not self.ended and not self.returned:
            chain = 1
            if commands[at].name == "if":
                while at + chain < len(commands) and commands[at + chain].name in ("elsif", "else"):
                    chain += 1
            self._rest.append(commands[at + chain :])
            self._one(commands[at : at + chain])
            self._rest.pop()
            at += chain
        if at < len(commands) and self.ended and commands[at].name not in ("stop", "return"):
            self.remark(commands[at].line, "no message gets here: what follows never runs")

    def _one(self, chain: tuple[Command, ...]) -> None:
        command = chain[0]
        if command.name == "if":
            self._if(chain)
            return
        carry_out = COMMANDS.get(command.name)
        try:
            if carry_out is None:
                raise NotTranslatable(f"the command {command.name} has no equal here")
            carry_out(self, command)
        except NotTranslatable as problem:
            self.gap(command, str(problem))

    def gap(self, command: Command, reason: str) -> None:
        self.state.items.append(Gap(command.line, command.source, reason))

    def remark(self, line: int, text: str) -> None:
        self.state.items.append(Remark(line, text))

    def remark_once(self, line: int, text: str) -> None:
        if not any(isinstance(item, Remark) and item.text == text for item in self.state.items):
            self.remark(line, text)

    # branches

    def _if(self, chain: tuple[Command, ...]) -> None:
        before, tested = self.variables.snapshot(), self.variables.groups
        found = Branches(self.state.note(True, chain[0].line), tested)
        unknown: tuple[Command, ...] = ()
        for number, branch in enumerate(chain):
            try:
                predicate, groups = self._ask(branch)
            except (NotTranslatable, IndexError) as problem:
                unknown = chain[number:]
                self._cannot(unknown, str(problem))
                found.always_end = False
                break
            self._branch(branch, predicate, latest(found.tested, groups.if_true), found, before)
            found.tested = latest(found.tested, groups.if_false)
        rest = self.state.use(found.others)
        if rest is not False:
            found.merged.append((rest, before))
            found.groups.append(found.tested)
            found.always_end = found.always_end and chain[-1].name == "else"
        self._leave(found.merged, before, chain[0], found.always_end)
        lost = names_set(unknown)
        for name in lost:
            self.variables.set(name, ())
        self._match_behind(chain, found, tested, bool(lost))

    def _ask(self, branch: Command) -> tuple[Predicate, Matches]:
        """When a branch's test holds, and what it matches; raises NotTranslatable, IndexError."""
        asker = Asker(self.state, QUESTIONS, self.keep)
        asker.remark = partial(self.remark_once, branch.line)
        asker.flags_as_rules = self.flags_as_rules
        asker.loops = self.loop.depth if self.loop is not None else 0
        return True if branch.name == "else" else asker.ask(branch.tests[0]), asker.matches

    def _branch(
        self,
        branch: Command,
        predicate: Predicate,
        groups: Groups,
        found: Branches,
        before: dict[str, Any],
    ) -> None:
        """Go through a branch that `predicate` leads to, in which `groups` were matched last."""
        state, outer, filed = self.state, self.state.reach, self.is_filed
        found.failed.append(negated(predicate))
        own = every(state.use(found.others), predicate)
        remaining = every(state.use(found.others), negated(predicate))
        noted, earlier = state.note(own, branch.line), found.others
        found.others = state.note(remaining, branch.line)
        if own is False:
            return
        self.variables.groups = groups
        self._enter(branch, every(state.use(outer), own), before)
        if self.ended:
            found.others = found.others if remaining is False else earlier
        elif not self.returned:
            found.merged.append((state.use(noted), self.variables.snapshot()))
            found.groups.append(self.variables.groups)
        found.always_end = found.always_end and self.ended
        self.ended, self.is_filed, state.reach = False, filed, outer

    def _match_behind(
        self, chain: tuple[Command, ...], found: Branches, before: Groups, sets_unknown: bool
    ) -> None:
        """What was matched last behind the branches; nothing is known where they differ."""
        first = found.groups[0] if found.groups else None
        self.variables.groups = first if all(each == first for each in found.groups) else None
        if sets_unknown and any(
            map(may_match, (test for branch in chain for test in branch.tests))
        ):
            self.variables.groups = None
        elif self.variables.groups == found.tested != before and isinstance(found.tested, str):
            self._catch(chain[0], every(*found.failed))

    def _catch(self, command: Command, rest: Predicate) -> None:
        """What the tests of branches that ended matched is read behind them."""
        name = self.state.free_name(f"matched_{command.line}")
        self.rule(command, {"set": {name: "yes"}}, rest)

    def keep(self, text: str) -> str:
        """A variable of the rules with this text."""
        name = self.state.free_name("text")
        when = self.state.use(self.state.reach)
        then = {"set": {name: as_template(text)}}
        self.state.items.append(
            ConvertedRule("a text", self.titles[-1].line if self.titles else 0, when, then)
        )
        return marked(name)

    def _enter(self, branch: Command, reach: Predicate, before: dict[str, Any]) -> None:
        """Run a branch's block."""
        self.state.reach = self.state.note(reach, branch.line)
        self.variables.restore(before)
        self.asked.append((branch.line, branch))
        self.titles.append(branch)
        self.commands(branch.block or ())
        self.titles.pop()

    def _leave(
        self, merged: list[Any], before: dict[str, Any], first: Command, always_ends: bool
    ) -> None:
        if merged:
            self.variables.restore(before)
            self.variables.merge(merged, self.state, first.line)
        self.ended = always_ends

    def _cannot(self, chain: tuple[Command, ...], reason: str) -> None:
        self.gap(chain[0], reason)
        for branch in chain[1:]:
            self.gap(branch, "it depends on the test above that could not be translated")

    # what follows

    def is_last(self) -> bool:
        """Whether nothing behind the command at hand does anything with the message."""
        for commands in reversed(self._rest):
            for command in commands:
                if command.name in ("stop",):
                    return True
                if _acts(command):
                    return False
        return True

    # rules

    @property
    def rules_so_far(self) -> list[ConvertedRule]:
        return [item for item in self.state.items if isinstance(item, ConvertedRule)]

    def rule(
        self, command: Command, then: dict[str, Any], holds: Predicate = True
    ) -> ConvertedRule:
        """A rule at the end of what there is, under all that leads here."""
        in_loop = self.loop is not None
        when = every(self.state.use(self.state.reach, often=not in_loop), holds)
        when = of_some_part(when) if in_loop else when
        rule = ConvertedRule(name_of(command, self.titles, then), command.line, when, then)
        rule.source = shown(command, self.titles)
        if when is not False:
            self.state.items.append(rule)
        return rule

    def mark(self, then: dict[str, Any], name: str) -> None:
        """Let a rule note in a variable what it has done."""
        then.setdefault("set", {})[name] = "yes"
        self.marks.add(name)
        self.state.changed(name)

    def is_marked(self, name: str) -> Predicate:
        """Whether a rule has noted this."""
        if name not in self.marks:
            return False
        return Test("var", {name: "^yes$"}, ((name, self.state.age(name)),))

    def variables_for_folder(self, name: str) -> str:
        """The variable that says whether a copy is in this folder."""
        names = list(self.times)
        key = "INBOX" if name.upper() == "INBOX" else name
        return f"in_folder_{names.index(key) + 1 if key in names else 0}"

    def end(self, line: int) -> None:
        """The end of the script: the message is kept unless something was done with it."""
        command = Command("", line, source="(the end of the script)")
        try:
            finish(self, command)
        except NotTranslatable as problem:
            self.gap(command, str(problem))

    def require(self, names: tuple[str, ...]) -> None:
        """What the script requires; raises NotTranslatable for what is not known."""
        if "variables" in names:
            self.variables.are_used = True
        unknown = [name for name in names if name.lower() not in SUPPORTED]
        if unknown:
            raise NotTranslatable(f"the extension {', '.join(unknown)}")

    def include(self, command: Command, name: str, text: str) -> None:
        """Run another script here; `return` ends it alone."""
        if len(self.included) >= MOST_INCLUDES:
            raise NotTranslatable(f"more than {MOST_INCLUDES} scripts include each other")
        if name in self.included:
            raise NotTranslatable(f"{name} includes itself")
        self.included.append(name)
        self.remark(command.line, f"from {name}:")
        reach = self.state.reach
        self.commands(parse(text))
        self.included.pop()
        self.returned, self.state.reach = False, reach


def _acts(command: Command) -> bool:
    if command.name in WITHOUT_EFFECT:
        return any(_acts(inner) for inner in command.block or ())
    return True
