"""importer: `refile --from-mbox` and `--from-dir`: mail from elsewhere, by the rules.

What an earlier import has brought is known by the journals, by the hash of its
header, and is not brought again; so an import that was stopped goes on where it
was. The files imported from are only read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from maildrop_py.decision.decision import Action, Decision, Filing
from maildrop_py.delivery.deliver import Delivery
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import MaildropError
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.intake.message_files import Found
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.message.message import Message
from maildrop_py.record import record, replace
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.import_batch import Arrival, Importer
from maildrop_py.refile.import_sources import arrived, pieces_of, status_of
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.options import DELETED, LEFT, Choices
from maildrop_py.refile.past_runs import PastRun
from maildrop_py.refile.step import IMPORT
from maildrop_py.refile.undo import undone_before
from maildrop_py.report.dry_run_rows import Row, row_of
from maildrop_py.report.tally import Tally

Report = Callable[[str, str], None]


@record
class Brought:
    """One message that is being imported, as it is counted and shown."""

    path: str
    decision: Decision
    evidence: Evidence
    message: Message

    @property
    def row(self) -> Row:
        return row_of(self.path, self.message, self.decision, self.evidence)


class Import:
    """Brings messages into `place`; without a journal it is a dry run.

    `report` gets what cannot be imported, and why; `told` each message that was,
    with its new paths. `before` has the keys of what earlier imports brought.
    """

    def __init__(
        self,
        place: Maildir,
        decider: FiledDecider,
        choices: Choices,
        journal: Journal | None,
        before: frozenset[str],
        report: Report,
        told: Callable[[Brought, tuple[str, ...]], None],
    ) -> None:
        self.tally = Tally()
        self._place = place
        self._decider = decider
        self._choices = choices
        self._before = before
        self._report = report
        self._told = told
        self._importer = None
        if journal is not None:
            self._importer = Importer(place.root, journal, self._settled)

    def take(self, found: Found) -> bool:
        """Deliver one message by the rules; whether it is to be."""
        try:
            return self._take(found)
        except OSError as error:
            self.fail(found.path, str(storage_error(error)))
        except MaildropError as error:
            self.fail(found.path, str(error))
        except Exception as error:  # noqa: BLE001 - one odd message must not stop the others
            self.fail(found.path, f"{type(error).__name__}: {error}")
        return False

    def commit(self) -> None:
        """Deliver what is waiting."""
        if self._importer is not None:
            self._importer.commit()

    def fail(self, path: str, why: str) -> None:
        """Something could not be imported."""
        self.tally.failed += 1
        self._report(path, why)

    def _take(self, found: Found) -> bool:
        message = found.message
        key = hashlib.sha256(message.source.head()).hexdigest()[:16]
        if key in self._before:
            self.tally.not_allowed["an earlier import brought them"] += 1
            return False
        decision, evidence = self._decider.decide(message, found.path)
        allowed = self._allowed(decision, message)
        if isinstance(allowed, str):
            self.tally.not_allowed[allowed] += 1
            return False
        brought = Brought(found.path, allowed, evidence, message)
        if self._importer is None:
            self._count(brought, ())
        else:
            delivery = self._delivery(allowed, message)
            self._importer.add(Arrival(delivery, found.path.partition("#")[0], key, brought))
        return True

    def _allowed(self, decision: Decision, message: Message) -> Decision | str:
        """What is to be done of it, or why nothing; the message's own flags are added."""
        allowed = self._choices.allowed
        if decision.reject is not None and "reject" not in allowed:
            return "reject is not allowed"
        flags, keywords = status_of(message)
        actions: list[Action] = []
        for action in decision.actions:
            if isinstance(action, Filing):
                actions.append(_flagged(action, flags, keywords))
            elif type(action).__name__.lower() in allowed:
                actions.append(action)
        if decision.actions and not actions:
            return f"{type(decision.actions[0]).__name__.lower()} is not allowed"
        if not actions:
            if self._choices.discard in (LEFT, DELETED):
                return "discarded messages are left"
            actions.append(Filing(self._choices.trash, flags, keywords, decision.rule))
        return replace(decision, actions=tuple(actions), reject=None)

    def _delivery(self, decision: Decision, message: Message) -> Delivery:
        spool = Spool(self._place)
        for piece in pieces_of(message):
            spool.write(piece)
        spool.finish()
        envelope = self._decider.envelope
        commands = self._decider.settings_for(envelope)
        return Delivery(decision, spool, self._place, envelope, commands, arrived(message))

    def _settled(self, arrival: Arrival) -> None:
        brought = arrival.tag
        assert isinstance(brought, Brought)
        for warning in arrival.warnings:
            self._report("warning", warning)
        if arrival.why:
            self.fail(brought.path, arrival.why)
            return
        brought.evidence.delivered()
        self._count(brought, arrival.paths)

    def _count(self, brought: Brought, paths: tuple[str, ...]) -> None:
        self.tally.change(brought.decision)
        self._told(brought, paths)


def imported_before(runs: list[PastRun], maildir: str) -> frozenset[str]:
    """The keys of what is still there of earlier imports into `maildir`."""
    keys: set[str] = set()
    for run in runs:
        if run.command == IMPORT and run.maildir == maildir:
            undone = undone_before(run, runs)
            keys.update(line["key"] for number, line in run.performed() if number not in undone)
    return frozenset(keys)


def _flagged(filing: Filing, flags: str, keywords: tuple[str, ...]) -> Filing:
    letters = "".join(sorted({*filing.flags, *flags}))
    return replace(
        filing, flags=letters, keywords=tuple(dict.fromkeys((*filing.keywords, *keywords)))
    )
