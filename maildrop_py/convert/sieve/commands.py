"""commands: what the commands of a Sieve script do, as actions of rules.

`COMMANDS` names a function for each; it writes rules, or raises NotTranslatable.

A message that is filed, and of which nothing more is asked, ends the run of the rules. One
of which more is asked is filed as a copy, and a variable says that it is not kept.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.marks import as_template, is_marked
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import every, negated
from maildrop_py.convert.sieve.answers import notify, vacation
from maildrop_py.convert.sieve.arguments import Arguments
from maildrop_py.convert.sieve.assignments import set_flags, set_variable
from maildrop_py.convert.sieve.edits import addheader, deleteheader
from maildrop_py.convert.sieve.flags import flags_of
from maildrop_py.convert.sieve.flags import shown as shown_flags
from maildrop_py.convert.sieve.folders import Folder
from maildrop_py.convert.sieve.part_loop import extracttext, foreverypart
from maildrop_py.convert.sieve.variables import FLAGS, UNKNOWN_FLAGS
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.answers import Answer
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command

INBOX = "INBOX"
_ADDRESS = re.compile(
    r'"[^"\\<>]+"@[^\s@<>(),;:\\"]+|'
    r"[^\s@<>(),;:\\\"-][^\s@<>(),;:\\\"]*@[^\s@<>(),;:\\\"]+"
)
SPECIAL_USES = ("Archive", "Drafts", "Junk", "Sent", "Trash")
FILED = "filed"
"""The variable that says that a copy was filed, so that the message itself is not kept."""
WITHOUT_EFFECT = frozenset(
    [
        *("require", "if", "elsif", "else", "stop", "set", "addflag", "setflag", "removeflag"),
        *("global", "return", "import", "export", "foreverypart", "extracttext", "break"),
    ]
)
"""Commands that do nothing with the message themselves."""


def _require(flow: Flow, command: Command) -> None:
    flow.require(Arguments(command).texts(0))


def _stop(flow: Flow, command: Command) -> None:
    finish(flow, command)
    flow.ended = True


def finish(flow: Flow, command: Command) -> None:
    """The end of a run: the message is kept unless something else was done with it."""
    if flow.is_filed:
        flow.rule(command, {"discard": True})
        return
    filed = flow.is_marked(FILED)
    if filed is not False:
        flow.rule(command, {"discard": True}, filed)
    at_end = flow.state.reach.predicate is True
    for holds, flags in _flag_sets(flow):
        if flags or not at_end:
            then: dict[str, Any] = {"file": Folder(INBOX)}
            flow.rule(command, {**then, **_with(flags)}, holds)


def _flag_sets(flow: Flow) -> list[tuple[Predicate, list[str]]]:
    """The script's own flags here, each set with what must hold for it."""
    if flow.flags_as_rules:
        return [(True, [])]
    found: list[tuple[Predicate, list[str]]] = []
    for value in flow.variables.flags(FLAGS):
        holds = True if value.noted is None else flow.state.use(value.noted)
        found.append((holds, shown_flags(value.text.split())))
    return found


def _with(flags: list[str]) -> dict[str, Any]:
    return {"flags": flags} if flags else {}


# folders


