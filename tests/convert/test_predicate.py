"""Predicates as `when`: what must hold together stays together."""

from __future__ import annotations

from maildrop_py.convert import predicate
from maildrop_py.convert.predicate import as_when, either, every, negated

A, B, C = (predicate.Test(*one) for one in (("subject", "a"), ("from", "b"), ("cc", "c")))


def test_alternatives_of_one_key_each_are_one_mapping() -> None:
    assert as_when(either(A, B)) == {"any": {"subject": "a", "from": "b"}}


def test_an_alternative_of_two_keys_is_not_torn_apart() -> None:
    """Under `any` the keys of a single mapping are alternatives of their own."""
    both = [{"subject": "a", "from": "b"}, {"cc": "c"}]
    assert as_when(either(every(A, B), C)) == {"any": both}
    assert as_when(negated(either(every(A, B), C))) == {"not": {"any": both}}


def test_two_tests_of_one_key_stand_under_all() -> None:
    other = predicate.Test("subject", "z")
    assert as_when(every(A, other, B)) == {"all": [{"subject": "a"}, {"subject": "z"}], "from": "b"}
