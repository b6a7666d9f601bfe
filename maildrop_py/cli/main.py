"""main: the entry point of `maildrop-py`.

`deliver` goes its own short way, because mail servers start it for every
message, and so do large dry runs; everything else goes through click.
"""

from __future__ import annotations

import gc
import os
import sys

from maildrop_py.paths import PROGRAM, UserPaths, code_bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


SERVICES = {"serve", "policy", "watch"}
"""Commands whose output goes into logs: these are English, because programs read them."""

FOR_PEOPLE = {"-h", "--help", "--dry-run", "check", "explain", "why"}
"""What makes these commands tell somebody something, and end."""


def main() -> int:
    """Run the command line; returns or exits with its status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["deliver"] and not {"-h", "--help"} & {*arguments}:
        _deliver(arguments[1:])
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


def _deliver(arguments: list[str]) -> NoReturn:
    """Deliver, and leave with 0, 75 or 77 whatever happens.

    A program that cannot even be imported must not end in the traceback and
    the status 1 that mail servers bounce on.
    """
    status = 75
    gc.disable()  # the process ends before anything is worth collecting
    try:
        from maildrop_py.module_bundle import Bundle

        bundle = Bundle(code_bundle(UserPaths(os.environ).cache))
        sys.meta_path.insert(0, bundle)
        from maildrop_py.cli.deliver import run

        status = run(arguments)
        bundle.keep()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the mail server is told
        if status:
            os.write(2, f"4.3.0 {type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    finally:
        os._exit(status)  # the interpreter's own tidying up would cost 2 ms and could fail


if __name__ == "__main__":
    sys.exit(main())