def _fileinto(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    arguments.only("copy", "create", "flags", "specialuse")
    if "specialuse" in arguments.tags:
        use = arguments.tag("specialuse").removeprefix("\\").capitalize()
        if use not in SPECIAL_USES:
            raise NotTranslatable(f"a folder by the special use {use}")
        _file(flow, command, arguments, [(True, f"\\{use}")], "copy" in arguments.tags)
        return
    folders = flow.variables.expand(arguments.texts(0)[0], flow.state)
    _file(flow, command, arguments, folders, "copy" in arguments.tags)


def _keep(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    arguments.only("flags")
    _file(flow, command, arguments, [(True, INBOX)], False)


def _file(
    flow: Flow,
    command: Command,
    arguments: Arguments,
    folders: list[tuple[Predicate, str]],
    is_copy: bool,
) -> None:
    places = [
        (every(holds, flagged), name, flags)
        for holds, name in folders
        for flagged, flags in _flags_for(flow, arguments)
    ]
    is_copy = is_copy and all(name.upper() != INBOX for _, name in folders)
    if flow.is_last() and not is_copy:
        for number, (holds, name, flags) in enumerate(places):
            is_rest = number == len(places) - 1
            holds = True if is_rest else holds
            again = flow.is_marked(flow.variables_for_folder(name))
            if again is not False:
                flow.rule(command, {"discard": True}, every(holds, again))
            flow.rule(command, {"file": Folder(name), **_with(flags)}, holds)
        flow.ended = True
        return
    for holds, name, flags in places:
        _copy(flow, command, Folder(name), flags, holds, is_copy)
    flow.is_filed = flow.is_filed or not is_copy


def _copy(
    flow: Flow, command: Command, folder: Folder, flags: list[str], holds: Predicate, is_copy: bool
) -> None:
    """A filing behind which the run goes on; into one folder only once (RFC 5228 2.10.3)."""
    if flow.flags_as_rules:
        raise NotTranslatable(UNKNOWN_FLAGS)
    then: dict[str, Any] = {"file": folder, **_with(flags), "continue": True}
    key = INBOX if folder.name.upper() == INBOX else folder.name
    if flow.times.get(key, 0) > 1:
        again = flow.variables_for_folder(folder.name)
        holds = every(holds, negated(flow.is_marked(again)))
        flow.mark(then, again)
    if not is_copy:
        flow.mark(then, FILED)
    flow.rule(command, then, holds)


def _flags_for(flow: Flow, arguments: Arguments) -> list[tuple[Predicate, list[str]]]:
    given = arguments.tags.get("flags")
    if given is None:
        return _flag_sets(flow)
    assert isinstance(given, tuple)
    texts = [flow.variables.constant(text, flow.state) for text in given]
    return [(True, shown_flags(flags_of(texts)))]


# what else becomes of it


def _discard(flow: Flow, command: Command) -> None:
    if flow.is_last():
        flow.rule(command, {"discard": True})
        flow.ended = True
        return
    then: dict[str, Any] = {}
    flow.mark(then, FILED)
    flow.rule(command, then)
    flow.is_filed = True


def _reject(flow: Flow, command: Command) -> None:
    if flow.marks:
        flow.remark(command.line, "Sieve makes no copies of a message that it rejects")
    elif not flow.is_last():
        flow.remark(command.line, "where more is done with this message, Sieve keeps it instead")
    text = Arguments(command).texts(0)[0]
    for holds, one in flow.variables.expand(text, flow.state):
        flow.rule(command, {"reject": as_template(" ".join(one.split()))}, holds)
    flow.ended = True


def _redirect(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    arguments.only("copy")
    is_copy = "copy" in arguments.tags
    addresses = flow.variables.expand(arguments.texts(0)[0], flow.state)
    for holds, address in addresses:
        then: dict[str, Any] = {"forward": as_template(_one_address(address))}
        if is_copy or not flow.is_last():
            then["continue"] = True
        if not is_copy and not flow.is_last():
            flow.mark(then, FILED)
        flow.rule(command, then, holds)
    flow.is_filed = flow.is_filed or not is_copy
    flow.ended = not is_copy and flow.is_last()


def _one_address(text: str) -> str:
    """The address in a text, without a name before it (RFC 5228 2.4.2.3)."""
    named = re.fullmatch(r"[^<>]*<([^<>]*)>\s*", text)
    address = re.sub(r"\s*@\s*", "@", (named[1] if named else text).strip())
    if not is_marked(address) and not _ADDRESS.fullmatch(address):
        raise NotTranslatable(f"{text!r} is no plain address")
    return address


# other scripts


def _include(flow: Flow, command: Command) -> None:
    arguments = Arguments(command)
    arguments.only("personal", "global", "once", "optional")
    name = arguments.texts(0)[0]
    if "once" in arguments.tags and name in flow.seen:
        return
    text = flow.read(name)
    if text is None and "optional" in arguments.tags:
        return
    if text is None:
        raise NotTranslatable(f"{name} is not here to be read: put {name}.sieve beside the script")
    flow.seen.add(name)
    flow.include(command, name, text)


def _return(flow: Flow, command: Command) -> None:
    if not flow.included:
        _stop(flow, command)
        return
    if flow.titles and flow.state.reach.predicate is not True:
        raise NotTranslatable("an included script is left under a condition")
    flow.returned = True


def _error(flow: Flow, command: Command) -> None:
    """The script fails (RFC 5463 5): nothing of it is done, and the message is kept."""
    if flow.marks or any("continue" in item.then for item in flow.rules_so_far):
        raise NotTranslatable("the script fails after something may have been done")
    flow.rule(command, {"file": Folder(INBOX)})
    flow.ended = True


def _break(flow: Flow, command: Command) -> None:
    if flow.loop is None:
        raise NotTranslatable("break stands in no loop")


def _nothing(flow: Flow, command: Command) -> None:
    """Commands that say nothing of where mail goes."""


def _edit(make: Callable[[Flow, Command], dict[str, Any]]) -> Callable[[Flow, Command], None]:
    def carry_out(flow: Flow, command: Command) -> None:
        then = {**make(flow, command), "now": True}
        flow.rule(command, then)
        flow.state.changed(MESSAGE)

    return carry_out


def _answer(
    make: Callable[[Flow, Command], Iterator[Answer]],
) -> Callable[[Flow, Command], None]:
    def carry_out(flow: Flow, command: Command) -> None:
        for holds, then in list(make(flow, command)):
            flow.rule(command, then, holds)

    return carry_out


COMMANDS: dict[str, Callable[[Flow, Command], None]] = {
    "require": _require,
    "stop": _stop,
    "fileinto": _fileinto,
    "keep": _keep,
    "discard": _discard,
    "reject": _reject,
    "ereject": _reject,
    "redirect": _redirect,
    "set": set_variable,
    "addflag": set_flags,
    "setflag": set_flags,
    "removeflag": set_flags,
    "include": _include,
    "return": _return,
    "error": _error,
    "global": _nothing,
    "break": _break,
    "foreverypart": foreverypart,
    "extracttext": extracttext,
    "addheader": _edit(addheader),
    "deleteheader": _edit(deleteheader),
    "vacation": _answer(vacation),
    "notify": _answer(notify),
}

__all__ = ["COMMANDS", "FILED", "WITHOUT_EFFECT", "finish"]
