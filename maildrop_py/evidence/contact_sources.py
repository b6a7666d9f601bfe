"""contact_sources: where contacts come from: sent mail, vCards, lists of addresses.

Sent mail is read once: the names of the messages read are kept in the store, so
that the next time only new ones are opened. Without the store everything is
read again, which finds the same. A message that cannot be read is tried again
the next time.

Known limits: a Maildir of sent mail, not an mbox; in a vCard the e-mail
addresses alone (RFC 6350 6.4.2, vCard 2.1 and 3.0 too).
"""

from __future__ import annotations

import os

from maildrop_py.message import addresses
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from maildrop_py.evidence.contacts import Contacts
    from maildrop_py.evidence.store import Store

_FIELDS = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
_READ = "sent mail read"  # kind in the store
_BATCH = 500  # messages


@record
class Learnt:
    """What learning brought: messages read, contacts that are new, messages not readable."""

    messages: int
    contacts: int
    unreadable: int = 0


def learn(
    folder: str,
    contacts: Contacts,
    store: Store,
    now: float,
    own: tuple[str, ...] = (),
    *,
    again: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Learnt:
    """Make contacts of everyone that the mail in the Maildir `folder` was sent to.

    `own` addresses are left out: people who write to themselves are not to make
    a contact of anybody who forges their address. `again` reads what was read before, too;
    `advance` is called once a message. OSError if the folder cannot be read, or
    the contacts not be written.
    """
    mine = {address.lower() for address in own}
    messages = added = unreadable = 0
    for batch in _batches(folder):
        known = {} if again else store.lines(_READ, batch, now)
        read = {}
        for key, path in batch.items():
            found = [] if key in known else _recipients(path)
            if found is None:
                unreadable += 1
            elif key not in known:
                read[key] = found
            advance()
        recipients = (address for found in read.values() for address in found)
        added += contacts.add(address for address in recipients if address.lower() not in mine)
        store.learn(_READ, [(key, "") for key in read], now)
        messages += len(read)
    return Learnt(messages, added, unreadable)


def share(contacts: Contacts, address: str, now: float) -> tuple[int, list[str]]:
    """Copy every contact into the shared store at `address`: how many, and what went wrong."""
    from maildrop_py.evidence.shared_store import SharedStore
    from maildrop_py.evidence.store import Store

    names = contacts.all()
    there = SharedStore(address, Store(""), "")
    there.learn("contact", [(name, "") for name in names], now)
    return len(names), there.warnings


def addresses_in(data: bytes) -> list[str]:
    """The addresses in a vCard file, or in a file with one or more on each line.

    In the latter `#` begins a comment, and names may stand before `<address>`.
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if text.lstrip()[:11].upper() == "BEGIN:VCARD":
        return list(_in_vcards(text))
    lines = (line.partition("#")[0] for line in text.splitlines())
    return [found.text for line in lines for found in addresses.parse(line) if found.domain]


def _batches(folder: str) -> Iterator[dict[str, str]]:
    """Paths of messages by a key that stays theirs when flags change."""
    place = os.path.realpath(folder)
    batch: dict[str, str] = {}
    for part in ("cur", "new"):
        with os.scandir(os.path.join(folder, part)) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    batch[f"{place} {entry.name.partition(':2,')[0]}"] = entry.path
                if len(batch) >= _BATCH:
                    yield batch
                    batch = {}
    if batch:
        yield batch


def _recipients(path: str) -> list[str] | None:
    """Whom the message at `path` was sent to; None if it cannot be read, or not any more."""
    from maildrop_py.message.message import Message
    from maildrop_py.message.source import FileSource

    try:
        headers = Message(FileSource(path)).headers
    except OSError:
        return None
    fields = [field for name in _FIELDS for field in headers.all(name)]
    return [found.text for field in fields for found in addresses.in_header(field) if found.domain]


def _in_vcards(text: str) -> Iterator[str]:
    unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    for line in unfolded.split("\n"):
        name, colon, value = line.partition(":")
        property_name = name.partition(";")[0].rpartition(".")[2].strip().upper()
        if property_name == "EMAIL" and colon and "@" in value:
            yield value.strip().removeprefix("mailto:")
