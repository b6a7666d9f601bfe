r"""folder_exists: the Maildir has a folder of this name, or for this use: `\Junk`."""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.condition import MIDDLING, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from maildrop_py.rules.condition import Condition, Facts
    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text


@record
class FolderExists:
    """One of `folders` is there; unknown where nobody says in which Maildir."""

    folders: tuple[Template, ...]
    dots_separate: bool

    COST: ClassVar[int] = MIDDLING
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"$ref": "#/$defs/folder"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/folder"}},
        ]
    }

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        from maildrop_py.rules.language.template_reader import parse_folder

        folders = tuple(parse_folder(item, scope) for item in node.alternatives())
        return cls(folders, scope.layout == "maildir++")

    def describe(self, text: Text = str.format) -> str:
        return text(
            "there is a folder {folders}",
            folders=text(" or ").join(each.describe() for each in self.folders),
        )

    def test(self, facts: Facts) -> Outcome:
        answers = []
        for folder in self.folders:
            name = folder.expand_folder(facts.texts(), self.dots_separate)
            answers.append(facts.evidence.folder_exists(name))
            if answers[-1]:
                return Outcome(True, "folder", name)
        why = "the Maildir is not known" if None in answers else "there is no such folder"
        return Outcome(None if None in answers else False, "folder", why=why)
