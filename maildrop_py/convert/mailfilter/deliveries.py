"""deliveries: to, cc, exit and xfilter of a mailfilter, as actions of rules."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from maildrop_py.convert.marks import MARKS, as_template, is_marked, names_in
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.procmail.folders import DEV_NULL, Path
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.flow import Flow
    from maildrop_py.convert.mailfilter.tree import Statement
    from maildrop_py.convert.predicate import Predicate

FLAGS = {"D": "draft", "F": "flagged", "R": "answered", "S": "seen"}
LONGEST = 60
ANSWER = "an automatic answer"


def _to(flow: Flow, statement: Statement) -> None:
    _deliver(flow, statement, is_copy=False)
    flow.ended = True


def _cc(flow: Flow, statement: Statement) -> None:
    _deliver(flow, statement, is_copy=True)


def _deliver(flow: Flow, statement: Statement, is_copy: bool) -> None:
    assert statement.value is not None
    if flow.state.broken:
        raise NotTranslatable(flow.state.broken)
    for holds, where in flow.variables.values(statement.value, flow.state):
        where = where.strip()
        if where.startswith("!"):
            _forward(flow, statement, where[1:].split(), holds, is_copy)
        elif where.startswith("|"):
            _rule(flow, statement, {"pipe": shell(flow, where[1:])}, holds, is_copy)
        else:
            _file(flow, statement, where, holds, is_copy)


def _rule(
    flow: Flow, statement: Statement, then: dict[str, Any], holds: Predicate, is_copy: bool
) -> None:
    if is_copy:
        then["continue"] = True
    flow.rule(statement, then, holds)


def _forward(
    flow: Flow, statement: Statement, addresses: list[str], holds: Predicate, is_copy: bool
) -> None:
    if not addresses or any(address.startswith("-") for address in addresses):
        raise NotTranslatable("no plain addresses to send to")
    for number, address in enumerate(addresses):
        last = number == len(addresses) - 1
        _rule(flow, statement, {"forward": as_template(address)}, holds, is_copy or not last)


def _file(flow: Flow, statement: Statement, where: str, holds: Predicate, is_copy: bool) -> None:
    if where == DEV_NULL:
        if not is_copy:
            flow.rule(statement, {"discard": True}, holds)
        return
    if not where or "://" in where:
        raise NotTranslatable(f"{where!r} is no place on this disk")
    path = place(where, _constant(flow, "HOME"))
    then: dict[str, Any] = {"file": path}
    flags = _flags(flow)
    if flags and not path.is_mbox:
        then["flags"] = flags
    if is_copy and "flags" not in then:
        then = {"copy": path}
        flow.rule(statement, then, holds)
        return
    _rule(flow, statement, then, holds, is_copy)


def place(where: str, home: str) -> Path:
    """The path; a Maildir where it looks like one, else an mbox file."""
    path = posixpath.normpath(posixpath.join(home, where.removeprefix("./")))
    name = posixpath.basename(path)
    is_maildir = "maildir" in path.lower() or name.startswith(".") or where.endswith("/")
    return Path(path + "/" if is_maildir else path)


def _constant(flow: Flow, name: str) -> str:
    found = flow.variables.expand(f"${{{name}}}", flow.state)
    if len(found) != 1 or is_marked(found[0][1]):
        raise NotTranslatable(f"{name} is only known when mail comes")
    return found[0][1]


def _flags(flow: Flow) -> list[str]:
    letters = _constant(flow, "FLAGS")
    keywords = [word.strip() for word in _constant(flow, "KEYWORDS").split(",") if word.strip()]
    return [FLAGS[letter] for letter in letters if letter in FLAGS] + keywords


def _exit(flow: Flow, statement: Statement) -> None:
    status = _constant(flow, "EXITCODE")
    if status in ("", "0"):
        then: dict[str, Any] = {"discard": True}
    elif status == "75":
        then = {"defer": "try again later"}
    else:
        then = {"reject": "refused by a rule"}
    flow.rule(statement, then)
    flow.ended = True


def _xfilter(flow: Flow, statement: Statement) -> None:
    assert statement.value is not None
    command = flow.variables.one(statement.value, flow.state)
    if "reformail -r" in command or "mailbot" in command:
        raise NotTranslatable(ANSWER)
    flow.rule(statement, {"filter": shell(flow, command)})
    flow.state.changed(MESSAGE)


def shell(flow: Flow, command: str) -> Any:
    """A command line for `/bin/sh`; what only the mail tells is in its environment."""
    values = flow.variables.expand(command, flow.state) if "$" in command else [(True, command)]
    if len(values) != 1:
        raise NotTranslatable("a command that depends on a branch above")
    call = _call(values[0][1])
    return call if "environment" in call else call["run"]


def calls(flow: Flow, command: str) -> list[tuple[Predicate, dict[str, Any]]]:
    """The same, each that it may be with what must hold for it."""
    values = flow.variables.expand(command, flow.state) if "$" in command else [(True, command)]
    return [(holds, _call(line)) for holds, line in values]


def _call(line: str) -> dict[str, Any]:
    line = line.strip()
    used = {f"V_{name}".upper(): "{" + name + "}" for name in names_in(line)}
    line = re.sub(
        f"{MARKS[0]}[=~]([A-Za-z0-9_]+)(?:\\|\\w+)?{MARKS[1]}",
        lambda found: f"$V_{found[1].upper()}",
        line,
    )
    argv = ["/bin/sh", "-c", as_template(line)]
    return {"run": argv, "environment": used} if used else {"run": argv}


def name_of(comments: list[tuple[str, ...]], then: dict[str, Any], line: int) -> str:
    """A name from a comment, or from what the rule does."""
    for one in reversed(comments):
        for comment in reversed(one):
            text = "".join(char for char in comment if char.isprintable()).strip(" #-=*.")
            if len(text) > 2 and any(map(str.isalpha, text)) and not re.search(r"[{};=/]", text):
                return text[:LONGEST].strip()
    for key in ("file", "copy"):
        if key in then:
            name = re.sub(r"[./]?\{[\w|]+\}", "", as_template(posixpath.basename(then[key].bare)))
            return name.strip(" ./")[:LONGEST] or f"line {line}"
    if "forward" in then:
        return f"forward to {then['forward']}"[:LONGEST]
    return f"line {line}"


DELIVERIES = {"to": _to, "cc": _cc, "exit": _exit, "xfilter": _xfilter}
