"""main: every command but `deliver`, which goes its own short way (maildrop_py/__init__.py).

Large dry runs do so too; everything else goes through click.
"""

from __future__ import annotations

import os
import sys

from maildrop_py.paths import PROGRAM

SERVICES = {"serve", "policy", "watch"}
"""Commands whose output goes into logs: these are English, because programs read them."""

FOR_PEOPLE = {"-h", "--help", "--dry-run", "check", "explain", "why"}
"""What makes these commands tell somebody something, and end."""


def main(arguments: list[str]) -> int:
    """Run one command, all but `deliver`; returns or exits with its status."""
    from maildrop_py.report.output import status_of

    return status_of(lambda: _run(arguments))


def _run(arguments: list[str]) -> int:
    """One command for people: what goes wrong is said in one line, without a traceback."""
    if not {*arguments[:1]} & SERVICES or FOR_PEOPLE & {it.partition("=")[0] for it in arguments}:
        from maildrop_py.translation import choose, language_of

        choose(language_of(os.environ))
    if arguments[:1] == ["dry-run"]:
        from maildrop_py.cli.plain_dry_run import plain_dry_run

        if plain_dry_run(arguments[1:]):
            sys.stdout.flush()
            os._exit(0)  # the interpreter's own tidying up would cost 4 ms
    import click

    from maildrop_py.cli.app import app
    from maildrop_py.report.help_texts import in_language, lines_in_language, shown
    from maildrop_py.translation import text

    try:
        return int(in_language(app).main(arguments, prog_name=PROGRAM, standalone_mode=False) or 0)
    except click.ClickException as error:
        print(lines_in_language(shown(error)), file=sys.stderr)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("\n" + text("stopped"), file=sys.stderr)
        return 130
