"""comparison: `>= 5`, `> 10MB and < 1GB`, `5`: tests of a number.

A bare number means "at least". Sizes take B, KB, MB, GB (1024 each), ages s,
min, h, d, w, y.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.document import Node

PLAIN: dict[str, float] = {"": 1}
SIZES: dict[str, float] = {
    "": 1,
    "B": 1,
    "K": 1024,
    "KB": 1024,
    "M": 1 << 20,
    "MB": 1 << 20,
    "G": 1 << 30,
    "GB": 1 << 30,
}
AGES: dict[str, float] = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}

FAR = float("inf")
OPERATORS = (">=", "<=", "==", ">", "<", "=")


@record
class Comparison:
    """One or more comparisons that must all hold; `shown` is how it was written."""

    terms: tuple[tuple[str, float], ...]
    shown: str

    def holds(self, value: float) -> bool:
        """Whether `value` passes every term."""
        return all(_holds(operator, value, bound) for operator, bound in self.terms)

    @property
    def has_lower_bound(self) -> bool:
        """Whether numbers that are small enough do not pass."""
        return any("<" not in operator for operator, _ in self.terms)

    def describe(self) -> str:
        return self.shown


def _holds(operator: str, value: float, bound: float) -> bool:
    if operator == ">=":
        return value >= bound
    if operator == "<=":
        return value <= bound
    if operator == ">":
        return value > bound
    return value < bound if operator == "<" else value == bound


def parse_comparison(node: Node, units: dict[str, float]) -> Comparison:
    """The comparison that a text or number states; raises Mistake."""
    written = node.text()
    terms = tuple(_term(node, part.strip(), units) for part in written.split(" and "))
    if not _is_possible(terms):
        raise node.mistake("no number is both: {written!r}", _example(units), written=written)
    shown = written if written.lstrip()[:1] in "<>=" else f">= {written}"
    return Comparison(terms, shown)


def _is_possible(terms: tuple[tuple[str, float], ...]) -> bool:
    """Whether there is a number that passes all terms."""
    low = max(((bound, sign == ">") for sign, bound in terms if "<" not in sign), default=None)
    high = min(((bound, sign != "<") for sign, bound in terms if ">" not in sign), default=None)
    if low is None or high is None:
        return True
    return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


def _term(node: Node, text: str, units: dict[str, float]) -> tuple[str, float]:
    operator = next((sign for sign in OPERATORS if text.startswith(sign)), "")
    rest = text[len(operator) :].strip()
    number = rest.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    unit = rest[len(number) :].strip()
    by_name = {name.lower(): factor for name, factor in units.items()}
    try:
        value = float(number)
    except ValueError:
        value = FAR
    if not -FAR < value < FAR:
        raise node.mistake("{written!r} is not a comparison", _example(units), written=text)
    if unit.lower() not in by_name:
        from maildrop_py.translation import text as translated

        wording = (
            translated("unknown unit {unit!r}", unit=unit)
            if unit
            else translated("a unit is missing")
        )
        raise node.mistake(wording, _example(units))
    return operator or ">=", value * by_name[unit.lower()]


def _example(units: dict[str, float]) -> str:
    hint = 'such as ">= 5"'
    if units is SIZES:
        hint = 'such as "> 10MB"; units: B, KB, MB, GB'
    elif units is AGES:
        hint = 'such as "> 30d"; units: s, min, h, d, w, y'
    return hint
