"""spool: a message on its way in. (Signatures first; the code follows.)"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.delivery.maildir import Maildir
    from maildrop_py.message.envelope import Envelope

IN_MEMORY = 256 * 1024


class Spool:
    """Takes a message in with write(), then finish(); a Source for Message.

    Up to `in_memory` bytes stay in memory; a larger message goes into tmp/ of
    `maildir` as it comes. `envelope`, if known already, lets Return-Path and
    Delivered-To be written on top at once. Use as a context manager: leaving
    it removes what is in tmp/.
    """

    size: int
    from_line: bytes

    def __init__(
        self, maildir: Maildir, envelope: Envelope | None = None, *, in_memory: int = IN_MEMORY
    ) -> None: ...
    def write(self, data: bytes) -> None: ...
    def finish(self) -> Spool:
        """The message is complete."""
        return self

    def head(self) -> bytes:
        raise NotImplementedError

    def content(self) -> bytes:
        raise NotImplementedError

    def close(self) -> None: ...
    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
