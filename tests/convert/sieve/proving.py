"""proving: a Sieve script and its rules over messages, in the sandbox, for these tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from maildrop_py.convert.converted_rules import ConvertedRules, text_of
from maildrop_py.convert.proof.run import Proof
from maildrop_py.convert.sieve.converter import convert
from tests.convert.proving import HOME, is_without_fault, need, proof_of

TODAY = date(2026, 7, 1)


def written(text: str, included: Mapping[str, str] | None = None) -> ConvertedRules:
    """The rules of a script; `included` are the texts of others by their names."""
    return convert(text, "test.sieve", (included or {}).get, TODAY)


def rules(text: str) -> str:
    """The same as YAML."""
    return text_of(written(text))


def proved(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> Proof:
    """Both over messages made from the script, and over these."""
    need("sieve-test", "bwrap")
    told = {"language": "sieve", "text": text, "home": HOME, "user": "me"}
    told |= {"today": TODAY.isoformat(), "included": dict(included or {})}
    return proof_of(told, written(text, included), messages)


def is_same(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> bool:
    """Whether there is no difference, nor a gap; what differs is printed."""
    return is_without_fault(proved(text, *messages, included=included), written(text, included))
