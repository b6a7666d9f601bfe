"""planted: faults put here on purpose, to see that the fuzzer finds such."""

from __future__ import annotations

import os
from ctypes import string_at

from tests.faults.hostile.target import Target


def deep(data: bytes) -> None:
    """Nobody guesses five bytes at once; one after the other they are found."""
    letters = [data[at : at + 1] for at in range(5)]
    if letters[0] == b"p" and letters[1] == b"l" and letters[2] == b"a" and letters[3] == b"n":
        assert letters[4] != b"t"


def endless(data: bytes) -> None:
    """Never comes back."""
    while data:
        pass


def deadly(data: bytes) -> None:
    """Reads where no memory is."""
    if data:
        string_at(0)


def vanishing(data: bytes) -> None:
    """Ends the process at once."""
    if data:
        os._exit(1)


TARGETS = tuple(
    Target(feed.__name__, feed, words=(b"x",)) for feed in (deep, endless, deadly, vanishing)
)
