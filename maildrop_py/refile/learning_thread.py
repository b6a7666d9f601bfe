"""learning_thread: beside the filing of mail, `watch --learn` learns from people's moves."""

from __future__ import annotations

import os
import threading
from functools import partial

from maildrop_py.paths import delivery_log, journals
from maildrop_py.refile.filed_before import filed_by_program
from maildrop_py.refile.people_moves import PeopleMoves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message

    Teach = Callable[[Message, bool, bool], str]
    """Learns a message: whether as spam, and whether because of a move; says what it did."""

EVERY = 2.0  # seconds between two looks


class LearningThread:
    """A thread that looks at `maildir` every few seconds, until `stop`.

    `state` is the user's directory of journals and logs; `warn` gets what went wrong.
    """

    def __init__(
        self,
        maildir: Maildir,
        state: str,
        junk: str,
        trash: str,
        teach: Teach,
        warn: Callable[[str], None],
    ) -> None:
        self._stop = threading.Event()
        self._teach_message, self._warn = teach, warn
        by_program = partial(
            filed_by_program, maildir.root, journals=journals(state), log=delivery_log(state)
        )
        self._moves = PeopleMoves(maildir, junk, trash, by_program, self._teach)
        self._thread = threading.Thread(target=self._run, name="learning", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after what it is doing."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self._moves.look()
            except OSError as error:
                self._warn(f"learning: {error.strerror or error}")

    def _teach(self, message: Message, is_spam: bool, is_move: bool) -> None:
        path = getattr(message.source, "path", "")
        try:
            learnt = self._teach_message(message, is_spam, is_move)
        except OSError:
            return  # moved again meanwhile: the next look sees where to
        print(f"{os.path.basename(path)}: {learnt}", flush=True)
