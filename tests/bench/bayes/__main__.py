"""How well Bayes filters tell spam from ham: `python -m tests.bench.bayes [FILTER]...`

Each filter gets the same mail in the same order: the SpamAssassin corpus (English;
../shared/corpora) and 3,400 made-up Japanese messages (`japanese_mail`). Ten-fold: nine
tenths are learnt, in an order drawn once, and the last tenth is scored. In order of
time: each message is scored, then learnt (train on everything), or learnt only where
the score was not sure (train on error); the first 1,500 (Japanese: 500) are not counted.

What is printed: spam that is missed when no ham of 1,000 is called spam (the threshold is
the highest score of these 1,000; the mean over the thousands there are), and false
positives and misses at the middle of the scale. It takes hours, most of it the rivals'.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

from maildrop_py.message.message import FileSource, Message
from tests.bench.bayes import japanese_mail
from tests.bench.bayes.filters import FILTERS, Filter, Labelled
from tests.bench.table import markdown
from tests.support.scanners import program

CORPUS = Path(__file__).resolve().parents[4] / "shared/corpora/spamassassin"
FOLDS = 10
Scored = tuple[bool, float]
PROBABILITIES = ("bogofilter", "SpamAssassin's Bayes")
"""Filters whose scores go from 0 to 1; the others' middle is 0."""

HEADINGS = ["missed spam at 0 of 1,000 ham", "ten-fold", "all learnt", "errors learnt"]


def english() -> list[Labelled]:
    """The SpamAssassin corpus in the order of its topmost Received lines."""
    found = [
        (_time(path), str(path), "spam" in path.parent.name)
        for path in CORPUS.glob("*/*")
        if path.is_file()
    ]
    return [(path, is_spam) for _, path, is_spam in sorted(found)]


def japanese(place: Path) -> list[Labelled]:
    """The made-up messages, written into `place`."""
    found = []
    for number, (content, is_spam) in enumerate(japanese_mail.messages(3400)):
        path = place / f"{number:05}"
        path.write_bytes(content)
        found.append((str(path), is_spam))
    return found


def ten_fold(make: Callable[[], Filter], mail: list[Labelled]) -> list[Scored]:
    """Every message scored by a filter that learnt the other nine tenths."""
    draw = random.Random(16)
    shuffled = draw.sample(mail, len(mail))
    scored: list[Scored] = []
    for fold in range(FOLDS):
        tested = shuffled[fold::FOLDS]
        learnt = [one for number, one in enumerate(shuffled) if number % FOLDS != fold]
        filter_ = make()
        filter_.learn(learnt)
        scores = filter_.scores([path for path, _ in tested])
        scored += [(one[1], score) for one, score in zip(tested, scores, strict=True)]
        filter_.close()
    return scored


def in_time(make: Callable[[], Filter], mail: list[Labelled], errors: bool) -> list[Scored]:
    """Each message scored, then learnt: all of them, or those of which it was not sure."""
    filter_ = make()
    scored = []
    for path, is_spam in mail:
        (score,) = filter_.scores([path])
        scored.append((is_spam, score))
        surely_ham, surely_spam = filter_.cutoffs
        if not errors or (score < surely_spam if is_spam else score > surely_ham):
            filter_.learn([(path, is_spam)])
    filter_.close()
    return scored


def missed(scored: list[Scored], middle: float) -> str:
    """`88 (8/39)`: missed at no false positive of 1,000; false positives and misses."""
    ham = [score for is_spam, score in scored if not is_spam]
    spam = [score for is_spam, score in scored if is_spam]
    random.Random(1).shuffle(ham)
    counts = []
    for start in range(0, len(ham) - 999, 1000):
        threshold = max(ham[start : start + 1000])
        counts.append(sum(score <= threshold for score in spam))
    wrong = sum(score > middle for score in ham), sum(score <= middle for score in spam)
    return f"{sum(counts) / len(counts):.0f} of {len(spam)} ({wrong[0]}/{wrong[1]})"


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


def report(names: list[str], mail: list[Labelled], title: str, skipped: int) -> str:
    """The table of one set of mail."""
    rows = []
    for name in names:
        needed, make = FILTERS[name]
        if needed and not program(needed):
            rows.append([name, "not installed", "", ""])
            continue
        middle = 0.5 if name in PROBABILITIES else 0.0
        cells = [missed(ten_fold(make, mail), middle)]
        for errors in (False, True):
            cells.append(missed(in_time(make, mail, errors)[skipped:], middle))
        rows.append([name, *cells])
    return markdown([f"{title}: {HEADINGS[0]} (false positives/misses)", *HEADINGS[1:]], rows)


def main(names: list[str]) -> int:
    names = names or list(FILTERS)
    with tempfile.TemporaryDirectory() as place:
        if CORPUS.is_dir():
            print(report(names, english(), "English", 1500), "\n", flush=True)
        print(report(names, japanese(Path(place)), "Japanese", 500), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
