"""startup: one delivery of a 5 KB message with 50 rules, caches warm, the disk settled."""

from __future__ import annotations

from tests.bench.deliveries import INTERPRETER, interpreter, prepare
from tests.bench.load import mixed_rules, write_message
from tests.bench.measure import medians
from tests.bench.rivals import DELIVERY
from tests.bench.settled import settle
from tests.bench.table import markdown, milliseconds, times, verdict
from tests.bench.user import ground

SIZE, RULES, ROUNDS = 5000, 50, 40


def report() -> str:
    """The table of all rivals, and whether the promises were kept."""
    rules = mixed_rules(RULES)
    state = settle(ground())
    commands, reasons = prepare(write_message(ground() / "5k.eml", SIZE, rules), rules)
    taken = medians([interpreter(), *commands], ROUNDS)
    base = taken[INTERPRETER]
    names = [INTERPRETER, *(rival.name for rival in DELIVERY)]
    rows = [
        [name, milliseconds(taken[name]), times(taken[name] / base)]
        if name in taken
        else [name, reasons[name], ""]
        for name in names
    ]
    title = f"One delivery, {SIZE} bytes, {RULES} rules, median of {ROUNDS}"
    lines = [markdown([title, "time", "interpreter"], rows), "", state, *promises(taken)]
    return "\n".join(lines)


def promises(taken: dict[str, float]) -> list[str]:
    """What the project promises of start-up, against what was measured."""
    own = taken.get("maildrop-py")
    if own is None:
        return ["maildrop-py did not run"]
    said = [f"against the interpreter: {verdict(own / taken[INTERPRETER], 1.35)}"]
    lda = taken.get("dovecot-lda + Sieve")
    if lda:
        said.append(f"against dovecot-lda with Sieve: {verdict(own / lda, 1.0)}")
    procmail, handed = taken.get("procmail"), taken.get("maildrop-py-deliver")
    if procmail and handed:
        said.append(f"the hook, against procmail: {verdict(handed / procmail, 1.0)}")
    return said
