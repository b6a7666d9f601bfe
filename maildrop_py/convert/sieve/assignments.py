"""assignments: `set` (RFC 5229) and the commands that change flags (RFC 5232)."""

from __future__ import annotations

from maildrop_py.convert.branch_values import Value
from maildrop_py.convert.marks import as_template, is_marked, marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.arguments import Arguments
from maildrop_py.convert.sieve.flags import flags_of
from maildrop_py.convert.sieve.flags import shown as shown_flags
from maildrop_py.convert.sieve.variables import FLAGS, modified

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command

ORDER = (
    "lower",
    "upper",
    "lowerfirst",
    "upperfirst",
    "quotewildcard",
    "quoteregex",
    "encodeurl",
    "length",
)
"""Modifiers of `set`, those that are carried out first in front."""


def set_variable(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    name, text = arguments.texts(0)[0].removeprefix("global."), arguments.texts(1)[0]
    modifiers = sorted(arguments.tags, key=lambda tag: ORDER.index(tag) if tag in ORDER else -1)
    if flow.loop is not None:
        value = modified(flow.variables.constant(text, flow.state), modifiers)
        flow.loop.set(name, flow.state.use(flow.state.reach), value)
        return
    try:
        values = tuple(
            Value(
                None if holds is True else flow.state.note(holds, command.line),
                _kept(flow, command, name, modified(value, modifiers), holds),
            )
            for holds, value in flow.variables.expand(text, flow.state)
        )
    except NotTranslatable:
        flow.variables.set(name, ())
        raise
    flow.variables.set(name, values)


def _kept(flow: Flow, command: Command, name: str, value: str, holds: Predicate) -> str:
    """What the mail tells is kept in a variable of the rules, as it is now."""
    if not is_marked(value):
        return value
    variable = flow.state.free_name(f"{name.lower()}_{command.line}")
    flow.rule(command, {"set": {variable: as_template(value)}}, holds)
    return marked(variable)


def set_flags(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    name = FLAGS
    if len(arguments.others) > 1:
        name = flow.variables.constant(arguments.texts(0)[0], flow.state)
    texts = arguments.texts(len(arguments.others) - 1)
    given = flags_of([flow.variables.constant(one, flow.state) for one in texts])
    shown = shown_flags(given)
    if flow.flags_as_rules and name == FLAGS:
        verb = command.name.removesuffix("flag")
        flow.rule(command, {"flags": shown if verb == "add" else {verb: shown}})
        return
    if flow.loop is not None:
        if name != FLAGS:
            raise NotTranslatable("flags in a variable in a loop over parts")
        flow.loop.add_flags(flow.state.use(flow.state.reach), given)
        return
    if command.name == "setflag":
        flow.variables.set(name, (Value(None, " ".join(given)),))
        return
    values = flow.variables.flags(name)
    changed = tuple(Value(v.noted, _changed(command.name, v.text, given)) for v in values)
    flow.variables.set(name, changed)


def _changed(how: str, before: str, flags: list[str]) -> str:
    if how == "addflag":
        present = {flag.lower() for flag in before.split()}
        return " ".join([*before.split(), *(f for f in flags if f.lower() not in present)])
    folded = {flag.lower() for flag in flags}
    return " ".join(flag for flag in before.split() if flag.lower() not in folded)
