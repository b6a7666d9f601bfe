"""deliveries: what a recipe does, as actions of rules."""

from __future__ import annotations

import posixpath
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule
from maildrop_py.convert.procmail import programs
from maildrop_py.convert.procmail.assignments import part_of
from maildrop_py.convert.procmail.environment import Unknown, as_template, is_marked
from maildrop_py.convert.procmail.expressions import NotTranslatable
from maildrop_py.convert.procmail.folders import DEV_NULL, Path, path_of
from maildrop_py.convert.procmail.tree import Assignment, Folder, Forward, Pipe, Recipe
from maildrop_py.convert.procmail.what_fails import otherwise
from maildrop_py.convert.state import Noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.procmail.flow import Flow
    from maildrop_py.convert.procmail.questions import Asked

SOFT = ("75",)


def deliver(recipe: Recipe, noted: Noted, asked: Asked, flow: Flow) -> None:
    """Write the rules of a recipe; raises Unknown or NotTranslatable."""
    if noted.predicate is False:
        return
    before = len(flow.state.items)
    action = recipe.action
    if isinstance(action, Folder):
        _folder(recipe, action, noted.predicate, flow)
    elif isinstance(action, Forward):
        _forward(recipe, action, noted.predicate, flow)
    else:
        assert isinstance(action, Pipe)
        programs.pipe(recipe, action, noted.predicate, flow)
    rules = [item for item in flow.state.items[before:] if hasattr(item, "remarks")]
    if rules:
        remarks = [one for one in asked.remarks if flow.is_worth_telling(one)]
        rules[0].remarks = tuple(dict.fromkeys([*remarks, *rules[0].remarks]))


# folders


def _folder(recipe: Recipe, action: Folder, predicate: Predicate, flow: Flow) -> None:
    paths = [
        path_of(word, flow.state.environment) for word in flow.state.environment.words(action.words)
    ]
    if not paths:
        raise NotTranslatable("no folder is named")
    if paths[0].text == DEV_NULL:
        _discard(recipe, predicate, flow)
        return
    if part_of(recipe.flags):
        raise NotTranslatable("only the header or the body is put into the folder")
    remarks = _traps(paths)
    if paths[0].is_mbox:
        paths = paths[:1]
    paths[1:] = [Path(f"{path.bare}/.") if path.is_mbox else path for path in paths[1:]]
    final = not flow.goes_on(recipe)
    for number, path in enumerate(paths):
        last = number == len(paths) - 1
        then: dict[str, Any] = {"file" if last and final else "copy": path}
        rule = flow.rule(recipe, predicate, then)
        rule.remarks = remarks if number == 0 else ()
    if final:
        flow.ends(predicate)


def _traps(paths: list[Path]) -> tuple[str, ...]:
    remarks = []
    name = posixpath.basename(paths[0].bare)
    if name.startswith(":0"):
        remarks.append("the action is missing: procmail files into a file called :0")
    if name.startswith("\\"):
        remarks.append("a stray backslash stands before the folder")
    return tuple(remarks)


def _discard(recipe: Recipe, predicate: Predicate, flow: Flow) -> None:
    if flow.goes_on(recipe):
        return
    flow.rule(recipe, predicate, _ending(_status(flow)))
    flow.ends(predicate)


def end_without_delivering(node: Assignment, flow: Flow) -> None:
    """`HOST` without a value: procmail ends with what EXITCODE says; raises Unknown."""
    then = _ending(_status(flow))
    if not flow.state.copying:
        when = flow.state.use(flow.state.reach, often=True)
        rule = ConvertedRule(f"line {node.line}", node.line, when, then)
        rule.source = node.source
        rule.remarks = ("procmail ends here without delivering",)
        flow.state.items.append(rule)
    flow.ends(True)


def file_at_the_end(node: Assignment, flow: Flow) -> None:
    """File what reaches this statement where mail goes that no recipe took."""
    environment = flow.state.environment
    then = {"file": path_of(environment.get("DEFAULT") or "", environment)}
    when = flow.state.use(flow.state.reach, often=True)
    rule = ConvertedRule(f"line {node.line}", node.line, when, then)
    rule.source = node.source
    flow.state.items.append(rule)
    flow.ends(True)


def _ending(status: str) -> dict[str, Any]:
    """What an exit status means for a message that goes nowhere."""
    if status in ("", "0"):
        return {"discard": True}
    return {"defer": "try again later"} if status in SOFT else {"reject": "refused by a rule"}


def _status(flow: Flow) -> str:
    value = flow.assignments.here("EXITCODE")
    if is_marked(value):
        raise Unknown("EXITCODE is only known when mail comes")
    return value


# forwards


def _forward(recipe: Recipe, action: Forward, predicate: Predicate, flow: Flow) -> None:
    words = flow.state.environment.words(action.words)
    addresses = _addresses(words)
    if part_of(recipe.flags):
        raise NotTranslatable("only the header or the body is sent on")
    final = not flow.goes_on(recipe)
    for number, address in enumerate(addresses):
        then: dict[str, Any] = {"forward": as_template(address)}
        if not (final and number == len(addresses) - 1):
            then["continue"] = True
        elif len(addresses) == 1:
            then |= otherwise(recipe, flow)
        flow.rule(recipe, predicate, then)
    if final:
        flow.ends(predicate)


def _addresses(words: list[str]) -> list[str]:
    found = []
    for word in words:
        for address in word.split(","):
            if address.startswith("-") and address not in ("-oi", "-i", "-t"):
                raise NotTranslatable(f"sendmail's option {address} is used")
            if address and not address.startswith("-"):
                found.append(address)
    if not found:
        raise NotTranslatable("no address to send to")
    return found
