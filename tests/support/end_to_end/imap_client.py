"""imap_client: one mail reader's session, and a ledger of every UID that was ever seen."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.dovecot import PASSWORD, Dovecot, encoded

MESSAGE_ID = re.compile(rb"Message-ID: <([^>]+)>", re.I)
UID = re.compile(rb"UID (\d+)")


class Client:
    """A session with `folder` selected."""

    def __init__(self, dovecot: Dovecot, account: Account) -> None:
        self.imap = imaplib.IMAP4("127.0.0.1", dovecot.port, timeout=60)
        self.imap.login(account.name, PASSWORD)
        self.folder = ""

    def select(self, folder: str = "INBOX", readonly: bool = False) -> bool:
        """Open a folder; whether it is there."""
        self.folder = folder
        status, _ = self.imap.select(f'"{encoded(folder)}"', readonly=readonly)
        return status == "OK"

    def validity(self) -> int:
        return int(self.imap.response("UIDVALIDITY")[1][0] or 0)

    def messages(self) -> dict[int, str]:
        """UID -> Message-ID of what the folder shows."""
        fetched = self.imap.uid("fetch", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
        return dict(_pairs(fetched))

    def flags(self, uid: int) -> set[str] | None:
        """The flags of one message, None if it is not there (any more)."""
        fetched = self.imap.uid("fetch", str(uid), "(FLAGS)")[1]
        for row in fetched:
            text = row if isinstance(row, bytes) else b""
            if f"UID {uid})".encode() in text or f"UID {uid} ".encode() in text:
                return {flag.decode() for flag in imaplib.ParseFlags(text)}
        return None

    def store(self, uid: int, change: str, *flags: str) -> None:
        self.imap.uid("store", str(uid), change, f"({' '.join(flags)})")

    def move(self, uid: int, folder: str) -> bool:
        """Whether the server says that it has moved the message."""
        status, _ = self.imap.uid("move", str(uid), f'"{encoded(folder)}"')
        moved = self.imap.response("COPYUID")[1]
        return status == "OK" and moved != [None]

    def expunge(self, uid: int) -> None:
        self.store(uid, "+FLAGS.SILENT", r"\Deleted")
        self.imap.uid("expunge", str(uid))

    def close(self) -> None:
        self.imap.logout()


@contextmanager
def client(dovecot: Dovecot, account: Account) -> Iterator[Client]:
    session = Client(dovecot, account)
    yield session
    session.close()


class Ledger:
    """Which message each UID of each folder has meant: never two."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}
        self.reused: list[str] = []

    def look(self, session: Client, folders: list[str]) -> None:
        """Note all UIDs of `folders`."""
        for folder in folders:
            if session.select(folder, readonly=True):
                validity = session.validity()
                for uid, message_id in session.messages().items():
                    self._note((folder, validity, uid), message_id)

    def _note(self, key: tuple[str, int, int], message_id: str) -> None:
        before = self._known.setdefault(key, message_id)
        if before != message_id:
            self.reused.append(f"{key}: {before}, then {message_id}")


def _pairs(fetched: list[bytes | tuple[bytes, bytes] | None]) -> Iterator[tuple[int, str]]:
    for row in fetched:
        if isinstance(row, tuple):
            uid, message_id = UID.search(row[0]), MESSAGE_ID.search(row[1])
            if uid and message_id:
                yield int(uid[1]), message_id[1].decode()
