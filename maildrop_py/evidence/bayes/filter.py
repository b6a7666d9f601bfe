"""filter: the Bayes filter as the rest of the program sees it: judge, learn, forget.

Guarantees and limits are those of `tokens`, `judgement` and `store`.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes import tokens
from maildrop_py.evidence.bayes.judgement import Judgement, judge, log_odds, probability
from maildrop_py.evidence.bayes.store import key_of, message_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.bayes.store import BayesStore
    from maildrop_py.evidence.border import Border
    from maildrop_py.message.message import Message

SURE = 0.99
"""Probability from which a rule teaches nothing new."""

UNEVEN = 3
"""Rules don't teach a kind of which that many times more was learnt than of the other."""


def judgement(
    store: BayesStore, message: Message, border: Border | None, most_clues: int = 0
) -> Judgement:
    """How probably `message` is spam; unknown where the store can't be read or has too little."""
    keys = {key_of(token): token for token in tokens.of_message(message, border)}
    if not store.path:
        return Judgement(unknown="nothing was learnt")
    found = store.known(list(keys))
    if found is None:
        return Judgement(unknown="what the Bayes filter learnt cannot be read")
    totals, rows = found
    named = {keys[key]: row for key, row in rows.items()}
    return judge(named, totals, len(keys), most_clues)


def lesson(message: Message, border: Border | None, is_spam: bool) -> Lesson:
    """What is to be learnt of `message`."""
    from maildrop_py.evidence.bayes.learning import Lesson
    from maildrop_py.evidence.duplicates import normal

    keys = tuple({key_of(token): None for token in tokens.of_message(message, border)})
    message_id = normal(message.headers.first("Message-ID"))
    return Lesson(message_key(message_id, keys), keys, is_spam)


def worth_teaching(store: BayesStore, lesson: Lesson) -> bool:
    """Whether a rule, which no person looks over, should teach this message.

    What was taught before stays as it is: a person may have said otherwise. And a
    rule that fires often must not drown what people taught.
    """
    found = store.known(lesson.keys) if store.path else None
    if found is None or store.kind(lesson.message) is not None:
        return False
    totals, rows = found
    this, other = (totals.spam, totals.ham) if lesson.is_spam else (totals.ham, totals.spam)
    if this > UNEVEN * (other + 100):
        return False
    if not totals.enough:
        return True
    spam = probability(log_odds(rows.values(), totals, len(lesson.keys)))
    return spam < SURE if lesson.is_spam else spam > 1 - SURE
