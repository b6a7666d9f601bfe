"""dovecot_list_lock: keeps Dovecot from listing a folder while names in it change.

A listing that runs meanwhile may have neither the old name of a message nor the
new one; Dovecot would take the message for expunged, and for a new one later.
It lists under `dovecot-uidlist.lock`, so that is held. Where it cannot be had
soon, a listing gone wrong is the smaller evil.

Not for what leaves the folder: while Dovecot cannot have the lock it puts off
writing flags to file names, and would lose those of a message that then goes.
[dovecot maildir-sync.c]
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress

from maildrop_py.maildir.dotlock import Dotlock
from maildrop_py.refile.step import FLAG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.refile.step import Task

LOCK_TIMEOUT = 2.0  # seconds


@contextmanager
def dovecot_waits(tasks: Iterable[Task]) -> Iterator[None]:
    """Holds the locks of the folders in whose cur/ the tasks change flags."""
    changed = [step.source for task in tasks for step in task.steps if step.do == FLAG]
    folders = {path.rsplit("/", 2)[0] for path in changed if path.rsplit("/", 2)[1] == "cur"}
    with ExitStack() as locks:
        for folder in sorted(folders):
            uidlist = f"{folder}/dovecot-uidlist"
            if os.path.exists(uidlist):
                with suppress(OSError):
                    locks.enter_context(Dotlock(uidlist, LOCK_TIMEOUT))
        yield
