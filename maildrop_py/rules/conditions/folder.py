"""folder: where a message that is already filed is; globs may be used."""

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
class Folder:
    """The message is in a folder that fits one of `globs`."""

    globs: tuple[str, ...]

    COST: ClassVar[int] = CHEAP
    SCHEMA: ClassVar[dict[str, Any]] = {"$ref": "#/$defs/texts"}

    @classmethod
    def parse(cls, node: Node, scope: Scope) -> Condition:
        return cls(tuple(node.texts()))

    def describe(self, text: Text = str.format) -> str:
        return text("already in folder {globs}", globs=text(" or ").join(self.globs))

    def test(self, facts: Facts) -> Outcome:
        from maildrop_py.message.normal_form import composed
        from maildrop_py.rules.matching.text import glob_fits

        file = facts.message.file
        if file is None:
            return Outcome(False, "folder", why="just arriving, in no folder yet")
        folder = composed(file.folder)
        held = any(glob_fits(composed(glob), folder) for glob in self.globs)
        return Outcome(held, "folder", file.folder)
