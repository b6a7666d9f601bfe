"""record: frozen value classes that cost nothing to import.

`dataclasses` pulls in `inspect`, `re` and a dozen others, more than the whole
start-up budget of `maildrop-py deliver`. `@record` gives what this program
needs of it: keyword or positional construction, defaults, immutability,
equality, a readable repr, and `replace`. Type checkers see a frozen dataclass.

Known limits: a module with records needs `from __future__ import annotations`,
defaults must be immutable values, a record's base class, if any, must not be a
record itself, and its methods cannot use `super()` without arguments, because
the class is made a second time to get its slots.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    T = TypeVar("T")


def _initialiser(cls: Any, fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """An `__init__` that sets slots by their descriptors: it runs many times a message."""
    setters = tuple([cls.__dict__[field].__set__ for field in fields])
    size = len(fields)

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        if named or len(values) != size:
            values = _arranged(cls, fields, defaults, values, named)
        for setter, value in zip(setters, values, strict=True):
            setter(self, value)

    return __init__


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


def _refuse(self: Any, field: str, value: Any = None) -> None:
    raise AttributeError(f"{type(self).__name__} is immutable")


def _values(value: Any) -> tuple[Any, ...]:
    return tuple([getattr(value, field) for field in value.__slots__])


def _equal(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: Any) -> int:
    return hash((type(self).__name__, _values(self)))


def _show(self: Any) -> str:
    shown = ", ".join(f"{field}={getattr(self, field)!r}" for field in self.__slots__)
    return f"{type(self).__name__}({shown})"


def _make(cls: type[T]) -> type[T]:
    annotations: dict[str, str] = cls.__annotations__
    fields = tuple(name for name, kind in annotations.items() if not kind.startswith("ClassVar"))
    dropped = {*fields, "__dict__", "__weakref__"}
    kept = {name: value for name, value in cls.__dict__.items() if name not in dropped}
    for name, method in _METHODS.items():
        kept.setdefault(name, method)
    metaclass: Any = type(cls)
    made = metaclass(cls.__name__, cls.__bases__, {**kept, "__slots__": fields})
    if "__init__" not in kept:
        defaults = {field: cls.__dict__[field] for field in fields if field in cls.__dict__}
        made.__init__ = _initialiser(made, fields, defaults)
    return made  # type: ignore[no-any-return]


_METHODS: dict[str, Any] = {
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _show,
}

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def record(cls: type[T]) -> type[T]: ...
else:
    record = _make


def fields_of(cls: Any) -> tuple[str, ...]:
    """The names of a record's fields, in order."""
    return tuple(cls.__slots__)


def replace(value: T, **changes: Any) -> T:
    """A copy of the record `value` with the fields in `changes` set anew."""
    cls: Any = type(value)
    return cls(**{field: getattr(value, field) for field in cls.__slots__} | changes)  # type: ignore[no-any-return]
