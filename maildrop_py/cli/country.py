"""country: `maildrop-py country`: makes the table of countries, and looks into it."""

from __future__ import annotations

import sys
import time

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.errors import MaildropError
from maildrop_py.evidence.country import Unusable, open_table
from maildrop_py.evidence.country_table import Collected, write_table
from maildrop_py.message import ip
from maildrop_py.paths import COUNTRIES
from maildrop_py.translation import text as translated


@click.group()
def country() -> None:
    """Make and read the table of countries. The condition `client_country` asks it.

    The table has the country that each IP address was given to. The registries
    (AFRINIC, APNIC, ARIN, LACNIC, RIPE NCC) publish this each day, in files named
    delegated-…-extended-latest. This program contains no such data: fetch the files,
    and make the table again about once a week.
    """


@country.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--into",
    type=a_path,
    default=COUNTRIES,
    show_default=True,
    metavar="FILE",
    help="The file to write.",
)
def build(files: tuple[str, ...], into: str) -> None:
    """Make the table from FILES of the registries, which may be compressed (.gz)."""
    found = Collected()
    try:
        for path in files:
            found.read_file(path)
        built = found.built()
        write_table(into, built)
    except (MaildropError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    day = time.strftime("%Y-%m-%d", time.gmtime(built.made))
    four, six = built.ranges
    wording = "{into}: {four} ranges of IPv4, {six} of IPv6, {size} bytes, of {day}"
    click.echo(translated(wording, into=into, four=four, six=six, size=len(built.data), day=day))


@country.command()
@click.argument("addresses", nargs=-1, required=True)
@click.option(
    "--table",
    type=a_path,
    default=COUNTRIES,
    show_default=True,
    metavar="FILE",
    help="The table to read.",
)
def show(addresses: tuple[str, ...], table: str) -> None:
    """Print the country of each IP address in ADDRESSES."""
    try:
        opened = open_table(table, time.time())
    except Unusable as error:
        raise click.ClickException(str(error)) from error
    wrong = False
    for text in addresses:
        address = ip.parse(text)
        wrong = wrong or address is None
        code = opened.code(address) if address is not None else ""
        if not code:
            code = translated("no address") if address is None else translated("nobody's")
        click.echo(f"{text} {code}")
    sys.exit(1 if wrong else 0)
