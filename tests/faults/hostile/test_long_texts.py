"""What reads texts that others wrote takes time and memory in proportion to them, or less.

Runs of marks, which Unicode puts in order in quadratic time; log lines without end; texts that
look like ours in every other word.
"""

from __future__ import annotations

import gc
import gzip
import os
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from maildrop_py import translation
from maildrop_py.evidence import domains, misspelt
from maildrop_py.evidence.bayes.text import words
from maildrop_py.message.normal_form import composed
from maildrop_py.report import log_reader
from maildrop_py.report.log_search import Search
from maildrop_py.report.statistics.pieces import lines_of, pieces_of

PIECES = {
    "marks in disorder": "\u0301\u0323",
    "marks on letters": "a\u0301\u0323\u0327\u0338",
    "ligatures": "\ufdfa",
    "jamo": "\u1100\u1161\u11a8",
    "halfwidth": "\uff76\uff9e\uff9f",
}
READERS: dict[str, Callable[[str], object]] = {
    "composed": composed,
    "the words of Bayes": words,
    "a word that may be misspelt": lambda text: list(map(misspelt._Shape, text.split())),
    "a domain": lambda text: domains.ascii_domain(f"{text}.example"),
    "search in the log": lambda text: Search("x").latest(
        lambda: [{"time": "", "subject": text}], 1
    ),
}
MOST_TIME, TOO_SHORT = 2.5, 0.05  # times for twice the size; seconds that say nothing yet


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("reader", READERS)
def test_long_runs_are_read_in_linear_time(reader: str, piece: str) -> None:
    sizes = (10_000, 20_000, 40_000)
    texts = ["x" + PIECES[piece] * (size // len(PIECES[piece])) for size in sizes]
    taken = [_seconds(READERS[reader], text) for text in texts]
    for less, more in pairwise(taken):
        assert more <= MOST_TIME * max(less, TOO_SHORT), taken


def _seconds(read: Callable[[str], object], text: str) -> float:
    gc.collect()
    began = time.process_time()
    read(text)
    return time.process_time() - began


@pytest.mark.parametrize("compressed", [True, False])
def test_a_line_of_a_log_without_end_takes_no_memory(tmp_path: Path, compressed: bool) -> None:
    log = tmp_path / "deliveries.jsonl"
    old = tmp_path / f"deliveries-2026-10-001.jsonl{'.gz' * compressed}"
    entry = b'{"version": 2, "time": "2026-11-01T00:00:00Z"}\n'
    log.write_bytes(entry)
    with gzip.open(old, "wb", 1) if compressed else old.open("wb") as file:
        file.write(entry)
        for _ in range(30):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + entry)
    complaints: list[tuple[str, str]] = []

    def read() -> int:
        files = log_reader.open_log(str(log))
        counted = sum(1 for piece in pieces_of(files) for _ in lines_of(piece))
        for each in files:
            each.close()
        assert counted >= 4
        return sum(1 for _ in log_reader.entries(str(log), lambda *it: complaints.append(it)))

    tracemalloc.start()
    try:
        assert read() == 3
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert complaints == [(f"{old}:2", "is not a log entry")]


def test_a_damaged_log_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    log = tmp_path / "deliveries.jsonl"
    log.write_text('{"version": 2, "time": "2026-11-01T00:00:00Z"}\n')
    packed = bytearray(gzip.compress(bytes(range(256)) * 400))
    packed[40:60] = b"\xff" * 20  # not the end of the file but its middle: zlib says so
    (tmp_path / "deliveries-2026-10-001.jsonl.gz").write_bytes(packed)
    complaints: list[tuple[str, str]] = []
    found = list(log_reader.entries(str(log), lambda *it: complaints.append(it)))
    assert len(found) == 1 and complaints


def test_a_text_like_ours_in_every_word_is_told_in_linear_time() -> None:
    translation.choose("ja")
    try:
        texts = [" of the spam and a: b, in".join("x" * number) for number in (800, 1600, 3200)]
        taken = [_seconds(translation.text, text) for text in texts]
    finally:
        translation.choose("en")
    for less, more in pairwise(taken):
        assert more <= MOST_TIME * max(less, TOO_SHORT), taken


@pytest.mark.parametrize("target", ["a FIFO", "/dev/zero"])
def test_a_log_that_is_no_file_holds_up_nobody(tmp_path: Path, target: str) -> None:
    log = tmp_path / "deliveries.jsonl"
    if target == "a FIFO":
        os.mkfifo(log)
    else:
        log.symlink_to(target)
    for read in (log_reader.open_log, lambda path: list(log_reader.entries(path, print))):
        with pytest.raises(OSError, match="is not a regular file"):
            read(str(log))
