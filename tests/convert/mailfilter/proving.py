"""proving: a mailfilter and its rules over messages, in the sandbox, for these tests."""

from __future__ import annotations

from collections.abc import Mapping

from maildrop_py.convert.converted_rules import ConvertedRules, text_of
from maildrop_py.convert.mailfilter.converter import convert
from maildrop_py.convert.proof.run import Proof
from tests.convert.proving import HOME, is_without_fault, need, proof_of


def written(text: str, included: Mapping[str, str] | None = None) -> ConvertedRules:
    """The rules of a mailfilter; `included` are the texts of others by their paths."""
    return convert(text, "mailfilter", HOME, "mika", (included or {}).get)


def rules(text: str) -> str:
    """The same as YAML."""
    return text_of(written(text))


def proved(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> Proof:
    """Both over messages made from the file, and over these."""
    need("maildrop", "bwrap")
    told: dict[str, object] = {"language": "mailfilter", "text": text, "home": HOME, "user": "me"}
    told["included"] = dict(included or {})
    return proof_of(told, written(text, included), messages)


def is_same(text: str, *messages: bytes, included: Mapping[str, str] | None = None) -> bool:
    """Whether there is no difference, nor a gap; what differs is printed."""
    found = proved(text, *messages, included=included)
    return is_without_fault(found, written(text, included))
