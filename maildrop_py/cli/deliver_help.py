"""deliver_help: `deliver` as click sees it, for `--help` and shell completion."""

from __future__ import annotations

import click

from maildrop_py.cli.completion import a_path
from maildrop_py.cli.deliver_options import OPTIONS

PATHS = ("rules", "maildir", "log")


def _command() -> click.Command:
    options: list[click.Parameter] = [
        click.Option(
            [f"--{name}", *([short] if short else [])],
            type=a_path if name in PATHS else str,
            help=text,
            metavar="VALUE",
        )
        for name, (short, text) in OPTIONS.items()
    ]
    return click.Command(
        "deliver",
        params=options,
        help=(
            "Deliver the message on standard input.\n\n"
            "For .forward, mailbox_command and pipe transports. What no option says "
            "is taken from the mail server's environment. The status is 0 (delivered), "
            "75 (try again) or 77 (a rule rejected the message)."
        ),
    )


deliver = _command()
