"""commands: a manual page for each command, from its definition in click.

Groups are walked through list_commands, since commands are loaded when they are asked for.
"""

from __future__ import annotations

import inspect

import click

from maildrop_py.man.markdown import plain
from maildrop_py.man.roff import Page, bold, italic
from maildrop_py.paths import (
    PROGRAM,
    UserPaths,
    bayes_store,
    contacts_file,
    evidence_store,
    journals,
)
from maildrop_py.report.exit_statuses import STATUSES
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    NewPage = Callable[[str, int], Page]

FILES = (
    ("~/.config/maildrop-py/rules.yaml", "The rules."),
    ("~/.local/state/maildrop-py/deliveries.jsonl", "The delivery log, see maildrop-py-log(5)."),
    (evidence_store("~/.local/state/maildrop-py"), "What was learnt and asked."),
    (bayes_store("~/.local/state/maildrop-py"), "What the Bayes filter learnt."),
    (contacts_file("~/.local/state/maildrop-py"), "The people that the user has written to."),
    (journals("~/.local/state/maildrop-py"), "The journals that undo reads."),
    (UserPaths.below("~").cache, "Compiled rules and code: may be removed at any time."),
)
ENVIRONMENT = (
    ("HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME", "Where the files are."),
    ("LANGUAGE, LC_ALL, LC_MESSAGES, LANG", "The language of what people read."),
    ("NO_COLOR, FORCE_COLOR, COLUMNS", "Whether there are colours; how wide the terminal is."),
)
OF_DELIVER = (
    ("SENDER, RECIPIENT, EXTENSION", "The envelope, as Postfix says it."),
    ("CLIENT_ADDRESS, CLIENT_HOSTNAME, CLIENT_HELO", "The SMTP client, as Postfix says it."),
    ("LOCAL_PART, DOMAIN, HOST, RPLINE", "The envelope, as Exim and qmail say it."),
)


def command_pages(root: click.Command, new_page: NewPage) -> Iterator[Page]:
    """The page of `root`, and one for every command in it, at any depth."""
    context = click.Context(root, info_name=PROGRAM)
    yield from _pages(root, context, new_page)


def _pages(command: click.Command, context: click.Context, new_page: NewPage) -> Iterator[Page]:
    page = new_page(context.command_path.replace(" ", "-"), 1)
    _write(page, command, context)
    yield page
    for inner in _commands_in(command, context):
        name = inner.name or ""
        yield from _pages(inner, click.Context(inner, info_name=name, parent=context), new_page)


def _commands_in(command: click.Command, context: click.Context) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return []
    found = (command.get_command(context, name) for name in command.list_commands(context))
    return [it for it in found if it is not None and not it.hidden]


def _write(page: Page, command: click.Command, context: click.Context) -> None:
    page.heading(text("Name"))
    page.text(f"{page.name} - {_in_short(command)}")
    page.heading(text("Synopsis"))
    page.text(f"{bold(context.command_path)} {' '.join(command.collect_usage_pieces(context))}")
    page.heading(text("Description"))
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        page.paragraph(plain(" ".join(paragraph.split())))
    _write_options(page, command, context)
    inner = _commands_in(command, context)
    if inner:
        page.heading(text("Commands"))
        for each in inner:
            page.definition(bold(f"{page.name}-{each.name}(1)"), _in_short(each))
    _write_end(page, context, inner)


def _in_short(command: click.Command) -> str:
    short = command.get_short_help_str(limit=200).rstrip(".")
    return plain(short[:1].lower() + short[1:]) if short[1:2].islower() else plain(short)


def _write_options(page: Page, command: click.Command, context: click.Context) -> None:
    records = [
        record
        for parameter in command.get_params(context)
        if (record := parameter.get_help_record(context)) is not None
    ]
    if records:
        page.heading(text("Options"))
    for option, says in records:
        name, _, value = option.partition(" ")
        while value.startswith("-"):  # a second name: -h, --help
            more, _, value = value.partition(" ")
            name += f" {more}"
        page.definition(f"{bold(name)} {italic(value)}" if value else bold(name), plain(says))


def _write_end(page: Page, context: click.Context, inner: list[click.Command]) -> None:
    name = context.command_path.removeprefix(PROGRAM).strip()
    page.heading(text("Exit status"))
    for status, means in _statuses_of(name.partition(" ")[0]):
        page.definition(bold(status), text(means))
    page.heading(text("Environment"))
    for variable, says in (*(OF_DELIVER if name == "deliver" else ()), *ENVIRONMENT):
        page.definition(bold(variable), text(says))
    page.heading(text("Files"))
    for path, says in FILES:
        page.definition(italic(path), text(says))
    page.heading(text("See also"))
    others = [f"{page.name}-{each.name}(1)" for each in inner]
    if context.parent is not None:
        others.append(f"{context.parent.command_path.replace(' ', '-')}(1)")
    others += [f"{PROGRAM}-{it}" for it in ("rules(5)", "log(5)", "guarantees(7)")]
    page.text(", ".join(bold(other[:-3]) + other[-3:] for other in others))


def _statuses_of(command: str) -> list[tuple[str, str]]:
    """What the exit statuses of a command mean: its own, then those of all."""
    own = [(status, means) for names, status, means in STATUSES if command in names.split(", ")]
    if command == "deliver":
        return own
    taken = {status for status, _ in own}
    shared = [(status, means) for names, status, means in STATUSES if names == "all but deliver"]
    return sorted(
        (*own, *(it for it in shared if it[0] not in taken)), key=lambda it: int(it[0].split()[0])
    )
