"""parent_death: a process that ends when its parent ends, however that ends.

Linux only (prctl(2), PR_SET_PDEATHSIG); elsewhere nothing happens. The setting
survives exec, but not a change of the user, so give up root first.
"""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Get SIGKILL when `parent`, the process that forked this one, ends."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    except (AttributeError, OSError):
        return
    if os.getppid() != parent:  # it has ended before we asked
        os._exit(70)
