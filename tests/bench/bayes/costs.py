"""What the Bayes filter costs: `python -m tests.bench.bayes.costs`.

Processor time of one process: judging the corpus's messages of about 5 KB, each read
anew, with all that they need (border, parts, tokens, the store's rows) and a store that
has learnt a third of the corpus; learning 10,000 messages; and the size of the store
after 100,000 messages with FRESH new tokens each. On a quiet machine: wanted are 1.5 ms,
60 s and 20 MB.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from maildrop_py.evidence.bayes.filter import judgement, lesson
from maildrop_py.evidence.bayes.learning import Lesson
from maildrop_py.evidence.bayes.store import BayesStore
from maildrop_py.evidence.border import find
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.bench.bayes.__main__ import english
from tests.bench.table import markdown

FRESH = 40
SIZES = range(4700, 5300)
_TIMES = 5


def judging(store: BayesStore, contents: list[bytes]) -> float:
    """Milliseconds for one message; the best of some rounds."""
    times = []
    for _ in range(_TIMES):
        began = time.process_time()
        for content in contents:
            message = Message(BytesSource(content))
            judgement(store, message, find(message.headers, Envelope(), ()))
        times.append(time.process_time() - began)
    return 1000 * min(times) / len(contents)


def learning(store: BayesStore, contents: list[tuple[bytes, bool]]) -> float:
    """Seconds for all of them, which are read too."""
    began = time.process_time()
    for start in range(0, len(contents), 200):
        lessons = []
        for number, (content, is_spam) in enumerate(contents[start : start + 200], start):
            message = Message(BytesSource(content))
            read = lesson(message, find(message.headers, Envelope(), ()), is_spam)
            lessons.append(Lesson(number, read.keys, is_spam))
        store.teach(lessons, 1e9)
    return time.process_time() - began


def full_store(path: Path) -> float:
    """MB of a store after 100,000 messages."""
    draw, store = random.Random(16), BayesStore(str(path))
    known = [draw.getrandbits(47) for _ in range(2000)]
    for start in range(0, 100_000, 500):
        lessons = []
        for number in range(start, start + 500):
            fresh = [draw.getrandbits(47) for _ in range(FRESH)]
            keys = (*draw.sample(known, 60), *fresh)
            lessons.append(Lesson(number, keys, number % 2 == 0))
        store.teach(lessons, 1e9 + start)
    store.close()
    return sum(one.stat().st_size for one in path.parent.glob(path.name + "*")) / 1e6


def main() -> int:
    mail = [(Path(path).read_bytes(), is_spam) for path, is_spam in english()]
    with tempfile.TemporaryDirectory() as place:
        store = BayesStore(f"{place}/bayes.sqlite")
        learning(store, mail[::3])
        contents = [content for content, _ in mail if len(content) in SIZES]
        rows = [["judging one message of 5 KB", f"{judging(store, contents):.2f} ms"]]
        many = BayesStore(f"{place}/many.sqlite")
        rows.append(["learning 10,000 messages", f"{learning(many, (mail * 2)[:10_000]):.1f} s"])
        rows.append(["the store after 100,000", f"{full_store(Path(place, 'full')):.1f} MB"])
    print(markdown(["Bayes filter", "costs"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
