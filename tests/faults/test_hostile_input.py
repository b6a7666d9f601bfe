"""Whatever a sender writes: inside the Maildir, byte for byte, decided alike, in linear time."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .hostile import corpus, growth
from .hostile.fuzzer import Fuzzer
from .hostile.targets import TARGETS

SLOW = ("message", "maildir files", "pattern", "served")  # those that write to a disk, or compile
SIZE = 3000  # bytes


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Bytes that mean something to the target, and some that do not."""
    words = st.sampled_from(TARGETS[name].words)
    return st.lists(st.one_of(words, words, st.binary(max_size=6)), max_size=40).map(b"".join)


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_promise(name: str) -> None:
    @settings(max_examples=40 if name in SLOW else 300, deadline=None)
    @given(inputs(name))
    def feed(data: bytes) -> None:
        TARGETS[name].feed(data)

    feed()


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_found_by_looking_where_it_leads_breaks_a_promise(name: str) -> None:
    fuzzer = Fuzzer(TARGETS[name], corpus.kept(TARGETS[name]), Random(822))
    finding = fuzzer.run(1.0)
    assert finding is None
    assert len(fuzzer.pool) > 1


@pytest.mark.parametrize("path", corpus.paths(), ids=lambda path: path.name)
def test_what_once_broke_a_promise_does_not_now(path: Path) -> None:
    TARGETS[corpus.target_name(path)].feed(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_twice_the_input_is_at_most_about_twice_the_work(name: str) -> None:
    target = TARGETS[name]
    for number, piece in enumerate(target.growing):
        some, twice = (growth.lines(target, number, size) for size in (SIZE, 2 * SIZE))
        assert twice < 2.3 * some, piece


def test_every_file_of_the_malformed_corpus_is_delivered_as_it_is(shared: Path) -> None:
    for path in sorted((shared / "corpora/malformed").rglob("*")):
        if path.is_file():
            TARGETS["message"].feed(b"a@b c@d\n" + path.read_bytes())
