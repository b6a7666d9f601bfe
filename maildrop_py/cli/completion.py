"""completion: what a shell offers for paths, folders, runs, rules, builtin files and topics.

Nothing is printed or raised here: where something cannot be read, nothing is offered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from maildrop_py.errors import MaildropError
from maildrop_py.maildir.folder_listing import folders_of
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.paths import UserPaths, journals


class _Path(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As it was given: click would look at the file, as root too, whoever's it is."""
        return value


a_path = _Path()
"""A file or directory that the shell is to complete; nothing is asked of it here."""

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _offering(names: Callable[[click.Context, UserPaths], Iterable[str]]) -> Complete:
    def complete(
        context: click.Context, parameter: click.Parameter, beginning: str
    ) -> list[CompletionItem]:
        try:
            found = sorted(set(names(context, UserPaths(os.environ))))
        except (MaildropError, OSError, ValueError):
            return []
        return [CompletionItem(name) for name in found if name.startswith(beginning)]

    return complete


def _folders(context: click.Context, paths: UserPaths) -> Iterable[str]:
    from maildrop_py.rules.language.reader import read_rules

    settings = read_rules(context.params.get("rules") or paths.rules).settings
    named = context.params.get("maildir") or next(iter(context.params.get("paths") or ()), None)
    root = named or (paths.expand(settings.maildir) if settings.maildir else paths.maildir)
    maildir = Maildir(root, settings.layout, settings.folder_encoding)
    return [folder.name for folder in folders_of(maildir, lambda path, why: None)]


def _rules(context: click.Context, paths: UserPaths) -> Iterable[str]:
    from maildrop_py.rules.language.reader import read_rules

    return [rule.name for rule in read_rules(context.params.get("rules") or paths.rules).rules]


def _runs(context: click.Context, paths: UserPaths) -> Iterable[str]:
    from maildrop_py.refile.past_runs import past_runs

    return [run.name for run in past_runs(journals(paths.state))]


def _builtin(context: click.Context, paths: UserPaths) -> Iterable[str]:
    from maildrop_py.rules.language.library import builtin_names

    return builtin_names()


complete_folders = _offering(_folders)
complete_rules = _offering(_rules)
complete_runs = _offering(_runs)
complete_builtin = _offering(_builtin)
