"""memory: the peak of one delivery of a small message and of one of 200 MB."""

from __future__ import annotations

from functools import partial

from tests.bench.deliveries import prepare
from tests.bench.load import Rule, mixed_rules, write_message
from tests.bench.measure import Command, once, peak_memory
from tests.bench.rivals import DELIVERY
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, ground, hand_over

SMALL, LARGE, RULES = 5000, 200_000_000, 50
KIB = 1024


def report() -> str:
    """The table of all rivals, and whether the promises were kept."""
    rules = mixed_rules(RULES)
    peaks = {size: _peaks(size, rules) for size in (SMALL, LARGE)}
    rows = [
        [rival.name, *(_shown(peaks[size].get(rival.name)) for size in peaks)] for rival in DELIVERY
    ]
    headings = ["Peak memory of one delivery", f"{SMALL} bytes", f"{LARGE // 1_000_000} MB"]
    table = markdown(headings, rows)
    small, large = (peaks[size].get("maildrop-py") for size in peaks)
    if not isinstance(small, int) or not isinstance(large, int):
        return f"{table}\n\nmaildrop-py was not measured"
    hook = peaks[SMALL].get("maildrop-py-deliver")
    return (
        f"{table}\n\nMB for a small message: {verdict(small / KIB, 30)}\n"
        f"MB more for a large one: {verdict((large - small) / KIB, 5)}\n"
        f"MB of the hook alone: {verdict(hook / KIB, 2) if isinstance(hook, int) else hook}"
    )


def _peaks(size: int, rules: list[Rule]) -> dict[str, int | str | None]:
    message = write_message(ground() / f"{size}.eml", size, rules)
    commands, reasons = prepare(message, rules)
    for command in commands:  # our second delivery after an upgrade writes caches as well
        as_user(partial(once, command))
    measured = {command.name: _peak(command) for command in commands}
    message.unlink()
    return {**reasons, **measured}


def _peak(command: Command) -> int | str | None:
    report = ground() / "peak"
    report.touch()
    hand_over(report)
    try:
        return peak_memory(command, report)
    except OSError as error:
        return f"fails ({error})"


def _shown(peak: int | str | None) -> str:
    return f"{peak / KIB:.1f} MB" if isinstance(peak, int) else peak or "not measured"
