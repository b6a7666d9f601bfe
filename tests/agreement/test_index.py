"""Random rules on real messages: through the index, and by trying every rule in order.

The words of the rules come out of the messages, so that they are met, and met
in part, in the wrong place, or in an encoding. The same Decision must come out,
reasons and all; delivery, LMTP and dry run go through the index, explanations
do not. So it must with the rules that are shipped, and after many other messages.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decider import Decider, World
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.record import replace
from maildrop_py.rules.language.reader import load_text
from maildrop_py.rules.program.compiler import compile_rules

NOW = 1_790_000_000.0
MESSAGES, RULES = 150, 40
NAMES = ["Subject", "From", "To", "Received", "X-Mailer", "Content-Type", "Message-ID"]
THENS = [
    {"file": "A"},
    {"file": "B", "flags": ["seen"], "continue": True},
    {"copy": "C"},
    {"score": 1},
    {"discard": True},
]


class Author:
    """Makes rules of what stands in messages."""

    def __init__(self, chance: Random, messages: list[Path]) -> None:
        self.chance, self.messages = chance, messages

    def rules(self) -> str:
        rules = [{"when": self.when(2), "then": self.then()} for _ in range(RULES)]
        return json.dumps({"rules": rules})

    def then(self) -> Any:
        return self.chance.choice(THENS[:1] if self.chance.random() < 0.1 else THENS[1:4] + THENS)

    def when(self, depth: int) -> Any:
        if depth and self.chance.random() < 0.4:
            some = [self.when(depth - 1) for _ in range(self.chance.randint(1, 3))]
            return {self.chance.choice(["all", "any"]): some} | (
                {"not": self.when(0)} if self.chance.random() < 0.5 else {}
            )
        kind = self.chance.randrange(7)
        name, word = self.chance.choice(NAMES), self.word()
        if kind == 0:
            return {"header": {name: {"contains": word}}}
        if kind == 1:
            return {self.chance.choice(["from", "to", "sender"]): [self.address(), self.address()]}
        if kind == 2:
            return {"list_id": re.escape(word)}
        if kind == 3:
            return {"subject": f"{re.escape(word)}|{re.escape(self.word())}"}
        if kind == 4:
            return {"from_daemon": True}
        if kind == 5:
            return {"attachment": self.chance.choice([True, {"type": "image|text"}, {"name": "."}])}
        return {"header": {name: rf"\b{re.escape(word)}.*{re.escape(self.word()[:3])}"}}

    def word(self) -> str:
        """A piece of a header that somebody has written."""
        headers = self.headers()
        field = self.chance.choice([headers.first(name) or "" for name in NAMES])
        words = re.findall(r"[^\s\"\\]{2,}", field) or ["word"]
        word = self.chance.choice(words)[:30]
        return self.chance.choice([word, word.upper(), word[: self.chance.randint(2, 12)]])

    def address(self) -> str:
        found = re.findall(r"[\w.+-]+@[\w.-]*\w", self.headers().first("From") or "")
        return found[0] if found else "somebody@example.org"

    def headers(self) -> Any:
        return Message(FileSource(str(self.chance.choice(self.messages)))).headers


SHIPPED = """
include:
  - builtin:duplicates
  - builtin:attachments
  - builtin:policy
  - builtin:backscatter
  - builtin:lists
  - builtin:daemons-apart
"""


def corpus(shared: Path) -> list[Path]:
    return sorted(path for path in (shared / "corpora").rglob("*") if path.is_file())


@pytest.mark.parametrize("seed", range(8))
def test_going_through_the_index_and_trying_every_rule_agree(shared: Path, seed: int) -> None:
    chance = Random(seed)
    messages = chance.sample(corpus(shared), MESSAGES)
    author = Author(chance, messages)
    rules = load_text(author.rules())
    program, fired = compile_rules(rules), 0
    for path in messages:
        decisions = []
        for explain in (False, True):
            message = Message(FileSource(str(path)))
            evidence = Evidence(message, Envelope(), rules.settings, offline=True)
            decisions.append(decide(message, Envelope(), evidence, program, NOW, explain))
        assert decisions[0] == replace(decisions[1], trace=()), path
        fired += bool(decisions[0].reasons)
    assert fired > MESSAGES / 20


def test_what_earlier_messages_left_changes_no_decision(shared: Path) -> None:
    """One who has decided about many messages asks for fields, names and words in other ways."""
    messages = Random(8).sample(corpus(shared), 4 * MESSAGES)
    rules = load_text(SHIPPED)
    program = compile_rules(rules)
    decider, world = Decider(program, lambda: NOW, time.gmtime), World(offline=True)
    for path in messages:
        decisions = [decider.decide(Message(FileSource(str(path))), Envelope(), world)[0]]
        for explain in (False, True):
            message = Message(FileSource(str(path)))
            evidence = Evidence(message, Envelope(), rules.settings, offline=True)
            decisions.append(decide(message, Envelope(), evidence, program, NOW, explain))
        assert decisions[0] == decisions[1] == replace(decisions[2], trace=()), path
