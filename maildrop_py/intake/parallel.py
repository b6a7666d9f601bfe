"""parallel: work on many messages in one process for each processor.

Each worker does every n-th of the items, so that nothing has to be handed to it;
what it makes comes back through a pipe, and is put together in the order of the
items. A worker that fails prints why, and stops the whole. Where results are no longer
wanted, or the process that wants them is killed, the workers end.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from marshal import dumps, loads

from maildrop_py.errors import Temporary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    Share = Callable[[int, int], Iterable[Any]]
    """Gives every n-th item, from a number on that is counted from 0."""

WORTH_IT = 400
"""Items; with fewer, starting the workers costs more than they save."""
BATCH = 50
MOST = 8
LENGTH = 4  # bytes in front of each batch


def processors() -> int:
    """How many workers can run at once."""
    return min(len(os.sched_getaffinity(0)), MOST)


def in_parallel(
    share: Share, work: Callable[[Any], Any], workers: int, batch: int = BATCH
) -> Iterator[Any]:
    """`work(item)` of each item, in order; results are what `marshal` can carry.

    `batch` of them are sent together: few where they are large.
    """
    if workers < 2:
        yield from map(work, share(0, 1))
        return
    gc.freeze()  # no worker need go through what all of them have
    pids: list[int] = []
    pipes: list[IO[bytes]] = []
    try:
        for number in range(workers):
            pid, pipe = _start(share(number, workers), work, pipes, batch)
            pids.append(pid)
            pipes.append(pipe)
        yield from _in_turn([_results(pipe) for pipe in pipes])
    finally:
        for pipe in pipes:  # all of them, before anybody is waited for: then they end
            pipe.close()
        for pid in pids:
            os.waitpid(pid, 0)


def _start(
    items: Iterable[Any], work: Callable[[Any], Any], others: list[IO[bytes]], batch: int
) -> tuple[int, IO[bytes]]:
    """A worker and the pipe of its results; `others` are the pipes of workers started before."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, os.fdopen(reader, "rb")
    try:
        for inherited in (reader, *(pipe.fileno() for pipe in others)):
            os.close(inherited)  # or no worker would see that its reader has gone
        with os.fdopen(writer, "wb") as pipe:
            _send(pipe, map(work, items), batch)
    except BrokenPipeError:
        pass  # nobody wants the rest
    except BaseException:  # noqa: BLE001 - the outermost handler of this process
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _send(pipe: IO[bytes], results: Iterator[Any], size: int) -> None:
    """Batches, each behind its length; an empty one says that all is done."""
    while batch := list(islice(results, size)):
        data = dumps(batch)
        pipe.write(len(data).to_bytes(LENGTH, "big") + data)
        pipe.flush()
    pipe.write(bytes(LENGTH))


def _results(pipe: IO[bytes]) -> Iterator[Any]:
    while True:
        header = pipe.read(LENGTH)
        if len(header) < LENGTH:
            raise Temporary("a worker process ended before its work was done")
        length = int.from_bytes(header, "big")
        if length == 0:
            return
        yield from loads(pipe.read(length))


def _in_turn(streams: list[Iterator[Any]]) -> Iterator[Any]:
    """One result of each after the other, until the first that has no more."""
    while True:
        for stream in streams:
            try:
                yield next(stream)
            except StopIteration:
                return
