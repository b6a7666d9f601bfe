"""recipient_delivery: one message for one recipient, from the decision to the reply.

    decide         by the rules               may have to wait for DNS and the like
    prepare        write the copies in tmp/,  may have to wait for a program, or for
                   run programs               a lock; the group begins with what need not
    sync, publish  with others of a group (`group_commit`)
    finish         the reply                  everything is durable
    remember       the log, what was learnt   may have to wait for the store

If anything fails, only this recipient gets the error, and nothing of the delivery is
visible. Where deciding fails by a fault of our own, the message goes to INBOX (`decider`).
"""

from __future__ import annotations

import os
import time

from maildrop_py.decision.decider import World
from maildrop_py.delivery.deliver import Delivery
from maildrop_py.delivery.program_environment import (
    command_runner,
    message_programs,
    program_settings,
)
from maildrop_py.errors import DeadlineExceeded, Rejected
from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.lmtp.reply import UNEXPECTED, Reply, answer_to
from maildrop_py.maildir.maildir import Maildir, maildir_at
from maildrop_py.paths import UserPaths
from maildrop_py.report.delivery_log import after_delivery, log_delivery, log_failure, warn_syslog
from maildrop_py.rules.program.cache import NOT_USABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maildrop_py.decision.decider import Decider
    from maildrop_py.decision.decision import Decision
    from maildrop_py.delivery.deliver import Receipt
    from maildrop_py.delivery.spool import Spool
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.evidence.store import Store
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.report.delivery_log import LogTurn
    from maildrop_py.rules.language.settings import Settings
    from maildrop_py.serve.mailbox import Mailbox
    from maildrop_py.serve.metrics import Metrics

ANSWER_TIME = 30.0
"""Seconds for all answers to a message, and no longer than the message's own time lasts: the
server gives up a process that replies later."""


