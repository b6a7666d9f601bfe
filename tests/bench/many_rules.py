"""many_rules: one delivery where 10,000 mailing lists have a rule each, caches warm."""

from __future__ import annotations

from tests.bench.deliveries import INTERPRETER, interpreter, prepare
from tests.bench.load import list_rules, write_message
from tests.bench.measure import medians
from tests.bench.rivals import DELIVERY
from tests.bench.table import markdown, milliseconds, times, verdict
from tests.bench.user import ground

SIZE, RULES, ROUNDS = 5000, 10_000, 15


def report() -> str:
    """The table of all rivals, and whether the promise was kept."""
    rules = list_rules(RULES)
    commands, reasons = prepare(write_message(ground() / "10k.eml", SIZE, rules), rules)
    taken = medians([interpreter(), *commands], ROUNDS)
    base = taken[INTERPRETER]
    rows = [[INTERPRETER, milliseconds(base), times(1)]]
    for rival in DELIVERY:
        seconds = taken.get(rival.name)
        rows.append(
            [rival.name, milliseconds(seconds), times(seconds / base)]
            if seconds
            else [rival.name, reasons[rival.name], ""]
        )
    title = f"One delivery, {RULES:,} rules, median of {ROUNDS}"
    table = markdown([title, "time", "interpreter"], rows)
    own = taken.get("maildrop-py")
    kept = verdict(own / base, 3.0) if own else "maildrop-py did not run"
    lines = [table, "", f"against the interpreter: {kept}"]
    procmail, handed = taken.get("procmail"), taken.get("maildrop-py-deliver")
    if procmail and handed:
        lines.append(f"the hook, against procmail: {verdict(handed / procmail, 0.1)}")
    return "\n".join(lines)
