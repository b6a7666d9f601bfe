"""copy: put a copy into a folder and go on."""

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
class Copy:
    """One more copy into `folder`."""

    folder: Template

    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/folder"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Copy:
        from maildrop_py.rules.language.template_reader import parse_folder

        return cls(parse_folder(node, scope))

    def describe(self, text: Text = str.format) -> str:
        return text("copy into {folder}", folder=self.folder.describe())

    def apply(self, builder: Builder) -> None:
        builder.copy(self.folder)
