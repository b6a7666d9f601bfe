"""direct_handler: takes mail in and delivers it in the worker itself.

A message is kept in memory or, if large, in tmp/ of its first recipient's
Maildir. When it is complete, it is decided at once if nothing has to be waited
for, and written when its group begins. A message whose rules need DNS, the
store or programs is decided and written by a thread, so that other messages do not
wait. So is one with a keyword that is new in its folder, because another program may
hold the lock for that, and one whose rules need its parts, unless these are cheap
(`message/parts.py`) and none took long within the last second. The first message by new
rules, whose expressions are compiled for it, does not count.

What became of the messages of one round of the loop is logged together.
"""

from __future__ import annotations

import time

from maildrop_py.delivery.spool import Spool
from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.lmtp.reply import UNEXPECTED, Reply
from maildrop_py.lmtp.server.thread_pool import ThreadPool
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.message.parts import CHEAP_SIZE, are_cheap
from maildrop_py.report.delivery_log import LogTurn, log_trouble
from maildrop_py.serve.evidence_stores import EvidenceStores
from maildrop_py.serve.metrics import uncounted
from maildrop_py.serve.recipient_delivery import RecipientDelivery
from maildrop_py.serve.remembering import remember_together
from maildrop_py.serve.rules_cache import RulesCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maildrop_py.lmtp.address import EnvelopeAddress
    from maildrop_py.lmtp.server.group_commit import GroupCommit
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.transaction import Transaction
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.parts import Parts
    from maildrop_py.message.source import Source
    from maildrop_py.serve.mailbox import Mailbox
    from maildrop_py.serve.metrics import Metrics
    from maildrop_py.serve.recipients import Recipients
    from maildrop_py.serve.server_log import ServerLog

    Done = Callable[[Sequence[Reply]], None]
    Lesson = tuple[RecipientDelivery, Callable[[], None]]

IN_MEMORY = 64 * 1024  # bytes of a message; what is larger is in tmp/ while it comes in
THREADS = 32  # messages whose rules wait for the world at a time
EAGER = 1  # messages that are decided at a time while the processor is busy with that
SLOW = 0.01  # seconds that deciding took in the loop
PATIENCE = 1.0  # seconds for which parts are left to threads after that


class DirectHandler:
    """The Handler of one process. Each message may take `seconds` after its last byte."""

    def __init__(
        self,
        recipients: Recipients,
        seconds: float,
        log: ServerLog,
        reactor: Reactor,
        groups: GroupCommit,
        metrics: Metrics | None = None,
    ) -> None:
        self.recipients, self.reactor, self.groups = recipients, reactor, groups
        self.seconds, self.log = seconds, log
        self.metrics = metrics or uncounted()
        self.rules_cache = RulesCache()
        self.stores = EvidenceStores()
        self.threads = ThreadPool(THREADS, EAGER)
        self.log_turn = LogTurn(log.warning)
        self._slow_until = 0.0  # a time.monotonic() value
        self._to_learn: list[Lesson] = []
        reactor.rounds.append(self._end_round)

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | Mailbox:
        return self.recipients.mailbox(address) or unknown(address)

    def begin(self, transaction: Transaction) -> DirectDelivery:
        return DirectDelivery(self, transaction)

    def reload(self) -> None:
        self.recipients.forget()
        self.rules_cache.reload()

    def unexpected(self, error: Exception) -> None:
        log_trouble(error)

    def limit_reached(self, text: str) -> None:
        self.metrics.limit_reached()
        self.log.warning(text)

    def not_delivered(self, address: str, reply: Reply) -> None:
        self.log.not_delivered(address, reply)

    @property
    def is_quick(self) -> bool:
        """Whether no message of the last moments took long to decide in the loop."""
        return time.monotonic() > self._slow_until

    def decided_within(self, seconds: float) -> None:
        """A message was decided in the loop, with so much processor time."""
        if seconds > SLOW:
            self._slow_until = time.monotonic() + PATIENCE

    def learn(self, delivery: RecipientDelivery, done: Callable[[], None]) -> None:
        """Have remembered what may take time, then call `done` in the loop.

        All that is learnt after one round is learnt by one thread; who is answered
        automatically, or teaches a filter, waits for that alone.
        """
        if delivery.takes_long_to_remember:
            self._learn_in_thread([(delivery, done)])
        else:
            self._to_learn.append((delivery, done))

    def _end_round(self) -> bool:
        self.log_turn.write()
        if self._to_learn:
            lessons, self._to_learn = self._to_learn, []
            self._learn_in_thread(lessons)
        return False

    def _learn_in_thread(self, lessons: list[Lesson]) -> None:
        try:
            self.threads.submit(self._learn, lessons)
        except RuntimeError:  # no memory for threads: then everybody waits
            self._learn(lessons)

    def _learn(self, lessons: list[Lesson]) -> None:
        remember_together([delivery for delivery, _ in lessons], LogTurn(self.log.warning))
        for _, done in lessons:
            self.reactor.soon(done)


