"""progress: a progress bar on standard error, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 64
"""Messages between two looks at the bar: drawing it must not cost more than they do."""


@contextmanager
def progress(doing: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Yields a function to call once a message; it does nothing without a terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            if done % EVERY == 0:
                bar.advance(task, EVERY)

        yield advance
