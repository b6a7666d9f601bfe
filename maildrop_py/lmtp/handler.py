"""handler: the interface between the protocol and whoever delivers the mail.

Two phases, as in every good mail server: first each recipient is accepted or
refused (`recipient`), then the message is delivered (`begin`, `write`, and
`commit` or `abort`). `commit` answers for every recipient when the message is
safely on disk, at once or later. The protocol knows no rules, no Maildirs and no
users; the handler knows no sockets.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from maildrop_py.lmtp.address import EnvelopeAddress
    from maildrop_py.lmtp.reply import Reply
    from maildrop_py.lmtp.transaction import Transaction

    class Handler(Protocol):
        """Who takes the mail. Called in the server's loop: must not wait for the network.

        Whatever these raise is answered as `answer_to` says, for that
        recipient or that message alone; `unexpected` gets it.
        """

        def recipient(self, address: EnvelopeAddress, transaction: Transaction) -> Reply | Any:
            """A Reply to refuse, anything else to accept.

            What is returned (a mailbox, a user) is put into `transaction.recipients`.
            """

        def begin(self, transaction: Transaction) -> MessageSink | Reply:
            """Where to write the message that comes now, or a Reply to refuse it."""

        def reload(self) -> None:
            """Read rules and users again: SIGHUP came. Sessions go on."""

        def unexpected(self, error: Exception) -> None:
            """Something other than a MaildropError or an OSError was raised."""

        def limit_reached(self, text: str) -> None:
            """A client reached a limit; `text` says which, and who."""

        def not_delivered(self, address: str, reply: Reply) -> None:
            """A recipient, or a message to it, got a 4xx or 5xx reply."""

    class MessageSink(Protocol):
        """One message on its way to disk; after `abort` or `commit` no more is written."""

        def write(self, piece: bytes) -> object:
            """Take the next bytes, lines ended by LF. Pieces are at most 64 KiB."""

        def abort(self) -> object:
            """Forget the message: the client vanished, or it was too big."""

        def commit(self, done: Callable[[Sequence[Reply]], None]) -> object:
            """Make the message durable, then call `done`, once, in the server's loop.

            With one Reply for each of `transaction.recipients`, in their order,
            one that was named twice twice. `commit` itself must not wait long.
            """
