"""client_country: the country to which the address of the client at the border was given.

By a table made with `maildrop-py country build`, or an .mmdb. Where there is no table
that is fresh enough the answer is unknown, and the log says so; so it is for
authenticated sessions, which may come from anywhere. An address that was given to
nobody has no country.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


ALIASES = {"uk": "gb", "el": "gr"}
"""Codes that people write, and those of ISO 3166 that the registries have."""


@record
class ClientCountry:
    """The country is one of `codes`, two letters each in lower case."""

    codes: frozenset[str]
    shown: str

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"$ref": "#/$defs/texts"},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["file"],
                "properties": {"file": {"$ref": "#/$defs/texts"}},
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        if node.kind != "mapping":
            codes = [_code(item, item.text()) for item in node.alternatives()]
            return cls(frozenset(codes), " or ".join(codes))
        files = [value for key, value in node.pairs() if key.choice(["file"], "kind of list")]
        listed = [one for value in files for one in value.alternatives()]
        found = [_code(one, line) for one in listed for line in scope.lines_of(one)]
        return cls(frozenset(found), "listed in " + " or ".join(one.text() for one in listed))

    def describe(self, text: Text = str.format) -> str:
        return text("the client's country is {shown}", shown=self.shown)

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.conditions.client import AUTHENTICATED

        if facts.evidence.border().authenticated:
            return Outcome(None, "client country", why=AUTHENTICATED)
        found = facts.evidence.country()
        if found.unknown:
            return Outcome(None, "client country", why=found.unknown)
        why = "" if found.code else "the address was given to nobody"
        return Outcome(found.code in self.codes, "client country", found.code, why=why)


def _code(node: Node, text: str) -> str:
    """A country's code; raises Mistake. Without quotes YAML takes `no` for false."""
    code = text.strip().lower()
    code = ALIASES.get(code, code)
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise node.mistake(
            "{written!r} is not a country", "two letters, such as br or cn (ISO 3166)", written=text
        )
    return code
