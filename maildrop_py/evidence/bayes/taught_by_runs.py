"""taught_by_runs: what rules taught during a run of `refile`, `watch` or an import.

It is remembered in the evidence store by the run's name and the message's key, so
that to undo the run takes back what it taught, for KEPT seconds. What a person
taught since stays.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.filter import lesson
from maildrop_py.evidence.border import find
from maildrop_py.evidence.networks import parse_network
from maildrop_py.message.envelope import Envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.settings import Settings
    from maildrop_py.evidence.store import Store
    from maildrop_py.message.message import Message

KEPT = 90 * 86400.0
_KIND = "taught by a run"
_NAMES = {True: "spam", False: "ham"}


def remember(store: Store, run: str, taught: Lesson, now: float) -> None:
    """That `run` taught it, and that it taught anything at all."""
    lines = [(run, ""), (f"{run} {taught.message}", _NAMES[taught.is_spam])]
    store.learn(_KIND, lines, now, KEPT)


def has_taught(store: Store, run: str, now: float) -> bool:
    """Whether `run` taught anything, so that its messages are worth reading again."""
    return run in store.lines(_KIND, [run], now)


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
