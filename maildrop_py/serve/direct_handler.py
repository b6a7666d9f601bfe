"""direct_handler: takes mail in and delivers it in this very process.

A message is kept in memory or, if large, in tmp/ of its first recipient's
Maildir. When it is complete, what the rules say is found out at once if
nothing needs to be waited for; then it is written and joins the next group. A
message whose rules ask the world (DNS, what was learnt, programs) is decided
and written by a thread, so that it holds up no other; so is one with a keyword
that is new in its folder, for another program may hold the lock for that.
"""

from __future__ import annotations

from maildrop_py.delivery.spool import Spool
from maildrop_py.evidence.evidence import WouldWait
from maildrop_py.lmtp.reply import UNEXPECTED, Reply
from maildrop_py.lmtp.server.thread_pool import Threads
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.report.delivery_log import log_trouble
from maildrop_py.serve.evidence_stores import Stores
from maildrop_py.serve.recipient_delivery import Posting
from maildrop_py.serve.rules_cache import Rulebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maildrop_py.lmtp.address import Address
    from maildrop_py.lmtp.server.group_commit import Groups
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.transaction import Transaction
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.serve.mailbox import Mailbox
    from maildrop_py.serve.recipients import Directory

    Done = Callable[[Sequence[Reply]], None]

IN_MEMORY = 64 * 1024  # bytes of a message; what is larger lies in tmp/ while it comes in
THREADS = 32  # messages whose rules wait for the world at a time


class Reception:
    """The Handler of one process."""

    def __init__(self, directory: Directory, reactor: Reactor, groups: Groups) -> None:
        self.directory, self.reactor, self.groups = directory, reactor, groups
        self.rulebook = Rulebook()
        self.stores = Stores()
        self.threads = Threads(THREADS)

    def recipient(self, address: Address, transaction: Transaction) -> Reply | Mailbox:
        return self.directory.mailbox(address) or unknown(address)

    def begin(self, transaction: Transaction) -> Incoming:
        return Incoming(self, transaction)

    def reload(self) -> None:
        self.directory.forget()
        self.rulebook.forget()

    def unexpected(self, error: Exception) -> None:
        log_trouble(error)


def unknown(address: Address) -> Reply:
    """The answer for an address that nobody has."""
    return Reply(550, "5.1.1", f"<{address.text}> is unknown here")


def nobody_waits(replies: Sequence[Reply]) -> None:
    """Who is told when all have been; a sink that led back to its client would be garbage."""


class Incoming:
    """The Sink of one message."""

    def __init__(self, reception: Reception, transaction: Transaction) -> None:
        self._reception, self._transaction = reception, transaction
        named = {mailbox.recipient: mailbox for mailbox in transaction.recipients}
        self._mailboxes = list(named.values())
        self._shared = transaction.envelope()
        self._spool = Spool(
            Maildir(self._mailboxes[0].maildir, create=self._mailboxes[0].create),
            self._envelope(self._mailboxes[0]) if len(self._mailboxes) == 1 else self._shared,
            in_memory=IN_MEMORY,
        )
        self.write = self._spool.write
        self._postings: dict[str, Posting] = {}  # by recipient
        self._pending = 0

    def abort(self) -> None:
        self._spool.close()

    def commit(self, done: Done) -> None:
        self._done = done
        try:
            self._spool.finish()
            self._post()
        except BaseException:
            self._spool.close()
            raise
        self._start()

    def _start(self) -> None:
        try:
            for posting in self._postings.values():
                posting.decide(may_wait=False)
            waits = any(posting.may_be_held_up for posting in self._postings.values())
        except WouldWait:
            waits = True
        if waits:
            self._leave_to_thread()
        else:
            self._prepare()
            self._join_group()

    def _post(self) -> None:
        reception, message = self._reception, Message(self._spool)
        shared = self._shared if len(self._mailboxes) > 1 else None
        for mailbox in self._mailboxes:
            rules = reception.rulebook.program(mailbox)
            store = reception.stores.at(mailbox.state)
            self._postings[mailbox.recipient] = Posting(
                *(message, self._spool, mailbox, self._envelope(mailbox), rules, store, shared)
            )

    def _envelope(self, mailbox: Mailbox) -> Envelope:
        user = mailbox.account.user
        return self._transaction.envelope(mailbox.recipient, mailbox.extension, user)

    def _prepare(self) -> None:
        for posting in self._postings.values():
            posting.prepare()

    def _leave_to_thread(self) -> None:
        try:
            self._reception.threads.submit(self._prepare_in_thread)
        except RuntimeError:
            self._spool.close()
            raise

    def _prepare_in_thread(self) -> None:
        for posting in self._postings.values():
            posting.decide(may_wait=True)
        self._prepare()
        self._reception.reactor.soon(self._join_group)

    def _join_group(self) -> None:
        self._pending = len(self._postings)
        for posting in list(self._postings.values()):
            if posting.reply is None:
                posting.done = self._finished
                self._reception.groups.add(posting)
            else:
                self._count_down()

    def _finished(self, posting: Posting) -> None:
        """What was learnt must be known before the client may send the same again."""
        if posting.waited:
            self._reception.threads.submit(self._remember_in_thread, posting)
        else:
            self._count_down()

    def _remember_in_thread(self, posting: Posting) -> None:
        posting.remember()
        self._reception.reactor.soon(self._count_down)

    def _count_down(self) -> None:
        self._pending -= 1
        if self._pending:
            return
        answered = [self._postings[m.recipient] for m in self._transaction.recipients]
        done, self._done = self._done, nobody_waits
        done([posting.reply or UNEXPECTED for posting in answered])
        for posting in self._postings.values():
            if not posting.waited:
                posting.remember()
        self._spool.close()
        self._postings.clear()  # they lead back here: leave nothing to be collected
