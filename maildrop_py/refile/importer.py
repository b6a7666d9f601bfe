"""importer: mail from elsewhere, delivered by the rules: `refile --from-mbox`, `--from-dir`.

What an earlier import has delivered is known from the journals (import_key.py),
and is not delivered again; so an import that was stopped goes on where it was.
Files that are not messages, and the messages in which mail programs keep their
own data, are left out. The files that are imported are only read.
"""

from __future__ import annotations

from functools import partial

from maildrop_py.decision.decision import Filing
from maildrop_py.delivery.deliver import Delivery
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.record import replace
from maildrop_py.refile.import_batch import IMPORT, Arrival, ImportBatch
from maildrop_py.refile.import_key import ImportedBefore, ImportKey
from maildrop_py.refile.import_sources import arrived, pieces_of, status_of, why_no_mail
from maildrop_py.refile.options import TRASH
from maildrop_py.refile.programs import DEFERRED, action_name, not_allowed
from maildrop_py.refile.run import Changed
from maildrop_py.refile.undo import undone_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.decision.other_actions import Action
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.intake.message_files import NamedMessage
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.refile.filed_decider import FiledDecider
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import RefileOptions
    from maildrop_py.refile.past_runs import PastRun
    from maildrop_py.refile.run import OnChanged, Reporter


class Importer:
    """Delivers messages into `maildir`; without a journal it is a dry run.

    `before` has what earlier imports delivered.
    """

    def __init__(
        self,
        maildir: Maildir,
        decider: FiledDecider,
        options: RefileOptions,
        journal: Journal | None,
        before: ImportedBefore,
        reporter: Reporter,
    ) -> None:
        self._maildir = maildir
        self._decider = decider
        self._options = options
        self._before = before
        self._reporter = reporter
        self._journal = journal
        self._batch = ImportBatch(maildir.root, journal) if journal is not None else None

    def take(self, named: NamedMessage) -> bool:
        """Deliver one message by the rules; whether it is to be delivered."""
        try:
            return self._take(named.path, named.message)
        except OSError as error:
            self._reporter.failed(named.path, str(storage_error(error)))
        except MaildropError as error:
            self._reporter.failed(named.path, str(error))
        except Exception as error:  # noqa: BLE001 - one odd message must not stop the others
            self._reporter.failed(named.path, f"{type(error).__name__}: {error}")
        return False

    def commit(self) -> None:
        """Deliver what is waiting."""
        if self._batch is not None:
            self._batch.commit()

    def _take(self, path: str, message: Message) -> bool:
        reason = why_no_mail(message)
        if not reason and self._before.has(message, pieces_of(message)):
            reason = "an earlier import delivered them"
        if reason:
            self._reporter.left(reason)
            return False
        decision, evidence = self._decider.decide(message)
        allowed = self._allowed(decision, message)
        if isinstance(allowed, str):
            self._reporter.left(allowed)
            return False
        on_changed = self._reporter.planned(path, message, allowed, evidence)
        if self._batch is None:
            on_changed(Changed())
        else:
            settled = partial(self._settled, path, allowed.learn, evidence, on_changed)
            key = ImportKey(message.source.head())
            delivery = self._delivery(allowed, message, key)
            self._batch.add(Arrival(delivery, path.partition("#")[0], key.text, settled))
        return True

    def _allowed(self, decision: Decision, message: Message) -> Decision | str:
        """What is to be done with it, or why nothing; the message's own flags are added."""
        allowed = self._options.allowed
        if decision.defer is not None:
            return DEFERRED
        if decision.reject is not None and "reject" not in allowed:
            return not_allowed("reject")
        flags, keywords = status_of(message)
        actions: list[Action] = []
        for action in decision.actions:
            if isinstance(action, Filing):
                actions.append(_with_flags(action, flags, keywords))
            elif action_name(action) in allowed:
                actions.append(action)
        if not actions:
            for action in decision.actions:
                if not isinstance(action, Filing):
                    return not_allowed(action_name(action))
            if self._options.discard != TRASH:
                return "discarded messages are left"
            actions.append(Filing(self._options.trash, flags, keywords, decision.rule))
        return replace(decision, actions=tuple(actions), reject=None)

    def _delivery(self, decision: Decision, message: Message, key: ImportKey) -> Delivery:
        spool = Spool(self._maildir)
        for piece in pieces_of(message):
            key.read(piece)
            spool.write(piece)
        spool.finish()
        envelope = self._decider.envelope
        programs = self._decider.settings_for(envelope)
        return Delivery(decision, spool, self._maildir, envelope, programs, arrived(message))

    def _settled(
        self,
        path: str,
        learn: bool | None,
        evidence: Evidence,
        on_changed: OnChanged,
        arrival: Arrival,
    ) -> None:
        for warning in arrival.warnings:
            self._reporter.warn(warning)
        if arrival.why:
            self._reporter.failed(path, arrival.why)
            return
        evidence.delivered()
        if learn is not None and self._journal is not None:
            evidence.lesson(learn)(self._journal.name or IMPORT)
        on_changed(Changed(arrival.paths[-1] if arrival.paths else ""))


def imported_before(runs: list[PastRun], maildir: str) -> ImportedBefore:
    """What earlier imports into `maildir` delivered, if it was not undone."""
    keys: set[str] = set()
    for run in runs:
        if run.command == IMPORT and run.maildir == maildir:
            undone = undone_before(run, runs)
            keys.update(line["key"] for number, line in run.performed() if number not in undone)
    return ImportedBefore(keys)


def _with_flags(filing: Filing, flags: str, keywords: tuple[str, ...]) -> Filing:
    letters = "".join(sorted({*filing.flags, *flags}))
    names = tuple(dict.fromkeys((*filing.keywords, *keywords)))
    return replace(filing, flags=letters, keywords=names)
