"""asker: asks the tests of a Sieve script, at one place of it."""

from __future__ import annotations

from typing import Any

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import Test, either, every, negated
from maildrop_py.convert.sieve.fragments import Comparison
from maildrop_py.convert.sieve.matches import UNCHANGED, Matches, may_match
from maildrop_py.convert.sieve.texts import TextTests
from maildrop_py.convert.state import MESSAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve import tree
    from maildrop_py.convert.sieve.arguments import Arguments
    from maildrop_py.convert.sieve.variables import Variables
    from maildrop_py.convert.state import State

    Question: TypeAlias = "Callable[[Asker, tree.Test], Predicate]"


class Asker:
    """Asks one test in a state; `matches` says what `${1}` is behind it.

    `keep` makes a variable of the rules of a text that only the mail tells.
    """

    def __init__(
        self, state: State, questions: Mapping[str, Question], keep: Callable[[str], str]
    ) -> None:
        self.state = state
        self.keep = keep
        self.flags_as_rules = False
        self.remark: Callable[[str], None] = lambda _text: None
        self.loops = 0
        """In how many loops over the message's parts it stands."""
        self.matches = UNCHANGED
        self._questions = questions
        self._wanted = ""

    @property
    def variables(self) -> Variables:
        found: Variables = self.state.environment
        return found

    def ask(self, test: tree.Test) -> Predicate:
        """The predicate of a test; raises NotTranslatable."""
        question = self._questions.get(test.name)
        if question is None:
            raise NotTranslatable(f"the test {test.name} has no equal here")
        self.matches = UNCHANGED
        return question(self, test)

    def negation(self, test: tree.Test) -> Predicate:
        found = negated(self.ask(test.tests[0]))
        self.matches = self.matches.swapped
        return found

    def all_of(self, test: tree.Test) -> Predicate:
        """All of the tests in it, one after the other."""
        wanted, found, matches = self._wanted, [], []
        named = [inner for inner in test.tests if may_match(inner)]
        for inner in test.tests:
            self._wanted = wanted if named and inner is named[-1] else ""
            found.append(self.ask(inner))
            matches.append(self.matches)
        self._wanted, self.matches = wanted, Matches.of_all(matches)
        return every(*found)

    def any_of(self, test: tree.Test) -> Predicate:
        """One of the tests in it; what they match has the same name, whichever it is."""
        wanted, found, matches = self._wanted, [], []
        named = [inner for inner in test.tests if may_match(inner)]
        if len(named) > 1 and self.variables.reads_matches:
            self._wanted = wanted or self._free_name(test.line)
        for inner in test.tests:
            found.append(self.ask(inner))
            matches.append(self.matches)
        self._wanted, self.matches = wanted, Matches.of_any(matches)
        return either(*found)

    def message(self, key: str, value: Any) -> Test:
        """A test of the message as it is at this place."""
        return Test(key, value, ((MESSAGE, self.state.message_age),))

    def constants(self, texts: tuple[str, ...]) -> list[str]:
        return [self.variables.constant(text, self.state) for text in texts]

    def groups_for(self, arguments: Arguments) -> str:
        """The name for what this test matches; "" where the script never reads it."""
        if arguments.match_type not in ("matches", "regex") or not self.variables.reads_matches:
            return ""
        name = self._wanted or self._free_name(arguments.line)
        self.matches = Matches(name, UNCHANGED.if_false)
        return name

    def _free_name(self, line: int) -> str:
        return self.state.free_name(f"match_{line}")

    def comparison(self, arguments: Arguments, groups: str) -> Comparison:
        """How this test compares, by its tags."""
        numbers = self.variables.reads_matches
        named = {number: f"{groups}_{number}" for number in numbers} if groups else {}
        relation = arguments.tag("value")
        return Comparison(arguments.match_type, arguments.comparator, relation, named)

    def texts(self, arguments: Arguments, groups: str) -> TextTests:
        """What makes tests of text, by the tags of this test."""
        return TextTests(self.comparison(arguments, groups))

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
