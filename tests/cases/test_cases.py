"""Golden cases: a message, rules, and the decision that must come of them.

Each folder beside this file is one case: `message.eml`, `rules.yaml`,
`expected.json`, and `envelope.json` or `filed.json` where the case needs them.
`expected.json` names what it cares about; what it does not name is not looked at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.message_file import StatedFile
from maildrop_py.message.source import FileSource
from maildrop_py.record import replace
from maildrop_py.rules.language.flag_names import in_words
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.program.compiler import compile_rules

HERE = Path(__file__).resolve().parent
CASES = sorted(path.parent for path in HERE.glob("*/message.eml"))
NOW = 1_790_000_000.0
"""Seconds since the epoch: 21 September 2026, 14:13:20 UTC."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    expected = read(case / "expected.json")
    fast, explained = decision_of(case, explain=False), decision_of(case, explain=True)
    shown = shown_of(fast)
    assert {key: shown[key] for key in expected} == expected
    assert replace(explained, trace=()) == fast


def test_there_are_cases_and_all_are_whole() -> None:
    assert len(CASES) >= 12
    for case in CASES:
        assert (case / "rules.yaml").exists() and read(case / "expected.json")


def decision_of(case: Path, explain: bool) -> Decision:
    filed = StatedFile(**read(case / "filed.json")) if (case / "filed.json").exists() else None
    envelope = Envelope(**read(case / "envelope.json"))
    program = compile_rules(read_rules(str(case / "rules.yaml"), enforce_trust=False))
    message = Message(FileSource(str(case / "message.eml")), file=filed)
    evidence = Evidence(message, envelope, program.settings, offline=True)
    return decide(message, envelope, evidence, program, NOW, explain)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def shown_of(decision: Decision) -> dict[str, Any]:
    """A decision as `expected.json` writes it."""
    return {
        "rule": decision.rule,
        "filings": [
            f"{filing.folder} {in_words(filing.flags, filing.keywords, ' ')}".strip()
            for filing in decision.filings
        ],
        "forwards": [each.address for each in decision.actions if isinstance(each, Forward)],
        "pipes": [list(each.argv) for each in decision.actions if isinstance(each, Pipe)],
        "reject": decision.reject,
        "add_headers": [f"{name}: {value}" for name, value in decision.add_headers],
        "remove_headers": list(decision.remove_headers),
        "score": decision.score,
        "fired": [reason.rule for reason in decision.reasons],
    }
