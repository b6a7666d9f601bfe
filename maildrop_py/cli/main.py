"""main: the entry point of `maildrop-py`.

`deliver` goes its own short way, because mail servers start it for every
message; everything else goes through click.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns or exits with its status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["deliver"] and "--help" not in arguments:
        from maildrop_py.cli.deliver import run

        run(arguments[1:])
    from maildrop_py.cli.app import app

    return int(app(prog_name="maildrop-py") or 0)


if __name__ == "__main__":
    sys.exit(main())
