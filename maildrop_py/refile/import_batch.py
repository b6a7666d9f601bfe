"""import_batch: messages from elsewhere delivered into a Maildir, many at a time.

The messages of a group share their syncs: all are written, each file is synced,
all are made visible, each directory is synced once. Only then are they written
into the journal, so what it names is there. A kill in between leaves messages
that are delivered and not in the journal; the next import delivers them again.

Reports nothing by exceptions: `on_settled` gets each Arrival, which says what
became of it.
"""

from __future__ import annotations

from maildrop_py.delivery.deliver import Delivery, sync_directories
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.storage_errors import storage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.refile.journal import Journal

IMPORT = "import"  # what journals call the command, and a message that it delivered
GROUP = 64


class Arrival:
    """One message: its `delivery`, the file `source` it comes from, the `key` it is known by.

    `on_settled` is called at the end. `why` is "" if the message was delivered,
    then under `paths`; `warnings` is what differs from the decision.
    """

    __slots__ = ("delivery", "key", "on_settled", "paths", "source", "warnings", "why")

    def __init__(
        self, delivery: Delivery, source: str, key: str, on_settled: Callable[[Arrival], None]
    ) -> None:
        self.delivery = delivery
        self.source = source
        self.key = key
        self.on_settled = on_settled
        self.why = ""
        self.paths: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()


class ImportBatch:
    """Takes messages by add(); then call commit()."""

    def __init__(self, root: str, journal: Journal) -> None:
        self._strip = len(root) + 1
        self._journal = journal
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
        self._sync([arrival for arrival in group if not arrival.why])
        for arrival in group:
            if not arrival.why:
                receipt = arrival.delivery.finish()
                arrival.paths, arrival.warnings = receipt.paths, receipt.warnings
            arrival.delivery.spool.close()
        self._write_journal([arrival for arrival in group if not arrival.why])
        for arrival in group:
            arrival.on_settled(arrival)

    def _try(self, arrival: Arrival, action: Callable[[], object]) -> None:
        if arrival.why:
            return
        try:
            action()
        except (OSError, MaildropError) as error:
            arrival.delivery.undo()
            arrival.why = str(storage_error(error) if isinstance(error, OSError) else error)

    def _sync(self, arrivals: list[Arrival]) -> None:
        try:
            sync_directories([arrival.delivery for arrival in arrivals])
        except MaildropError as error:
            for arrival in arrivals:
                arrival.delivery.undo()
                arrival.why = str(error)

    def _write_journal(self, arrivals: list[Arrival]) -> None:
        try:
            for arrival in arrivals:
                about = {"source": arrival.source, "key": arrival.key}
                for path in arrival.paths or ("",):
                    to = {"to": path[self._strip :]} if path else {}
                    rule = arrival.delivery.decision.rule
                    self._journal.add(do=IMPORT, **about, **to, rule=rule)
            if arrivals:
                self._journal.sync()
                self._journal.done([])
        except OSError as error:
            arrivals[0].warnings += (f"not in the journal: {storage_error(error)}",)
