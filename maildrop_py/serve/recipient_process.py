"""recipient_process: where the server was started as root, mail is delivered by its recipients.

A worker, which is nobody in particular, takes the message in and asks for a
deputy (intake/lmtp/appointer.py) for each recipient. `Dispatch` is what a worker
does, `Deputy` what is done as the user. Between them go the mailbox and the
envelope as JSON, the message as an open file, and back a reply. Where none comes
back it is not known whether the message was delivered; it comes again.
"""

from __future__ import annotations

import json
from functools import partial

from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import Temporary
from maildrop_py.lmtp.reply import UNEXPECTED, Reply, answer_to
from maildrop_py.lmtp.server.group_commit import commit, finish
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.record import fields_of
from maildrop_py.report.delivery_log import log_trouble
from maildrop_py.serve.direct_handler import nobody_waits, unknown
from maildrop_py.serve.evidence_stores import Stores
from maildrop_py.serve.mailbox import OWN, Account, Mailbox
from maildrop_py.serve.message_buffer import Holding, pieces_of
from maildrop_py.serve.recipient_delivery import Posting
from maildrop_py.serve.rules_cache import Rulebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from maildrop_py.lmtp.address import Address
    from maildrop_py.lmtp.processes.recipient_processes import Deputies
    from maildrop_py.lmtp.processes.spawner import Errand
    from maildrop_py.lmtp.transaction import Transaction
    from maildrop_py.serve.recipients import Directory

    Done = Callable[[Sequence[Reply]], None]

LOST = Reply(451, "4.3.0", "The process that delivers was lost, perhaps not before; try again")


class Dispatch:
    """The Handler of a worker that delivers nothing by itself."""

    def __init__(self, directory: Directory, deputies: Deputies) -> None:
        self.directory, self.deputies = directory, deputies

    def recipient(self, address: Address, transaction: Transaction) -> Reply | Mailbox:
        mailbox = self.directory.mailbox(address)
        if mailbox is None:
            return unknown(address)
        if OWN in (mailbox.account.uid, mailbox.account.gid):
            raise Temporary(f"{mailbox.account.user} has no uid and gid")
        return mailbox

    def begin(self, transaction: Transaction) -> Outgoing:
        return Outgoing(self.deputies, transaction)

    def reload(self) -> None:
        self.directory.forget()
        self.deputies.let_idle_go()

    def unexpected(self, error: Exception) -> None:
        log_trouble(error)


class Outgoing:
    """The Sink of one message that deputies will deliver."""

    def __init__(self, deputies: Deputies, transaction: Transaction) -> None:
        self._deputies, self._transaction = deputies, transaction
        self._holding = Holding()
        self.write, self.abort = self._holding.write, self._holding.close
        self._replies: dict[str, Reply] = {}  # by recipient
        self._pending = 0

    def commit(self, done: Done) -> None:
        self._done = done
        named = {mailbox.recipient: mailbox for mailbox in self._transaction.recipients}
        self._pending = len(named)
        try:
            descriptor = self._holding.finish()
        except BaseException:
            self._holding.close()
            raise
        for mailbox in named.values():
            user = mailbox.account
            envelope = self._transaction.envelope(mailbox.recipient, mailbox.extension, user.user)
            data = encode(mailbox, envelope)
            answered = partial(self._answered, mailbox)
            self._deputies.send(user.uid, user.gid, data, (descriptor,), answered)

    def _answered(self, mailbox: Mailbox, answer: bytes | None) -> None:
        reply = LOST if answer is None else Reply(*json.loads(answer))
        self._replies[mailbox.recipient] = reply
        self._pending -= 1
        if not self._pending:
            self._holding.close()
            done, self._done = self._done, nobody_waits
            done([self._replies[m.recipient] for m in self._transaction.recipients])


class Deputy:
    """What is done as the user, in a process of his."""

    def __init__(self) -> None:
        self._rulebook = Rulebook()
        self._stores = Stores()

    def perform(self, errands: list[Errand]) -> list[bytes]:
        """Deliver messages that came together; an answer for each."""
        tasks = [self._prepare(errand) for errand in errands]
        postings = [task for task in tasks if isinstance(task, Posting)]
        finish(commit([posting for posting in postings if posting.reply is None]))
        for posting in postings:
            posting.remember()
            posting.spool.close()
        return [_encoded(task.reply if isinstance(task, Posting) else task) for task in tasks]

    def _prepare(self, errand: Errand) -> Posting | Reply:
        """A posting that is written, or the reply for what went wrong before there was one."""
        try:
            posting = self._posting(*decode(errand.data), errand.files[0])
        except Exception as error:  # noqa: BLE001 - costs this message alone
            log_trouble(error)
            return answer_to(error)
        posting.decide(may_wait=True)
        posting.prepare()
        return posting

    def _posting(self, mailbox: Mailbox, envelope: Envelope, descriptor: int) -> Posting:
        rules = self._rulebook.program(mailbox)
        spool = Spool(Maildir(mailbox.maildir, create=mailbox.create), envelope)
        try:
            for piece in pieces_of(descriptor):
                spool.write(piece)
            spool.finish()
        except BaseException:
            spool.close()
            raise
        store = self._stores.at(mailbox.state)
        return Posting(Message(spool), spool, mailbox, envelope, rules, store)


def encode(mailbox: Mailbox, envelope: Envelope) -> bytes:
    """What a deputy is told."""
    told = {"mailbox": _plain(mailbox), "envelope": _plain(envelope)}
    told["mailbox"]["account"] = _plain(mailbox.account)
    return json.dumps(told).encode()


def decode(data: bytes) -> tuple[Mailbox, Envelope]:
    """What a deputy was told."""
    told = json.loads(data)
    account = Account(**told["mailbox"].pop("account"))
    return Mailbox(account=account, **told["mailbox"]), Envelope(**told["envelope"])


def _plain(value: Any) -> dict[str, Any]:
    return {field: getattr(value, field) for field in fields_of(type(value))}


def _encoded(reply: Reply | None) -> bytes:
    reply = reply or UNEXPECTED
    return json.dumps([reply.code, reply.status, reply.text]).encode()
