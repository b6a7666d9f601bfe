"""flags: the flags and keywords of a message that is already filed, and those of earlier rules."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import CHEAP, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text


@record
class Flags:
    """The message has one of `letters` or one of `keywords`."""

    letters: str
    keywords: tuple[str, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/flags"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.flag_names import parse_flags

        return cls(*parse_flags(node))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.flag_names import in_words

        flags = in_words(self.letters, self.keywords, text(" or "))
        return text("flagged as {flags}", flags=flags)

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.rules.language.flag_names import in_words

        file = facts.message.file
        if file is None and facts.given is None:
            return Outcome(False, "flags", why="just arriving, without flags")
        letters, keywords = facts.given or ("", ())
        if file is not None:
            letters, keywords = file.flags + letters, (*file.keywords, *keywords)
        letters, keywords = "".join(sorted({*letters})), tuple(dict.fromkeys(keywords))
        has = {keyword.lower() for keyword in keywords}
        holds = any(letter in letters for letter in self.letters)
        holds = holds or any(keyword.lower() in has for keyword in self.keywords)
        return Outcome(holds, "flags", in_words(letters, keywords) or "none")
