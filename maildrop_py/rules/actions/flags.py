"""flags: mark the message, wherever it ends."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope


@record
class Flags:
    """Maildir flag letters and IMAP keywords for the message's last filing."""

    letters: str
    keywords: tuple[str, ...]

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/flags"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Flags:
        from maildrop_py.rules.language.flag_names import parse_flags

        return cls(*parse_flags(node))

    def describe(self) -> str:
        from maildrop_py.rules.language.flag_names import in_words

        return "mark as " + in_words(self.letters, self.keywords)

    def apply(self, builder: Builder) -> None:
        builder.flag(self.letters, self.keywords)
