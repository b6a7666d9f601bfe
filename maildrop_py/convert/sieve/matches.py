"""matches: what `${0}`, `${1}` … are behind a test (RFC 5229 3.2), if it was true and if not.

They are of the last test that matched. They are unchanged, or the groups of a name in the
rules, or texts that are known while the script is read, or not known.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from maildrop_py.convert.sieve.tree import Test

    Groups: TypeAlias = "str | dict[int, str] | None"

KEPT = ""
"""What was matched before still is."""


@record
class Matches:
    """What the matches are if the test was true, and if it was not."""

    if_true: Groups = KEPT
    if_false: Groups = KEPT

    @property
    def swapped(self) -> Matches:
        return Matches(self.if_false, self.if_true)

    @staticmethod
    def of_all(tests: Iterable[Matches]) -> Matches:
        """Behind tests that must all be true."""
        found = list(tests)
        return Matches(_last(one.if_true for one in found), _one_of_them(found))

    @staticmethod
    def of_any(tests: Iterable[Matches]) -> Matches:
        """Behind tests of which one must be true."""
        return Matches.of_all(one.swapped for one in tests).swapped


UNCHANGED = Matches()


def _last(groups: Iterable[Groups]) -> Groups:
    return next((one for one in reversed(list(groups)) if one != KEPT), KEPT)


def _one_of_them(tests: list[Matches]) -> Groups:
    """After which test it was false is not known; before that one the others were true."""
    ends = [
        _last([*(one.if_true for one in tests[:at]), test.if_false])
        for at, test in enumerate(tests)
    ]
    return ends[0] if ends and all(end == ends[0] for end in ends) else (None if ends else KEPT)


def latest(before: Groups, after: Groups) -> Groups:
    """What is matched where `before` was, and a test left `after`."""
    return before if after == KEPT else after


def may_match(test: Test) -> bool:
    """Whether what a test matched may be read behind it."""
    from maildrop_py.convert.sieve.tree import Tag

    tags = [one.name for one in test.arguments if isinstance(one, Tag)]
    return bool({"matches", "regex"} & set(tags)) or any(map(may_match, test.tests))
