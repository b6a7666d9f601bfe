"""anchors: which text must be in a message for a condition to hold.

Conditions that can say so have a method `anchors`. The index of a compiled set
of rules is built from them; a rule without anchors is tried on every message.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Anchors, Condition

SHORTEST = 3
"""A literal with fewer characters is in too many messages to be worth a look-up."""

MOST = 64
"""A rule with more anchors than this is tried on every message instead."""


def anchors_of(condition: Condition) -> Anchors:
    """The anchors of a condition; empty where nothing is known to be necessary."""
    find = getattr(condition, "anchors", None)
    found: Anchors = find() if find else ()
    if len(found) > MOST or any(len(literal) < SHORTEST for _, literal in found):
        return ()
    return found


def best(choices: list[Anchors]) -> Anchors:
    """The choice that the fewest messages will have: its shortest literal is longest."""
    known = [anchors for anchors in choices if anchors]
    if not known:
        return ()
    return max(known, key=lambda anchors: (min(len(lit) for _, lit in anchors), -len(anchors)))


def of_tests(field: str, tests: tuple[object, ...]) -> Anchors:
    """The anchors of alternative text tests of one field, if every one has some."""
    found: list[tuple[str, str]] = []
    for test in tests:
        literals = getattr(test, "literals", None) or _whole(test)
        if not literals:
            return ()
        found += [(field.lower(), literal) for literal in literals]
    return tuple(dict.fromkeys(found))


def _whole(test: object) -> tuple[str, ...]:
    wanted = getattr(test, "wanted", "")
    glob = getattr(test, "glob", "")
    longest = max(glob.replace("?", "*").split("*"), key=len) if glob else wanted.strip()
    return (longest.casefold(),) if longest else ()
