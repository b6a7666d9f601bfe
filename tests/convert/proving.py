"""proving: a procmailrc and its rules over messages, in the sandbox, for these tests."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from maildrop_py.convert.converted_rules import ConvertedRules, text_of
from maildrop_py.convert.procmail.converter import convert
from maildrop_py.convert.proof.run import Proof, prove
from maildrop_py.convert.proof.samples import samples

HOME = "/home/mika"


def need(*programs: str) -> None:
    """Skip the test without these; in CI that is a failure."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"needs {', '.join(missing)} (in CI this is a failure)", pytrace=False)
    if missing:
        pytest.skip(f"needs {', '.join(missing)}, to compare with")


def written(text: str) -> ConvertedRules:
    """The rules of a procmailrc that includes nothing."""
    return convert(text, "procmailrc", HOME, "mika", lambda _path: None)


def rules(text: str) -> str:
    """The same as YAML."""
    return text_of(written(text))


def proved(text: str, *messages: bytes) -> Proof:
    """Both over messages made from the file, and over these."""
    need("procmail", "bwrap")
    told = {"language": "procmail", "text": text, "home": HOME, "user": "me"}
    return proof_of(told, written(text), messages)


def is_same(text: str, *messages: bytes) -> bool:
    """Whether there is no difference, nor a gap; what differs is printed."""
    return is_without_fault(proved(text, *messages), written(text))


def proof_of(told: dict[str, object], made: ConvertedRules, messages: tuple[bytes, ...]) -> Proof:
    """The proof of the file that the worker is `told` of, and of the rules `made` of it."""
    of_the_file = [(f"line {one.line}", one.message) for one in samples(made.asked)]
    given = [(f"given {number}", message) for number, message in enumerate(messages)]
    worker = [sys.executable, "-m", "maildrop_py.convert.proof.rules_worker"]
    return prove(told, [*of_the_file, *given], worker, 1, lambda: None)


def is_without_fault(found: Proof, made: ConvertedRules) -> bool:
    """Whether a proof has no difference, and the rules no gap; those that there are are printed."""
    for answer in found.differing:
        print(answer["name"], answer["different"], answer["original"], answer["rules"], sep="\n")
    print(made.gaps)
    return not found.differing and not found.too_slow and not made.gaps
