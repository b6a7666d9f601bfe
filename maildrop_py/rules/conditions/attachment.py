"""attachment: tests of the name, type, size and header of what is attached.

One attachment must pass them all. `part` asks the same of every part of the message,
texts too. `all`, `any` and `not` nest such tests: all of them are of the same one."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, REFUSED, Outcome
from maildrop_py.rules.conditions.body import limits_reached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, ClassVar

    from maildrop_py.message.headers import Headers
    from maildrop_py.message.part import Part
    from maildrop_py.message.parts import Attachment as Attached
    from maildrop_py.rules.condition import Anchors, Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.language.text_tests import TextTest
    from maildrop_py.rules.matching.comparison import Comparison
    from maildrop_py.rules.matching.pattern import Found
    from maildrop_py.translation import Text

if TYPE_CHECKING:
    Passed = tuple[tuple[int, int] | None, dict[str, str]]
    """Where its name passed, and what was captured."""

NESTED = ("all", "any", "not")
KEYS = ("name", "type", "size", "header", "text", *NESTED)
MOST_TEXT = 1 << 22
"""Bytes of all texts of a message together that are looked at."""
SCHEMA: dict[str, Any] = {"$ref": "#/$defs/part"}
WHOLE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "name": {"$ref": "#/$defs/text_test"},
        "type": {"$ref": "#/$defs/text_test"},
        "size": {"$ref": "#/$defs/comparison"},
        "text": {"$ref": "#/$defs/text_test"},
        "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/part"}},
        "any": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/part"}},
        "not": {"$ref": "#/$defs/part"},
        "header": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"$ref": "#/$defs/text_test"},
        },
    },
}


@record
class Attachment:
    """One attachment passes a test of its name, of its type and so on, where given.

    With `parts`, one part of the message. A size is that of the file, decoded, in bytes.
    """

    names: tuple[TextTest, ...] = ()
    types: tuple[TextTest, ...] = ()
    size: Comparison | None = None
    headers: tuple[tuple[str, tuple[TextTest, ...]], ...] = ()
    parts: bool = False
    texts: tuple[TextTest, ...] = ()
    nested: tuple[tuple[str, tuple[Attachment, ...]], ...] = ()

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {"anyOf": [{"type": "boolean"}, SCHEMA]}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.conditions.not_ import wanted

        return wanted(node, cls()) if node.kind == "boolean" else parse_part(node, scope, False)

    def describe(self, text: Text = str.format) -> str:
        asked = [*self._tests_in_words(text)]
        if self.size is not None:
            asked.append(text("size is {comparison}", comparison=self.size.describe()))
        what = text("a part") if self.parts else text("an attachment")
        if asked:
            what = text("{what} whose {tests}", what=what, tests=text(" and whose ").join(asked))
        for kind, inner in self.nested:
            tests = "; ".join(one.describe(text) for one in inner)
            if kind == "not":
                what = text("{what} that is not ({tests})", what=what, tests=tests)
            elif kind == "any":
                what = text("{what} that is any of ({tests})", what=what, tests=tests)
            else:
                what = text("{what} that is all of ({tests})", what=what, tests=tests)
        return what

    def _tests_in_words(self, text: Text) -> Iterator[str]:
        of_headers = [(f"header {name}", tests) for name, tests in self.headers]
        asked = ("name", self.names), ("type", self.types), ("text", self.texts), *of_headers
        for what, tests in asked:
            if tests:
                told = text(" or ").join(test.describe(text) for test in tests)
                yield text("{name} {tests}", name=what, tests=told)

    def anchors(self) -> Anchors:
        from maildrop_py.rules.program.anchors import FILES

        return () if self.parts else FILES

    def test(self, facts: Facts) -> Outcome:
        found, left = self._asked(facts), [MOST_TEXT]
        for one, part in found:
            passed = self._whole(facts, one, part, left)
            if passed is not None:
                text = f"{one.name} ({one.type})"
                span, captures = passed
                return Outcome(True, self._label, text, span, captures=captures)
        if not facts.explaining:
            return REFUSED
        names = ", ".join(one.name for one, _ in found[:5])
        why = [] if found else ["there is none"]
        why += limits_reached(facts.message.parts)
        return Outcome(False, self._label, names, why="; ".join(why))

    @property
    def _label(self) -> str:
        return "part" if self.parts else "attachment"

    def _asked(self, facts: Facts) -> Sequence[tuple[Attached, Part | None]]:
        """Each attachment, or part; the parts themselves only where they are needed."""
        parts = facts.message.parts
        if self.parts:
            return parts.with_parts(every=True)
        if self.size is None and not (self.headers or self.texts or self.nested):
            return [(one, None) for one in parts.attachments]
        return parts.with_parts(every=False)

    def _whole(
        self, facts: Facts, one: Attached, part: Part | None, left: list[int]
    ) -> Passed | None:
        """What one part passed, with what is nested; `left` is how much text may be read."""
        passed = self._passes(one, part)
        if passed is not None and self.texts and part is not None:
            left[0] -= part.end - part.start
            passed = self._in_text(facts, part, passed) if left[0] > 0 else None
        for kind, inner in self.nested:
            if passed is None:
                return None
            nested = _joined(kind, (each._whole(facts, one, part, left) for each in inner))
            passed = None if nested is None else (passed[0], {**passed[1], **nested})
        return passed

    def _passes(self, one: Attached, part: Part | None) -> Passed | None:
        name, kind = _passes(self.names, one.name), _passes(self.types, one.type)
        if not name or not kind:
            return None
        captures = {**name[1], **kind[1]}
        if self.size is not None and (part is None or not self.size.holds(part.content_size)):
            return None
        for field, tests in self.headers:
            found = None if part is None else _in_header(part.headers, field, tests)
            if not found:
                return None
            captures.update(found[1])
        return name[0] if self.names else None, captures

    def _in_text(self, facts: Facts, part: Part, passed: Passed) -> Passed | None:
        """What passed, with what its text adds; None if the text does not pass."""
        found = _passes(self.texts, facts.message.parts.text_of(part))
        return None if found is None else (passed[0], {**passed[1], **found[1]})


def parse_part(node: Node, scope: Scope, parts: bool) -> Attachment:
    """What is asked of an attachment, or of any part; raises Mistake."""
    from maildrop_py.rules.language.header_name import header_name
    from maildrop_py.rules.language.text_tests import parse_tests
    from maildrop_py.rules.matching.comparison import SIZES, parse_comparison

    found = {key.choice(KEYS, "test"): value for key, value in node.pairs()}
    if not found:
        what = "part" if parts else "attachment"
        raise node.mistake("nothing is asked of the {what}", r"such as {name: '\.scr$'}", what=what)
    tests = {what: parse_tests(found[what], scope) for what in ("name", "type") if what in found}
    headers = found["header"].pairs() if "header" in found else []
    nested = tuple(
        (kind, tuple(parse_part(item, scope, parts) for item in found[kind].alternatives()))
        for kind in NESTED
        if kind in found
    )
    return Attachment(
        tests.get("name", ()),
        tests.get("type", ()),
        parse_comparison(found["size"], SIZES) if "size" in found else None,
        tuple((header_name(key), parse_tests(value, scope)) for key, value in headers),
        parts,
        parse_tests(found["text"], scope, "(?m:{})") if "text" in found else (),
        nested,
    )


def _joined(kind: str, asked: Iterator[Passed | None]) -> dict[str, str] | None:
    """What was captured in nested tests; None if these do not pass."""
    if kind == "any":
        return next((passed[1] for passed in asked if passed is not None), None)
    captures: dict[str, str] = {}
    for passed in asked:
        if (passed is None) != (kind == "not"):
            return None
        captures.update(passed[1] if passed is not None else {})
    return {} if kind == "not" else captures


def _passes(tests: tuple[TextTest, ...], text: str) -> Found | None:
    """Where `text` passes one of the tests; its beginning where there is no test."""
    if not tests:
        return (0, 0), {}
    found = (test.search(text) for test in tests)
    return next((one for one in found if one), None)


def _in_header(headers: Headers, name: str, tests: tuple[TextTest, ...]) -> Found | None:
    found = (_passes(tests, field.value) for field in headers.all(name))
    return next((one for one in found if one), None)
