"""auth: what trusted servers found out about signatures and policies (RFC 8601).

Only Authentication-Results of the servers in `trust.authserv_ids` that are
above the border count. Where several findings are of one method (a message may
be signed twice), one that passed speaks for all.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, UNKNOWN, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


METHODS = ("arc", "dkim", "dmarc", "iprev", "spf")
RESULTS = (
    *("pass", "fail", "none", "neutral", "policy", "softfail"),
    *("temperror", "permerror"),
)


@record
class Auth:
    """A trusted server's result of `method` is one of `results`."""

    method: str
    results: tuple[str, ...]

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            method: {
                "anyOf": [
                    {"enum": list(RESULTS)},
                    {"type": "array", "minItems": 1, "items": {"enum": list(RESULTS)}},
                ]
            }
            for method in METHODS
        },
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.all import All

        found = tuple(
            cls(
                key.choice(METHODS, "method"),
                tuple(item.choice(RESULTS, "result") for item in value.alternatives()),
            )
            for key, value in node.pairs()
        )
        if not found:
            raise node.mistake("no method is named here", "such as {dkim: pass}")
        return found[0] if len(found) == 1 else All(found)

    def describe(self, text: Text = str.format) -> str:
        return text(
            "a trusted server says {method} {results}",
            method=self.method,
            results=text(" or ").join(self.results),
        )

    def test(self, facts: Facts) -> Outcome:
        authentication = facts.evidence.auth()
        findings = authentication.of(self.method)
        if not (findings or facts.explaining):
            return UNKNOWN
        if not findings:
            if authentication.unknown:
                return Outcome(None, self.method, why=authentication.unknown)
            values = {"servers": ", ".join(authentication.servers)}
            why = "{servers} did not report it"
            return Outcome(None, self.method, why=why, values=values)
        results = [finding.result for finding in findings]
        if "pass" in results:
            results = ["pass"]
        shown = " ".join(dict.fromkeys(results))
        if any(result in self.results for result in results):
            return Outcome(True, self.method, shown)
        return Outcome(None if "temperror" in results else False, self.method, shown)
