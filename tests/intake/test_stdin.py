"""Standard input is read to its end whatever happens to what is read."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from maildrop_py.errors import DeadlineExceeded, DiskFull
from maildrop_py.intake.stdin import PIECE, read_message

SIZE = 1_000_000


class Sink:
    def __init__(self, fail_at: int = 0, error: BaseException | None = None) -> None:
        self.pieces: list[bytes] = []
        self.fail_at = fail_at
        self.error = error

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        if self.error and len(self.pieces) == self.fail_at:
            raise self.error


@pytest.fixture
def pipe() -> Iterator[tuple[int, threading.Thread]]:
    """A pipe that somebody writes SIZE bytes into."""
    reader, writer = os.pipe()

    def feed() -> None:
        with open(writer, "wb") as file:
            file.write(b"x" * SIZE)

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    yield reader, thread
    os.close(reader)


def test_everything_comes_in_bounded_pieces(pipe: tuple[int, threading.Thread]) -> None:
    sink = Sink()
    read_message(sink, pipe[0])
    assert b"".join(sink.pieces) == b"x" * SIZE
    assert max(map(len, sink.pieces)) <= PIECE


@pytest.mark.parametrize("error", [DiskFull("full"), OSError("odd"), MemoryError()])
def test_failing_sink_does_not_stop_the_reading(
    pipe: tuple[int, threading.Thread], error: Exception
) -> None:
    """The writer must not see its pipe break."""
    sink = Sink(2, error)
    with pytest.raises(type(error)):
        read_message(sink, pipe[0])
    pipe[1].join(20)
    assert not pipe[1].is_alive() and len(sink.pieces) == 2


@pytest.mark.parametrize("error", [DeadlineExceeded("late"), KeyboardInterrupt()])
def test_interruption_ends_the_reading(
    pipe: tuple[int, threading.Thread], error: BaseException
) -> None:
    with pytest.raises(type(error)):
        read_message(Sink(1, error), pipe[0])
    assert pipe[1].is_alive()
    read_message(None, pipe[0])


def test_without_a_sink_everything_is_dropped(pipe: tuple[int, threading.Thread]) -> None:
    read_message(None, pipe[0])
    pipe[1].join(20)
    assert not pipe[1].is_alive()


def test_nothing_at_all_is_a_message_too() -> None:
    reader, writer = os.pipe()
    os.close(writer)
    sink = Sink()
    read_message(sink, reader)
    os.close(reader)
    assert sink.pieces == []
