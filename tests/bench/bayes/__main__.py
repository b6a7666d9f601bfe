"""How well Bayes filters tell spam from ham: `python -m tests.bench.bayes [FILTER]...`

Each filter gets the same mail in the same order: the SpamAssassin corpus (English;
../shared/corpora) and two times 3,400 made-up Japanese messages (`japanese_mail`). Ten-fold:
nine tenths are learnt, in an order drawn once, and the last tenth is scored. In order of
time: each message is scored, then learnt (train on everything), or learnt only where
the score was not sure (train on error); the first 1,500 (Japanese: 500) are not counted.

What is printed: spam that is missed when no ham of 1,000 is called spam (the threshold is
the highest score of these 1,000; the mean over the thousands there are), and false
positives and misses at the middle of the scale; where only errors are learnt, how many.
All processors are used, and what rivals scored is kept (see `runs`). `--folds 3` scores
three of the ten folds, `--folds 0` none; `--first 2300` takes the beginning of each set, with
still 1,000 ham to be counted in the Japanese ones; `--only Japanese` takes one set.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from email.utils import parsedate_to_datetime
from pathlib import Path

from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from tests.bench.bayes import japanese_mail
from tests.bench.bayes.filters import FILTERS, Labelled
from tests.bench.bayes.runs import ALL, ERRORS, FOLDS, Runs, ways
from tests.bench.table import markdown
from tests.support.scanners import program

CORPUS = Path(__file__).resolve().parents[4] / "shared/corpora/spamassassin"
Scored = tuple[bool, float]
PROBABILITIES = ("bogofilter", "SpamAssassin's Bayes")
"""Filters whose scores go from 0 to 1; the others' middle is 0."""

SETS = {"English": 1500, "Japanese": 500, "Japanese held out": 500}
"""Of each set of mail, the first messages that are not counted in order of time."""


def english() -> list[Labelled]:
    """The SpamAssassin corpus in the order of its topmost Received lines."""
    found = [
        (_time(path), str(path), "spam" in path.parent.name)
        for path in CORPUS.glob("*/*")
        if path.is_file()
    ]
    return [(path, is_spam) for _, path, is_spam in sorted(found)]


def japanese(place: Path, held_out: bool) -> list[Labelled]:
    """The made-up messages, written into `place`."""
    found = []
    place.mkdir()
    for number, (content, is_spam) in enumerate(japanese_mail.messages(3400, held_out=held_out)):
        path = place / f"{number:05}"
        path.write_bytes(content)
        found.append((str(path), is_spam))
    return found


def missed(scored: list[Scored], middle: float) -> str:
    """`88 of 200 (8/39)`: missed at no false positive of 1,000; false positives and misses."""
    ham = [score for is_spam, score in scored if not is_spam]
    spam = [score for is_spam, score in scored if is_spam]
    random.Random(1).shuffle(ham)
    counts = []
    for start in range(0, len(ham) - 999, 1000):
        threshold = max(ham[start : start + 1000])
        counts.append(sum(score <= threshold for score in spam))
    wrong = sum(score > middle for score in ham), sum(score <= middle for score in spam)
    mean = f"{sum(counts) / len(counts):.0f}" if counts else "?"
    return f"{mean} of {len(spam)} ({wrong[0]}/{wrong[1]})"


def _time(path: Path) -> float:
    headers = Message(FileSource(str(path))).headers
    for name in ("Received", "Date"):
        for field in headers.all(name)[:1]:
            try:
                text = field.value.rpartition(";")[2] if name == "Received" else field.value
                return parsedate_to_datetime(text.strip()).timestamp()
            except (ValueError, TypeError):
                continue
    return 0.0


def report(runs: Runs, names: list[str], title: str, folds: int) -> str:
    """The table of one set of mail; the runs were begun."""
    rows = []
    for name in names:
        middle = 0.5 if name in PROBABILITIES else 0.0
        folded = [one for way in ways(folds)[2:] for one in runs.result(name, title, way).scored]
        errors = runs.result(name, title, ERRORS)
        in_time = [
            missed(list(some.scored[SETS[title] :]), middle)
            for some in (runs.result(name, title, ALL), errors)
        ]
        rows.append([name, missed(folded, middle), *in_time, str(errors.learnt)])
    headings = [title, f"{folds} of ten folds", ALL, ERRORS, "learnt errors"]
    return markdown(headings, rows)


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("filters", nargs="*", metavar="FILTER")
    options.add_argument("--folds", type=int, default=FOLDS, choices=range(FOLDS + 1))
    options.add_argument("--first", type=int, help="take so many messages of each set")
    options.add_argument("--only", choices=list(SETS), action="append")
    asked = options.parse_args(argv)
    names = [name for name, (needed, _) in FILTERS.items() if not needed or program(needed)]
    names = [name for name in names if not asked.filters or name in asked.filters]
    titles = [title for title in asked.only or SETS if title != "English" or CORPUS.is_dir()]
    runs = Runs()
    with tempfile.TemporaryDirectory() as place:
        for title in titles:
            mail = english() if title == "English" else _made(Path(place), title)
            for name in names:
                runs.begin(name, title, mail[: asked.first], asked.folds)
        for title in titles:
            print(report(runs, names, title, asked.folds), "\n", flush=True)
        runs.close()
    return 0


def _made(place: Path, title: str) -> list[Labelled]:
    return japanese(place / title, title.endswith("held out"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
