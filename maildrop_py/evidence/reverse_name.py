"""reverse_name: what the verified reverse name of the client says about it.

S25R and the "dynamic name" rule recognise the line of an end user by the look
of its name. Both are signs and no proof: mail servers with such names exist, so
they are for scoring, never for throwing mail away. Sessions that authenticated
are exempt, which the rule's condition sees to.

The S25R rules are those of Hideo Asami's "Selective SMTP Rejection", numbered
as there. They are written out here label by label instead of as regular
expressions: that costs no import, and is linear. A test holds them to the
regular expressions they stand for.

Known limits: only names as the mail server or DNS verified them are looked at,
so a dead resolver yields "unknown", not "no name".
"""

from __future__ import annotations

from maildrop_py.evidence import networks
from maildrop_py.memo import Memo
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.resolver import Resolver

RULES = {
    0: "has no verified reverse name",
    1: "has two numbers in its first label",
    2: "has five digits in a row in its first label",
    3: "begins one of its first two labels with a digit",
    4: "has numbers joined by a hyphen behind a first label that ends in a digit",
    5: "ends its first two labels in digits",
    6: "begins like a dial-up or DSL line",
}

_LINES = ("dhcp", "dialup", "ppp", *(letter + "dsl" for letter in "achrsvx"), "dsl")
_DIGITS = "0123456789"
_BLANKS = bytes(code if chr(code) in _DIGITS else 32 for code in range(256))


@record
class ReverseName:
    """The client's verified name in lower case, "" where it has none.

    `unknown` is the reason why it could not be learnt, "" where it was.
    """

    name: str
    source: str = ""
    unknown: str = ""

    @property
    def top_level_domain(self) -> str:
        """The last label, "" without a name."""
        return self.name.rpartition(".")[2]


def clean(name: str) -> str:
    """`name` as the rules look at it: lower case, no final dot, "" for `unknown`."""
    name = name.strip().rstrip(".").lower()
    return "" if name == "unknown" else name


def s25r(name: str) -> tuple[int, ...]:
    """The numbers of the S25R rules that hold for a cleaned `name`, in order."""
    return _rules_of[name] if len(name) <= _LONGEST_NAME else _held(name)


def _held(name: str) -> tuple[int, ...]:
    if not name:
        return (0,)
    labels = name.split(".")
    return tuple(number for number, holds in _CHECKS.items() if holds(labels))


_LONGEST_NAME = 255  # characters, RFC 1035 2.3.4
_rules_of = Memo(_held)


def dynamic(name: str, address: ip.Address) -> str:
    """Why `name` looks dynamically assigned, or "" if it does not."""
    joined = name.replace("-", "").replace(".", "")
    if _longest_number(joined) >= 5:
        return "has five or more digits in a row, hyphens and dots aside"
    if address.packed.hex() in joined:
        return "has the client's address in hexadecimal"
    return ""


def look_up(address: ip.Address, resolver: Resolver) -> ReverseName:
    """The reverse name of `address` that leads back to it (RFC 8601 3, `iprev`).

    At most ten names are verified. Costs DNS time out of the resolver's budget.
    """
    zone, kind = ("in-addr", "A") if address.bits == 32 else ("ip6", "AAAA")
    pointers = resolver.ask(f"{networks.reversed_labels(address)}.{zone}.arpa", "PTR")
    if pointers.unanswered:
        return ReverseName("", "DNS", pointers.unanswered)
    names = [name for name in map(str, pointers.values[:10]) if name]
    failure = ""
    for name, answer in zip(names, resolver.ask_all([(n, kind) for n in names]), strict=True):
        found = (ip.parse(str(value)) for value in answer.values)
        if any(other is not None and other.packed == address.packed for other in found):
            return ReverseName(clean(name), "DNS")
        failure = failure or answer.unanswered
    return ReverseName("", "DNS", failure)


def _runs(text: str) -> list[bytes]:
    """The runs of digits in `text`."""
    return text.encode("ascii", "replace").translate(_BLANKS).split()


def _longest_number(text: str) -> int:
    return max(map(len, _runs(text)), default=0)


def _numbers(label: str) -> int:
    """How many runs of digits `label` has."""
    return len(_runs(label))


def _ends_in_digit(label: str) -> bool:
    return label[-1:] in _DIGITS and label != ""


def _rule1(labels: list[str]) -> bool:
    return _numbers(labels[0]) >= 2


def _rule2(labels: list[str]) -> bool:
    return _longest_number(labels[0]) >= 5


def _rule3(labels: list[str]) -> bool:
    return _number_first(labels) or (labels[0] != "" and _number_first(labels[1:]))


def _number_first(labels: list[str]) -> bool:
    if len(labels) < 4 or labels[0][:1] not in _DIGITS or not labels[0] or not labels[1]:
        return False
    rest = ".".join(labels[2:])
    return any(
        dot and "a" <= rest[dot + 1 : dot + 2] <= "z"
        for dot, character in enumerate(rest)
        if character == "."
    )


def _rule4(labels: list[str]) -> bool:
    if len(labels) < 2 or not _ends_in_digit(labels[0]):
        return False
    pieces = labels[1].split("-")
    return any(
        _ends_in_digit(pieces[at - 1]) and pieces[at][:1] in _DIGITS and pieces[at] != ""
        for at in range(1, len(pieces))
    )


def _rule5(labels: list[str]) -> bool:
    if len(labels) < 5 or not labels[2]:
        return False
    behind = ".".join(labels[3:])
    return _ends_in_digit(labels[0]) and _ends_in_digit(labels[1]) and "." in behind[1:]


def _rule6(labels: list[str]) -> bool:
    first = labels[0]
    return any(first.startswith(line) and _numbers(first[len(line) :]) > 0 for line in _LINES)


_CHECKS = {1: _rule1, 2: _rule2, 3: _rule3, 4: _rule4, 5: _rule5, 6: _rule6}
