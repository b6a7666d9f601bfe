"""run_start: begin a run that moves mail; what killed runs left is settled first."""

from __future__ import annotations

import time

from maildrop_py.refile.journal import Journal
from maildrop_py.refile.past_runs import forget_old
from maildrop_py.refile.recovery import recover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.maildir.maildir import Maildir


def start_run(
    run: str, maildir: Maildir, journals: str, warn: Callable[[str], None], **about: str
) -> Journal:
    """The journal of a new run on `maildir`, in the directory `journals`.

    `about` is what else its first line says. `warn` gets what killed runs left,
    and what became of it. Raises OSError, and StorageFailed for root.
    """
    maildir.refuse_root()
    forget_old(journals, time.time())
    for settled in recover(journals, maildir.root, warn):
        warn(
            f"{settled.run} was killed: of {settled.in_doubt} moves in doubt "
            f"{settled.finished} were finished"
        )
    about = {"layout": maildir.layout, "encoding": maildir.encoding, **about}
    return Journal(journals, run, maildir.root, about)
