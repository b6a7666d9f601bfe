"""runs: one filter over one set of mail, in one of three ways; what rivals scored is kept.

A rival's scores do not change while its program and the mail stay the same. So they
are kept in a directory of the system's temporary files, and a benchmark that was
broken off goes on where it was. What maildrop-py scores is never kept.
"""

from __future__ import annotations

import os
import random
import tempfile
from concurrent.futures import Future, ProcessPoolExecutor
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import NamedTuple

from tests.bench.bayes.filters import FILTERS, Filter, Labelled
from tests.support.scanners import program

FOLDS = 10
ALL, ERRORS = "all learnt", "errors learnt"

KEPT = Path(tempfile.gettempdir(), "maildrop-py-bench-bayes")

ASKED = 2
"""To be raised when `filters` asks rivals in another way: what is kept is then out of date."""


class Run(NamedTuple):
    """`scored`: whether each message is spam, and its score. `learnt`: how many were learnt."""

    scored: list[tuple[bool, float]]
    learnt: int


def ways(folds: int) -> list[str]:
    """What is done: `folds` of the ten folds, and twice in order of time."""
    return [ERRORS, ALL, *(f"fold {number}" for number in range(folds))]


class Runs:
    """Runs that are made by as many processes as there are processors."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(os.cpu_count())
        self._begun: dict[tuple[str, str, str], Future[Run]] = {}

    def begin(self, name: str, title: str, mail: list[Labelled], folds: int) -> None:
        """Begin every run of the filter `name` over `mail`."""
        for way in ways(folds):
            self._begun[name, title, way] = self._pool.submit(run, name, mail, way)

    def result(self, name: str, title: str, way: str) -> Run:
        return self._begun[name, title, way].result()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def run(name: str, mail: list[Labelled], way: str) -> Run:
    """The run, from what is kept if it is there."""
    needed = FILTERS[name][0]
    if not needed:
        return _run(name, mail, way)
    place = KEPT / f"{_digest(needed, mail, way)}.json"
    if place.exists():
        scored, learnt = loads(place.read_bytes())
        return Run([(is_spam, score) for is_spam, score in scored], learnt)
    found = _run(name, mail, way)
    KEPT.mkdir(exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}")
    half.write_text(dumps([found.scored, found.learnt]))
    half.replace(place)
    return found


def _digest(needed: str, mail: list[Labelled], way: str) -> str:
    """Of all that decides the scores: the program, how it is asked, and each message."""
    built = Path(program(needed)).stat().st_mtime_ns
    found = sha256(f"{ASKED} {built} {needed} {way}".encode())
    for path, is_spam in mail:
        found.update(f"{is_spam} ".encode() + Path(path).read_bytes())
    return found.hexdigest()[:32]


def _run(name: str, mail: list[Labelled], way: str) -> Run:
    filter_ = FILTERS[name][1]()
    try:
        if not way.startswith("fold"):
            return _in_time(filter_, mail, way == ERRORS)
        shuffled = random.Random(16).sample(mail, len(mail))
        fold = int(way.split()[1])
        tested = shuffled[fold::FOLDS]
        learnt = [one for number, one in enumerate(shuffled) if number % FOLDS != fold]
        filter_.learn(learnt)
        scores = filter_.scores([path for path, _ in tested])
        pairs = zip(tested, scores, strict=True)
        return Run([(one[1], score) for one, score in pairs], len(learnt))
    finally:
        filter_.close()


def _in_time(filter_: Filter, mail: list[Labelled], errors: bool) -> Run:
    """Each message scored, then learnt: all of them, or those of which it was not sure."""
    scored, learnt = [], 0
    surely_ham, surely_spam = filter_.cutoffs
    for path, is_spam in mail:
        (score,) = filter_.scores([path])
        scored.append((is_spam, score))
        if not errors or (score < surely_spam if is_spam else score > surely_ham):
            filter_.learn([(path, is_spam)])
            learnt += 1
    return Run(scored, learnt)
