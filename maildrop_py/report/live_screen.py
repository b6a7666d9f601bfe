"""live_screen: a server's figures on the whole terminal, drawn again and again."""

from __future__ import annotations

import time

from maildrop_py.report.live import Figures, figures_of, lines_of_figures, rate_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maildrop_py.report.live import Sample

COLOURS = {"": "", "title": "bold", "good": "green", "late": "yellow", "bad": "red"}
MOST_RATES = 500


def show(samples: Callable[[], Iterable[Sample]], seconds: float) -> None:
    """Show what `samples` gives, again every so many seconds, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    before: Figures = figures_of(samples())
    now, looked, since = before, time.monotonic(), 0.0
    rates: list[float] = []
    with Live(console=Console(highlight=False), screen=True, auto_refresh=False) as live:
        while True:
            rates = [*rates[1 - MOST_RATES :], rate_of(now, before, since)]
            lines = lines_of_figures(now, before, since, live.console.width - 1, rates)
            pieces = [(f"{line}\n", COLOURS[style]) for line, style in lines]
            live.update(Text.assemble(*pieces, no_wrap=True, overflow="ellipsis"), refresh=True)
            time.sleep(seconds)
            before, now = now, figures_of(samples())
            since, looked = time.monotonic() - looked, time.monotonic()
