"""settings: what evidence has to know of its surroundings, as types alone."""

from __future__ import annotations

from typing import Protocol


class Settings(Protocol):
    """The user's settings, as far as they matter here."""

    @property
    def networks(self) -> tuple[str, ...]:
        """Trusted networks, besides loopback."""

    @property
    def authserv_ids(self) -> tuple[str, ...]:
        """Servers whose Authentication-Results are believed."""

    @property
    def spam_filters(self) -> tuple[str, ...]:
        """Spam filters that are believed below the border, of message.spam.FILTERS."""

    @property
    def dns_timeout(self) -> float:
        """Seconds that a message may wait for DNS, in all."""

    @property
    def nameservers(self) -> tuple[str, ...]:
        """`address` or `address:port`; those of resolv.conf if there are none."""

    @property
    def me(self) -> tuple[str, ...]:
        """The user's own addresses and domains."""

    @property
    def server_names(self) -> tuple[str, ...]:
        """The receiving server's own names and domains."""

    @property
    def countries(self) -> str:
        """The file of the table of countries, "" for the usual place."""

    @property
    def store(self) -> str:
        """`redis://…` where hosts share what they learn; "" for a file of one's own."""

    @property
    def scanners(self) -> tuple[tuple[str, str, int], ...]:
        """(name, address, bytes of the largest message or 0) of programs that judge mail."""

    @property
    def scan_timeout(self) -> float:
        """Seconds that a message may wait for scanners, in all."""


class Clock(Protocol):
    """The module `time`, or what a test makes of it."""

    def time(self) -> float:
        """Seconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
