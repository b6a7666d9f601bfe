"""stats: what was done with mail, where it went, and why, from the delivery log."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import click

from maildrop_py.cli.log_option import logs_option, logs_to_read
from maildrop_py.intake.parallel import in_parallel, processors
from maildrop_py.paths import UserPaths
from maildrop_py.report.page import page
from maildrop_py.report.plain import csv_of, lines_of
from maildrop_py.report.standard_error import say
from maildrop_py.report.statistics.as_json import as_object
from maildrop_py.report.statistics.figures import Section
from maildrop_py.report.statistics.reading import Account, Wanted, read_logs
from maildrop_py.report.statistics.sections import sections_of
from maildrop_py.report.statistics.thresholds import thresholds_in
from maildrop_py.report.tables import counted
from maildrop_py.translation import choose, language_of, text

LANGUAGES = ("en", "ja")
moment = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@logs_option
@click.option("--days", type=click.FloatRange(min=0), help="Only the last so many days.")
@click.option("--since", type=moment, help="Only what was done from this day or time on.")
@click.option("--until", type=moment, help="Only what was done before this day or time.")
@click.option("--user", default="", metavar="ADDRESS", help="Only mail to this address or name.")
@click.option("--anonymous", is_flag=True, help="Leave out addresses, hosts and error texts.")
@click.option("--html", "html", type=click.Path(dir_okay=False), help="Write a page with pictures.")
@click.option("--json", "as_one_object", is_flag=True, help="One JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="All tables as CSV.")
@click.option("--mail", "mail_to", metavar="ADDRESS", help="Print a message, for sendmail -t.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the texts, not of JSON.")
def stats(
    logs: tuple[str, ...],
    days: float | None,
    since: datetime | None,
    until: datetime | None,
    user: str,
    anonymous: bool,
    html: str | None,
    as_one_object: bool,
    as_csv: bool,
    mail_to: str | None,
    language: str | None,
) -> None:
    """Show what became of mail: when it came, which folders and rules it went by, who sent
    it, its spam scores, what was known of the clients, failures and delays.

    Times are those of this machine's time zone. What refile, watch, import and undo did is
    counted separately. With --days or --since, the period before is shown for comparison."""
    choose(language or language_of(os.environ))
    wanted = _wanted(days, since, until, user)
    account = _account(logs_to_read(logs), wanted)
    if as_one_object:
        click.echo(json.dumps(as_object(account, anonymous), ensure_ascii=False, indent=2))
        return
    thresholds = thresholds_in(UserPaths(os.environ).rules)
    sections = sections_of(account, thresholds, anonymous)
    if html:
        _write_page(html, _page(account, sections, language))
    elif as_csv:
        click.echo(csv_of(sections), nl=False)
    elif mail_to:
        from maildrop_py.report.statistics.mail import message_with

        report = _page(account, sections, language)
        click.echo(message_with(mail_to, "\n".join(lines_of(sections)), report), nl=False)
    else:
        for line in lines_of(sections):
            click.echo(line)
        messages, size = (
            counted(account.now.messages, "new message"),
            counted(account.now.bytes, "byte"),
        )
        click.echo(f"{messages}, {size}")


def _wanted(
    days: float | None, since: datetime | None, until: datetime | None, user: str
) -> Wanted:
    if days is not None and since is not None:
        raise click.UsageError("--days and --since both say when the period begins: give one")
    start = since.astimezone(UTC) if since is not None else None
    end = until.astimezone(UTC) if until is not None else None
    if days is not None:
        start = (end or datetime.now(UTC)) - timedelta(days=days)
    if start is not None and end is not None and start >= end:
        raise click.UsageError("the period ends before it begins: --since is not before --until")
    return Wanted(start, end, user, compare=start is not None)


def _account(logs: tuple[str, ...], wanted: Wanted) -> Account:
    try:
        account = read_logs(logs, wanted, in_parallel, processors())
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename}: nothing was delivered yet") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for place, why in account.complaints:
        say(place, why)
    if account.now.unreadable:
        say(", ".join(logs), f"{counted(account.now.unreadable, 'entry')} could not be read")
    return account


def _page(account: Account, sections: list[Section], language: str | None) -> str:
    lead = text("{number} new messages", number=f"{account.now.messages:,}")
    title = text("What became of mail")
    return page(title, lead, sections, language or language_of(os.environ))


def _write_page(path: str, content: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(content)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    click.echo(text("wrote {path}", path=path), err=True)
