"""survey: what conditions and shipped rules would catch of one's own ham and spam."""

from __future__ import annotations

import os
from functools import partial
from json import dumps

import click

from maildrop_py.cli.rules_file import settings_of_user
from maildrop_py.decision.decider import user_world
from maildrop_py.decision.survey import Survey
from maildrop_py.maildir.folder_listing import folder_named
from maildrop_py.maildir.maildir import maildir_at
from maildrop_py.paths import UserPaths
from maildrop_py.refile.maildir_messages import ListedMaildirs
from maildrop_py.refile.named_messages import in_turn
from maildrop_py.report.progress import progress
from maildrop_py.report.standard_error import say
from maildrop_py.report.survey import as_object, findings, table
from maildrop_py.rules.language.settings import Settings
from maildrop_py.translation import text

place = click.Path(exists=True)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=place, metavar="FOLDER...")
@click.option(
    "--spam",
    "spam",
    multiple=True,
    required=True,
    metavar="FOLDER",
    help="A folder of spam: a path, or its name in the Maildir named first, such as Junk.",
)
@click.option("--offline", is_flag=True, help="Ask no DNS server.")
@click.option("--scan", is_flag=True, help="Ask the scanners that the rules file names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each condition.")
def survey(
    folders: tuple[str, ...], spam: tuple[str, ...], offline: bool, scan: bool, as_json: bool
) -> None:
    """Count how many of your messages each condition and each shipped rule is true of.

    Each FOLDER contains ham, which is mail that you want. The table has a row for each
    condition: the share of spam and the share of ham that it is true of, each with the
    range in which the true share is (95 %), and its points. If the points of a message
    add up to 5, spam and ham are equally likely. The points are calculated for all
    conditions together. Nothing is changed, and nothing is learnt. DNS lists and SPF give
    today's answers, which may differ from those on the day when a message came."""
    settings = settings_of_user()
    world = user_world(UserPaths(os.environ).state, offline=offline, remember=False, scan=scan)
    asked = Survey(settings, world)
    spam = tuple(_path_of(name, folders[0], settings) for name in spam)
    ham_answers, spam_answers = (_answers(asked, paths, settings) for paths in (folders, spam))
    if not ham_answers or not spam_answers:
        raise click.ClickException(text("there must be ham and spam"))
    found = findings(tuple(asked.conditions), ham_answers, spam_answers)
    if as_json:
        for one in found:
            click.echo(dumps(as_object(one), ensure_ascii=False))
        return
    wording = "{ham} ham, {spam} spam"
    click.echo(text(wording, ham=len(ham_answers), spam=len(spam_answers)))
    for line in table(found):
        click.echo(line)


def _path_of(folder: str, maildir: str, settings: Settings) -> str:
    """Where a folder is that was named by its path, or by its name in `maildir`."""
    if os.path.exists(folder):
        return folder
    found = folder_named(maildir_at(maildir, settings), folder, say)
    if found is None:
        raise click.ClickException(text("there must be ham and spam"))
    return found.path


def _answers(
    asked: Survey, paths: tuple[str, ...], settings: Settings
) -> list[tuple[bool | None, ...]]:
    walk = ListedMaildirs(settings, ("INBOX",), say)
    return [*in_turn(asked.ask, paths, walk, partial(progress, text("Asking")), say)]
