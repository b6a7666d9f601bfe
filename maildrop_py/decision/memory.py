"""memory: what is worth keeping from one decision to the next, of one program.

Owned by whoever decides about many messages; `decide` only uses what it is
given. Nothing in it depends on a message that was seen: without it every
decision is the same, and takes longer.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.rules.program.header_scan import HeaderScan
    from maildrop_py.rules.program.index import Index

MANY = 20
"""Messages; after so many, all fields that rules ask for are looked up in one pass."""


class Memory:
    """`settled` has the decisions that one rule alone, or a folder, makes what they are:
    by the number of the rule, or the name of the folder."""

    def __init__(self) -> None:
        self.settled: dict[int | str, Decision] = {}
        self._decided = 0
        self._scan: HeaderScan | None = None

    def header_scan(self, index: Index) -> HeaderScan | None:
        """What scans headers for `index`; None until it is worth its price."""
        if self._scan is None:
            self._decided += 1
            if self._decided < MANY:
                return None
            from maildrop_py.rules.program.header_scan import HeaderScan

            self._scan = HeaderScan(index)
        return self._scan
