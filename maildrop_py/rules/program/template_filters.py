"""template_filters: what `|` does to the value of a name in a template.

`{name|replace(from, to)}` replaces a text wherever it is, `{name|replace(/expr/, to)}`
what an expression matches (RE2, ignoring case), one behind the other from left to right.
Filters can be chained: `{name|lower|replace(' ', _)}`.

Guarantee: at most LONGEST characters of a value go through `replace`, so that no
expression and no mail takes more than a moment; the rest is dropped.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Filter = Callable[[str], str]

LONGEST = 4096
LONGEST_NEW = 200
REPLACE = "replace("

PLAIN: dict[str, Filter] = {
    "lower": str.lower,
    "upper": str.upper,
    "lower_first": lambda text: text[:1].lower() + text[1:],
    "upper_first": lambda text: text[:1].upper() + text[1:],
    "length": lambda text: str(len(text)),
}
NAMES = (*PLAIN, "replace")

_QUOTES = ("'", '"')
_read: dict[str, tuple[Filter, ...]] = {}


class BadFilter(ValueError):
    """A filter that is not one; `text` says what is wrong, `hint` what would be right."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text, self.hint = text, hint


def filtered(value: str, filters: str) -> str:
    """`value` through all of `filters`, as they stand behind the name."""
    found = _read.get(filters)
    if found is None:
        found = _read[filters] = _filters(filters)
    for each in found:
        value = each(value)
    return value


def end_of(text: str, at: int) -> int:
    """Where the filters that begin at `at` end: at a `}`, or a `|` and so on; raises BadFilter."""
    while text.startswith(REPLACE, at):
        at = _arguments(text, at)[2]
        while text[at : at + 1] in (" ", "|"):
            at += 1
    end = at
    while end < len(text) and text[end] != "}":
        if text[end] == "|":
            rest = len(text[end + 1 :]) - len(text[end + 1 :].lstrip())
            return end_of(text, end + 1 + rest)
        end += 1
    if end == len(text):
        raise BadFilter("a `{` without its `}`", "write {{ for a brace")
    return end


def expressions_in(filters: str) -> list[str]:
    """The expressions that `replace` is given; raises BadFilter for a filter that is none."""
    return [each[1:-1] for each, _ in _split(filters) if each.startswith("/")]


def _filters(filters: str) -> tuple[Filter, ...]:
    return tuple(
        PLAIN[each] if each in PLAIN else _replacing(each, to) for each, to in _split(filters)
    )


def _split(filters: str) -> list[tuple[str, str]]:
    """Each filter's name with ""; of `replace` what is replaced, with what takes its place."""
    found: list[tuple[str, str]] = []
    rest = filters.strip()
    while rest:
        if rest.startswith(REPLACE):
            old, new, end = _arguments(rest, 0)
            found.append((old, new))
            name, rest = "", rest[end:].strip()
            if rest and not rest.startswith("|"):
                raise BadFilter(f"{rest!r} is behind a filter", "filters are separated by |")
            rest = rest[1:].strip()
        else:
            name, _, rest = rest.partition("|")
            name, rest = name.strip(), rest.strip()
            if name not in PLAIN:
                raise BadFilter(f"unknown filter {name!r}")
            found.append((name, ""))
    return found


def _arguments(text: str, at: int) -> tuple[str, str, int]:
    """The two arguments of the `replace` at `at`, and where it ends."""
    at = _blanks(text, at + len(REPLACE))
    old, at = _old(text, at)
    at = _blanks(text, at)
    if text[at : at + 1] != ",":
        raise BadFilter("`replace` takes two texts", "such as replace(/[^a-z]+/, _)")
    new, at = _new(text, at + 1)
    if len(new) > LONGEST_NEW:
        raise BadFilter("what `replace` puts in is too long", f"at most {LONGEST_NEW} characters")
    return old, new, at


def _old(text: str, at: int) -> tuple[str, int]:
    """What is replaced, an expression with its slashes."""
    if text[at : at + 1] == "/":
        end = text.find("/", at + 1)
        while end >= 0 and text[_blanks(text, end + 1) :][:1] != ",":
            end = text.find("/", end + 1)
        if end < 0:
            raise BadFilter("an expression without its second /", "replace(/[^a-z]+/, _)")
        return text[at : end + 1], end + 1
    if text[at : at + 1] in _QUOTES:
        end = text.find(text[at], at + 1)
        if end > at + 1:
            return f" {text[at + 1 : end]}", end + 1
        raise BadFilter("there is nothing to replace", "such as replace(., _)")
    end = text.find(",", at + 1)
    if end < 0 or at == len(text):
        raise BadFilter("`replace` takes two texts", "such as replace(., _)")
    return f" {text[at:end].rstrip(' ')}", end


def _new(text: str, at: int) -> tuple[str, int]:
    at = _blanks(text, at)
    if text[at : at + 1] in _QUOTES:
        end = text.find(text[at], at + 1)
        close = _blanks(text, end + 1)
        if end < 0 or text[close : close + 1] != ")":
            raise BadFilter("a text in quotes without its end", "replace(a, 'b')")
        return text[at + 1 : end], close + 1
    close = text.find(")", at)
    if close < 0:
        raise BadFilter("`replace(` without its `)`", "such as replace(., _)")
    return text[at:close].rstrip(" "), close + 1


def _blanks(text: str, at: int) -> int:
    """The first place from `at` that is no blank."""
    while text[at : at + 1] == " ":
        at += 1
    return at


def _replacing(old: str, new: str) -> Filter:
    if old.startswith(" "):
        wanted = old[1:]
        return lambda value: value[:LONGEST].replace(wanted, new)
    return lambda value: _sub(old[1:-1], new, value[:LONGEST])


def _sub(expression: str, new: str, value: str) -> str:
    from maildrop_py.rules.matching.engine import compiled

    pattern, data = compiled(expression), value.encode("utf-8", "replace")
    kept: list[bytes] = []
    at = 0
    while at <= len(data):
        spans = pattern.spans(data, at)
        if spans is None:
            break
        start, end = spans[0]
        kept += [data[at:start], new.encode("utf-8", "replace")]
        if end == start:  # an empty match: the next character stays
            end = _next_character(data, start)
            kept.append(data[start:end])
        at = end
    kept.append(data[at:])
    return b"".join(kept).decode("utf-8", "replace")


def _next_character(data: bytes, at: int) -> int:
    at += 1
    while at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return at
