"""misspelt: Subject has one of these words, written wrongly on purpose (V1agra, Viagara).

Rightly spelt words are not found: `subject` is for these. How far a word may be
from the right one, and what is left alone, is in `evidence.misspelt`.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, REFUSED, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.evidence import misspelt
    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text
else:
    misspelt = Later("maildrop_py.evidence.misspelt")

MOST_CHANGES = 2


@record
class Misspelt:
    """One of `words` is in Subject, disguised or with at most `distance` changes.

    `innocent` words are never taken for one of them.
    """

    words: tuple[str, ...]
    distance: int = 1
    innocent: tuple[str, ...] = ()

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"$ref": "#/$defs/texts"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["words"],
                "properties": {
                    "words": {"$ref": "#/$defs/texts"},
                    "distance": {"type": "integer", "minimum": 0, "maximum": MOST_CHANGES},
                    "innocent": {"$ref": "#/$defs/texts"},
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        if node.kind != "mapping":
            return cls(_words(node))
        keys = ("words", "distance", "innocent")
        found = {key.choice(keys, "key"): value for key, value in node.pairs()}
        if "words" not in found:
            raise node.mistake("no words are named here", "such as {words: [viagra], distance: 1}")
        return cls(
            _words(found["words"]),
            _changes(found["distance"]) if "distance" in found else 1,
            _words(found["innocent"]) if "innocent" in found else (),
        )

    def describe(self, text: Text = str.format) -> str:
        return text(
            "Subject has, misspelt on purpose, {words}", words=text(" or ").join(self.words)
        )

    def test(self, facts: Facts) -> Outcome:
        subjects = facts.values("Subject")
        for subject in subjects:
            found = misspelt.find(subject, self.words, self.distance, self.innocent)
            if found is not None:
                at = subject.find(found.written)
                span = (at, at + len(found.written)) if at >= 0 else None
                return Outcome(
                    True,
                    "Subject",
                    subject,
                    span,
                    why="meant is {word}",
                    values={"word": found.word},
                )
        if not facts.explaining:
            return REFUSED
        return Outcome(False, "Subject", "".join(subjects[:1]))


def _words(node: Node) -> tuple[str, ...]:
    for item in node.alternatives():
        if not item.text().strip() or len(item.text().split()) > 1:
            raise item.mistake("{item!r} is not one word", "such as viagra", item=item.text())
    return tuple(node.texts())


def _changes(node: Node) -> int:
    if node.kind != "whole number" or node.text() not in map(str, range(MOST_CHANGES + 1)):
        hint = f"0 (disguises alone) to {MOST_CHANGES}"
        raise node.mistake("the distance is out of range", hint)
    return int(node.text())
