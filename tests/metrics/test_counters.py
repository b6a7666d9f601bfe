"""Counters that processes share: nothing is lost when one dies, and names are bounded."""

from __future__ import annotations

import os
import signal

from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.metrics.counters import LONGEST, NAMES, OTHER, Counters
from maildrop_py.metrics.families import COUNTER, GAUGE, HISTOGRAM, Family, Layout
from maildrop_py.metrics.openmetrics import samples_in, text_of

LAYOUT = Layout(
    (
        Family(COUNTER, "seen", "Seen.", "kind", ("one", "other")),
        Family(HISTOGRAM, "time_seconds", "Time.", bounds=(0.5, 2.0), unit="seconds"),
        Family(GAUGE, "open", "Open."),
    ),
    names=Family(COUNTER, "rules", "Rules.", "rule"),
)
SEEN, OPEN = LAYOUT.places("seen"), LAYOUT.start("open")


def samples(counters: Counters) -> dict[tuple[str, str], float]:
    found = samples_in(text_of(counters, "1"))
    return {(name, next(iter(labels.values()), "")): value for name, labels, value in found}


def test_processes_are_added_up_and_what_a_dead_one_counted_stays() -> None:
    counters = Counters(LAYOUT, 2)
    pid = os.fork()
    if pid == 0:
        own = counters.own(1)
        own.add(SEEN["one"], 5)
        own.name("lists")
        own.set(OPEN, 7)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    counters.own(0).add(SEEN["one"], 2)
    assert samples(counters)["seen_total", "one"] == 7
    assert samples(counters)["open", ""] == 7
    successor = counters.own(1)
    successor.add(SEEN["one"])
    successor.name("lists")
    assert samples(counters)["seen_total", "one"] == 8
    assert samples(counters)["rules_total", "lists"] == 2
    assert samples(counters)["open", ""] == 0, "a new process begins without sessions"


def test_a_histogram_is_cumulative() -> None:
    counters = Counters(LAYOUT, 1)
    own = counters.own(0)
    for value in (0.1, 0.5, 1.0, 9.0):
        own.observe("time_seconds", value)
    found = samples(counters)
    buckets = [found["time_seconds_bucket", bound] for bound in ("0.5", "2.0", "+Inf")]
    assert buckets == [2, 3, 4]
    assert found["time_seconds_count", ""] == 4
    assert found["time_seconds_sum", ""] == 10.6


def test_names_beyond_the_most_are_counted_together() -> None:
    counters = Counters(LAYOUT, 1)
    own = counters.own(0)
    for number in range(3 * NAMES):
        own.name(f"rule {number}")
    found = counters.names()
    assert len(found) == NAMES
    assert sum(found.values()) == 3 * NAMES
    assert found[OTHER] > NAMES


def test_a_successor_counts_nothing_in_the_place_of_another_name() -> None:
    """Names that are cut alike, and one that is empty, take one place each."""
    counters = Counters(LAYOUT, 1)
    long = "x" * LONGEST
    for name in (f"{long}1", f"{long}2", "", "lists", "会" * LONGEST):
        counters.own(0).name(name)
    counters.own(0).name("a new one")
    counters.own(0).name("lists")
    found = counters.names()
    assert found.pop("会" * (LONGEST // 3) + "\N{REPLACEMENT CHARACTER}") == 1
    assert found == {long: 2, "(no name)": 1, "lists": 2, "a new one": 1}


@given(st.lists(st.text(), max_size=20))
def test_any_name_can_be_read_again_and_forges_no_line(names: list[str]) -> None:
    counters = Counters(LAYOUT, 1)
    own = counters.own(0)
    for name in names:
        own.name(name)
    text = text_of(counters, "1")
    assert text.endswith("# EOF\n")
    rules = [value for name, _, value in samples_in(text) if name == "rules_total"]
    assert sum(rules) == len(names)
    assert text.count("\n# EOF") == 1
