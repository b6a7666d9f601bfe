"""recipient_process: delivers mail in a process that runs as the recipient.

For a server started as root. A worker sends each message here
(`process_handler`); a reply goes back.
"""

from __future__ import annotations

import json

from maildrop_py.delivery.spool import Spool
from maildrop_py.lmtp.reply import UNEXPECTED, Reply, answer_to
from maildrop_py.lmtp.server.group_commit import commit, finish
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.record import fields_of
from maildrop_py.report.delivery_log import log_trouble
from maildrop_py.serve.evidence_stores import EvidenceStores
from maildrop_py.serve.mailbox import Account, Mailbox
from maildrop_py.serve.message_buffer import pieces_of
from maildrop_py.serve.recipient_delivery import RecipientDelivery
from maildrop_py.serve.rules_cache import RulesCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.lmtp.processes.spawner import Request


class RecipientProcess:
    """What is done as the user, in a process of his."""

    def __init__(self) -> None:
        self._rules_cache = RulesCache()
        self._stores = EvidenceStores()

    def perform(self, requests: list[Request]) -> list[bytes]:
        """Deliver messages that came together; an answer for each."""
        tasks = [self._prepare(request) for request in requests]
        deliveries = [task for task in tasks if isinstance(task, RecipientDelivery)]
        finish(commit([delivery for delivery in deliveries if delivery.reply is None]))
        for delivery in deliveries:
            delivery.remember()
            delivery.spool.close()
        return [
            _encoded(task.reply if isinstance(task, RecipientDelivery) else task) for task in tasks
        ]

    def _prepare(self, request: Request) -> RecipientDelivery | Reply:
        """A delivery that is written, or the reply for what went wrong before there was one."""
        try:
            delivery = self._delivery_of(*decode(request.data), request.files[0])
        except Exception as error:  # noqa: BLE001 - costs this message alone
            log_trouble(error)
            return answer_to(error)
        delivery.decide(may_wait=True)
        delivery.prepare()
        return delivery

    def _delivery_of(
        self, mailbox: Mailbox, envelope: Envelope, descriptor: int
    ) -> RecipientDelivery:
        rules = self._rules_cache.decider(mailbox)
        spool = Spool(Maildir(mailbox.maildir, create=mailbox.create), envelope)
        try:
            for piece in pieces_of(descriptor):
                spool.write(piece)
            spool.finish()
        except BaseException:
            spool.close()
            raise
        store = self._stores.at(mailbox.state)
        return RecipientDelivery(Message(spool), spool, mailbox, envelope, rules, store)


def encode(mailbox: Mailbox, envelope: Envelope) -> bytes:
    """The data of a request."""
    fields = {"mailbox": _plain(mailbox), "envelope": _plain(envelope)}
    fields["mailbox"]["account"] = _plain(mailbox.account)
    return json.dumps(fields).encode()


def decode(data: bytes) -> tuple[Mailbox, Envelope]:
    """The mailbox and the envelope of a request."""
    fields = json.loads(data)
    account = Account(**fields["mailbox"].pop("account"))
    return Mailbox(account=account, **fields["mailbox"]), Envelope(**fields["envelope"])


def _plain(value: Any) -> dict[str, Any]:
    return {field: getattr(value, field) for field in fields_of(type(value))}


def _encoded(reply: Reply | None) -> bytes:
    reply = reply or UNEXPECTED
    return json.dumps([reply.code, reply.status, reply.text]).encode()
