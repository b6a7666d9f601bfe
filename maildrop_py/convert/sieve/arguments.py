"""arguments: a command's or test's arguments, those with a tag apart from the others."""

from __future__ import annotations

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.sieve.tree import Command, Tag, Test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.tree import Argument

WITH_VALUE = frozenset(
    [
        *("comparator", "value", "count", "content", "zone", "index", "flags", "days", "seconds"),
        *("subject", "from", "addresses", "handle", "importance", "options", "message", "header"),
        *("uniqueid", "fcc", "specialuse", "param", "name", "list", "method", "id", "first"),
    ]
)
COMPARED = ("is", "contains", "matches", "regex", "value", "count", "comparator")
"""The tags of a comparison."""
MATCH_TYPES = ("is", "contains", "matches", "regex", "value", "count", "list")


class Arguments:
    """`tags` by name, with their value or (); `others` in their order."""

    def __init__(self, statement: Command | Test) -> None:
        self.line = statement.line
        self.tags: dict[str, Argument] = {}
        self.others: list[Argument] = []
        rest = list(statement.arguments)
        while rest:
            argument = rest.pop(0)
            if not isinstance(argument, Tag):
                self.others.append(argument)
            elif argument.name in WITH_VALUE and rest and not isinstance(rest[0], Tag):
                self.tags[argument.name] = rest.pop(0)
            else:
                self.tags[argument.name] = ()

    def only(self, *names: str) -> None:
        """Raises NotTranslatable where another tag than these is there."""
        for tag in self.tags:
            if tag not in names:
                raise NotTranslatable(f":{tag} has no equal here")

    def texts(self, at: int) -> tuple[str, ...]:
        """The strings of the argument at `at`; raises NotTranslatable where none are there."""
        found = self.others[at] if -len(self.others) <= at < len(self.others) else None
        if not isinstance(found, tuple):
            raise NotTranslatable("an argument is missing")
        return found

    def tag(self, name: str, default: str = "") -> str:
        """The text behind `:name`."""
        found = self.tags.get(name, (default,))
        return found[0] if isinstance(found, tuple) and found else default

    @property
    def match_type(self) -> str:
        return next((name for name in MATCH_TYPES if name in self.tags), "is")

    @property
    def comparator(self) -> str:
        return self.tag("comparator", "i;ascii-casemap").lower()
