"""openmetrics: counters as the text of OpenMetrics 1.0, and that text read again.

https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
"""

from __future__ import annotations

from itertools import accumulate

from maildrop_py.metrics.families import COUNTER, HISTOGRAM, PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maildrop_py.metrics.counters import Counters
    from maildrop_py.metrics.families import Family

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
Sample = tuple[str, dict[str, str], float]
"""A name, its labels and its value."""


def text_of(counters: Counters, version: str) -> str:
    """All that is counted now; `version` is the program's."""
    lines = [
        f"# TYPE {PREFIX}build info",
        f"# HELP {PREFIX}build The program.",
        f'{PREFIX}build_info{{version="{_quoted(version)}"}} 1',
    ]
    for family, start in counters.layout.with_places():
        lines += _of_family(family, [counters.total(start + at) for at in range(family.size)])
    if (names := counters.layout.names) is not None:
        lines += _head(names)
        for name, count in sorted(counters.names().items()):
            lines.append(_sample(f"{names.name}_total", {names.label: name}, count))
    return "\n".join((*lines, "# EOF", ""))


def samples_in(text: str) -> Iterator[Sample]:
    """Every sample in a text; lines that are none are passed over."""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, brace, rest = line.partition("{")
        labels: dict[str, str] = {}
        if brace:
            labels, rest = _labels(rest)
        else:
            name, _, rest = line.partition(" ")
        try:
            yield name.removeprefix(PREFIX), labels, float(rest.split()[0])
        except (ValueError, IndexError):
            continue


def _of_family(family: Family, numbers: list[float]) -> Iterator[str]:
    yield from _head(family)
    if family.kind == HISTOGRAM:
        bounds = [*(f"{float(bound)}" for bound in family.bounds), "+Inf"]
        for bound, count in zip(bounds, accumulate(numbers[:-1]), strict=True):
            yield _sample(f"{family.name}_bucket", {"le": bound}, count)
        yield _sample(f"{family.name}_count", {}, sum(numbers[:-1]))
        yield _sample(f"{family.name}_sum", {}, numbers[-1])
        return
    name = f"{family.name}_total" if family.kind == COUNTER else family.name
    for value, number in zip(family.values, numbers, strict=True):
        yield _sample(name, {family.label: value} if family.label else {}, number)


def _head(family: Family) -> Iterator[str]:
    yield f"# TYPE {PREFIX}{family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {PREFIX}{family.name} {family.unit}"
    yield f"# HELP {PREFIX}{family.name} {_quoted(family.help)}"


def _sample(name: str, labels: dict[str, str], value: float) -> str:
    shown = ",".join(f'{label}="{_quoted(said)}"' for label, said in labels.items())
    return f"{PREFIX}{name}{'{' + shown + '}' if shown else ''} {value:.12g}"


def _quoted(text: str) -> str:
    """Text in a label or a help line: a name must not begin another line."""
    text = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return "".join(char if char.isprintable() else "?" for char in text)


def _labels(text: str) -> tuple[dict[str, str], str]:
    """The labels behind a brace, and what follows the closing one."""
    found: dict[str, str] = {}
    name, value, is_value, at = "", "", False, 0
    while at < len(text):
        char = text[at]
        if is_value and char == "\\":
            at += 1
            value += {"n": "\n"}.get(text[at : at + 1], text[at : at + 1])
        elif char == '"':
            is_value = not is_value
            if not is_value:
                found[name.strip("=, ")] = value
                name, value = "", ""
        elif is_value:
            value += char
        elif char == "}":
            return found, text[at + 1 :]
        else:
            name += char
        at += 1
    return found, ""
