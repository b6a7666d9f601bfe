"""run: rules, evidence and the mover put together, for `refile` and `watch`.

One message after another is decided and given to the mover. Whatever goes wrong
with one message is reported and counted, and the others go on; so this has a
catch-all, for one odd message must not keep ten thousand others from their
folders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from maildrop_py.decision.decision import Decision
from maildrop_py.errors import MaildropError
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.message.message import Message
from maildrop_py.record import record, replace
from maildrop_py.refile.filed_decider import FiledDecider
from maildrop_py.refile.journal import Journal
from maildrop_py.refile.options import Choices
from maildrop_py.refile.past_runs import past_runs
from maildrop_py.refile.plan import Steps
from maildrop_py.refile.programs import ran_before
from maildrop_py.refile.refiler import Refiler
from maildrop_py.refile.step import DONE, GONE, Task
from maildrop_py.report.dry_run_rows import Row, row_of
from maildrop_py.report.tally import Tally

Report = Callable[[str, str], None]


@record
class Change:
    """One message that was changed (in a dry run: would be), and why.

    `row` is there if rows were asked for; `to` is the new path, `id` the moved
    file's identity, if that was asked for.
    """

    decision: Decision
    row: Row | None
    to: str = ""
    id: tuple[int, ...] = ()


class Refiling:
    """Has filed messages decided about by `decider`, and moved in `maildir`.

    `report` gets the path of each message that cannot be dealt with, and why;
    `told` each Change. Without a journal it is a dry run: nothing is touched.
    `rows` is asked for each message whether its row is wanted, for that costs as much
    as deciding. `vanished` are the paths of messages that another program has renamed or
    taken away meanwhile: they may be found again, and taken again.
    """

    def __init__(
        self,
        maildir: Maildir,
        decider: FiledDecider,
        choices: Choices,
        journal: Journal | None,
        report: Report,
        told: Callable[[Change], None],
        *,
        rows: Callable[[], bool] = lambda: False,
    ) -> None:
        self.tally = Tally()
        self.vanished: list[str] = []
        self._decider = decider
        self._report = report
        self._told = told
        self._rows = rows
        self._refiler: Refiler | None = None
        choices = replace(choices, run=decider.run)
        if journal is None:
            self._steps = Steps(maildir, choices, None, self._warn, ())
        else:
            ran = ran_before(past_runs(journal.folder), maildir.root) if choices.allowed else ()
            self._refiler = Refiler(maildir, journal, choices, self._finished, self._warn, ran)

    def take(self, message: Message) -> bool | None:
        """Decide about one message and have it moved; whether it is to be, None if it failed."""
        filed = message.filed
        assert filed is not None
        try:
            return self._take(message, filed.path)
        except FileNotFoundError:
            self.vanished.append(filed.path)
        except OSError as error:
            self.fail(filed.path, str(storage_error(error)))
        except MaildropError as error:
            self.fail(filed.path, str(error))
        except Exception as error:  # noqa: BLE001 - see the module's docstring
            self.fail(filed.path, f"{type(error).__name__}: {error}")
        return None

    def commit(self) -> None:
        """Make the moves that are waiting."""
        if self._refiler is not None:
            self._refiler.commit()

    def fail(self, path: str, why: str) -> None:
        """Something could not be dealt with."""
        self.tally.failed += 1
        self._report(path, why)

    def _take(self, message: Message, path: str) -> bool:
        decision, evidence = self._decider.decide(message, path)
        for warning in self._decider.new_warnings(evidence):
            self._warn(warning)
        row = row_of(path, message, decision, evidence) if self._rows() else None
        if self._refiler is None:
            steps = self._steps.of(message, decision)
            reason = steps if isinstance(steps, str) else None
            if reason is None:
                self._change(Change(decision, row))
        else:
            reason = self._refiler.add(message, decision, (decision, row))
        if reason:
            self.tally.not_allowed[reason] += 1
        elif reason is not None:
            self.tally.stay += 1
        return reason is None

    def _change(self, change: Change) -> None:
        self.tally.change(change.decision)
        self._told(change)

    def _finished(self, task: Task) -> None:
        decision, row = cast("tuple[Decision, Row | None]", task.tag)
        last = task.steps[-1]
        if task.outcome == DONE:
            known = last.more.get("id", ()) if last.more is not None else ()
            self._change(Change(decision, row, last.target, tuple(cast("list[int]", known))))
        elif task.outcome == GONE:
            self.vanished.append(last.source)
        else:
            self.fail(last.source, task.why)

    def _warn(self, why: str) -> None:
        self._report("warning", why)
