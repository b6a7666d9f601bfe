"""stats: what was done with mail, where it went, and why: pictures, text, JSON, CSV, a message."""

from __future__ import annotations

import os
from typing import Any

import click
from click import UsageError

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.log_option import logs_option
from maildrop_py.errors import UsageError as WrongOptions
from maildrop_py.paths import UserPaths
from maildrop_py.report.page import put_page
from maildrop_py.report.standard_error import say
from maildrop_py.report.statistics.output import page_of, text_of
from maildrop_py.report.statistics.sources import countries_of, report_of
from maildrop_py.translation import choose, language_of

LANGUAGES = ("en", "ja")
moment = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@logs_option
@click.option(
    "--maillog",
    type=a_path,
    multiple=True,
    metavar="FILE",
    help="Postfix's log instead. May be repeated.",
)
@click.option(
    "--maildir",
    type=a_path,
    multiple=True,
    metavar="DIR",
    help="Mail that is in a Maildir. May be repeated.",
)
@click.option(
    "--policy-log", type=a_path, metavar="FILE", help="The log of `maildrop-py policy` beside it."
)
@click.option("--days", type=click.FloatRange(min=0), help="Only the last so many days.")
@click.option("--since", type=moment, help="Only what was done from this day or time on.")
@click.option("--until", type=moment, help="Only what was done before this day or time.")
@click.option("--user", default="", metavar="ADDRESS", help="Only mail to this address or name.")
@click.option(
    "--rules", type=a_path, metavar="FILE", help="Whose spam scores are drawn in [your rules file]."
)
@click.option(
    "--countries", type=a_path, metavar="FILE", help="A table made by `maildrop-py country`."
)
@click.option("--anonymous", is_flag=True, help="Leave out addresses, hosts and error texts.")
@click.option(
    "--html", type=a_path, metavar="FILE", help="Write a page with pictures; - for standard output."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="All tables as CSV.")
@click.option("--mail", "mail_to", metavar="ADDRESS", help="Print a message, for sendmail -t.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the texts, not of JSON.")
def stats(**options: Any) -> None:
    """Show what became of mail: when it came, which folders and rules it went by, who sent
    it, its spam scores, what was known of the clients, failures and delays.

    Without --maillog and --maildir the delivery log is read, with the files that it was
    rotated to. --maillog shows what Postfix did, and who connected to it: name rotated
    files too, compressed or not. --maildir shows who sent the mail that is there, from its
    headers; nobody is asked, and nothing is changed.

    Times are those of this machine's time zone. What refile, watch, import and undo did is
    counted separately. With --days or --since, the period before is shown for comparison."""
    language = options["language"] or language_of(os.environ)
    choose(language)
    if (
        sum(map(bool, (options["html"], options["as_json"], options["as_csv"], options["mail_to"])))
        > 1
    ):
        raise UsageError("--html, --json, --csv and --mail are alternatives: give one")
    try:
        report = report_of(options, countries_of(options["countries"]), UserPaths(os.environ))
    except WrongOptions as error:
        raise UsageError(str(error)) from error
    for place, why in report.warnings:
        say(place, why)
    if options["html"]:
        put_page(options["html"], page_of(report, language))
        return
    try:
        shown = text_of(report, language, options)
    except ValueError as error:
        raise UsageError(str(error)) from error
    print(shown, end="")
