"""record: frozen value classes that cost nothing to import.

`dataclasses` pulls in `inspect`, `re` and a dozen others, more than the whole
start-up budget of `maildrop-py deliver`. `@record` gives what this program
needs of it: keyword or positional construction, defaults, immutability,
equality, a readable repr, and `replace`. Type checkers see a frozen dataclass.

Known limits: a module with records needs `from __future__ import annotations`,
defaults must be immutable values, and a record's base class, if any,
must not be a record itself.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    T = TypeVar("T")


def _initialise(self: Any, *values: Any, **named: Any) -> None:
    cls = type(self)
    fields = cls.__slots__
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} fields, not {len(values)}")
    setter = object.__setattr__
    for field, value in zip(fields, values, strict=False):
        setter(self, field, value)
    for field in fields[len(values) :]:
        if field in named:
            setter(self, field, named.pop(field))
        elif field in cls._defaults:
            setter(self, field, cls._defaults[field])
        else:
            raise TypeError(f"{cls.__name__} needs {field!r}")
    if named:
        raise TypeError(f"{cls.__name__} has no field {next(iter(named))!r}")


def _refuse(self: Any, field: str, value: Any = None) -> None:
    raise AttributeError(f"{type(self).__name__} is immutable")


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, field) for field in value.__slots__)


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
    annotations: dict[str, str] = cls.__dict__.get("__annotations__", {})  # noqa: RUF063
    fields = tuple(name for name, kind in annotations.items() if not kind.startswith("ClassVar"))
    kept = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in fields and name not in ("__dict__", "__weakref__")
    }
    kept["__slots__"] = fields
    kept["_defaults"] = {f: cls.__dict__[f] for f in fields if f in cls.__dict__}
    for name, method in _METHODS.items():
        kept.setdefault(name, method)
    metaclass: Any = type(cls)
    return metaclass(cls.__name__, cls.__bases__, kept)  # type: ignore[no-any-return]


_METHODS: dict[str, Any] = {
    "__init__": _initialise,
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
