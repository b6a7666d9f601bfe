"""branches: what is known of an `if` and its branches while they are gone through."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.matches import Groups
    from maildrop_py.convert.sieve.tree import Command
    from maildrop_py.convert.state import Noted


class Branches:
    """`others` leads to the branches that are left; of those gone through `failed` are their
    tests not holding, `merged` the variables behind them, `groups` what matched last there.

    `tested` is what the tests so far matched last; `always_end` holds while every branch ends.
    """

    __slots__ = ("always_end", "failed", "groups", "merged", "others", "tested")

    def __init__(self, others: Noted, tested: Groups) -> None:
        self.others = others
        self.tested = tested
        self.failed: list[Predicate] = []
        self.merged: list[tuple[Predicate, dict[str, Any]]] = []
        self.groups: list[Groups] = []
        self.always_end = True


def names_set(chain: tuple[Command, ...]) -> list[str]:
    """The variables that these commands set, at any depth; flags count as one."""
    from maildrop_py.convert.sieve.variables import FLAGS

    found: list[str] = []
    for command in chain:
        if command.name == "set" and command.arguments:
            last = [a for a in command.arguments if isinstance(a, tuple)]
            found += [last[0][0]] if last else []
        elif command.name in ("addflag", "setflag", "removeflag"):
            found.append(FLAGS)
        found += names_set(command.block or ())
    return found
