"""survey: what was counted of conditions in ham and spam, with how sure that is, and weights.

Rates have Wilson's 95 % interval. Weights are those of a logistic regression over
all conditions together, in points, so that POINTS of them mean that spam is as
likely as ham: conditions that say the same thing share what it is worth. A message
of which nothing holds counts as ham, since no points can say otherwise.
"""

from __future__ import annotations

from math import exp, sqrt

from maildrop_py.record import fields_of, record
from maildrop_py.report.tables import width_of
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Answers = tuple[bool | None, ...]

POINTS = 5.0
_SURE = 1.96  # standard deviations: 95 %
_ROUNDS = 300
_PULL = 0.02  # to zero: a condition that hardly ever holds has no great weight
_LEAST_HAM = 1.0  # log odds of ham for a message of which nothing holds


@record
class Rate:
    """`held` of `asked` messages; `low` and `high` bound the true share, 0 to 1."""

    held: int
    asked: int
    unknown: int
    low: float
    high: float


@record
class Finding:
    """One condition: its rates, and what it is worth in points."""

    name: str
    ham: Rate
    spam: Rate
    weight: float


def findings(names: Sequence[str], ham: list[Answers], spam: list[Answers]) -> list[Finding]:
    """One for each condition, those that catch most spam for their ham first."""
    weights = _weights(len(names), ham, spam)
    found = [
        Finding(name, _rate(ham, at), _rate(spam, at), round(weights[at], 1))
        for at, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: (-(one.spam.low - one.ham.high), one.name))


def table(found: list[Finding]) -> list[str]:
    """The findings as lines of text; conditions that never held are left out."""
    shown = [one for one in found if one.ham.held or one.spam.held]
    names = (text("condition"), text("of spam"), text("of ham"), text("points"))
    rows = [(it.name, _in_words(it.spam), _in_words(it.ham), f"{it.weight:+.1f}") for it in shown]
    width = max(map(width_of, (names[0], *(it.name for it in shown))))
    return [_line(width, *row) for row in (names, *rows)]


def as_object(one: Finding) -> dict[str, Any]:
    """The object that `--json` prints for a condition."""
    rates = {
        kind: {field: getattr(rate, field) for field in fields_of(type(rate))}
        for kind, rate in (("ham", one.ham), ("spam", one.spam))
    }
    return {"condition": one.name, **rates, "points": one.weight}


def _line(width: int, name: str, spam: str, ham: str, points: str) -> str:
    before = (
        " " * (columns - width_of(it)) for it, columns in ((spam, 22), (ham, 22), (points, 6))
    )
    spaces = [*before]
    behind = " " * (width - width_of(name))
    return f"{name}{behind}  {spaces[0]}{spam}  {spaces[1]}{ham}  {spaces[2]}{points}"


def interval(held: int, asked: int) -> tuple[float, float]:
    """Wilson's interval for a share of `held` in `asked`."""
    if not asked:
        return 0.0, 1.0
    share, square = held / asked, _SURE**2
    middle = (share + square / (2 * asked)) / (1 + square / asked)
    half = _SURE * sqrt(share * (1 - share) / asked + square / (4 * asked**2))
    half /= 1 + square / asked
    return max(0.0, middle - half), min(1.0, middle + half)


def _rate(answers: list[Answers], at: int) -> Rate:
    said = [each[at] for each in answers]
    held, unknown = said.count(True), said.count(None)
    return Rate(held, len(said) - unknown, unknown, *interval(held, len(said) - unknown))


def _in_words(rate: Rate) -> str:
    if not rate.asked:
        return text("unknown:").removesuffix(":")
    share = 100 * rate.held / rate.asked
    return f"{rate.held} = {share:.1f} % ({100 * rate.low:.1f}-{100 * rate.high:.1f})"


def _weights(count: int, ham: list[Answers], spam: list[Answers]) -> list[float]:
    """The weights of a logistic regression; both kinds count alike whatever their numbers.

    The last of its inputs is there in every message. Nesterov's descent, with steps
    that are small enough for conditions which always hold together.
    """
    cases = _cases(count, ham, spam)
    curve = sum((one + two) * len(held) for held, (one, two) in cases.items()) / 4 + _PULL
    weights = [0.0] * count + [-_LEAST_HAM]
    ahead, before = weights, weights
    for number in range(_ROUNDS):
        slope = _slope(ahead, cases)
        weights = [weight + step / curve for weight, step in zip(ahead, slope, strict=True)]
        weights[-1] = min(weights[-1], -_LEAST_HAM)
        speed = number / (number + 3)
        pairs = zip(weights, before, strict=True)
        ahead, before = [one + speed * (one - other) for one, other in pairs], weights
    scale = POINTS / -weights[-1]
    return [weight * scale for weight in weights[:-1]]


def _cases(
    count: int, ham: list[Answers], spam: list[Answers]
) -> dict[tuple[int, ...], list[float]]:
    """What held in messages, and the shares of ham and of spam in which just this held."""
    cases: dict[tuple[int, ...], list[float]] = {}
    for kind, answers in enumerate((ham, spam)):
        for each in answers:
            held = (*(at for at in range(count) if each[at]), count)
            cases.setdefault(held, [0.0, 0.0])[kind] += 1 / len(answers)
    return cases


def _slope(weights: list[float], cases: dict[tuple[int, ...], list[float]]) -> list[float]:
    """Where to each weight has to go."""
    slope = [-_PULL * weight for weight in weights]
    slope[-1] = 0.0
    for held, (in_ham, in_spam) in cases.items():
        odds = sum(weights[at] for at in held)
        share = 1 / (1 + exp(-max(-30.0, min(30.0, odds))))
        error = in_spam * (1 - share) - in_ham * share
        for at in held:
            slope[at] += error
    return slope
