"""flags: mark the message, wherever it ends.

`{add: …, remove: …}` takes away too what earlier rules gave, and `{set: …}` takes all of that
away. A message that is in a folder already keeps the flags that it has there."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.translation import Text

KEYS = ("add", "remove", "set")
EVERY = "*"


@record
class Flags:
    """Maildir flag letters and IMAP keywords for the message's last filing.

    `without` are those that are taken away first; EVERY for all.
    """

    letters: str
    keywords: tuple[str, ...]
    without: str = ""
    without_keywords: tuple[str, ...] = ()

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"$ref": "#/$defs/flags"},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {
                    "add": {"$ref": "#/$defs/flags"},
                    "remove": {"$ref": "#/$defs/flags"},
                    "set": {"anyOf": [{"$ref": "#/$defs/flags"}, {"const": []}]},
                },
            },
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Flags:
        from maildrop_py.rules.language.flag_names import parse_flags

        if node.kind != "mapping":
            return cls(*parse_flags(node))
        found = {key.choice(KEYS, "key"): value for key, value in node.pairs()}
        if not found:
            raise node.mistake("no flag is named here", "such as {remove: seen}")
        if "set" in found:
            if len(found) > 1:
                raise node.mistake("`set` takes all flags away first", "leave the others out")
            value = found["set"]
            empty = value.kind == "list" and not value.items()
            return cls(*(("", ()) if empty else parse_flags(value)), EVERY)
        nothing: tuple[str, tuple[str, ...]] = ("", ())
        add = parse_flags(found["add"]) if "add" in found else nothing
        return cls(*add, *(parse_flags(found["remove"]) if "remove" in found else nothing))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.flag_names import in_words

        marks = in_words(self.letters, self.keywords)
        gone = in_words(self.without, self.without_keywords)
        if self.without == EVERY and not marks:
            return text("take all marks away")
        if self.without == EVERY:
            return text("mark as {flags} and nothing else", flags=marks)
        words = [text("mark as {flags}", flags=marks)] if marks else []
        words += [text("no longer mark as {flags}", flags=gone)] if gone else []
        return ", ".join(words)

    def apply(self, builder: Builder) -> None:
        if self.without or self.without_keywords:
            builder.unflag(self.without, self.without_keywords)
        if self.letters or self.keywords:
            builder.flag(self.letters, self.keywords)
