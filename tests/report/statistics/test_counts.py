"""Counts in bounded memory: sums stay right, what is frequent stays, parts add up."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from maildrop_py.report.statistics import pieces, timeline, top
from maildrop_py.report.statistics.amounts import duration, size_in_words, worth_showing
from maildrop_py.report.statistics.anonymous import without_addresses
from maildrop_py.report.statistics.maillog.sums_by_name import MOST as MOST_ROWS
from maildrop_py.report.statistics.maillog.sums_by_name import SumsByName
from maildrop_py.report.statistics.pieces import Piece, lines_of, pieces_of, spans
from maildrop_py.report.statistics.split import MOST as MOST_SPLIT
from maildrop_py.report.statistics.split import Split
from maildrop_py.report.statistics.timeline import Timeline
from maildrop_py.report.statistics.top import Top
from maildrop_py.report.statistics.waits import Waits


def crowd(number: int) -> list[str]:
    """Names that come once each, with five among them that come often."""
    names = [f"once-{at}" for at in range(number)]
    for at in range(5):
        names += [f"often-{at}"] * (number // 50 * (at + 1))
    random.Random(3).shuffle(names)
    return names


def test_top_forgets_no_frequent_name_and_no_message() -> None:
    tally, names = Top(), crowd(5 * top.MOST)
    for name in names:
        tally.add(name)
    assert len(tally.counts) <= top.MOST
    assert tally.total == len(names)
    exact = Counter(names)
    for name, count in tally.most(5):
        assert name.startswith("often") and 0.8 * exact[name] <= count <= exact[name]


def test_parts_of_a_crowd_add_up() -> None:
    names = crowd(2 * MOST_SPLIT)
    whole = Split()
    for part in (names[::2], names[1::2]):
        one = Split()
        for at, name in enumerate(part):
            one.add(name, at % 6)
        whole.merge(one)
    bars = whole.bars("k", "t", "n", 5)
    assert sum(count for _, count in bars.rows) + bars.others == len(names)
    assert all(sum(parts) == count for parts, (_, count) in zip(bars.parts, bars.rows, strict=True))
    assert len(whole.counts) <= MOST_SPLIT


def test_rows_say_when_they_are_not_exact_any_more() -> None:
    rows = SumsByName(2)
    for at in range(MOST_ROWS):
        rows.row(f"{at}")[0] += 1
    assert rows.is_exact and len(rows.rows) == MOST_ROWS
    rows.row("one more")[0] += 1
    assert not rows.is_exact and len(rows.rows) <= MOST_ROWS


def test_a_timeline_keeps_the_sum_of_each_day_and_its_frequent_names() -> None:
    line = Timeline()
    for at in range(timeline.MOST * 2):
        day = f"2026-10-{at % 28 + 1:02}"
        line.add(day, "often")
        line.add(day, f"once-{at}")
    assert sum(map(len, line.days.values())) <= timeline.MOST + 1
    days = [sum(row.values()) for row in line.days.values()]
    assert sum(days) == timeline.MOST * 4
    columns = line.columns("k", "t")
    assert columns.layers[0] == "often" and sum(columns.counts[0]) == timeline.MOST * 2


def test_a_timeline_of_very_many_days_counts_months() -> None:
    """Twenty years, in two parts of which one has become months before they are put together."""
    whole, other = Timeline(), Timeline()
    days = [f"{2000 + at // 336}-{at // 28 % 12 + 1:02}-{at % 28 + 1:02}" for at in range(20 * 336)]
    for day in days:
        for name in ("INBOX", "Junk", "Lists/a", day):
            whole.add(day, name)
    other.add("2019-12-28", "INBOX")
    other.merge(whole.days)
    assert sum(map(len, other.days.values())) <= timeline.MOST
    assert {len(day) for day in other.days} == {7} and len(other.days) == 240
    assert sum(sum(row.values()) for row in other.days.values()) == 4 * len(days) + 1
    columns = other.columns("k", "t")
    assert columns.marks[-1] == "2019-12" and columns.counts[0][-1] == 29


def test_a_timeline_of_wrong_clocks_is_bounded() -> None:
    line = Timeline()
    for month in range(12 * 9000):
        line.add(f"{month // 12 + 1:04}-{month % 12 + 1:02}-01", "INBOX")
    assert sum(map(len, line.days.values())) <= timeline.MOST
    assert "9000-12" in line.days, "the latest stay"


def test_a_clock_of_long_ago_is_no_failure() -> None:
    waits = Waits(keep=True)
    waits.delivered("<a>", -1e9)
    waits.merge(waits.state())


def test_waits_are_the_same_in_one_part_and_in_two() -> None:
    events = [("d", "<a>", 10.0), ("d", "<b>", 20.0), ("d", "<a>", 25.0), ("s", "<a>", 100.0),
              ("d", "<c>", 110.0), ("s", "<x>", 120.0), ("s", "<b>", 220.0)]  # fmt: skip
    for cut in range(len(events) + 1):
        first, second = Waits(), Waits(keep=True)
        for waits, part in ((first, events[:cut]), (second, events[cut:])):
            for kind, name, time in part:
                (waits.deferred if kind == "d" else waits.delivered)(name, time)
        first.merge(second.state())
        assert sorted(first.seconds) == [90.0, 200.0], cut
        assert len(first.waiting) == 1, cut


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_every_line_is_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(pieces, "SIZE", size)
    lengths = [0, 1, 5, 63, 64, 65, 200, 0, 3]
    lines = [b"x" * length + b"\n" for length in lengths] + [b"no end"]
    path = tmp_path / "log"
    path.write_bytes(b"".join(lines))
    with open(path, "rb") as file:
        cut = list(pieces_of([file]))
        assert [line for piece in cut for line in lines_of(piece)] == lines
        for workers in (1, 2, 3, 5):
            parts = spans(cut, workers)
            assert len(parts) <= workers
            assert [piece for part in parts for piece in part] == cut


def test_spans_are_about_as_long() -> None:
    cut = [Piece(0, "x", at * 10, at * 10 + 10) for at in range(100)]
    assert [len(part) for part in spans(cut, 4)] == [25, 25, 25, 25]
    assert spans([], 3) == [[]]


def test_names_that_came_once_are_left_out_where_there_are_others() -> None:
    ranked = [("a", 9), ("b", 2), *((f"{at}", 1) for at in range(20))]
    assert [name for name, _ in worth_showing(ranked, 15)] == ["a", "b", "0", "1", "2"]
    assert len(worth_showing([(f"{at}", 2) for at in range(20)], 15)) == 15


def test_sizes_and_times_in_words() -> None:
    sizes = {0: "0 B", 999: "999 B", 1000: "1 kB", 39_800_000: "39.8 MB", 2 * 10**12: "2 TB"}
    assert {size: size_in_words(size) for size in sizes} == sizes
    assert [duration(it) for it in (0.5, 30, 300, 7200, 432000)] == [
        *("0.5 s", "30 s", "5 min", "2 h", "5 d")
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("forwarded to ann@example.org", "forwarded to …@…"),
        ("connect to 192.0.2.1 or 2001:db8::1 failed", "connect to … or … failed"),
        ("/home/ann/Maildir: full", "/…: full"),
        ("~/Mail is gone", "/… is gone"),
        ("Lists/gardeners at 12:30:45, 3/4", "Lists/gardeners at 12:30:45, 3/4"),
        ("spam score >= 5.5", "spam score >= 5.5"),
    ],
)
def test_addresses_and_paths_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert without_addresses(text) == shown
