"""converter: a whole procmailrc into a written rules file."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, ConvertedRules, Remark, Wanted
from maildrop_py.convert.procmail.environment import Environment, Unknown, is_marked
from maildrop_py.convert.procmail.expression_examples import example
from maildrop_py.convert.procmail.flow import Flow
from maildrop_py.convert.procmail.folders import DEV_NULL, INBOX, Layout, Path, lay_out, path_of
from maildrop_py.convert.procmail.known_names import with_known_names
from maildrop_py.convert.procmail.parser import parse
from maildrop_py.convert.procmail.unused import without_unused
from maildrop_py.convert.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.convert.procmail.conditions import Question

WINDOWS = (
    "lines end in CR LF, as on Windows: procmail takes each CR as a part of names and "
    "expressions, which then match nothing; convert the file again without them"
)
NEEDS_PROGRAMS = ("pipe", "filter", "command", "output")


def convert(
    text: str,
    source: str,
    home: str,
    user: str,
    read: Callable[[str], str | None],
    spool: str = "",
) -> ConvertedRules:
    """The rules that do what the procmailrc `text` says.

    `home` and `user` are whose file it is; `read` gives the text of an included
    file by its absolute path, None where it cannot be read. `spool` is where mail
    goes that no recipe takes, /var/mail/USER if it is not given.
    """
    state = State(Environment(_known(home, user, spool or f"/var/mail/{user}")))
    flow = Flow(state, read, text)
    if "\r\n" in text:
        state.items.append(Remark(1, WINDOWS))
    flow.nodes(parse(text))
    state.items = without_unused(with_known_names(state.items))
    default = _default(state, flow)
    layout = _placed(state, default, home)
    return ConvertedRules(
        _settings(state, layout, home),
        tuple(state.items),
        layout.names,
        _mailboxes(layout),
        source,
        tuple((line, _wanted(questions)) for line, questions in state.asked),
        state.environment.known("MAILDIR", home),
    )


def _settings(state: State, layout: Layout, home: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"maildir": _short(layout.root, home), "layout": layout.layout}
    return settings | ({"allow_commands": True} if _runs_programs(state.items) else {})


def _mailboxes(layout: Layout) -> tuple[tuple[str, str], ...]:
    """The mailbox files, which become folders: each path, and the folder's name."""
    return tuple(
        (path, name)
        for path, name in layout.names
        if Path(path).is_mbox and not is_marked(path) and name != INBOX
    )


def _wanted(questions: tuple[Question, ...]) -> tuple[Wanted, ...]:
    """Texts that match a recipe's expressions."""
    return tuple(
        Wanted(one.area, example(one.text), one.negated)
        for one in questions
        if one.kind == "expression" and one.of_message
    )


def _known(home: str, user: str, spool: str) -> dict[str, str]:
    """procmail's own variables before the first line is read."""
    return {
        "HOME": home,
        "LOGNAME": user,
        "USER": user,
        "SHELL": "/bin/sh",
        "MAILDIR": home,
        "ORGMAIL": spool,
        "DEFAULT": spool,
        "SENDMAIL": "/usr/sbin/sendmail",
        "SENDMAILFLAGS": "-oi",
        "PROCMAIL_VERSION": "3.22",
        "PROCMAIL_OVERFLOW": "",
        "EXITCODE": "",
        "PATH": f"{home}/bin:/usr/local/bin:/usr/bin:/bin",
    }


def _default(state: State, flow: Flow) -> Path | None:
    """Where mail goes that no recipe took; a rule for it unless that is INBOX."""
    environment = state.environment
    try:
        text = environment.get("DEFAULT")
        if not text or is_marked(text) or text == environment.get("ORGMAIL"):
            return None
        path = path_of(text, environment)
    except Unknown:
        return None
    if flow.state.reach.predicate is not False:
        then: dict[str, Any] = {"discard": True} if path.text == DEV_NULL else {"file": path}
        rule = ConvertedRule("everything else", 0, True, then)
        rule.source = f"DEFAULT={text}"
        state.items.append(rule)
    return path


def _placed(state: State, default: Path | None, home: str) -> Layout:
    """The layout, with every path in the rules replaced by its folder."""
    rules = [item for item in state.items if isinstance(item, ConvertedRule)]
    thens = [then for rule in rules for then in (rule.then, rule.then.get("otherwise", {}))]
    paths = [value for then in thens for value in then.values() if isinstance(value, Path)]
    try:
        maildir = state.environment.get("MAILDIR") or home
    except Unknown:
        maildir = home
    spool = state.environment.known("ORGMAIL", "")
    layout = lay_out(paths, default, maildir, home, spool)
    for then in thens:
        for key, value in then.items():
            if isinstance(value, Path):
                then[key] = layout.folder(value)
    last = rules[-1] if rules else None
    if last is not None and last.name == "everything else" and last.then == {"file": INBOX}:
        state.items.remove(last)
    return layout


def _short(path: str, home: str) -> str:
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _runs_programs(items: list[Any]) -> bool:
    text = repr([(item.then, item.when) for item in items if isinstance(item, ConvertedRule)])
    return any(re.search(rf"'{word}'", text) for word in NEEDS_PROGRAMS)