def unknown(address: EnvelopeAddress) -> Reply:
    """The reply for an address that nobody has."""
    return Reply(550, "5.1.1", f"<{address.text}> is unknown here")


def nobody_waits(replies: Sequence[Reply]) -> None:
    """Takes the place of `done` after it was called, so that no circle of references stays."""


class LoopMessage(Message):
    """A message whose parts are not read in the server's loop, where all sessions would wait,
    unless they are cheap and it `is_quick`."""

    __slots__ = ("in_loop", "is_quick")

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.in_loop = self.is_quick = False

    @property
    def parts(self) -> Parts:
        if self.in_loop and not self.has_read_parts and not self._takes_a_moment():
            raise WouldWait
        return super().parts

    def _takes_a_moment(self) -> bool:
        return self.is_quick and self.size <= CHEAP_SIZE and are_cheap(self.content())


class DirectDelivery:
    """The MessageSink of one message."""

    def __init__(self, handler: DirectHandler, transaction: Transaction) -> None:
        self._handler, self._transaction = handler, transaction
        named = {mailbox.recipient: mailbox for mailbox in transaction.recipients}
        self._mailboxes = list(named.values())
        for mailbox in self._mailboxes:
            mailbox.make_directories()
        self._shared = transaction.envelope()
        self._spool = Spool(
            Maildir(self._mailboxes[0].maildir, create=self._mailboxes[0].create),
            self._envelope(self._mailboxes[0]) if len(self._mailboxes) == 1 else self._shared,
            in_memory=IN_MEMORY,
        )
        self._message = LoopMessage(self._spool)
        self.write = self._spool.write
        self._deliveries: dict[str, RecipientDelivery] = {}  # by recipient
        self._pending = 0
        self._is_first = False  # for somebody's rules: how long it takes says nothing of others

    def abort(self) -> None:
        self._spool.close()

    def commit(self, done: Done) -> None:
        self._done = done
        self._deadline = time.monotonic() + self._handler.seconds
        try:
            self._spool.finish()
            self._post()
        except BaseException:
            self._spool.close()
            raise
        self._start()

    def _start(self) -> None:
        if self._may_wait():
            self._leave_to_thread()
        else:
            self._join_group()

    def _may_wait(self) -> bool:
        """Whether deciding or writing may take time; if not, all is decided now."""
        deliveries = self._deliveries.values()
        if any(delivery.will_wait for delivery in deliveries):
            return True
        began = time.thread_time()
        self._message.in_loop, self._message.is_quick = True, self._handler.is_quick
        try:
            for delivery in deliveries:
                delivery.decide(may_wait=False)
        except WouldWait:
            return True
        finally:
            self._message.in_loop = False
            if not self._is_first:
                self._handler.decided_within(time.thread_time() - began)
        return any(delivery.may_be_held_up for delivery in deliveries)

    def _post(self) -> None:
        handler, message = self._handler, self._message
        shared = self._shared if len(self._mailboxes) > 1 else None
        for mailbox in self._mailboxes:
            rules = handler.rules_cache.decider(mailbox)
            self._is_first = self._is_first or rules[0].is_new
            store = handler.stores.at(mailbox.state)
            self._deliveries[mailbox.recipient] = RecipientDelivery(
                *(message, self._spool, mailbox, self._envelope(mailbox), rules, store),
                deadline=self._deadline,
                shared=shared,
            )

    def _envelope(self, mailbox: Mailbox) -> Envelope:
        user = mailbox.account.user
        return self._transaction.envelope(mailbox.recipient, mailbox.extension, user)

    def _leave_to_thread(self) -> None:
        try:
            self._handler.threads.submit(self._prepare_in_thread)
        except RuntimeError:
            self._spool.close()
            raise

    def _prepare_in_thread(self) -> None:
        for delivery in self._deliveries.values():
            delivery.decide(may_wait=True)
        for delivery in self._deliveries.values():
            delivery.prepare()
        self._handler.reactor.soon(self._join_group)

    def _join_group(self) -> None:
        self._pending = len(self._deliveries)
        for delivery in list(self._deliveries.values()):
            if delivery.reply is None:
                delivery.done = self._finished
                self._handler.groups.add(delivery)
            else:
                self._count_down()

    def _finished(self, delivery: RecipientDelivery) -> None:
        """What was learnt must be known before the client may send the same again."""
        if delivery.waited:
            self._handler.learn(delivery, self._count_down)
        else:
            self._count_down()

    def _count_down(self) -> None:
        self._pending -= 1
        if self._pending:
            return
        began = self._deadline - self._handler.seconds
        for recipient, delivery in self._deliveries.items():
            delivery.count(self._handler.metrics, began)
            self._handler.log.not_delivered(recipient, delivery.reply or UNEXPECTED)
        answered = [self._deliveries[m.recipient] for m in self._transaction.recipients]
        done, self._done = self._done, nobody_waits
        done([delivery.reply or UNEXPECTED for delivery in answered])
        for delivery in self._deliveries.values():
            if not delivery.waited:
                delivery.remember(self._handler.log_turn)
        self._spool.close()
        self._deliveries.clear()  # they refer back to this object
