"""transaction: one message's envelope, from MAIL to the last reply after the dot."""

from __future__ import annotations

from maildrop_py.lmtp.fixed_replies import TOO_BIG
from maildrop_py.lmtp.reply import Refused
from maildrop_py.message.envelope import Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.lmtp.address import EnvelopeAddress, Parameters
    from maildrop_py.lmtp.xforward import Origin

UNKNOWN_CLIENT = (None, None, None, None, False)
"""Client and protocol of an Envelope: given in full, a record is made in half the time."""

AUTHENTICATED = frozenset(("ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA"))


class Transaction:
    """What the client gave with MAIL, RCPT and XFORWARD.

    `sender` is None for the null sender; `recipients` holds what the handler
    returned for each accepted RCPT, in order; `origin` holds the attributes of
    XFORWARD.
    """

    __slots__ = ("declared_size", "origin", "recipients", "sender", "smtputf8")

    def __init__(self, sender: EnvelopeAddress | None, origin: Origin) -> None:
        self.sender = sender
        self.origin = origin
        self.recipients: list[Any] = []
        self.declared_size = 0  # as the client declared it; 0: it did not
        self.smtputf8 = False

    def permits(self, address: EnvelopeAddress) -> bool:
        """Whether the client said SMTPUTF8 if `address` needs it (RFC 6531 3.4)."""
        return self.smtputf8 or (address.local.isascii() and address.domain.isascii())

    def envelope(
        self,
        recipient: str | None = None,
        extension: str | None = None,
        user: str | None = None,
    ) -> Envelope:
        """The envelope for one recipient. A client without a verified name is `unknown`."""
        sender = self.sender.text if self.sender else ""
        origin = self.origin
        if not origin:
            return Envelope(sender, recipient, extension, user, *UNKNOWN_CLIENT)
        address, protocol = origin.get("ADDR"), origin.get("PROTO")
        return Envelope(
            sender=sender,
            recipient=recipient,
            extension=extension,
            user=user,
            client_address=address,
            client_name=origin.get("NAME") or ("unknown" if address else None),
            helo=origin.get("HELO"),
            protocol=protocol,
            authenticated=protocol is not None and protocol.upper() in AUTHENTICATED,
        )

    def apply(self, parameters: Parameters, limit: int) -> None:
        """Take the parameters of MAIL. Raises Refused: 501, 552 above `limit` bytes, 555."""
        for name, value in parameters.items():
            take = PARAMETERS.get(name)
            if take is None:
                raise Refused(555, "5.5.4", f"Parameter {name} is not offered")
            if not take(self, value):
                raise Refused(501, "5.5.4", f"Bad value of {name}")
        if limit and self.declared_size > limit:
            raise Refused(TOO_BIG.code, TOO_BIG.status, TOO_BIG.text)


def _size(transaction: Transaction, value: str | None) -> bool:
    if value is None or not (value.isascii() and value.isdigit() and len(value) <= 20):
        return False
    transaction.declared_size = int(value)
    return True


def _body(transaction: Transaction, value: str | None) -> bool:
    return (value or "").upper() in ("7BIT", "8BITMIME")


def _smtputf8(transaction: Transaction, value: str | None) -> bool:
    transaction.smtputf8 = value is None
    return value is None


PARAMETERS = {"SIZE": _size, "BODY": _body, "SMTPUTF8": _smtputf8}
