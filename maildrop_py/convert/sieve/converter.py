"""converter: a whole Sieve script into a written rules file."""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRule, ConvertedRules
from maildrop_py.convert.sieve import commands
from maildrop_py.convert.sieve.flow import Flow
from maildrop_py.convert.sieve.folders import INBOX, Folder, folder_of
from maildrop_py.convert.sieve.parser import parse
from maildrop_py.convert.sieve.samples import wanted
from maildrop_py.convert.sieve.tree import Command
from maildrop_py.convert.sieve.variables import UNKNOWN_FLAGS, Variables, with_encoded_characters
from maildrop_py.convert.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date


def convert(
    text: str, source: str, read: Callable[[str], str | None], today: date
) -> ConvertedRules:
    """The rules that do what the script `text` says; raises BadScript.

    `read` gives the text of an included script by its name, None where it cannot be read.
    Automatic answers end some days after `today`.
    """
    if re.search(r'"encoded-character"', text):
        text = with_encoded_characters(text)
    found = _converted(text, source, read, today, flags_as_rules=False)
    if not any(gap.reason == UNKNOWN_FLAGS for gap in found.gaps):
        return found
    other = _converted(text, source, read, today, flags_as_rules=True)
    return other if len(other.gaps) < len(found.gaps) else found


def _converted(
    text: str, source: str, read: Callable[[str], str | None], today: date, flags_as_rules: bool
) -> ConvertedRules:
    script = parse(text)
    variables = Variables()
    variables.reads_matches = frozenset(map(int, re.findall(r"\$\{([0-9]{1,9})\}", text)))
    state = State(variables)
    flow = Flow(state, read, today)
    flow.flags_as_rules = flags_as_rules
    _count_folders(script, flow)
    variables.folder_names = [name for name in flow.times if name]
    flow.commands(script)
    if not flow.ended:
        flow.end(text.count("\n") + 1)
    names = _placed(state)
    settings: dict[str, Any] = {"maildir": "~/Maildir"}
    return ConvertedRules(settings, tuple(state.items), names, (), source, wanted(flow.asked))


def _count_folders(script: tuple[Command, ...], flow: Flow) -> None:
    """How often each folder is filed into: into one of several it is filed only once."""
    for command in _all(script):
        texts = [one for one in command.arguments if isinstance(one, tuple)]
        name = (
            INBOX
            if command.name == "keep"
            else texts[-1][0]
            if command.name == "fileinto" and texts
            else ""
        )
        name = INBOX if name.upper() == INBOX else name
        flow.times[name] = flow.times.get(name, 0) + 1


def _all(script: tuple[Command, ...]) -> Iterator[Command]:
    for command in script:
        yield command
        yield from _all(command.block or ())


def _placed(state: State) -> tuple[tuple[str, str], ...]:
    """Put folders in the place of mailbox names; pairs of both."""
    rules = [item for item in state.items if isinstance(item, ConvertedRule)]
    values = [rule.then["file"] for rule in rules if isinstance(rule.then.get("file"), Folder)]
    filed = list(dict.fromkeys(value.name for value in values))
    names = list(dict.fromkeys([*state.environment.folder_names, *filed]))
    for rule in rules:
        if isinstance(rule.then.get("file"), Folder):
            rule.then["file"] = folder_of(rule.then["file"].name, names)
    return tuple((name, folder_of(name, names)) for name in filed)


__all__ = ["commands", "convert"]
