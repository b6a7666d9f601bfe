"""branch_values: what is known of variables where branches of a script set them differently.

Such a variable has several values, each with the predicate under which it is that.
"""

from __future__ import annotations

from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import either, every, negated
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.state import Noted, State

LONGEST_VALUE = 50_000  # characters
MOST_VALUES = 16


@record
class Value:
    """One value; None for `held` where it is that whatever happens."""

    noted: Noted | None
    text: str


class BranchValues:
    """Values by name, whose case does not count; `ages` counts how often a variable of the
    rules was set. A value that is not known is ()."""

    def __init__(self) -> None:
        self.ages: dict[str, int] = {}
        self._values: dict[str, tuple[Value, ...]] = {}

    def set(self, name: str, values: tuple[Value, ...]) -> None:
        self._values[name.lower()] = values

    def get(self, name: str) -> tuple[Value, ...]:
        return self._values.get(name.lower(), (Value(None, ""),))

    def snapshot(self) -> dict[str, tuple[Value, ...]]:
        return dict(self._values)

    def restore(self, values: dict[str, tuple[Value, ...]]) -> None:
        self._values = dict(values)

    def merge(
        self,
        branches: list[tuple[Predicate, dict[str, tuple[Value, ...]]]],
        state: State,
        line: int,
    ) -> None:
        """Behind an `if`: each value holds where its branch ran."""
        names = dict.fromkeys(name for _, values in branches for name in values)
        for name in names:
            values = [(holds, each.get(name, (Value(None, ""),))) for holds, each in branches]
            self._values[name] = _merged(values, state, line)


def continued(
    texts: list[tuple[Predicate, str]], before: str, values: tuple[Value, ...], state: State
) -> list[tuple[Predicate, str]]:
    """Each of `texts`, the text `before`, and each of `values` that may be the value then.

    Raises NotTranslatable where these are too many.
    """
    found = [
        (
            every(holds, True if value.noted is None else state.use(value.noted)),
            one + before + value.text,
        )
        for holds, one in texts
        for value in values
    ]
    possible = [each for each in found if each[0] is not False]
    if any(len(text) > LONGEST_VALUE for _, text in possible):
        raise NotTranslatable(f"a text has more than {LONGEST_VALUE:,} characters")
    if len(possible) > MOST_VALUES:
        raise NotTranslatable("a text has too many possible values")
    return possible


def _when(value: Value, state: State) -> Predicate:
    return True if value.noted is None else state.use(value.noted)


def _merged(
    branches: list[tuple[Predicate, tuple[Value, ...]]], state: State, line: int
) -> tuple[Value, ...]:
    first = branches[0][1]
    if all(values == first for _, values in branches):
        return first
    found: dict[str, list[Predicate]] = {}
    for holds, values in branches:
        if not values:
            return ()
        for value in values:
            both = every(holds, _when(value, state))
            if both is not False:
                found.setdefault(value.text, []).append(both)
    if len(found) > MOST_VALUES:
        return ()
    return _apart(found, state, line)


def _apart(found: dict[str, list[Predicate]], state: State, line: int) -> tuple[Value, ...]:
    """One of the values always is: the one of most branches is what it is otherwise."""
    usual = max(found, key=lambda text: len(found[text]))
    rare = {text: either(*holds) for text, holds in found.items() if text != usual}
    values = [Value(state.note(holds, line), text) for text, holds in rare.items()]
    if not values:
        return (Value(None, usual),)
    return (*values, Value(state.note(negated(either(*rare.values())), line), usual))
