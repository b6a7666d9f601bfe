"""metrics: what counting costs a worker of `serve`, and what it costs to tell and to show.

    python -m tests.bench.metrics [MESSAGES]

Processor time, so it may be run on a busy machine: that of a whole server for each message of
5 KB over LMTP, beside that of the calls which count one message. Counting goes on whether
or not anybody asks; telling all figures is measured for a server with the most rules that
are told apart, asked every two seconds, as `top` does.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from maildrop_py.decision.decision import Decision
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.lmtp.reply import Reply
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from maildrop_py.metrics.counters import NAMES
from maildrop_py.metrics.openmetrics import samples_in, text_of
from maildrop_py.report.live import figures_of, lines_of_figures
from maildrop_py.rules.language.settings import Settings
from maildrop_py.serve.metrics import Metrics, serve_counters
from tests.bench.lmtp_servers import MaildropPy
from tests.bench.place import environment, home_of
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, hand_over, measuring

ALLOWED = 1.0  # %
EVERY = 2.0  # seconds between two looks of `top`
WARM = 200


def report(messages: int = 3000) -> str:
    """A table, and whether the promise was kept."""
    environment()
    place = home_of("metrics")
    hand_over(place)
    whole = as_user(lambda: _of_a_message(MaildropPy(place / "server"), messages))
    counting, telling, showing = _counting(), _telling(), _showing()
    rows = [
        ["a message of 5 KB, all of it", f"{whole * 1e6:,.0f} µs"],
        ["counting it", f"{counting * 1e6:.1f} µs"],
        ["telling all figures once", f"{telling * 1e6:,.0f} µs"],
        ["showing them once, for `top`", f"{showing * 1e6:,.0f} µs"],
    ]
    busy = (telling + showing) / EVERY
    return "\n".join(
        [
            markdown(["processor time", "serve"], rows),
            "",
            f"counting, % of a message: {verdict(100 * counting / whole, ALLOWED)}",
            f"telling and showing each {EVERY:g} s, % of a core: {verdict(100 * busy, ALLOWED)}",
        ]
    )


def _of_a_message(server: MaildropPy, messages: int) -> float:
    try:
        _send(server, WARM)
        before = server.processor_seconds()
        _send(server, messages)
        return (server.processor_seconds() - before) / messages
    finally:
        server.stop()


def _send(server: MaildropPy, messages: int) -> None:
    told = ["-l", "5000", "-m", str(messages), "-s", "16", "-f", "s@example.org"]
    command = ["smtp-source", "-L", *told, "-t", "recipient@example.org"]
    subprocess.run([*command, f"unix:{server.socket}"], check=True)


def _counting() -> float:
    metrics = Metrics(serve_counters(2).own(0))
    evidence = Evidence(Message(BytesSource(b"\n")), Envelope(), Settings())
    reply, decision = Reply(250, "2.0.0", ("delivered",)), Decision((), rule="a rule")

    def count() -> None:
        began = time.monotonic()
        metrics.decided(decision, evidence)
        metrics.answered(reply, began)

    return _each(count, 50_000)


def _telling() -> float:
    counters = serve_counters(2)
    for process in range(2):
        own = counters.own(process)
        for number in range(NAMES):
            own.name(f"rule {number}")
    return _each(lambda: text_of(counters, "0"), 300)


def _showing() -> float:
    counters = serve_counters(2)
    for number in range(NAMES):
        counters.own(0).name(f"rule {number}")
    text = text_of(counters, "0")

    def show() -> None:
        figures = figures_of(list(samples_in(text)))
        list(lines_of_figures(figures, figures, EVERY))

    return _each(show, 300)


def _each(work: Callable[[], object], times: int) -> float:
    """Seconds of processor time of one call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


if __name__ == "__main__":
    with measuring():
        print(report(*map(int, sys.argv[1:])))
