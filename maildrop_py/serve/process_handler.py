"""process_handler: takes mail in and has each recipient's own process deliver it.

For a server started as root: a worker has no rights and delivers nothing itself.
It receives the message and sends it to a process that runs as the recipient
(`recipient_process`, `delivery_request`). A reply comes back. Where none comes back,
nobody knows whether the message was delivered; the mail server sends it again.
"""

from __future__ import annotations

import time
from functools import partial

from maildrop_py.errors import Temporary
from maildrop_py.report.delivery_log import log_trouble
from maildrop_py.serve.delivery_request import DeliveryRequest, RequestWriter
from maildrop_py.serve.direct_handler import nobody_waits, unknown
from maildrop_py.serve.mailbox import OWN
from maildrop_py.serve.message_buffer import MessageBuffer
from maildrop_py.serve.metrics import uncounted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maildrop_py.lmtp.address import EnvelopeAddress
    from maildrop_py.lmtp.processes.recipient_processes import RecipientProcesses
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.lmtp.transaction import Transaction
    from maildrop_py.serve.mailbox import Mailbox
    from maildrop_py.serve.metrics import Metrics
    from maildrop_py.serve.recipients import Recipients
    from maildrop_py.serve.server_log import ServerLog

    Done = Callable[[Sequence[Reply]], None]


class ProcessHandler:
    """The Handler of a worker that delivers nothing by itself.

    Each message may take `seconds` after its last byte.
    """

    def __init__(
        self,
        recipients: Recipients,
        processes: RecipientProcesses,
        seconds: float,
        log: ServerLog,
        metrics: Metrics | None = None,
    ) -> None:
        self.metrics = metrics or uncounted()
        self.recipients, self.processes = recipients, processes
        self.seconds, self.log = seconds, log
        self.writer = RequestWriter()

    def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | Mailbox:
        mailbox = self.recipients.mailbox(address)
        if mailbox is None:
            return unknown(address)
        if OWN in (mailbox.account.uid, mailbox.account.gid):
            raise Temporary(f"the users file gives no uid and gid for {mailbox.account.user}")
        return mailbox

    def begin(self, transaction: Transaction) -> ProcessDelivery:
        return ProcessDelivery(self, transaction)

    def reload(self) -> None:
        self.recipients.forget()
        self.processes.stop_idle()

    def unexpected(self, error: Exception) -> None:
        log_trouble(error)

    def limit_reached(self, text: str) -> None:
        self.metrics.limit_reached()
        self.log.warning(text)

    def not_delivered(self, address: str, reply: Reply) -> None:
        self.log.not_delivered(address, reply)


class ProcessDelivery:
    """The MessageSink of one message that processes will deliver."""

    def __init__(self, handler: ProcessHandler, transaction: Transaction) -> None:
        self._handler, self._transaction = handler, transaction
        self._buffer = MessageBuffer()
        self.write, self.abort = self._buffer.write, self._buffer.close
        self._replies: dict[str, Reply] = {}  # by recipient
        self._pending = 0

    def commit(self, done: Done) -> None:
        self._done = done
        self._began = time.monotonic()
        deadline = self._began + self._handler.seconds
        named = {mailbox.recipient: mailbox for mailbox in self._transaction.recipients}
        self._pending = len(named)
        try:
            message, files = self._buffer.finish()
        except BaseException:
            self._buffer.close()
            raise
        for mailbox in named.values():
            user = mailbox.account
            envelope = self._transaction.envelope(mailbox.recipient, mailbox.extension, user.user)
            request = DeliveryRequest(mailbox, envelope, deadline, message)
            data, answered = self._handler.writer.write(request), partial(self._answered, mailbox)
            self._handler.processes.send((user.uid, user.gid), data, files, deadline, answered)

    def _answered(self, mailbox: Mailbox, reply: Reply) -> None:
        self._handler.metrics.answered(reply, self._began)
        self._handler.log.not_delivered(mailbox.recipient, reply)
        self._replies[mailbox.recipient] = reply
        self._pending -= 1
        if not self._pending:
            self._buffer.close()
            done, self._done = self._done, nobody_waits
            done([self._replies[m.recipient] for m in self._transaction.recipients])
