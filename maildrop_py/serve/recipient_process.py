"""recipient_process: delivers mail in a process that runs as the recipient.

For a server started as root. A worker sends each message here
(`process_handler`); a reply goes back. The program is started for each user
with exec, and stays for that user's next messages (`lmtp/processes/spawner.py`).
"""

from __future__ import annotations

import sys
import time

from maildrop_py.delivery.spool import Spool
from maildrop_py.lmtp.processes.recipient_program import serve_requests
from maildrop_py.lmtp.reply import UNEXPECTED, answer_to
from maildrop_py.lmtp.server.group_commit import commit, finish
from maildrop_py.maildir.maildir import Maildir
from maildrop_py.message.message import Message
from maildrop_py.report.delivery_log import LogTurn, log_trouble
from maildrop_py.serve.delivery_request import RequestReader
from maildrop_py.serve.evidence_stores import EvidenceStores
from maildrop_py.serve.message_buffer import pieces_of
from maildrop_py.serve.recipient_delivery import RecipientDelivery
from maildrop_py.serve.remembering import remember_together
from maildrop_py.serve.rules_cache import RulesCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from maildrop_py.lmtp.processes.recipient_program import Request
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.serve.delivery_request import DeliveryRequest


SLOW = 0.05  # seconds: what is prepared is delivered before the rest of a batch is begun


def main(channel: socket.socket) -> None:
    """The work of the program that the spawner starts."""
    sys.dont_write_bytecode = True
    serve_requests(channel, RecipientProcess().perform)


class RecipientProcess:
    """What is done as the user."""

    def __init__(self) -> None:
        self._reader = RequestReader()
        self._rules_cache = RulesCache()
        self._stores = EvidenceStores()

    def perform(self, requests: list[Request]) -> Iterator[list[Reply]]:
        """Deliver messages that came together; their replies, in order.

        A message that took long, such as one whose rules run programs, does not
        hold up those before it.
        """
        prepared: list[RecipientDelivery | Reply] = []
        start = time.monotonic()
        for request in requests:
            prepared.append(self._prepare(request))
            if time.monotonic() - start > SLOW:
                yield self._commit(prepared)
                prepared, start = [], time.monotonic()
        yield self._commit(prepared)

    def _commit(self, prepared: list[RecipientDelivery | Reply]) -> list[Reply]:
        deliveries = [each for each in prepared if isinstance(each, RecipientDelivery)]
        finish(commit([delivery for delivery in deliveries if delivery.reply is None]))
        remember_together(deliveries, LogTurn())
        for delivery in deliveries:
            delivery.spool.close()
        replies = [each.reply if isinstance(each, RecipientDelivery) else each for each in prepared]
        return [reply or UNEXPECTED for reply in replies]

    def _prepare(self, request: Request) -> RecipientDelivery | Reply:
        """A delivery that is written, or the reply for what went wrong before there was one."""
        try:
            delivery = self._delivery_of(self._reader.read(request.data), request.files)
        except Exception as error:  # noqa: BLE001 - costs this message alone
            log_trouble(error)
            return answer_to(error)
        delivery.decide(may_wait=True)
        delivery.prepare()
        return delivery

    def _delivery_of(self, request: DeliveryRequest, files: tuple[int, ...]) -> RecipientDelivery:
        mailbox, envelope = request.mailbox, request.envelope
        mailbox.make_directories()
        rules = self._rules_cache.decider(mailbox)
        spool = Spool(Maildir(mailbox.maildir, create=mailbox.create), envelope)
        try:
            for piece in pieces_of(files[0]) if files else (request.message,):
                spool.write(piece)
            spool.finish()
        except BaseException:
            spool.close()
            raise
        store, deadline = self._stores.at(mailbox.state), request.deadline
        return RecipientDelivery(Message(spool), spool, mailbox, envelope, rules, store, deadline)
