"""delivery_request: what a worker tells a recipient's process about one message, as bytes.

The mailbox and the envelope as JSON, then the message itself if it is small; else it
comes as an open file. A mailbox is the same for most messages, so its JSON is made, and
read, once.
"""

from __future__ import annotations

import json
import struct
from operator import attrgetter

from maildrop_py.message.envelope import Envelope
from maildrop_py.record import fields_of, record
from maildrop_py.serve.mailbox import Account, Mailbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEAD = struct.Struct("=dII")  # the deadline, and how long mailbox and envelope are
KEPT = 256  # mailboxes
envelope_values = attrgetter(*fields_of(Envelope))


@record
class DeliveryRequest:
    """One message for one mailbox.

    `deadline` is a time.monotonic() value, the same in all processes; `message` is
    b"" where it comes as a file.
    """

    mailbox: Mailbox
    envelope: Envelope
    deadline: float
    message: bytes = b""


class RequestWriter:
    """Makes the bytes of requests, in pieces that need not be joined."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Mailbox, bytes]] = {}  # by recipient

    def write(self, request: DeliveryRequest) -> tuple[bytes, ...]:
        """The data of a request."""
        mailbox = self._mailbox(request.mailbox)
        envelope = json.dumps(envelope_values(request.envelope)).encode()
        head = HEAD.pack(request.deadline, len(mailbox), len(envelope))
        return head, mailbox, envelope, request.message

    def _mailbox(self, mailbox: Mailbox) -> bytes:
        known, data = self._known.get(mailbox.recipient, (None, b""))
        if known is not mailbox:
            fields = _plain(mailbox) | {"account": _plain(mailbox.account)}
            data = json.dumps(fields).encode()
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[mailbox.recipient] = mailbox, data
        return data


class RequestReader:
    """Reads them in the recipient's process."""

    def __init__(self) -> None:
        self._known: dict[bytes, Mailbox] = {}

    def read(self, data: bytes) -> DeliveryRequest:
        """The request in `data`."""
        deadline, of_mailbox, of_envelope = HEAD.unpack_from(data)
        envelope = HEAD.size + of_mailbox
        message = envelope + of_envelope
        return DeliveryRequest(
            self._mailbox(data[HEAD.size : envelope]),
            Envelope(*json.loads(data[envelope:message])),
            deadline,
            data[message:],
        )

    def _mailbox(self, data: bytes) -> Mailbox:
        found = self._known.get(data)
        if found is None:
            fields = json.loads(data)
            account = Account(**fields.pop("account"))
            if len(self._known) >= KEPT:
                self._known.clear()
            found = self._known[data] = Mailbox(account=account, **fields)
        return found


def _plain(value: Any) -> dict[str, Any]:
    return {field: getattr(value, field) for field in fields_of(type(value))}
