"""body: tests of the text of the message, decoded, every text part of it.

HTML is what a reader sees of it; `html` tests the markup. Where a limit ended the
reading (message/parts.py), the explanation says so.
"""

from __future__ import annotations

from maildrop_py.later import Later
from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, REFUSED, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

    from maildrop_py.message.parts import Parts
    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching import html_screen
    from maildrop_py.translation import Text
else:
    html_screen = Later("maildrop_py.rules.matching.html_screen")


@record
class Body:
    """A text part passes one of `tests`; `^` and `$` are the ends of a line.

    `screen` matches each page of HTML whose text may pass one; "" if there is none.
    """

    tests: tuple[TextTest, ...]
    screen: str = ""

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/text_test"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.text_tests import parse_tests
        from maildrop_py.rules.matching.html_screen import screen_of
        from maildrop_py.rules.program.anchors import literals_of

        tests = parse_tests(node, scope, "(?m:{})")
        return cls(tests, screen_of(literal for test in tests for literal in literals_of(test)))

    def describe(self, text: Text = str.format) -> str:
        tests = text(" or ").join(test.describe(text) for test in self.tests)
        return text("body {tests}", tests=tests)

    def test(self, facts: Facts) -> Outcome:
        return search_texts("body", self.tests, facts, as_written=False, screen=self.screen)


def search_texts(
    label: str, tests: tuple[TextTest, ...], facts: Facts, as_written: bool, screen: str = ""
) -> Outcome:
    """Whether a text of the message passes one of `tests`; as written, in HTML alone."""
    parts = facts.message.parts
    number = 0
    for text in parts.texts(as_written, None if facts.explaining else _wanted(screen)):
        number += 1
        for test in tests:
            found = test.search(text)
            if found:
                line, span = line_around(text, found[0])
                return Outcome(True, label, line, span, captures=found[1])
    if not facts.explaining:
        return REFUSED
    why = "{number} text part(s), none matches{cut}"
    values = {"number": number, "cut": "".join(f"; {it}" for it in limits_reached(parts))}
    return Outcome(False, label, why=why, values=values)


def _wanted(screen: str) -> Callable[[str], bool] | None:
    """What says of a page's markup whether its text is to be looked at."""
    return (lambda markup: html_screen.may_show(screen, markup)) if screen else None


def limits_reached(parts: Parts) -> list[str]:
    """In words, what was not examined because there is too much of it."""
    return [f"{cut}: the rest was not taken apart" for cut in parts.cuts]


def line_around(text: str, span: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """The line of `text` in which `span` starts, and the span within that line."""
    first = text.rfind("\n", 0, span[0]) + 1
    last = text.find("\n", span[0])
    line = text[first : last if last >= 0 else len(text)]
    return line, (span[0] - first, min(span[1] - first, len(line)))
