"""packing: conditions and actions as plain values, for the compiled cache.

A record becomes a list of its module, its class and its fields; everything
else is a value that `marshal` knows. Only modules of `maildrop_py.rules` are
ever loaded by it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = "maildrop_py.rules."


def pack(value: Any) -> Any:
    """A record, tuple or plain value as something that `marshal` can write."""
    if isinstance(value, tuple):
        return tuple([pack(item) for item in value])
    cls = type(value)
    if cls.__module__.startswith(PACKAGE):
        fields = [pack(getattr(value, field)) for field in cls.__slots__]
        return [cls.__module__.removeprefix(PACKAGE), cls.__name__, *fields]
    return value


def unpack(packed: Any) -> Any:
    """What `pack` was given; raises ValueError where that was not packed by us."""
    if type(packed) is tuple:
        return tuple([unpack(item) for item in packed])
    if type(packed) is not list:
        return packed
    module, name, *fields = packed
    try:
        return class_called(module, name)(*[unpack(field) for field in fields])
    except (ImportError, AttributeError, TypeError) as error:
        raise ValueError(f"compiled rules name an unknown {module}.{name}") from error


def class_called(module: str, name: str) -> Any:
    """The class `name` of a module below `maildrop_py.rules`."""
    path = PACKAGE + module
    if path not in sys.modules:
        __import__(path)
    return getattr(sys.modules[path], name)
