"""anchors: which text must be in a message for a condition to hold.

Conditions that can say so have a method `anchors`. The index of a compiled set
of rules is built from them; a rule without anchors is tried on every message.

Guarantee: where a condition with anchors holds, one of the literals is in
`Facts.folded` of its field; or for the literal PRESENT, the header is there at all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.rules.condition import Anchors, Condition
    from maildrop_py.rules.matching.addresses import Addresses

PRESENT = ""
"""The literal of a header that must be there, whatever it says."""

FILES = (("message files", "any"),)
"""What is necessary for a message to have an attached file: its header does not deny it."""

SHORTEST = 2
"""A literal with fewer characters is in too many messages to be worth a look-up."""

_USUAL = frozenset(
    (
        *("from", "to", "subject", "date", "message-id", "received", "return-path", "delivered-to"),
        *("mime-version", "content-type", "content-transfer-encoding", "x-original-to"),
    )
)
"""Headers whose presence says nothing: nearly all mail has them."""

MOST = 64
"""A rule with more anchors than this is tried on every message instead."""


def anchors_of(condition: Condition) -> Anchors:
    """The anchors of a condition; empty where nothing is known to be necessary."""
    find = getattr(condition, "anchors", None)
    found: Anchors = find() if find else ()
    return found if len(found) <= MOST and all(_says_something(*pair) for pair in found) else ()


def _says_something(field: str, literal: str) -> bool:
    if literal == PRESENT:
        return " " not in field and _USUAL.isdisjoint(field.split(":"))
    return len(literal) >= SHORTEST


def best(choices: Iterable[Anchors]) -> Anchors:
    """The choice that the fewest messages will have: its shortest literal is longest."""
    known = [anchors for anchors in choices if anchors]
    if not known:
        return ()
    return max(known, key=lambda anchors: (min(len(lit) for _, lit in anchors), -len(anchors)))


def all_of(choices: Iterable[Anchors]) -> Anchors:
    """The anchors of alternatives, if every one of them has some."""
    found = list(choices)
    return tuple(dict.fromkeys(pair for pairs in found for pair in pairs)) if all(found) else ()


def of_tests(field: str, tests: tuple[object, ...]) -> Anchors:
    """The anchors of alternative text tests of one field, if every one has some."""
    return all_of(
        tuple((field.lower(), literal) for literal in literals_of(test)) for test in tests
    )


def of_presence(*fields: str) -> Anchors:
    """The anchors of a test that holds only where one of these headers is there."""
    return tuple((field.lower(), PRESENT) for field in fields)


def of_addresses(field: str, addresses: Addresses) -> Anchors:
    """The anchors of an address test of one field."""
    entries = addresses.without_wildcards()
    entries += [_longest_piece(glob) for glob in addresses.globs]
    if "" in entries or len(entries) > MOST:
        return ()
    return tuple((field.lower(), entry.casefold()) for entry in sorted(entries))


def literals_of(test: object) -> tuple[str, ...]:
    """What must be in a text for a Regex, Contains, Is or Glob to pass it."""
    literals: tuple[str, ...] = getattr(test, "literals", ())
    if literals:
        return literals if all(len(each) >= SHORTEST for each in literals) else (PRESENT,)
    glob: str = getattr(test, "glob", "")
    whole: str = getattr(test, "wanted", "")
    needed = (_longest_piece(glob) if glob else whole.strip()).casefold()
    return (needed if len(needed) >= SHORTEST else PRESENT,)


def _longest_piece(glob: str) -> str:
    return max(glob.replace("?", "*").split("*"), key=len)
