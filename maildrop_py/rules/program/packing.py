"""packing: conditions and actions as plain values, for the compiled cache.

A record becomes a list of its name and its fields; everything else is a value
that `marshal` knows.

Guarantee: whatever a cache file says, only the records named here are made of
it: those that the registries of conditions and actions name, and the parts that
these are made of. Nothing else is imported, called or looked up. Known limit:
`marshal` itself is not proof against every damaged file; the process that reads
one has its owner's rights and no others.
"""

from __future__ import annotations

import sys

from maildrop_py.rules.actions import ACTIONS, POLICY_ACTIONS
from maildrop_py.rules.conditions import CONDITIONS, POLICY_CONDITIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = "maildrop_py.rules."

PARTS = (
    "conditions.address_header:AddressHeader",
    "conditions.all_in_turn:AllInTurn",
    "conditions.block:Block",
    "conditions.envelope_address:EnvelopeAddress",
    "conditions.header:HeaderExists",
    "conditions.header_fields:Count",
    "conditions.header_fields:HeaderAt",
    "matching.addresses:Addresses",
    "matching.comparison:Comparison",
    "matching.host_names:Names",
    "matching.number:Number",
    "matching.pattern:Regex",
    "matching.raw:RawExpression",
    "matching.several:Several",
    "matching.text:Contains",
    "matching.text:Glob",
    "matching.text:Is",
    "program.call:Call",
    "program.template:Template",
    "language.rule:Rule",
    "language.rule:Then",
    "language.settings:Settings",
)
"""Records that conditions, actions and programs are made of, as `module:class`."""

_REGISTRIES = {
    "conditions": (CONDITIONS, POLICY_CONDITIONS),
    "actions": (ACTIONS, POLICY_ACTIONS),
}

_classes: dict[str, Any] = {}


def pack(value: Any) -> Any:
    """A record, tuple or plain value as something that `marshal` can write."""
    if isinstance(value, tuple):
        return tuple([pack(item) for item in value])
    cls = type(value)
    if not cls.__module__.startswith(PACKAGE):
        return value
    name = f"{cls.__module__.removeprefix(PACKAGE)}:{cls.__name__}"
    if not is_record(name):
        raise TypeError(f"{name} is not among the records that can be packed")
    return [name, *[pack(getattr(value, field)) for field in cls.__slots__]]


def unpack(packed: Any) -> Any:
    """What `pack` was given; raises ValueError where that was not packed by us."""
    if type(packed) is tuple:
        return tuple([unpack(item) for item in packed])
    if type(packed) is not list:
        return packed
    name, *fields = packed
    cls = _classes.get(name) if type(name) is str else None
    if cls is None:
        cls = _class_of(name)
    if len(fields) != len(cls.__slots__):
        raise ValueError(f"compiled rules have {len(fields)} values for {name}")
    return cls(*[unpack(field) for field in fields])


def is_record(name: object) -> bool:
    """Whether `name`, a `module:class`, is one of the records that rules are made of."""
    if not isinstance(name, str):
        return False
    package, _, entry = name.partition(".")
    registries = _REGISTRIES.get(package, ())
    return name in PARTS or any(entry in registry.values() for registry in registries)


def _class_of(name: object) -> Any:
    if not is_record(name):
        raise ValueError(f"compiled rules name an unknown {name!r}")
    module, _, class_name = str(name).partition(":")
    __import__(PACKAGE + module)
    cls = vars(sys.modules[PACKAGE + module])[class_name]
    if not hasattr(cls, "__slots__"):  # it only makes conditions of another class
        raise ValueError(f"compiled rules name {name}, which is not a record")
    _classes[str(name)] = cls
    return cls
