"""several: alternatives of one text test that are looked for together.

Most texts fit none of them, and one look says so.
"""

from __future__ import annotations

from maildrop_py.record import record
from maildrop_py.rules.matching.pattern import Found, Regex, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.translation import Text


@record
class Several:
    """One of `tests`; `screen` is an expression that matches wherever one of them does.

    `literals` are those of all of them, if each has some.
    """

    tests: tuple[Regex, ...]
    screen: str
    literals: tuple[str, ...] = ()

    def search(self, text: str) -> Found | None:
        """What the first of `tests` finds that finds anything."""
        if search(self.screen, text) is None:
            return None
        found = (test.search(text) for test in self.tests)
        return next((one for one in found if one), None)

    def describe(self, text: Text = str.format) -> str:
        return text(" or ").join(test.describe(text) for test in self.tests)
