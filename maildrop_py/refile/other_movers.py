"""other_movers: what another program is moving at this moment is left to it.

Dovecot moves a message by giving it a second name in the other folder and then
removing the first. If the first is renamed in between, Dovecot looks for it in
vain, and the message is in two folders from then on. So a message that has got a
second name just now is waited for: until it has one name again, or is gone, or
GRACE is over and the second name is taken for a copy's.

Known limit: a program that takes longer than that, such as a reader that copies
and deletes much later, does double what is moved in between.
"""

from __future__ import annotations

import os
import time

from maildrop_py.refile.step import MOVE, REWRITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.refile.step import Step

GRACE = 0.15  # seconds: ten times what Dovecot takes, and a watcher that waits is still soon
PAUSE = 0.005  # seconds between two looks


class BeingMoved(Exception):
    """Nothing has been done: another program is at work on the message, look again later."""


def takes_away(step: Step) -> bool:
    """Whether the message's file gets a name by which nobody would know it again."""
    return step.do == MOVE or step.do == REWRITE


def being_moved(step: Step) -> bool | None:
    """Whether the message that a step takes away is perhaps being moved by another program.

    None if it does not have the name any more that the step knows.
    """
    if not takes_away(step):
        return False
    try:
        found = os.lstat(step.source)
    except FileNotFoundError:
        return None
    except OSError:
        return False  # moving it will say what is wrong
    return found.st_nlink > 1 and time.time() - found.st_ctime < GRACE
