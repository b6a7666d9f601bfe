"""import_batch: messages from elsewhere delivered into a Maildir, many at a time.

A group of messages shares its syncs: all are written, each file is synced, all
are made visible, each directory is synced once. Only then does the journal
name them: what it names is there. A kill in between leaves messages that are
delivered and not named; the next import brings them once more.

Reports nothing by exceptions: each Arrival says what became of it.
"""

from __future__ import annotations

from maildrop_py.delivery.deliver import Delivery, sync_directories
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.refile.step import IMPORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.refile.journal import Journal

GROUP = 64


class Arrival:
    """One message: its `delivery`, the `key` that it is known by, and the caller's `tag`.

    `why` is "" when it was delivered.
    """

    __slots__ = ("delivery", "key", "paths", "source", "tag", "warnings", "why")

    def __init__(self, delivery: Delivery, source: str, key: str, tag: object) -> None:
        self.delivery = delivery
        self.source = source
        self.key = key
        self.tag = tag
        self.why = ""
        self.paths: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()


class Importer:
    """Takes messages by add(), then commit(); `told` gets each Arrival when it is settled."""

    def __init__(self, root: str, journal: Journal, told: Callable[[Arrival], None]) -> None:
        self._strip = len(root) + 1
        self._journal = journal
        self._told = told
        self._waiting: list[Arrival] = []

    def add(self, arrival: Arrival) -> None:
        """Take one message; commits when there are GROUP of them."""
        self._try(arrival, arrival.delivery.write)
        self._waiting.append(arrival)
        if len(self._waiting) >= GROUP:
            self.commit()

    def commit(self) -> None:
        """Make what is waiting visible, durably."""
        group, self._waiting = self._waiting, []
        for arrival in group:
            self._try(arrival, arrival.delivery.sync_files)
            self._try(arrival, arrival.delivery.run_programs)
            self._try(arrival, arrival.delivery.publish)
        good = [arrival for arrival in group if not arrival.why]
        try:
            sync_directories([arrival.delivery for arrival in good])
        except MaildropError as error:
            for arrival in good:
                arrival.delivery.undo()
                arrival.why = str(error)
        for arrival in group:
            if not arrival.why:
                receipt = arrival.delivery.finish()
                arrival.paths, arrival.warnings = receipt.paths, receipt.warnings
            arrival.delivery.spool.close()
        self._note([arrival for arrival in group if not arrival.why])
        for arrival in group:
            self._told(arrival)

    def _try(self, arrival: Arrival, step: Callable[[], object]) -> None:
        if arrival.why:
            return
        try:
            step()
        except (OSError, MaildropError) as error:
            arrival.delivery.undo()
            arrival.why = str(storage_error(error) if isinstance(error, OSError) else error)

    def _note(self, arrivals: list[Arrival]) -> None:
        try:
            for arrival in arrivals:
                about = {"source": arrival.source, "key": arrival.key}
                for path in arrival.paths or ("",):
                    to = {"to": path[self._strip :]} if path else {}
                    rule = arrival.delivery.decision.rule
                    self._journal.note(do=IMPORT, **about, **to, rule=rule)
            if arrivals:
                self._journal.sync()
                self._journal.done([])
        except OSError as error:
            arrivals[0].warnings += (f"not in the journal: {storage_error(error)}",)
