"""catches: how much of real mail each shipped rule file takes, for rules/README.md.

    python -m tests.bench.catches

Each file alone decides on every message of the SpamAssassin corpus, which lies
beside the project, not in it (see tests/conftest.py). A message is caught if
one of the file's rules fires; what goes to which folder is said below, and how
often each rule of builtin:policy fired.

No DNS is asked: it would answer for today's owners of addresses and domains of
2002. So SPF, DNS lists and what needs them are unknown here; reverse names and
HELO are what the receiving server wrote into Received. Its own relays and those
that its owner had his mail forwarded by are trusted (RELAYS), as he would have
said in `trust.networks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from maildrop_py.decision.decide import decide
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.record import record, replace
from maildrop_py.rules.language.library import builtin_names, builtin_path
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.rule_set import RuleSet
from maildrop_py.rules.program.compiler import compile_rules
from maildrop_py.rules.program.program import Program
from tests.bench.table import markdown

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpora/spamassassin"
KINDS = {
    "easy ham": ("easy-ham-1", "easy-ham-2"),
    "hard ham": ("hard-ham-1",),
    "spam": ("spam-1", "spam-2"),
}
RELAYS = (
    "193.120.211.219",  # mail.webnote.net: another mailbox of the collector's, forwarded
    "205.210.42.30",  # smtp.easydns.com: his forwarding service
    "213.105.180.140",  # mandark.labs.netnoteinc.com: takes in mail for netnoteinc.com
    "212.17.35.15",  # dogma.slashnull.org: takes in all the rest
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
)
POLICY = "policy"
NOW = 1_800_000_000.0  # seconds; no shipped rule asks for it


@record
class Fate:
    """Where a message went, and the names of the rules that fired."""

    place: str
    fired: tuple[str, ...]


def report() -> str:
    """The table of all shipped files, and where each kind of mail went."""
    if not CORPUS.is_dir():
        return f"catches: needs the SpamAssassin corpus at {CORPUS}"
    names = [name for name in builtin_names() if name != POLICY]
    found = {name: {kind: caught(name, kind) for kind in KINDS} for name in names}
    weighed = {kind: caught(POLICY, kind) for kind in KINDS}
    totals = {kind: sum(1 for _ in _paths(kind)) for kind in KINDS}
    headings = [f"{kind} ({totals[kind]:,})" for kind in KINDS]
    rows = [[name, *(f"{found[name][kind].total():,}" for kind in KINDS)] for name in names]
    table = markdown(["file", *headings], rows)
    return "\n".join(
        [
            table,
            "",
            markdown(["rule", *headings], _by_rule()),
            "",
            *_folders({**found, POLICY: weighed}),
        ]
    )


def caught(name: str, kind: str) -> Counter[str]:
    """How many messages of a kind the shipped file `name` catches, by where they go."""
    return Counter(fate.place for fate in _fates(name, kind) if fate.fired)


def fired(name: str, kind: str) -> Counter[str]:
    """How often each rule of the shipped file `name` fires for messages of a kind."""
    return Counter(rule for fate in _fates(name, kind) for rule in fate.fired)


def _by_rule() -> list[list[str]]:
    """How often each rule that `policy` is made of fired, those that never did left out."""
    by_kind = [fired(POLICY, kind) for kind in KINDS]
    return [
        [rule.name, *(f"{count[rule.name]:,}" for count in by_kind)]
        for rule in _rules(POLICY).rules
        if any(count[rule.name] for count in by_kind)
    ]


def _folders(found: dict[str, dict[str, Counter[str]]]) -> Iterator[str]:
    """For each file the five folders that took most, Lists/... taken together."""
    for name, by_kind in found.items():
        total: Counter[str] = sum(by_kind.values(), Counter())
        yield f"{name}: " + (
            ", ".join(f"{number:,} {where}" for where, number in total.most_common(5)) or "nothing"
        )


def _paths(kind: str) -> Iterator[Path]:
    for folder in KINDS[kind]:
        yield from sorted((CORPUS / folder).iterdir())


def _fates(name: str, kind: str) -> Iterator[Fate]:
    """What the file does with each message."""
    program = compile_rules(_rules(name))
    for path in _paths(kind):
        yield _fate(program, path)


def _rules(name: str) -> RuleSet:
    rules = read_rules(builtin_path(name), enforce_trust=False)
    return replace(rules, settings=replace(rules.settings, networks=RELAYS))


def _fate(program: Program, path: Path) -> Fate:
    message = Message(FileSource(str(path)))
    envelope = Envelope()
    evidence = Evidence(message, envelope, program.settings, offline=True)
    decision = decide(message, envelope, evidence, program, NOW)
    folder = decision.filings[-1].folder if decision.filings else "discarded"
    place = "Lists/…" if folder.startswith("Lists/") else folder
    return Fate(place, tuple(reason.rule for reason in decision.reasons))


if __name__ == "__main__":
    print(report())
