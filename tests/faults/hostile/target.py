"""target: one part of the program, as it is fed with anything.

A target takes bytes and raises AssertionError if a promise is broken; any other
exception is a broken promise too. `words` are what the fuzzer makes inputs of:
bytes that mean something to the part. `grow` makes an input of about a given
size, of the kind for which a careless part would need quadratic time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A part of the program and what it has to be afraid of."""

    name: str
    feed: Callable[[bytes], None]
    words: tuple[bytes, ...]
    growing: tuple[bytes, ...] = ()
    """Each of these, repeated, is an input whose time must grow no faster than its length."""

    before: bytes = b""
    """What stands in front of a growing input, so that it comes to where it hurts."""

    def grown(self, number: int, size: int) -> bytes:
        """The growing input of that number, `size` bytes long."""
        piece = self.growing[number]
        return self.before + piece * (size // len(piece))
