"""file: put the message into a folder, with the flags beside it."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.actions.action import Builder
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class File:
    """One copy into `folder`; `letters` and `keywords` are this filing's own flags."""

    folder: Template
    letters: str = ""
    keywords: tuple[str, ...] = ()

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/folder"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> File:
        from maildrop_py.rules.language.template_reader import parse_folder

        return cls(parse_folder(node, scope))

    def describe(self, text: Text = str.format) -> str:
        from maildrop_py.rules.language.flag_names import in_words

        folder, flags = self.folder.describe(), in_words(self.letters, self.keywords)
        if not flags:
            return text("file into {folder}", folder=folder)
        return text("file into {folder} as {flags}", folder=folder, flags=flags)

    def apply(self, builder: Builder) -> None:
        builder.file(self.folder, self.letters, self.keywords)
