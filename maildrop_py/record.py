"""record: frozen value classes that cost nothing to import.

`dataclasses` pulls in `inspect`, `re` and a dozen others, more than the whole
start-up budget of `maildrop-py deliver`. `@record` gives what this program
needs of it: keyword or positional construction, defaults, immutability,
equality, a readable repr, and `replace`. Type checkers see a frozen dataclass.

Known limits: a module with records needs `from __future__ import annotations`,
defaults must be immutable values, and fields that have one come last; a record's
base class, if any, must not be a record itself, and its methods cannot use `super()`
without arguments, because the class is made a second time to get its slots.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    T = TypeVar("T")

OFTEN = 200
"""A class of which so many were made gets an `__init__` that is compiled for it: four
times as fast, but to compile it costs as much as some dozens of the others."""


def _initialiser(cls: Any, fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """An `__init__` that sets slots by their descriptors, since it runs often for each message."""
    setters = tuple([cls.__dict__[field].__set__ for field in fields])
    size = len(fields)
    made = 0

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        nonlocal made
        made += 1
        if made == OFTEN and fields:
            cls.__init__ = _compiled(fields, defaults, setters)
        if named or len(values) != size:
            values = _arranged(cls, fields, defaults, values, named)
        for setter, value in zip(setters, values, strict=True):
            setter(self, value)

    return __init__


def _compiled(fields: tuple[str, ...], defaults: dict[str, Any], setters: tuple[Any, ...]) -> Any:
    """An `__init__` that has the fields as its arguments, as `dataclasses` makes them."""
    given = [f"{field}=_defaults[{field!r}]" if field in defaults else field for field in fields]
    steps = [f"    _set_{field}(self, {field})" for field in fields]
    names: dict[str, Any] = {"_defaults": defaults}
    names |= {f"_set_{field}": setter for field, setter in zip(fields, setters, strict=True)}
    exec("\n".join([f"def __init__(self, {', '.join(given)}):", *steps]), names)
    return names["__init__"]


def _arranged(
    cls: Any,
    fields: tuple[str, ...],
    defaults: dict[str, Any],
    values: tuple[Any, ...],
    named: dict[str, Any],
) -> tuple[Any, ...]:
    """The value of every field, in order; raises TypeError as a call would."""
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} fields, not {len(values)}")
    if not values:
        merged = {**defaults, **named}
        if len(merged) == len(fields) and all(map(merged.__contains__, fields)):
            return tuple([merged[field] for field in fields])
    given = dict(zip(fields, values, strict=False))
    for name in named:
        if name not in fields:
            raise TypeError(f"{cls.__name__} has no field {name!r}")
        if name in given:
            raise TypeError(f"{cls.__name__} got {name!r} twice")
    found = defaults | given | named
    for field in fields:
        if field not in found:
            raise TypeError(f"{cls.__name__} needs {field!r}")
    return tuple([found[field] for field in fields])


def _values(value: Any) -> tuple[Any, ...]:
    return tuple([getattr(value, field) for field in value.__slots__])


class _Record:
    """What all records have; inherited, since giving it to each class costs more."""

    __slots__ = ()

    def __init__(self, *values: Any, **named: Any) -> None:
        """The first one made of a class gives the class an `__init__` of its own."""
        cls: Any = type(self)
        cls.__init__ = _initialiser(cls, cls.__slots__, cls.defaults_)
        cls.__init__(self, *values, **named)

    def __setattr__(self, field: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, field: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: Any) -> Any:
        if type(self) is not type(other):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self).__name__, _values(self)))

    def __repr__(self) -> str:
        fields = fields_of(type(self))
        shown = ", ".join([f"{field}={getattr(self, field)!r}" for field in fields])
        return f"{type(self).__name__}({shown})"


def _make(cls: Any) -> Any:
    """What `@record` does: make the class again, since slots cannot be added to one."""
    kept = dict(cls.__dict__)
    kept.pop("__dict__", None)
    kept.pop("__weakref__", None)
    return _made(cls.__name__, () if cls.__bases__ == (object,) else cls.__bases__, kept)


def _made(name: str, bases: tuple[type, ...], kept: dict[str, Any]) -> Any:
    """The record of a class statement; as its metaclass it is spared the class without slots.

    To make a class costs as much as fifty functions. The bundle of modules compiles
    `@record class …` as `class …(metaclass=record.at_once)`.
    """
    kinds: dict[str, str] = kept.get("__annotations__", {})
    fields = tuple([field for field, kind in kinds.items() if not kind.startswith("ClassVar")])
    kept["defaults_"] = {field: kept.pop(field) for field in fields if field in kept}
    kept["__slots__"] = fields
    return type(name, (*bases, _Record), kept)


if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def record(cls: type[T]) -> type[T]: ...
else:
    record = _make
    record.at_once = _made


def fields_of(cls: Any) -> tuple[str, ...]:
    """The names of a record's fields, in order."""
    return tuple(cls.__slots__)


def replace(value: T, **changes: Any) -> T:
    """A copy of the record `value` with the new values in `changes`."""
    cls: Any = type(value)
    return cls(**{field: getattr(value, field) for field in cls.__slots__} | changes)  # type: ignore[no-any-return]
