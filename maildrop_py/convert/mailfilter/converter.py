"""converter: a whole mailfilter into a written rules file."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, ConvertedRules, Gap
from maildrop_py.convert.mailfilter.deliveries import place
from maildrop_py.convert.mailfilter.flow import Flow
from maildrop_py.convert.mailfilter.parser import parse
from maildrop_py.convert.mailfilter.samples import wanted
from maildrop_py.convert.mailfilter.values import Variables
from maildrop_py.convert.marks import is_marked
from maildrop_py.convert.procmail.folders import INBOX, Layout, Path, lay_out
from maildrop_py.convert.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PROGRAMS = ("pipe", "filter", "command", "output")


def convert(
    text: str,
    source: str,
    home: str,
    user: str,
    read: Callable[[str], str | None],
    spool: str = "",
) -> ConvertedRules:
    """The rules that do what the mailfilter `text` says; raises BadFilter.

    `home` and `user` are whose file it is; `read` gives the text of an included file.
    `spool` is where mail goes that nothing takes, /var/mail/USER if it is not given.
    """
    statements = parse(text)
    spool = spool or f"/var/mail/{user}"
    state = State(Variables(_known(home, user, spool)))
    state.environment.reads = frozenset(
        int(number or 0) for number in re.findall(r"\$\{?MATCH([0-9]?)\b", _without_logs(text))
    )
    flow = Flow(state, read)
    flow.asks_status = "RETURNCODE" in text or "include" in text
    flow.statements(statements)
    default = _default(flow, home, spool)
    layout = _placed(state, default, home, spool)
    settings: dict[str, Any] = {"maildir": _short(layout.root, home), "layout": layout.layout}
    if _runs_programs(state):
        settings["allow_commands"] = True
    mailboxes = tuple(
        (path, name)
        for path, name in layout.names
        if Path(path).is_mbox and not is_marked(path) and name != INBOX
    )
    asked = wanted(statements)
    return ConvertedRules(
        settings, tuple(state.items), layout.names, mailboxes, source, asked, home
    )


def _without_logs(text: str) -> str:
    return re.sub(r"^[ \t]*(?:log|echo|#).*$", "", text, flags=re.M)


def _known(home: str, user: str, spool: str) -> dict[str, str]:
    return {
        "HOME": home,
        "LOGNAME": user,
        "DEFAULT": spool,
        "SHELL": "/bin/sh",
        "PATH": "/bin:/usr/bin:/usr/local/bin",
        "SENDMAIL": "/usr/sbin/sendmail",
        "EXITCODE": "",
        "FLAGS": "",
        "KEYWORDS": "",
    }


def _default(flow: Flow, home: str, spool: str) -> Path | None:
    """Where mail goes that nothing took."""
    values = flow.variables.get("DEFAULT")
    if not values and not flow.ended:
        reason = "where mail goes that nothing took (DEFAULT) is not known"
        flow.state.items.append(Gap(0, "(the end of the file)", reason))
    if len(values) != 1 or is_marked(values[0].text) or values[0].text == spool:
        return None
    path = place(values[0].text, home)
    if not flow.ended:
        rule = ConvertedRule("everything else", 0, True, {"file": path})
        rule.source = f"DEFAULT={values[0].text}"
        flow.state.items.append(rule)
    return path


def _placed(state: State, default: Path | None, home: str, spool: str) -> Layout:
    rules = [item for item in state.items if isinstance(item, ConvertedRule)]
    paths = [value for rule in rules for value in rule.then.values() if isinstance(value, Path)]
    layout = lay_out(paths, default, home, home, spool)
    for rule in rules:
        for key, value in rule.then.items():
            if isinstance(value, Path):
                rule.then[key] = layout.folder(value)
    last = rules[-1] if rules else None
    if last is not None and last.name == "everything else" and last.then == {"file": INBOX}:
        state.items.remove(last)
    return layout


def _short(path: str, home: str) -> str:
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _runs_programs(state: State) -> bool:
    rules = [item for item in state.items if isinstance(item, ConvertedRule)]
    text = repr([(rule.then, rule.when) for rule in rules])
    return any(f"'{word}'" in text for word in _PROGRAMS)
