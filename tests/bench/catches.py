"""catches: how much of real mail each shipped rule file takes, for rules/README.md.

    python -m tests.bench.catches

Each file alone decides on every message of the SpamAssassin corpus, which lies
beside the project, not in it (see tests/conftest.py). A message is caught if
one of the file's rules fires; what goes to which folder is said below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from maildrop_py.decision.decide import decide
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import FileSource, Message
from maildrop_py.rules.compiler import compile_rules
from maildrop_py.rules.library import builtin_names, builtin_path
from maildrop_py.rules.program import Program
from maildrop_py.rules.reader import read_rules

from .table import markdown

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpora/spamassassin"
KINDS = {
    "easy ham": ("easy-ham-1", "easy-ham-2"),
    "hard ham": ("hard-ham-1",),
    "spam": ("spam-1", "spam-2"),
}
NOW = 1_800_000_000.0  # seconds; no shipped rule asks for it


def report() -> str:
    """The table of all shipped files, and where each kind of mail went."""
    if not CORPUS.is_dir():
        return f"catches: needs the SpamAssassin corpus at {CORPUS}"
    names = builtin_names()
    found = {name: {kind: caught(name, kind) for kind in KINDS} for name in names}
    totals = {kind: sum(1 for _ in _paths(kind)) for kind in KINDS}
    headings = ["file", *(f"{kind} ({totals[kind]:,})" for kind in KINDS)]
    rows = [[name, *(f"{found[name][kind].total():,}" for kind in KINDS)] for name in names]
    return "\n".join([markdown(headings, rows), "", *_folders(found)])


def caught(name: str, kind: str) -> Counter[str]:
    """How many messages of a kind the shipped file `name` catches, by where they go."""
    return Counter(_places(name, kind))


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


def _places(name: str, kind: str) -> Iterator[str]:
    """Where each message goes for which a rule of the file fired."""
    program = compile_rules(read_rules(builtin_path(name), enforce_trust=False))
    for path in _paths(kind):
        where = _place(program, path)
        if where:
            yield where


def _place(program: Program, path: Path) -> str:
    message = Message(FileSource(str(path)))
    envelope = Envelope()
    evidence = Evidence(message, envelope, program.settings, offline=True)
    decision = decide(message, envelope, evidence, program, NOW)
    if not decision.reasons:
        return ""
    folder = decision.filings[-1].folder if decision.filings else "discarded"
    return "Lists/…" if folder.startswith("Lists/") else folder


if __name__ == "__main__":
    print(report())
