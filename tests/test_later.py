"""later: a module is loaded when something of it is first used, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from maildrop_py.later import Later

LOADS_AT_FIRST_USE = """
import sys
from maildrop_py.later import Later
spam = Later("maildrop_py.message.spam")
print("maildrop_py.message.spam" in sys.modules)
print(spam.FILTERS is sys.modules["maildrop_py.message.spam"].FILTERS)
"""


def test_a_module_is_loaded_at_its_first_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADS_AT_FIRST_USE], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_what_was_used_once_is_there_without_asking_again() -> None:
    memo = Later("maildrop_py.memo")
    assert "Memo" not in vars(memo)
    assert memo.Memo is vars(memo)["Memo"]


def test_what_is_not_there_is_said_as_of_the_module() -> None:
    with pytest.raises(AttributeError, match=r"maildrop_py\.memo.*'Nothing'"):
        _ = Later("maildrop_py.memo").Nothing
