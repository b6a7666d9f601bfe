"""programs: what a recipe does through a program: it takes the message, or changes it."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.predicate import Test, every, negated
from maildrop_py.convert.procmail.assignments import part_of
from maildrop_py.convert.procmail.commands import formail_options, program, simple_words
from maildrop_py.convert.procmail.edits import edits, names_edited
from maildrop_py.convert.procmail.environment import Unknown
from maildrop_py.convert.procmail.expressions import NotTranslatable
from maildrop_py.convert.procmail.tree import Assignment, Pipe, Recipe, Variable
from maildrop_py.convert.procmail.what_fails import asks_for_success, otherwise
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.procmail.flow import Flow

_ANSWERS = re.compile(r"\bformail\s+(?:-\w+\s+)*-\w*r")


def pipe(recipe: Recipe, action: Pipe, predicate: Predicate, flow: Flow) -> None:
    """The rules for `| command`; raises Unknown or NotTranslatable."""
    state = flow.state
    if action.capture:
        flow.assignments.capture(action, recipe, predicate)
        return
    words = simple_words(action.command, state.environment)
    if not action.command.strip() or words == []:
        raise NotTranslatable("a pipe to standard output")
    if words and words[0] == "" and "c" in recipe.flags:
        flow._remark(recipe.line, f"the program has no name, and fails: {action.command}")
        state.succeeded = False
    elif "f" in recipe.flags:
        _filter(recipe, action, words, predicate, flow)
    elif words and words[0].rpartition("/")[2] == "formail" and _is_duplicate(words):
        _duplicate(recipe, predicate, flow)
    elif _is_asked(recipe, flow):
        value = program(action.command, state.environment, part_of(recipe.flags))
        state.succeeded = Test(
            "command",
            {**(value if isinstance(value, dict) else {"run": value}), "no_on": "1-255"},
            ((MESSAGE, state.message_age),),
            repeatable=False,
        )
    else:
        _to_program(recipe, action, predicate, flow)


def _is_duplicate(words: list[str]) -> bool:
    """Whether the Message-ID is asked for; with -r it would be the sender."""
    options = [word[:3] for word in words[1:] if word.startswith("-")]
    return any("D" in word for word in options) and not any("r" in word for word in options)


def _duplicate(recipe: Recipe, predicate: Predicate, flow: Flow) -> None:
    """`formail -D`: says with its status whether the Message-ID was there before."""
    test = Test("duplicate", True)
    if "c" in recipe.flags:
        flow.state.succeeded = test
        return
    flow.rule(recipe, every(predicate, test), {"discard": True})
    flow.state.succeeded = False  # or no message would be here


def _is_asked(recipe: Recipe, flow: Flow) -> bool:
    """Whether the status of a copy's program is asked by the next recipe."""
    return "c" in recipe.flags and asks_for_success(recipe, flow)


def _to_program(recipe: Recipe, action: Pipe, predicate: Predicate, flow: Flow) -> None:
    state = flow.state
    if state.broken:
        raise Unknown(state.broken)
    value = program(action.command, state.environment, part_of(recipe.flags))
    if _is_status_kept(recipe, predicate, flow):
        flow.assignments.keep_status(recipe, value)
        return
    then: dict[str, Any] = {"pipe": value}
    final = not flow.goes_on(recipe)
    then |= otherwise(recipe, flow) if final else {"continue": True}
    rule = flow.rule(recipe, predicate, then)
    if _ANSWERS.search(action.command):
        rule.remarks = ("`vacation` or `reply` would answer people alone, never lists or machines",)
    if final:
        flow.ends(predicate)


def _is_status_kept(recipe: Recipe, predicate: Predicate, flow: Flow) -> bool:
    """Whether a program runs for its status: the next line takes `$?`."""
    node = flow.next
    if "c" not in recipe.flags or not set("wW") & set(recipe.flags) or predicate is not True:
        return False
    parts = node.value if isinstance(node, Assignment) and node.value else ()
    return any(isinstance(part, Variable) and part.name == "STATUS" for part in parts)


def _filter(
    recipe: Recipe, action: Pipe, words: list[str] | None, predicate: Predicate, flow: Flow
) -> None:
    state = flow.state
    options = formail_options(words) if words else None
    changes = edits(options) if options else None
    if options and changes is None and any("From " in word for word in words or ()):
        flow._remark(recipe.line, "formail only rewrites the mbox line on top: not needed")
        return
    if changes is not None:
        if _is_seen(names_edited(changes), recipe, flow):
            changes["now"] = True
            state.changed(MESSAGE)
        flow.rule(recipe, predicate, changes)
        return
    if state.broken:
        raise Unknown(state.broken)
    value = program(action.command, state.environment, part_of(recipe.flags))
    then: dict[str, Any] = {"filter": value}
    if asks_for_success(recipe, flow):
        name = state.free_name(f"failed_{recipe.line}")
        then["otherwise"] = {"set": {name: "yes"}}
        state.succeeded = negated(Test("var", {name: "^yes$"}, ((name, 0),)))
    flow.rule(recipe, predicate, then)
    state.changed(MESSAGE)


def _is_seen(names: set[str], recipe: Recipe, flow: Flow) -> bool:
    """Whether anything below looks at one of these fields, or earlier copies must not have them."""
    earlier = any(
        set(getattr(item, "then", {})) & {"copy", "continue", "filter"} for item in flow.state.items
    )
    below = "\n".join(flow.rest.splitlines()[recipe.action_line :]).lower()
    looks = any(name in below for name in names)
    broad = any(sign in below for sign in ("^to", "from_", "* ?", "|", "* ^(", "$("))
    return earlier or looks or (broad and "formail" not in below.partition("|")[2][:12])


_EDITED = re.compile(r"formail\b.*?-[AaIi][ \t]*[\"']?([A-Za-z][A-Za-z0-9-]*):")


def leaves_message_known(recipe: Recipe, rest: str) -> bool:
    """Whether a filter that is a gap edits one field only, which nothing below looks at."""
    if not isinstance(recipe.action, Pipe) or "-r" in recipe.action.command:
        return False
    names = _EDITED.findall(recipe.action.command)
    below = "\n".join(rest.splitlines()[recipe.action_line :]).lower()
    return bool(names) and not any(f"{name.lower()}:" in below for name in names)
