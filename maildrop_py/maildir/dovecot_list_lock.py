"""dovecot_list_lock: keep Dovecot from listing a folder while file names in it change.

A listing at that moment may see neither the old name of a message nor the new
one; Dovecot would take the message for expunged, and later for a new one.
Dovecot lists under `dovecot-uidlist.lock`, so we hold that lock. If it cannot be
had soon, a wrong listing does less harm than waiting.

Not for messages that leave the folder: while Dovecot cannot have the lock it
puts off writing flags to file names, and would lose the flags of a message that
then goes. [dovecot maildir-sync.c]
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress

from maildrop_py.maildir.dotlock import Dotlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOCK_TIMEOUT = 2.0  # seconds


@contextmanager
def list_locks(folders: Iterable[str]) -> Iterator[None]:
    """Holds the locks of these folders, given by their directories, where Dovecot uses them."""
    with ExitStack() as locks:
        for folder in sorted(set(folders)):
            uidlist = f"{folder}/dovecot-uidlist"
            if os.path.exists(uidlist):
                with suppress(OSError):
                    locks.enter_context(Dotlock(uidlist, LOCK_TIMEOUT))
        yield
