"""watch_learning: beside the filing of mail, `watch --learn` learns from people's moves."""

from __future__ import annotations

import os
import threading
import time
from functools import partial

from maildrop_py.evidence.bayes.move_teacher import MoveTeacher
from maildrop_py.evidence.bayes.shared import open_bayes
from maildrop_py.evidence.store import Store
from maildrop_py.paths import delivery_log, evidence_store, journals
from maildrop_py.refile.filed_before import filed_by_program
from maildrop_py.refile.people_moves import PeopleMoves
from maildrop_py.report.standard_error import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.message import Message
    from maildrop_py.rules.language.settings import Settings

EVERY = 2.0  # seconds between two looks


class WatchLearning:
    """A thread that looks at `maildir` every few seconds, until `stop`."""

    def __init__(
        self, maildir: Maildir, settings: Settings, state: str, junk: str, trash: str
    ) -> None:
        self._stop = threading.Event()
        evidence = Store(evidence_store(state))
        self._teacher = MoveTeacher(open_bayes(settings.store, state), evidence, settings, time)
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
                warn(f"learning: {error.strerror or error}")

    def _teach(self, message: Message, is_spam: bool, is_move: bool) -> None:
        path = getattr(message.source, "path", "")
        try:
            said = self._teacher.teach(message, is_spam, is_move)
        except OSError:
            return  # moved again meanwhile: the next look sees where to
        print(f"{os.path.basename(path)}: {said}", flush=True)
