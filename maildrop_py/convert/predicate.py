"""predicate: what must hold for a rule, while it is worked out.

Tests are joined by `every`, `either` and `negated`, which keep the result simple; a
test knows of what it depends on, because what it asked may have changed when it is
asked again. `as_when` writes it as the rule language does.
"""

from __future__ import annotations

from typing import Any

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Predicate: TypeAlias = "bool | Test | Every | Either | Negated"


@record
class Test:
    """One key of a `when`. `value` is YAML; `marks` say in which state it is true.

    `marks` are pairs of what the test looks at and its age: ("message", 2), ("x", 0).
    `repeatable` is false where asking has an effect: a program.
    """

    key: str
    value: Any
    marks: tuple[tuple[str, int], ...] = ()
    repeatable: bool = True


@record
class Every:
    """All of `inner` hold."""

    inner: tuple[Predicate, ...]


@record
class Either:
    """One of `inner` holds."""

    inner: tuple[Predicate, ...]


@record
class Negated:
    """`inner` does not hold."""

    inner: Predicate


def every(*predicates: Predicate) -> Predicate:
    """All of them; True of none."""
    found: list[Predicate] = []
    for predicate in predicates:
        parts = predicate.inner if isinstance(predicate, Every) else (predicate,)
        if any(part is False for part in parts):
            return False
        found += [part for part in parts if part is not True and part not in found]
    if any(negated(part) in found for part in found):
        return False
    if not found:
        return True
    return found[0] if len(found) == 1 else Every(tuple(found))


def either(*predicates: Predicate) -> Predicate:
    """One of them; False of none."""
    found: list[Predicate] = []
    for predicate in predicates:
        parts = predicate.inner if isinstance(predicate, Either) else (predicate,)
        if any(part is True for part in parts):
            return True
        found += [part for part in parts if part is not False and part not in found]
    if not found:
        return False
    return found[0] if len(found) == 1 else Either(tuple(found))


def negated(predicate: Predicate) -> Predicate:
    """Its contrary."""
    if isinstance(predicate, bool):
        return not predicate
    return predicate.inner if isinstance(predicate, Negated) else Negated(predicate)


def tests_of(predicate: Predicate) -> list[Test]:
    """Every test inside."""
    if isinstance(predicate, bool):
        return []
    if isinstance(predicate, Test):
        return [predicate]
    if isinstance(predicate, Negated):
        return tests_of(predicate.inner)
    return [test for inner in predicate.inner for test in tests_of(inner)]


def as_when(predicate: Predicate) -> dict[str, Any]:
    """The `when` mapping of a predicate that is no truth value."""
    if isinstance(predicate, Test) and predicate.key == "weigh":
        return {"weigh": predicate.value["entries"], "total": predicate.value["total"]}
    if isinstance(predicate, Test):
        return {predicate.key: predicate.value}
    if isinstance(predicate, Negated):
        inner = predicate.inner
        if isinstance(inner, Either):
            whens = [as_when(one) for one in inner.inner]
            return {"not": {"any": _any_of(whens)}}
        return {"not": as_when(inner)}
    if isinstance(predicate, Either):
        whens = [as_when(one) for one in predicate.inner]
        return _alternatives(whens) or {"any": _any_of(whens)}
    assert isinstance(predicate, Every)
    whens = [as_when(one) for one in predicate.inner]
    return _merged(whens) or _with_all(whens)


def _any_of(whens: list[dict[str, Any]]) -> dict[str, Any] | list[dict[str, Any]]:
    """Alternatives: one mapping, whose keys are alternatives, if each is a single key."""
    is_single = all(len(when) == 1 for when in whens)
    return (_merged(whens) if is_single else None) or whens


def _merged(whens: list[dict[str, Any]]) -> dict[str, Any] | None:
    """One mapping of all, if no key comes twice."""
    keys = [key for when in whens for key in when]
    if len(keys) != len(set(keys)):
        return None
    return {key: value for when in whens for key, value in when.items()}


def _with_all(whens: list[dict[str, Any]]) -> dict[str, Any]:
    """What can stand side by side does; the others stand under `all`."""
    keys = [key for when in whens for key in when]
    twice = {key for key in keys if keys.count(key) > 1} | {"all"}
    if "'var'" in repr(whens):
        return _in_order(whens, twice)
    single = [when for when in whens if not set(when) & twice]
    listed = [when for when in whens if set(when) & twice]
    merged: dict[str, Any] = {"all": listed}
    for when in single:
        merged.update(when)
    return merged


def _in_order(whens: list[dict[str, Any]], twice: set[str]) -> dict[str, Any]:
    """The same, none before what it may need: a `var` is of what stands before it."""
    first = next(at for at, when in enumerate(whens) if set(when) & twice)
    merged: dict[str, Any] = {}
    for when in whens[:first]:
        merged.update(when)
    return {**merged, "all": whens[first:]} if whens[first + 1 :] else {**merged, **whens[first]}


_LISTED = ("raw_headers", "raw_body", "raw_message")


def _alternatives(whens: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Alternatives of one key are a list of its values."""
    key = next(iter(whens[0]))
    if key not in _LISTED or any(list(when) != [key] for when in whens):
        return None
    values: list[Any] = []
    for when in whens:
        values += when[key] if isinstance(when[key], list) else [when[key]]
    return {key: values}
