"""main: the entry point of `maildrop-py`.

`deliver` goes its own short way, because mail servers start it for every
message, and so do large dry runs; everything else goes through click.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> int:
    """Run the command line; returns or exits with its status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["deliver"] and "--help" not in arguments:
        _deliver(arguments[1:])
    if arguments[:1] == ["dry-run"] and _ran_plainly(arguments[1:]):
        os._exit(0)  # all is printed; the interpreter's own tidying up would cost 4 ms
    from maildrop_py.cli.app import app

    return int(app(prog_name="maildrop-py") or 0)


def _deliver(arguments: list[str]) -> NoReturn:
    """Deliver, and leave with 0, 75 or 77 whatever happens.

    A program that cannot even be imported must not end in the traceback and
    the status 1 that mail servers bounce on.
    """
    status = 75
    gc.disable()  # the process ends before anything is worth collecting
    try:
        from maildrop_py.cli.startup.bundle import Bundle
        from maildrop_py.paths import UserPaths, code_bundle

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


def _ran_plainly(arguments: list[str]) -> bool:
    """Whether this was a dry run that needs no click, and is done."""
    from maildrop_py.cli.plain_dry_run import plain_dry_run

    try:
        return plain_dry_run(arguments)
    except KeyboardInterrupt:
        print("\nAborted!", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
