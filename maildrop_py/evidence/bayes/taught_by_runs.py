"""taught_by_runs: what rules taught during a run of `refile`, `watch` or an import.

It is remembered in the evidence store by the run's name and the message's key, so
that to undo the run takes back what it taught, for KEPT seconds. What a person
taught since stays.
"""

from __future__ import annotations

import os
import time

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.border import find
from maildrop_py.evidence.networks import parse_network
from maildrop_py.evidence.store import Store
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.paths import evidence_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.settings import Settings

KEPT = 90 * 86400.0
_KIND = "taught by a run"
NAMES = {True: "spam", False: "ham"}


def remember(store: Store, run: str, taught: Lesson, now: float) -> None:
    """That `run` taught it, and that it taught anything at all."""
    lines = [(run, ""), (f"{run} {taught.message}", NAMES[taught.is_spam])]
    store.learn(_KIND, lines, now, KEPT)


def has_taught(store: Store, run: str, now: float) -> bool:
    """Whether `run` taught anything, so that its messages are worth reading again."""
    return run in store.lines(_KIND, [run], now)


def what_takes_back(
    run: str, state: str, settings_of: Callable[[], Settings], warn: Callable[[str], None]
) -> Callable[[str], None]:
    """What takes back what `run` taught of the message in a file, by the file's path.

    `state` is the directory of what was learnt. `settings_of` is asked only if the run taught
    anything; `warn` gets what cannot be read.
    """
    place = evidence_store(state)
    store = Store(place)
    if not os.path.exists(place) or not has_taught(store, run, time.time()):
        return lambda path: None
    from maildrop_py.evidence.bayes.shared import open_bayes

    settings = settings_of()
    bayes = open_bayes(settings.store, state)

    def taken_back(path: str) -> None:
        try:
            take_back(bayes, store, run, Message(FileSource(path)), settings, time.time())
        except OSError as error:
            warn(f"{path}: {error.strerror or error}")

    return taken_back


def take_back(
    bayes: BayesStore, store: Store, run: str, message: Message, settings: Settings, now: float
) -> bool:
    """Take back what `run` taught of `message`; whether there was anything.

    Raises OSError where the message can't be read.
    """
    networks = tuple(map(parse_network, settings.networks))
    taught = lesson(message, find(message.headers, Envelope(), networks), True)
    key = f"{run} {taught.message}"
    kind = store.lines(_KIND, [key], now).get(key)
    if kind is None or bayes.kind(taught.message) is not (kind == "spam"):
        return False
    store.learn(_KIND, [(key, "")], now, KEPT)
    return bool(bayes.take_back([taught]))
