"""asker: asks the tests of a Sieve script, at one place of it."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every
from maildrop_py.convert.sieve.texts import TextTests
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.arguments import Arguments
    from maildrop_py.convert.state import State

    Question: TypeAlias = "Callable[[Asker, tree.Test], Predicate]"


class Asker:
    """Asks one test in a state; `matched` is how its groups are called, if it has any."""

    def __init__(self, state: State, questions: Mapping[str, Question]) -> None:
        self.state = state
        self._questions = questions
        self.matched = ""
        self._matches = 0

    def ask(self, test: tree.Test) -> Predicate:
        """The predicate of a test; raises NotTranslatable."""
        question = self._questions.get(test.name)
        if question is None:
            raise NotTranslatable(f"the test {test.name} has no equal here")
        return question(self, test)

    def all_of(self, tests: tuple[tree.Test, ...]) -> list[Predicate]:
        return [self.ask(test) for test in tests]

    def message(self, key: str, value: Any) -> Test:
        """A test of the message as it is at this place."""
        return Test(key, value, ((MESSAGE, self.state.message_age),))

    def constants(self, texts: tuple[str, ...]) -> list[str]:
        variables = self.state.environment
        return [variables.constant(text, self.state) for text in texts]

    def groups_for(self, arguments: Arguments) -> str:
        """The name for what this test matches; "" where the script never reads it."""
        if arguments.match_type not in ("matches", "regex"):
            return ""
        if not self.state.environment.reads_matches:
            return ""
        self._matches += 1
        self.matched = self.state.free_name(f"match_{arguments.line}")
        return self.matched

    def texts(self, arguments: Arguments, groups: str) -> TextTests:
        """What makes tests of text, by the tags of this test."""
        numbers = self.state.environment.reads_matches
        named = {number: f"{groups}_{number}" for number in numbers} if groups else {}
        match, relation = arguments.match_type, arguments.tag("value")
        return TextTests(match, arguments.comparator, relation, named)

    @property
    def is_ambiguous(self) -> bool:
        """Whether more than one test may have matched."""
        return self._matches > 1

    def over_keys(self, keys: tuple[str, ...], make: Callable[[list[str]], Predicate]) -> Predicate:
        """`make` of the keys' values; where variables give several, of each under its condition."""
        plain: list[str] = []
        found: list[Predicate] = []
        for key in keys:
            values = self.state.environment.expand(key, self.state)
            if len(values) == 1 and values[0][0] is True:
                plain.append(values[0][1])
            else:
                found += [every(holds, make([value])) for holds, value in values]
        return either(*([make(plain)] if plain else []), *found)
