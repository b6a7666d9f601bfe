"""other_movers: what another program is moving at the moment is left to that program.

Dovecot moves a message by giving it a second name in the other folder and then
removing the first name. If the first name is changed in between, Dovecot does
not find it, and the message stays in two folders. So a message that has got a
second name just now is waited for, until it has one name again, or is gone, or
GRACE is over and the second name is taken for a copy's.

Known limit: a program that takes longer than that (a reader that copies and
deletes much later) duplicates what is moved in between.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.refile.step import Step

GRACE = 0.15  # seconds: ten times what Dovecot takes, and short for somebody who waits
PAUSE = 0.005  # seconds between two checks


class BeingMoved(Exception):
    """Nothing was done, because another program is moving the message; try again later."""


def being_moved(step: Step) -> bool | None:
    """Whether another program may be moving the message that a step takes away.

    None if the message no longer has the name that the step knows.
    """
    if not step.takes_away:
        return False
    try:
        found = os.lstat(step.source)
    except FileNotFoundError:
        return None
    except OSError:
        return False  # moving it will report what is wrong
    return found.st_nlink > 1 and time.time() - found.st_ctime < GRACE