class RecipientDelivery:
    """A Job of the group commit. `reply` is None until it is known.

    `deadline` is a time.monotonic() value: what is not visible by then never will be.
    `shared` is the envelope for a file that several recipients share.
    """

    def __init__(
        self,
        message: Message,
        spool: Spool,
        mailbox: Mailbox,
        envelope: Envelope,
        rules: tuple[Decider, tuple[str, ...]],
        store: Store,
        deadline: float,
        shared: Envelope | None = None,
    ) -> None:
        self.mailbox, self.envelope = mailbox, envelope
        self.reply: Reply | None = None
        self.done: Callable[[RecipientDelivery], None] = lambda delivery: None
        self._message, self.spool, self._shared = message, spool, shared
        self._decider, warnings = rules
        self._warnings = list(warnings)
        self.store, self._deadline = store, deadline
        self._decision: Decision | None = None
        self._evidence: Evidence | None = None
        self._delivery: Delivery | None = None
        self._receipt: Receipt | None = None

    @property
    def waited(self) -> bool:
        """Whether the world was asked, or is to learn: to remember it may take time."""
        asked = self._evidence is not None and self._evidence.has_waited
        return asked or self.takes_long_to_remember

    @property
    def takes_long_to_remember(self) -> bool:
        """Whether somebody is to be answered automatically, or a filter to be taught."""
        decision = self._decision
        return decision is not None and (decision.learn is not None or bool(decision.answers))

    # Before the group

    def decide(self, may_wait: bool) -> None:
        """Ask the rules, if that was not done. Raises WouldWait unless it `may_wait`.

        Whatever else is raised becomes the reply.
        """
        if self._decision is not None or self.reply is not None:
            return
        try:
            self._see_time_left()
            self._decision, self._evidence = self._decider.decide_arrival(
                self._message, self.envelope, self._world(may_wait), self._warnings.append
            )
        except WouldWait:
            raise
        except Exception as error:  # noqa: BLE001 - costs this recipient alone
            self._fail(error)

    @property
    def will_wait(self) -> bool:
        """Whether its rules had to wait for the last message, and so will for this one."""
        return self._decider.waits

    @property
    def runs_programs(self) -> bool:
        """Whether programs are to be run, which takes its time."""
        decision = self._decision
        return decision is not None and len(decision.filings) < len(decision.actions)

    @property
    def may_be_held_up(self) -> bool:
        """Whether programs are to be run, or a lock to be had that new keywords need."""
        return self.runs_programs or self._makes_keywords()

    def _makes_keywords(self) -> bool:
        filings = self._decision.filings if self._decision is not None else ()
        with_keywords = [filing for filing in filings if filing.keywords]
        if not with_keywords:
            return False
        from maildrop_py.maildir.keywords import are_known

        try:
            maildir = self._maildir()
            return not all(
                are_known(maildir.folder(it.folder).path, it.keywords) for it in with_keywords
            )
        except Exception:  # noqa: BLE001 - prepare() will meet it too, and answers
            return True

    def prepare(self) -> None:
        """Write the copies and run the programs, once; an exception becomes the reply."""
        if self.reply is not None or self._delivery is not None:
            return
        try:
            self._prepare()
        except Exception as error:  # noqa: BLE001 - costs this recipient alone
            self._fail(error)

    def _prepare(self) -> None:
        decision = self._decision
        assert decision is not None
        commands, shared = None, self._shared
        if self.runs_programs:
            shared = None  # what is forwarded must say where it has been
            sendmail, limit = self._decider.program.settings.sendmail, self._deadline
            commands = program_settings(os.environ, self._home, self.envelope, sendmail, limit)
        self._delivery = Delivery(
            *(decision, self.spool, self._maildir(), self.envelope, commands), traces=shared
        )
        self._delivery.write()
        if self.runs_programs:
            self._delivery.sync_files()
            self._delivery.run_programs()

    def _maildir(self) -> Maildir:
        return _maildir_for(self.mailbox, self._decider.program.settings)

    def _world(self, may_wait: bool) -> World:
        given = self.spool, os.environ, self._home, self.envelope, self._deadline
        mailbox, settings = self.mailbox, self._decider.program.settings
        return World(
            self.mailbox.state,
            self.store,
            run_command=self._command_runner(),
            may_wait=may_wait,
            programs=lambda: message_programs(*given),
            folders=lambda name: _maildir_for(mailbox, settings).has(name),
        )

    def _command_runner(self) -> Callable[[tuple[str, ...]], int | None]:
        """What does not lead back here, or it would be left to the garbage collector."""
        return command_runner(self.spool, os.environ, self._home, self.envelope, self._deadline)

    @property
    def _home(self) -> str:
        return self.mailbox.account.home or UserPaths(os.environ).home

    # In the group

    def begin(self) -> bool:
        self.prepare()
        if self.reply is not None:
            self.done(self)
        return self.reply is None

    def files(self) -> Sequence[int]:
        return self._delivery.descriptors if self._delivery else ()

    def sync(self) -> None:
        assert self._delivery is not None
        self._delivery.sync_files()

    def publish(self) -> Sequence[str]:
        """Make the copies visible, unless the time is over.

        After programs were run it is too late to say that nothing was done.
        """
        assert self._delivery is not None
        if not self.runs_programs:
            self._see_time_left()
        self._delivery.publish()
        return self._delivery.directories

    def _see_time_left(self) -> None:
        if time.monotonic() > self._deadline:
            raise DeadlineExceeded("the time for this message is over; it was not delivered")

    def finish(self, error: Exception | None, failed: dict[str, Exception]) -> None:
        delivery = self._delivery
        assert delivery is not None
        for directory in delivery.directories:
            error = error or failed.get(directory)
        if error is not None:
            self._fail(error)
        else:
            self._succeed(delivery)
        self.done(self)

    def _succeed(self, delivery: Delivery) -> None:
        decision = self._decision
        assert decision is not None
        self._receipt = delivery.finish()
        if decision.reject is None:
            self.reply = Reply(250, "2.0.0", f"<{self.mailbox.recipient}> delivered")
        else:
            self.reply = answer_to(Rejected(decision.reject))

    def count(self, metrics: Metrics, began: float) -> None:
        """Count what became of it; the message ended at `began`, a time.monotonic() value."""
        metrics.answered(self.reply or UNEXPECTED, began)
        metrics.decided(self._decision, self._evidence)

    # After it

    def remember(self, turn: LogTurn) -> None:
        """Log what was done, with `turn`, and what is worth knowing later; raises nothing.

        It is delivered: whatever goes wrong now, to say otherwise would double it.
        """
        receipt, decision, evidence = self._receipt, self._decision, self._evidence
        warn = self._warnings.append
        if receipt is None or decision is None or evidence is None:
            return
        after_delivery("not remembered", warn, evidence.delivered, decision.learn)
        if decision.answers:
            after_delivery("not answered", warn, self._answer, decision, evidence)
        if self._warnings:
            after_delivery("nobody was told of broken rules", warn, self._notify_of_broken_rules)
        after_delivery("not logged", warn_syslog, self._log, receipt, decision, evidence, turn)

    def _log(self, receipt: Receipt, decision: Decision, evidence: Evidence, turn: LogTurn) -> None:
        warnings = (*self._warnings, *receipt.warnings, *evidence.warnings)
        log_delivery(
            self.mailbox.log or None,
            *(self.envelope, self._message, decision, receipt.paths, warnings, time.time()),
            command="serve",
            evidence=evidence,
            turn=turn,
        )

    def _answer(self, decision: Decision, evidence: Evidence) -> None:
        from maildrop_py.delivery.answers import send_answers

        limit = min(time.monotonic() + ANSWER_TIME, self._deadline)
        if time.monotonic() > limit:
            raise DeadlineExceeded("the time for this message is over")
        sendmail = self._decider.program.settings.sendmail
        settings = program_settings(os.environ, self._home, self.envelope, sendmail, limit)
        answered, warn = evidence.people_answered(), self._warnings.append
        send_answers(decision, settings, answered, time.time(), warn)

    def _notify_of_broken_rules(self) -> None:
        mistakes = [it for it in self._warnings if it.startswith(NOT_USABLE)]
        if not mistakes or not self.mailbox.own_rules:
            return
        from maildrop_py.delivery.broken_rules import notify_of_broken_rules

        mailbox, after = self.mailbox, self._decider.program.settings.broken_rules_notice
        notify_of_broken_rules(
            *(mailbox.rules, mistakes, mailbox.state, self._maildir(), after, time.time()),
            self._warnings.append,
        )

    def _fail(self, error: Exception) -> None:
        if self._delivery is not None:
            self._delivery.undo()
        self.reply = answer_to(error)
        log_failure(
            *(self.envelope, error, self._warnings),
            path=self.mailbox.log or None,
            message=self._message,
            command="serve",
        )


def _maildir_for(mailbox: Mailbox, settings: Settings) -> Maildir:
    """The Maildir of a mailbox, which its owner's rules may name."""
    root = mailbox.maildir
    if mailbox.own_maildir and settings.maildir:
        root = UserPaths({"HOME": mailbox.account.home}).expand(settings.maildir)
    create = mailbox.create or root != mailbox.maildir
    return maildir_at(root, settings, create=create)
