"""deliveries: what a recipe does, as actions of rules."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from maildrop_py.convert.predicate import Test, every
from maildrop_py.convert.procmail.assignments import part_of
from maildrop_py.convert.procmail.commands import formail_options, program, simple_words
from maildrop_py.convert.procmail.edits import edits, names_edited
from maildrop_py.convert.procmail.environment import Unknown, as_template, is_marked
from maildrop_py.convert.procmail.expressions import NotTranslatable
from maildrop_py.convert.procmail.folders import DEV_NULL, Path
from maildrop_py.convert.procmail.tree import Folder, Forward, Pipe, Recipe
from maildrop_py.convert.state import MESSAGE, Held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.procmail.flow import Flow
    from maildrop_py.convert.procmail.questions import Asked

SOFT = ("75",)


def deliver(recipe: Recipe, held: Held, asked: Asked, flow: Flow) -> None:
    """Write the rules of a recipe; raises Unknown or NotTranslatable."""
    if held.predicate is False:
        return
    before = len(flow.state.items)
    action = recipe.action
    if isinstance(action, Folder):
        _folder(recipe, action, held.predicate, flow)
    elif isinstance(action, Forward):
        _forward(recipe, action, held.predicate, flow)
    else:
        assert isinstance(action, Pipe)
        _pipe(recipe, action, held.predicate, flow)
    rules = [item for item in flow.state.items[before:] if hasattr(item, "told")]
    if rules:
        told = [one for one in asked.told if flow.is_worth_telling(one)]
        rules[0].told = tuple(dict.fromkeys([*told, *rules[0].told]))


def _copies(recipe: Recipe, flow: Flow) -> bool:
    """Whether the run goes on behind this."""
    return "c" in recipe.flags or flow.state.copying > 0


# folders


def _folder(recipe: Recipe, action: Folder, predicate: Predicate, flow: Flow) -> None:
    paths = [_path(word, flow) for word in flow.state.environment.words(action.words)]
    if not paths:
        raise NotTranslatable("no folder is named")
    if paths[0].text == DEV_NULL:
        _discard(recipe, predicate, flow)
        return
    if part_of(recipe.flags):
        raise NotTranslatable("only the header or the body is put into the folder")
    told = _traps(paths)
    if paths[0].is_mbox:
        paths = paths[:1]
    final = not _copies(recipe, flow)
    for number, path in enumerate(paths):
        last = number == len(paths) - 1
        then: dict[str, Any] = {"file" if last and final else "copy": path}
        rule = flow.rule(recipe, predicate, then)
        rule.told = told if number == 0 else ()
    if final:
        flow.ends(predicate)


def _path(word: str, flow: Flow) -> Path:
    if word == DEV_NULL:
        return Path(word)
    maildir = flow.state.environment.get("MAILDIR") or "/"
    if is_marked(maildir):
        raise Unknown("MAILDIR is only known when mail comes")
    joined = posixpath.join(maildir, word.removeprefix("./"))
    ending = "/" if word.endswith("/") else "/." if word.endswith("/.") else ""
    return Path(posixpath.normpath(joined).rstrip("/") + ending)


def _traps(paths: list[Path]) -> tuple[str, ...]:
    told = []
    name = posixpath.basename(paths[0].bare)
    if name.startswith(":0"):
        told.append("the action is missing: procmail files into a file called :0")
    if name.startswith("\\"):
        told.append("a stray backslash stands before the folder")
    return tuple(told)


def _discard(recipe: Recipe, predicate: Predicate, flow: Flow) -> None:
    if _copies(recipe, flow):
        return
    status = _status(flow)
    text = "refused by a rule"
    if status in ("", "0"):
        then: dict[str, Any] = {"discard": True}
    elif status in SOFT:
        then = {"defer": "try again later"}
    else:
        then = {"reject": text}
    flow.rule(recipe, predicate, then)
    flow.ends(predicate)


def _status(flow: Flow) -> str:
    value = flow.state.environment.get("EXITCODE") or ""
    if is_marked(value):
        raise Unknown("EXITCODE is only known when mail comes")
    return value


# forwards


def _forward(recipe: Recipe, action: Forward, predicate: Predicate, flow: Flow) -> None:
    words = flow.state.environment.words(action.words)
    addresses = _addresses(words)
    if part_of(recipe.flags):
        raise NotTranslatable("only the header or the body is sent on")
    final = not _copies(recipe, flow)
    for number, address in enumerate(addresses):
        then: dict[str, Any] = {"forward": as_template(address)}
        if not (final and number == len(addresses) - 1):
            then["continue"] = True
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


# programs


def _pipe(recipe: Recipe, action: Pipe, predicate: Predicate, flow: Flow) -> None:
    state = flow.state
    if action.capture:
        flow._assignments.capture(action, recipe, predicate)
        return
    words = simple_words(action.command, state.environment)
    if not action.command.strip() or words == []:
        raise NotTranslatable("a pipe to standard output")
    if "f" in recipe.flags:
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
    return any(word.startswith("-") and "D" in word[:3] for word in words[1:])


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
    if "c" not in recipe.flags or not set("wW") & set(recipe.flags):
        return False
    lines = flow.rest.splitlines()[recipe.action_line :]
    following = next((line.strip() for line in lines if line.strip().startswith(":")), "")
    return bool(set("ae") & set(following.partition(":")[2].lstrip("0")))


def _to_program(recipe: Recipe, action: Pipe, predicate: Predicate, flow: Flow) -> None:
    state = flow.state
    if state.broken:
        raise Unknown(state.broken)
    if "formail" in action.command and "-r" in action.command.split("formail", 1)[1][:12]:
        raise NotTranslatable("an automatic answer made with formail -r")
    value = program(action.command, state.environment, part_of(recipe.flags))
    then: dict[str, Any] = {"pipe": value}
    final = not _copies(recipe, flow)
    if not final:
        then["continue"] = True
    flow.rule(recipe, predicate, then)
    if final:
        flow.ends(predicate)


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
    flow.rule(recipe, predicate, {"filter": value})
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


_EDITED = re.compile(r"formail\\b.*?-[AaIi][ \\t]*[\"']?([A-Za-z][A-Za-z0-9-]*):")

_EDITED = re.compile(r"formail\b.*?-[AaIi][ \t]*[\"']?([A-Za-z][A-Za-z0-9-]*):")


def leaves_message_known(recipe: Recipe, rest: str) -> bool:
    """Whether a filter that is a gap edits one field only, which nothing below looks at."""
    if not isinstance(recipe.action, Pipe) or "-r" in recipe.action.command:
        return False
    names = _EDITED.findall(recipe.action.command)
    below = "\n".join(rest.splitlines()[recipe.action_line :]).lower()
    return bool(names) and not any(f"{name.lower()}:" in below for name in names)
