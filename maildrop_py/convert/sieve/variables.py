"""variables: what is known of a Sieve script's variables and flags at one place of it.

A variable that branches set differently has several values, each with the predicate
under which it is that. What only the mail tells stands in a value as a mark.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from maildrop_py.convert.branch_values import BranchValues, Value, continued
from maildrop_py.convert.marks import is_marked, marked
from maildrop_py.convert.not_translatable import NotTranslatable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.matches import Groups
    from maildrop_py.convert.state import State

FLAGS = "$flags"
"""The name of the script's own set of flags; no variable can have it."""
UNKNOWN_FLAGS = "which flags are set here is not known"
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_.]*|[0-9]+)\}")
_ENCODED = re.compile(r"\$\{(hex|unicode):((?:\s*[0-9A-Fa-f]+)+)\s*\}", re.I)


class Variables(BranchValues):
    """Values by name, and how what was matched is called."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: Groups = ""
        """How the groups of the last match are called, or what they are; "" before any, None
        where that is not known."""
        self._numbers: dict[str, frozenset[int]] = {}
        self.folder_names: list[str] = []
        """The mailbox names that stand in the script."""
        self.are_used = False
        """Whether the script has required the extension."""
        self.reads_matches: frozenset[int] = frozenset()
        """Which of `${0}`, `${1}` … the script reads."""

    def constant(self, text: str, state: State) -> str:
        """The one value of `text`; raises NotTranslatable where it has several."""
        found = self.expand(text, state)
        if len(found) > 1 or is_marked(found[0][1]):
            raise NotTranslatable("this depends on a variable that only the mail tells")
        return found[0][1]

    def expand(self, text: str, state: State) -> list[tuple[Predicate, str]]:
        """The values of a text with variables in it, each with what must hold for it."""
        found: list[tuple[Predicate, str]] = [(True, "")]
        if not self.are_used:
            return [(True, text)]
        at = 0
        for reference in _REFERENCE.finditer(text):
            before, values = text[at : reference.start()], self._of(reference[1])
            at = reference.end()
            found = continued(found, before, values, state)
        return [(holds, one + text[at:]) for holds, one in found]

    def _of(self, name: str) -> tuple[Value, ...]:
        if name[0].isdigit():
            return (Value(None, self._group(int(name))),)
        name = name.removeprefix("global.")
        if "." in name:
            raise NotTranslatable(f"the variable {name}")
        found = self.get(name)
        if not found:
            raise NotTranslatable(f"the value of {name} is not known here")
        return found

    def _group(self, number: int) -> str:
        if self.groups is None:
            raise NotTranslatable("which match ${0}, ${1} … are of is not known here")
        if isinstance(self.groups, dict):
            return self.groups.get(number, "")
        known = number in self._numbers.get(self.groups, ())
        return marked(f"{self.groups}_{number}") if known else ""

    def know_groups(self, name: str, tests: object) -> None:
        """Note which groups of `name` there are in `tests`; the others are empty."""
        found = re.findall(rf"\(\?P<{name}_(\d+)>", str(tests)) if name else []
        self._numbers[name] = self._numbers.get(name, frozenset()) | frozenset(map(int, found))

    def flags(self, name: str) -> tuple[Value, ...]:
        """The flags in a variable, or the script's own."""
        values = self.get(name)
        if not values or any(is_marked(value.text) for value in values):
            raise NotTranslatable(UNKNOWN_FLAGS)
        return values


def with_encoded_characters(text: str) -> str:
    """`${hex: 40}` and `${unicode: 40}` as what they are (RFC 5228 2.4.2.4)."""

    def put(found: re.Match[str]) -> str:
        numbers = [int(each, 16) for each in found[2].split()]
        if found[1].lower() == "hex":
            if any(number > 255 for number in numbers):
                return found[0]
            return bytes(numbers).decode("utf-8", "replace")
        return "".join(map(chr, numbers)) if all(n < 0x110000 for n in numbers) else found[0]

    return _ENCODED.sub(put, text)


def modified(value: str, modifiers: list[str]) -> str:
    """`value` as the modifiers of `set` make it (RFC 5229 4.1), the first of them first."""
    for modifier in modifiers:
        if is_marked(value):
            if modifier not in ("lower", "upper") or not re.fullmatch(
                "\ue000[~=][A-Za-z0-9_]+\ue001", value
            ):
                raise NotTranslatable(f":{modifier} of what only the mail tells")
            value = f"{value[:-1]}|{modifier}{value[-1]}"
        elif modifier in ("lower", "upper"):
            value = value.lower() if modifier == "lower" else value.upper()
        elif modifier in ("lowerfirst", "upperfirst"):
            first = value[:1].lower() if modifier == "lowerfirst" else value[:1].upper()
            value = first + value[1:]
        elif modifier in ("quotewildcard", "quoteregex"):
            signs = r"([*?\\])" if modifier == "quotewildcard" else r"([.*+?^$|()\[\]{}\\])"
            value = re.sub(signs, r"\\\1", value)
        elif modifier == "encodeurl":
            value = quote(value, safe="")
        elif modifier == "length":
            value = str(len(value))
        else:
            raise NotTranslatable(f"the modifier :{modifier}")
    return value
