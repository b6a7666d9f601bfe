"""part_loop: `foreverypart` (RFC 5703 3): what is done if some part passes the tests inside.

A loop is translated where it does not matter in which order the parts come: where it does one
thing, or several that do not end it. Variables that it sets are known behind it.
"""

from __future__ import annotations

import re

from maildrop_py.convert.branch_values import MOST_VALUES, Value
from maildrop_py.convert.marks import marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every, negated
from maildrop_py.convert.sieve.arguments import Arguments
from maildrop_py.convert.sieve.part_questions import PART, is_of_part, of_some_part
from maildrop_py.convert.sieve.variables import FLAGS
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command

BRANCHES = ("if", "elsif", "else")
IN_LOOPS = frozenset(
    [
        *(*BRANCHES, "break", "stop", "set", "extracttext", "fileinto", "discard", "keep"),
        *("reject", "ereject", "addflag", "redirect", "foreverypart"),
    ]
)
ENDS = ("break", "stop")
LONGEST = 1000  # characters that an expression counts


def foreverypart(flow: Flow, command: Command) -> None:
    if flow.loop is not None:
        _inner(flow, flow.loop, command)
        return
    if not _check(command):
        return
    items, before = list(flow.state.items), flow.variables.snapshot()
    loop = flow.loop = Loop()
    try:
        flow.commands(command.block or ())
        sets = loop.sets
        ended = flow.ended
    finally:
        flow.loop = None
    flow.variables.restore(before)
    flow.ended = ended and not sets and flow.state.items == items
    for name, found in sets.items():
        _set(flow, command, name, found)
    for holds, flags in loop.flags:
        _add(flow, command, holds, flags)


def _inner(flow: Flow, loop: Loop, command: Command) -> None:
    """A loop in a loop: over the parts that are in another, the message itself is none of."""
    reach = flow.state.reach
    if is_of_part(flow.state.use(reach)):
        raise NotTranslatable("a loop over the parts of some parts")
    has_parts = {"Content-Type": r"^\s*(?:multipart|message)/"}
    test = Test("header", has_parts, ((MESSAGE, flow.state.message_age),))
    flow.state.reach = flow.state.note(every(flow.state.use(reach), test), command.line)
    loop.depth += 1
    flow.commands(command.block or ())
    loop.depth -= 1
    flow.state.reach, flow.ended = reach, False


class Loop:
    """What a loop has set: for each variable under what and to which text."""

    def __init__(self) -> None:
        self.sets: dict[str, list[tuple[Predicate, str]]] = {}
        self.flags: list[tuple[Predicate, list[str]]] = []
        self.depth = 1

    def add_flags(self, holds: Predicate, flags: list[str]) -> None:
        self.flags.append((of_some_part(holds), flags))

    def set(self, name: str, holds: Predicate, text: str) -> None:
        self.sets.setdefault(name.lower(), []).append((of_some_part(holds), text))


def _check(command: Command) -> bool:
    """Whether anything is done; raises NotTranslatable where the order of the parts may count."""
    found = list(_all(command.block or ()))
    acts = [one for one in found if one.name not in (*BRANCHES, *ENDS, "foreverypart")]
    if not acts:
        return False
    for one in found:
        if one.name not in IN_LOOPS:
            raise NotTranslatable(f"{one.name} in a loop over parts")
    acting = [block for block in _blocks(command) if any(one in acts for one in block)]
    whole = {tuple(one.source for one in block) for block in acting}
    ends = [one for one in found if one.name in ENDS]
    if ends and (len(whole) > 1 or not all(map(_ends_what_acts, _blocks(command)))):
        raise NotTranslatable("a loop that ends at one part, whatever the others are")
    names = {Arguments(one).texts(0)[0].lower() for one in acts if one.name == "set"}
    if any(re.search(rf"\$\{{{re.escape(name)}\}}", command.source, re.I) for name in names):
        raise NotTranslatable("a loop that counts, or gathers what it finds")
    return True


def _all(commands: tuple[Command, ...]) -> Iterator[Command]:
    for command in commands:
        yield command
        yield from _all(command.block or ())


def _blocks(command: Command) -> Iterator[tuple[Command, ...]]:
    yield command.block or ()
    for inner in command.block or ():
        if inner.block is not None:
            yield from _blocks(inner)


def _ends_what_acts(block: tuple[Command, ...]) -> bool:
    """Whether a block that ends the loop has done something before."""
    names = [one.name for one in block]
    return not set(ENDS) & set(names) or any(one.name not in ("if", *ENDS) for one in block[:-1])


def _set(flow: Flow, command: Command, name: str, found: list[tuple[Predicate, str]]) -> None:
    texts = {text for _, text in found}
    if len(texts) > 1:
        flow.variables.set(name, ())
        return
    text = texts.pop()
    reach = flow.state.use(flow.state.reach)
    holds = every(reach, either(*(one for one, _ in found)))
    others = [
        Value(flow.state.note(every(_when(flow, old), negated(holds)), command.line), old.text)
        for old in flow.variables.get(name)
    ]
    flow.variables.set(name, (Value(flow.state.note(holds, command.line), text), *others))


def _add(flow: Flow, command: Command, holds: Predicate, flags: list[str]) -> None:
    """Flags that the loop adds, where it does."""
    found = []
    for old in flow.variables.flags(FLAGS):
        when, text = _when(flow, old), " ".join(dict.fromkeys([*old.text.split(), *flags]))
        for also, each in ((holds, text), (negated(holds), old.text)):
            if (both := every(when, also)) is not False:
                found.append(Value(flow.state.note(both, command.line), each))
    flow.variables.set(FLAGS, tuple(found) if len(found) <= MOST_VALUES else ())


def _when(flow: Flow, value: Value) -> Predicate:
    return True if value.noted is None else flow.state.use(value.noted)


def extracttext(flow: Flow, command: Command) -> None:
    """The text of the first part that gets here, in a variable (RFC 5703 7)."""
    arguments = Arguments(command)
    arguments.only("first")
    if flow.loop is None or flow.loop.depth > 1:
        raise NotTranslatable("extracttext stands in no loop, or in two")
    name = arguments.texts(-1)[0]
    count = arguments.tags.get("first")
    if count is not None and (not isinstance(count, int) or count > LONGEST):
        raise NotTranslatable(f"more than {LONGEST} characters of a text")
    variable = flow.state.free_name(f"{name.lower()}_{command.line}")
    end = f".{{0,{count}}}" if count is not None else ".*"
    text = Test(
        PART, {"text": rf"(?s)\A(?P<{variable}>{end})"}, ((MESSAGE, flow.state.message_age),)
    )
    kept = flow.state.free_name(f"{name.lower()}_{command.line}")
    flow.rule(command, {"set": {kept: f"{{{variable}}}"}}, text)
    flow.loop.set(name, flow.state.use(flow.state.reach), marked(kept))
