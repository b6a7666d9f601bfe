"""page_file: writes the page of `--html` to a file, or to standard output for `-`."""

from __future__ import annotations

import click

from maildrop_py.report.page import write_page
from maildrop_py.translation import text


def write_page_file(path: str, content: str) -> None:
    """Write it, and say so on standard error; click's exception if that cannot be done."""
    if path == "-":
        click.echo(content, nl=False)
        return
    try:
        write_page(path, content)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    click.echo(text("wrote {path}", path=path), err=True)
