"""assignments: variables of a procmailrc, as values known now or as `set` actions."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, Gap, Remark
from maildrop_py.convert.predicate import every
from maildrop_py.convert.procmail.commands import is_for_shell, program, simple_words
from maildrop_py.convert.procmail.conditions import counts_lines
from maildrop_py.convert.procmail.environment import (
    RESERVED,
    Unknown,
    as_template,
    is_marked,
    names_in,
)
from maildrop_py.convert.procmail.expressions import marked
from maildrop_py.convert.procmail.tree import Assignment, Block, Output, Pipe, Recipe
from maildrop_py.convert.state import State

WITHOUT_EFFECT = frozenset(
    [
        "VERBOSE",
        "LOGFILE",
        "LOGABSTRACT",
        "LOG",
        "COMSAT",
        "UMASK",
        "LOCKFILE",
        "LOCKEXT",
        "LOCKSLEEP",
        "LOCKTIMEOUT",
        "TIMEOUT",
        "NORESRETRY",
        "SUSPEND",
        "LINEBUF",
        "MSGPREFIX",
        "SHELLFLAGS",
        "DROPPRIVS",
        "SHIFT",
        "LASTFOLDER",
        "NL",
        "WS",
    ]
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
"""Variables that say nothing of where mail goes."""
KEEPS_STATUS = '"$@" >/dev/null; echo $?'
DATES = {"%Y": "year", "%m": "month", "%d": "day"}


class Assignments:
    """Carries assignments out on the state."""

    def __init__(self, state: State) -> None:
        self._state = state
        state.environment.output = self._output
        state.environment.process = self._process
        self._line = 0
        self._process_number = ""
        self._fixed: dict[str, tuple[object, str]] = {}
        self.under: Predicate = True
        """What holds of the recipe whose action is read, so that its programs run then alone."""

    def assign(self, node: Assignment) -> Gap | Remark | None:
        """Set the variable; what is to be said of it."""
        if node.name in WITHOUT_EFFECT:
            if node.name in ("NL", "WS", "LINEBUF") and node.value is not None:
                self._keep(node)
            return None
        if node.name == "HOST":
            return None
        if node.name == "TRAP" and node.value:
            return self._trap(node)
        if node.name == "DELIVERED" and node.value:
            return Gap(node.line, node.source, "DELIVERED=yes: procmail says it has delivered")
        self._keep(node)
        return None

    def _keep(self, node: Assignment) -> None:
        environment = self._state.environment
        self._line = node.line
        try:
            value = None if node.value is None else environment.expand(node.value)
        except Unknown as unknown:
            environment.set(node.name, unknown)
            return
        self.put(node.name, value, node.line, True, node.source)

    def put(
        self, name: str, value: str | None, line: int, predicate: Predicate, source: str
    ) -> None:
        """Let `name` have a value where `predicate` holds, and mail gets here."""
        state = self._state
        environment = state.environment
        reach = every(state.use(state.reach), predicate)
        if reach is False:
            return
        if predicate is True:
            self._fixed[name] = (state.reach, value or "")
        if reach is True and not self._may_change(value):
            environment.set(name, value)
            return
        try:
            before = environment.get(name)
        except Unknown:
            before = None
        variable = variable_name(name)
        if reach is not True and before and before != marked(variable, False):
            self._set(variable, before, line, self._where_found(before), source)
        self._set(variable, value or "", line, reach, source)
        environment.set(name, marked(variable, False))

    def _may_change(self, value: str | None) -> bool:
        """Whether what a value is made of may be set again later."""
        return any(not name[-1].isdigit() for name in names_in(value or ""))

    def here(self, name: str) -> str:
        """The value, also where it is known in this block alone; raises Unknown."""
        reach, value = self._fixed.get(name, (None, ""))
        if reach is self._state.reach:
            return value
        return self._state.environment.get(name) or ""

    def _where_found(self, value: str) -> Predicate:
        """What held where the parts of `value` were found in the message."""
        state = self._state
        found = [state.found[name] for name in names_in(value) if name in state.found]
        return every(*(state.use(noted) for noted in found))

    def _set(self, variable: str, value: Any, line: int, when: Predicate, source: str) -> None:
        text = as_template(value) if isinstance(value, str) else value
        rule = ConvertedRule(f"set {variable}", line, when, {"set": {variable: text}})
        rule.source = source
        self._state.items.append(rule)
        self._state.changed(variable)

    def _output(self, command: str) -> str:
        """The mark of a variable that has what `command` prints."""
        state = self._state
        today = _date(command, state)
        if today is not None:
            return today
        if state.broken:
            raise Unknown(state.broken)
        name = state.free_name(f"output_{self._line}")
        value = {"output": program(command, state.environment)}
        reach = every(state.use(state.reach), self.under)
        self._set(name, value, self._line, reach, f"`{command}`")
        return marked(name, False)

    def capture(self, pipe: Pipe, recipe: Recipe, predicate: Predicate) -> None:
        """`NAME=| command`."""
        state = self._state
        variable = variable_name(pipe.capture)
        part = part_of(recipe.flags)
        value = {"output": program(pipe.command, state.environment, part)}
        reach = every(state.use(state.reach), predicate)
        self._set(variable, value, recipe.line, reach, recipe.source)
        state.environment.set(pipe.capture, marked(variable, False))

    def keep_status(self, recipe: Recipe, called: Any) -> None:
        """`$?` of a program that a copy goes to, for the line below."""
        state = self._state
        call = called if isinstance(called, dict) else {"run": called}
        run = ["/bin/sh", "-c", KEEPS_STATUS, "sh", *call["run"]]
        name = state.free_name(f"status_{recipe.line}")
        reach = state.use(state.reach)
        self._set(name, {"output": {**call, "run": run}}, recipe.line, reach, recipe.source)
        state.environment.set("STATUS", marked(name, False))

    def _process(self) -> str:
        """The mark of a variable with a number of a process, which `$$` is."""
        if not self._process_number:
            name = self._state.free_name("process")
            value = {"output": ["/bin/sh", "-c", "echo $$"]}
            self._set(name, value, self._line, True, "$$: a number of a process")
            self._process_number = marked(name, False)
        return self._process_number

    def score(self, recipe: Recipe, predicate: Predicate, rest: str) -> None:
        """`$=` behind a recipe that counts the lines of the body; other scores are not known."""
        environment = self._state.environment
        environment.set("SCORE", Unknown("the last score ($=) is procmail's own"))
        questions = self._state.asked[-1][1] if self._state.asked else ()
        below = "\n".join(rest.splitlines()[recipe.line - 1 :])
        if "$=" not in below or not counts_lines(questions):
            return
        if any("filter" in getattr(item, "then", ()) for item in self._state.items):
            remark = "behind a filter procmail counts one line too many; here it is their number"
            self._state.items.append(Remark(recipe.line, remark))
        name = self._state.free_name(f"lines_{recipe.line}")
        value = {"output": {"run": ["wc", "-l"], "part": "body"}}
        reach = every(self._state.use(self._state.reach), predicate)
        self._set(name, value, recipe.line, reach, "* -1^0 | * 1^1 ^.*$")
        environment.set("SCORE", marked(name, False))

    def forget(self, recipe: Recipe, reason: str) -> None:
        """What a recipe that is a gap would have set is not known."""
        for name in _names_set(recipe):
            self._state.environment.set(name, Unknown(f"${name} is not known: {reason}"))

    def _trap(self, node: Assignment) -> Gap | Remark | None:
        """A program that gets the message when procmail ends; it may fail."""
        source = node.source
        if "cur" in source and ("2,S" in source or ":2," in source):
            return Remark(node.line, "the TRAP that marks mail as read is `flags: [seen]` here")
        command = self._trapped(node)
        if command is None:
            return Gap(node.line, source, "a TRAP runs a program when procmail ends")
        state = self._state
        call = program(f"{command} || :", state.environment)
        then = {"pipe": call, "continue": True}
        rule = ConvertedRule(f"line {node.line}", node.line, state.use(state.reach), then)
        rule.source = source
        rule.remarks = ("this program runs before the message is filed, not behind it",)
        state.items.append(rule)
        return None

    def _trapped(self, node: Assignment) -> str | None:
        """The command of a TRAP that is the same wherever mail ends; None for others."""
        environment = self._state.environment
        try:
            text = environment.expand(node.value or ())
        except Unknown:
            return None
        is_first = "TRAP" not in environment.own
        environment.set("TRAP", text)
        return text if is_first and "$" not in text and not is_marked(text) else None


def part_of(flags: str) -> str:
    """What of the message a program gets: "header", "body", or "" for all."""
    if "h" in flags and "b" not in flags:
        return "header"
    return "body" if "b" in flags and "h" not in flags else ""


def variable_name(name: str) -> str:
    """The name in rules of a procmail variable."""
    lower = name.lower()
    odd = lower in RESERVED or not lower.isidentifier() or lower[-1].isdigit()
    return f"v_{lower}_" if lower[0].isdigit() else f"{lower}_" if odd else lower


def _date(command: str, state: State) -> str | None:
    """The template of `date +%Y-%m`, None for anything else."""
    words = (
        None
        if is_for_shell(command, state.environment)
        else simple_words(command, state.environment)
    )
    if not words or len(words) != 2 or words[0].rpartition("/")[2] != "date":
        return None
    text = words[1].removeprefix("+")
    if is_marked(text) or not words[1].startswith("+"):
        return None
    for code, name in DATES.items():
        text = text.replace(code, marked(name, False))
    return None if "%" in text else text


def _names_set(recipe: Recipe) -> list[str]:
    if isinstance(recipe.action, Pipe) and recipe.action.capture:
        return [recipe.action.capture]
    found: list[str] = []
    if isinstance(recipe.action, Block):
        for node in recipe.action.nodes:
            if isinstance(node, Assignment):
                found.append(node.name)
            elif isinstance(node, Recipe):
                found += _names_set(node)
    return found


__all__ = ["Assignments", "Output", "part_of", "variable_name"]
