"""standard_error: what the commands for people say beside their result."""

from __future__ import annotations

import sys

from maildrop_py.report.visible import visible
from maildrop_py.translation import text as translated


def say(what: str, why: str) -> None:
    """Print one line on standard error: a path or `warning`, and a text about it."""
    print(visible(f"{what}: {translated(why)}"), file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """A warning on standard error."""
    say(translated("warning"), text)
