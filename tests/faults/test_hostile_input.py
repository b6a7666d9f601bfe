"""Whatever a sender writes: inside the Maildir, byte for byte, decided alike, in linear time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.hostile import corpus, fuzzer, growth, planted
from tests.faults.hostile.targets import TARGETS

SLOW = ("message", "maildir files", "pattern", "served")  # those that write to a disk, or compile
SIZE = 3000  # bytes
PLANTED = {target.name: target for target in planted.TARGETS}

needs_atheris = pytest.mark.skipif(not fuzzer.works(), reason=fuzzer.NEEDS)


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


@needs_atheris
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_found_by_looking_where_it_leads_breaks_a_promise(name: str) -> None:
    effort = fuzzer.Effort(runs=150 if name in SLOW else 1000)
    search = fuzzer.search(TARGETS[name], 822, effort)
    assert search.finding is None
    assert search.tried >= effort.runs
    assert search.new


@needs_atheris
def test_a_fault_behind_one_comparison_after_the_other_is_found_and_made_small() -> None:
    finding = search_planted("deep", fuzzer.Effort(runs=2_000_000)).finding
    assert finding is not None
    assert finding.data == b"plant"
    assert finding.error.startswith("AssertionError")


@needs_atheris
@pytest.mark.parametrize(("name", "says"), [("endless", "timeout"), ("deadly", "deadly signal")])
def test_an_input_that_hangs_or_kills_the_process_is_found(name: str, says: str) -> None:
    finding = search_planted(name, fuzzer.Effort(runs=1000, hang=1)).finding
    assert finding is not None
    assert finding.data and says in finding.error


@needs_atheris
def test_a_process_that_ends_without_a_word_does_not_pass_for_a_good_one() -> None:
    with pytest.raises(RuntimeError, match="vanishing"):
        search_planted("vanishing", fuzzer.Effort(runs=1000))


def search_planted(name: str, effort: fuzzer.Effort) -> fuzzer.Search:
    return fuzzer.search(PLANTED[name], 822, effort, planted.__name__)


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
