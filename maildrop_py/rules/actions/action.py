"""action: what every action is, and what it asks of the builder of a decision.

An action is a frozen record. Its own `parse` makes it from YAML, `describe` puts
it into words, and `apply` tells the builder what is to be done; it does nothing
itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Protocol

    from maildrop_py.rules.language.document import Node
    from maildrop_py.rules.language.rule import Then
    from maildrop_py.rules.language.scope import Scope
    from maildrop_py.rules.program.call import Call
    from maildrop_py.rules.program.template import Template
    from maildrop_py.translation import Text

    class Builder(Protocol):
        """Puts a decision together; texts are filled from what was captured."""

        def text(self, template: Template) -> str:
            """The template, expanded."""

        def file(self, folder: Template, letters: str, keywords: tuple[str, ...]) -> None:
            """One copy goes into a folder, with flags of its own."""

        def copy(self, folder: Template) -> None:
            """One copy more goes into a folder."""

        def flag(self, letters: str, keywords: tuple[str, ...]) -> None:
            """Wherever the message ends, it has these flags."""

        def unflag(self, letters: str, keywords: tuple[str, ...]) -> None:
            """What earlier rules gave is taken away: these flags, or all of them for "*"."""

        def forward(self, address: str, otherwise: Then | None = None) -> None:
            """The message goes on to an address; if that fails, `otherwise` is done."""

        def pipe(self, call: Call, otherwise: Then | None = None) -> None:
            """The message goes to a program; if that fails, `otherwise` is done."""

        def filter(self, call: Call) -> bool:
            """A program changes the message, for all that comes behind; False if it fails."""

        def output(self, call: Call) -> str:
            """The first line of what a program prints; "" if it fails."""

        def defer(self, text: str) -> None:
            """Nothing is done, and the mail server is told to try again."""

        def edit_now(self) -> None:
            """Later rules see the header edits so far."""

        def has_header(self, name: str) -> bool:
            """Whether a field of a name is there, or was added."""

        def rename_header(self, old: str, new: str) -> None:
            """All headers of a name have another name in what is delivered."""

        def reject(self, text: str) -> None:
            """The sender is told that the message is refused."""

        def score(self, points: float) -> None:
            """Adds to the spam score that later rules see."""

        def add_header(self, name: str, value: str, last: bool = False) -> None:
            """A header is put on top of what is delivered, or at the header's end."""

        def replace_header(self, name: str, value: str) -> None:
            """A header has another text in its place; it is put on top where there is none."""

        def remove_header(self, name: str) -> None:
            """All headers of a name are left out of what is delivered."""

        def learn(self, is_spam: bool) -> None:
            """Once delivered, the message teaches the Bayes filter."""

        def answer(
            self,
            kind: str,
            text: Template,
            subject: Template | None,
            own: tuple[str, ...],
            **more: Any,
        ) -> None:
            """Once delivered, the sender gets an answer."""

        def notify(self, text: Template, to: str, call: Call | None) -> None:
            """Once delivered, a text goes to an address or a program."""

        def set(self, name: str, value: str) -> None:
            """Later templates know `{name}`."""

    class Action(Protocol):
        """See the module's docstring."""

        def describe(self, text: Text = str.format) -> str:
            """The action in words: in English for logs, by `translation.text` for people."""

        def apply(self, builder: Builder) -> None:
            """Tell the builder what is to be done."""

    class ActionType(Protocol):
        """What the registry names: how an action is written, and how it is read."""

        SCHEMA: ClassVar[dict[str, Any]]

        @classmethod
        def parse(cls, node: Node, scope: Scope) -> Action:
            """Make the action of its YAML value; raises Mistake where that is wrong."""
