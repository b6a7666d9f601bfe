"""proving: a mailfilter and its rules over messages, in the sandbox, for these tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from maildrop_py.convert.mailfilter.converter import convert
from maildrop_py.convert.proof.run import Proof, prove
from maildrop_py.convert.proof.samples import samples
from maildrop_py.convert.written import Written, text_of
from tests.convert.proving import HOME, need


def written(text: str, included: Mapping[str, str] | None = None) -> Written:
    """The rules of a mailfilter; `included` are the texts of others by their paths."""
    return convert(text, "mailfilter", HOME, "mika", (included or {}).get)


def rules(text: str) -> str:
    """The same as YAML."""
    return text_of(written(text))


def proved(text: str, *messages: bytes) -> Proof:
    """Both over messages made from the file, and over these."""
    need("maildrop", "bwrap")
    made = [(f"line {one.line}", one.message) for one in samples(written(text).asked)]
    given = [(f"given {number}", message) for number, message in enumerate(messages)]
    told = {"language": "mailfilter", "text": text, "home": HOME, "user": "me"}
    worker = [sys.executable, "-m", "maildrop_py.cli.proof_worker"]
    return prove(told, [*made, *given], worker, 1, lambda: None)


def is_same(text: str, *messages: bytes) -> bool:
    """Whether there is no difference, nor a gap; what differs is printed."""
    found = proved(text, *messages)
    for answer in found.differing:
        print(answer["name"], answer["different"], answer["original"], answer["rules"], sep="\n")
    gaps = written(text).gaps
    print(gaps)
    return not found.differing and not found.too_slow and not gaps
