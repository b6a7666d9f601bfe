"""judgement: how probably a message is spam, from what was learnt of its tokens.

Two things are known of a token: in how many learnt messages of each kind it
was, and a weight. The counts give Robinson's estimate f(w) of the probability
that a message with the token is spam; those near one half say nothing and are
left out. The sum of the others' log odds, divided by the square root of the
number of tokens (they depend on each other), would be a Bayes filter. It errs on
the mail where many tokens say the same thing, newsletters above all. So each
message that is learnt also moves the weights of its tokens, by as much as the
filter erred on it just before (a step of logistic regression). Each step is a
whole number, so that it can be taken back exactly. A weight counts the less the more
messages have the token: what all of them have says nothing of this one, and its weight
would only move the scores of all mail up and down with each error.

Weights move only as far as both kinds of mail are there: a step is smaller where
one kind was learnt far more often, and no kind's errors may outweigh the other's
by more than BALANCE messages. Who learns all spam first and all ham later gets
the Bayes filter alone until mail comes in mixed order.

Known limits: probabilities are those of the mail that was learnt, in which ham
and spam count alike whatever their numbers.

Sources: Robinson, "A Statistical Approach to the Spam Problem" (f(w) with s and x).
"""

from __future__ import annotations

from math import exp, log, sqrt

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = tuple[int, int, int]  # spam, ham, weight

FEWEST = 20
"""Learnt messages of each kind, below which nothing is said."""

UNIT = 1000
"""Weights are whole numbers of thousandths."""

BALANCE = 4 * UNIT
_STRENGTH = 0.7  # Robinson's s: how much a token that is new counts as undecided
_UNDECIDED = 0.5  # Robinson's x
_LEAST = log(0.6 / 0.4)  # log odds below which a token says nothing
_COUNTS_SHARE = 0.5  # of the counts, beside the weights
_RATE = 2.5  # of learning
_EVEN = 2  # kinds whose numbers differ by no more than this count as even
_FURTHEST = 30.0  # log odds


@record
class Totals:
    """Messages learnt, and how much further spam has moved the weights than ham."""

    spam: int = 0
    ham: int = 0
    balance: int = 0

    @property
    def enough(self) -> bool:
        """Whether anything can be said."""
        return min(self.spam, self.ham) >= FEWEST


@record
class Clue:
    """One token that decided: its part of the log odds, and where it was learnt."""

    token: str
    part: float
    spam: int
    ham: int


@record
class Judgement:
    """`probability` of spam, None with the reason in `unknown`; the weightiest clues first."""

    probability: float | None = None
    clues: tuple[Clue, ...] = ()
    totals: Totals = Totals()
    unknown: str = ""

    def sentences(self) -> list[str]:
        """The clues in words."""
        return [
            f"{clue.token}: {'spam' if clue.part > 0 else 'ham'} by {abs(clue.part):.2f}, "
            f"in {clue.spam} of {self.totals.spam} spam and {clue.ham} of {self.totals.ham} ham"
            for clue in self.clues
        ]


def log_odds(rows: Iterable[Row], totals: Totals, size: int) -> float:
    """The log odds of spam for a message of `size` tokens, `rows` of them known."""
    spam, ham = max(totals.spam, 1), max(totals.ham, 1)
    every = totals.spam + totals.ham or 1
    counts = weights = 0.0
    for row in rows:
        odds = _log_odds(row[0] * ham, row[1] * spam, row[0] + row[1])
        if odds >= _LEAST or odds <= -_LEAST:
            counts += odds
        without = every - row[0] - row[1]  # messages
        if without > 0:
            weights += row[2] * without
    return (_COUNTS_SHARE * counts + weights / (UNIT * every)) / sqrt(size or 1)


def probability(odds: float) -> float:
    """The probability that belongs to log odds."""
    return 1 / (1 + exp(-max(-_FURTHEST, min(_FURTHEST, odds))))


def judge(tokens: Mapping[str, Row], totals: Totals, size: int, most: int = 15) -> Judgement:
    """The judgement of a message of `size` tokens, some of which are known."""
    if not totals.enough:
        few = f"{totals.spam} spam and {totals.ham} ham were learnt, {FEWEST} of each are needed"
        return Judgement(totals=totals, unknown=few)
    found = log_odds(tokens.values(), totals, size)
    clues = [_clue(token, row, totals, size) for token, row in tokens.items()] if most else []
    clues.sort(key=lambda clue: (-abs(clue.part), clue.token))
    return Judgement(probability(found), tuple(clues[:most]), totals)


def step(odds: float, is_spam: bool, totals: Totals, size: int) -> tuple[int, int]:
    """How far each token's weight moves by a message with these log odds, and the balance."""
    fewer, more = sorted((totals.spam, totals.ham))
    if not fewer:
        return 0, 0
    error = round(UNIT * ((1.0 if is_spam else 0.0) - probability(odds)))
    room = BALANCE - totals.balance if is_spam else BALANCE + totals.balance
    error = max(-max(room, 0), min(max(room, 0), error))
    evenness = min(1.0, _EVEN * fewer / more)
    return round(_RATE * evenness * error / sqrt(size or 1)), error


def _log_odds(spam: int, ham: int, times: int) -> float:
    """Of one token, from its counts as if both kinds were equally many."""
    if not times:
        return 0.0
    share = spam / (spam + ham)
    estimate = (_STRENGTH * _UNDECIDED + times * share) / (_STRENGTH + times)
    return log(estimate / (1 - estimate))


def _clue(token: str, row: Row, totals: Totals, size: int) -> Clue:
    part = log_odds((row,), totals, size)
    return Clue(token, part, row[0], row[1])
