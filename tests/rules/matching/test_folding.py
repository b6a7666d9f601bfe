"""No literal is missed by not folding a text's case."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.rules.matching.folding import SAME_LETTER, UNUSUAL, may_have

PIECES = st.sampled_from(
    (*UNUSUAL, "via", "GRA", "s", "S", "k", "f", "i", "é", "図", "\ud800", "İ")
)
LITERALS = ("via", "viagra", "ss", "fi", "k", "st", "éf", "i\u0307")


@given(st.lists(PIECES, max_size=8).map("".join))
def test_no_literal_is_missed(text: str) -> None:
    for literal in LITERALS:
        assert literal not in text.casefold() or may_have(text, ("nothing", literal))


def test_all_signs_that_fold_to_letters_of_ascii_are_known() -> None:
    others = map(chr, range(128, sys.maxunicode + 1))
    found = [char for char in others if any(map(str.isascii, char.casefold()))]
    assert "".join(found) == "".join(sorted(UNUSUAL + SAME_LETTER))


def test_most_texts_need_not_be_folded() -> None:
    assert not may_have("Überraschung für Sie", ("viagra", "rolex"))
    assert may_have("VIAGRA für Sie", ("rolex", "viagra"))
    assert may_have("Überraschung", ("ü",)), "what is not ASCII is not looked for here"
