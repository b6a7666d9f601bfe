"""proving: a Sieve script and its rules over messages, in the sandbox, for these tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date

from maildrop_py.convert.proof.run import Proof, prove
from maildrop_py.convert.proof.samples import samples
from maildrop_py.convert.sieve.converter import convert
from maildrop_py.convert.written import Written, text_of
from tests.convert.proving import need

TODAY = date(2026, 7, 1)


def written(text: str, included: Mapping[str, str] | None = None) -> Written:
    """The rules of a script; `included` are the texts of others by their names."""
    return convert(text, "test.sieve", (included or {}).get, TODAY)


def rules(text: str) -> str:
    """The same as YAML."""
    return text_of(written(text))


def proved(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> Proof:
    """Both over messages made from the script, and over these."""
    need("sieve-test", "bwrap")
    made = [(f"line {one.line}", one.message) for one in samples(written(text, included).asked)]
    given = [(f"given {number}", message) for number, message in enumerate(messages)]
    told = {
        "language": "sieve",
        "text": text,
        "home": "/home/mika",
        "user": "me",
        "today": TODAY.isoformat(),
    }
    worker = [sys.executable, "-m", "maildrop_py.cli.proof_worker"]
    told_all = {**told, "included": dict(included or {}), "today": TODAY.isoformat()}
    return prove(told_all, [*made, *given], worker, 1, lambda: None)


def is_same(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> bool:
    """Whether there is no difference, nor a gap; what differs is printed."""
    found = proved(text, *messages, included=included)
    for answer in found.differing:
        print(answer["name"], answer["different"], answer["original"], answer["rules"], sep="\n")
    gaps = written(text, included).gaps
    print(gaps)
    return not found.differing and not found.too_slow and not gaps
