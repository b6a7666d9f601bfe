"""message_file: where in a Maildir a message is filed."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class MessageFile(Protocol):
        """Where in a Maildir a message is filed, as one file in new/ or cur/.

        `folder` is its logical name, `flags` are Maildir letters, `mtime` is in
        seconds since 1970.
        """

        @property
        def folder(self) -> str: ...
        @property
        def flags(self) -> str: ...
        @property
        def keywords(self) -> tuple[str, ...]: ...
        @property
        def path(self) -> str: ...
        @property
        def mtime(self) -> float: ...


@record
class StatedFile:
    """A MessageFile of which everything is given."""

    folder: str = ""
    flags: str = ""
    keywords: tuple[str, ...] = ()
    path: str = ""
    mtime: float = 0.0
