"""untaught: `undo` takes back what the rules of a run taught the Bayes filter."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from maildrop_py.cli.rules_file import settings_of_user
from maildrop_py.evidence.bayes.shared import open_bayes
from maildrop_py.evidence.bayes.taught_by_runs import has_taught, take_back
from maildrop_py.evidence.store import Store
from maildrop_py.message.message import FileSource, Message
from maildrop_py.paths import UserPaths, evidence_store
from maildrop_py.refile.undo import Undone
from maildrop_py.report.standard_error import warn


def untaught(run: str, report: Callable[[Undone], None]) -> Callable[[Undone], None]:
    """`report`, which then also takes back what `run` taught of each message put back."""
    state = UserPaths(os.environ).state
    place = evidence_store(state)
    store = Store(place)
    if not os.path.exists(place) or not has_taught(store, run, time.time()):
        return report
    settings = settings_of_user()
    bayes = open_bayes(settings.store, state)

    def reported(undone: Undone) -> None:
        report(undone)
        if undone.path:
            try:
                message = Message(FileSource(undone.path))
                take_back(bayes, store, run, message, settings, time.time())
            except OSError as error:
                warn(f"{undone.path}: {error.strerror or error}")

    return reported
