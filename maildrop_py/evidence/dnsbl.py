"""dnsbl: whether DNS lists have the client's address, and whether they are to be believed.

RFC 5782: a list answers with addresses in 127.0.0.0/8, whose meaning is the
list's own; anything else (a parked domain, a resolver that sells typing errors)
is no listing. 127.0.0.1 and 127.255.255.0/24 are how lists refuse to answer.

A list that does not have 127.0.0.2, or has 127.0.0.1, is dead or lists the
world. Each zone is tested so before it is believed, for a day; a zone that
fails is not asked again that day, and whoever asks is told why. One that is
silent is left alone for a while, so that it does not delay every message.
For a client with IPv6 the entries ::FFFF:7F00:2 and ::FFFF:7F00:1 are asked for
as well (RFC 5782 5); either form of the first will do, since lists for both
families do not always have both.

Lists of the domains in a message's text (URI DNSBLs) are not asked. Most of
them want the registered domain, which takes a public suffix list that is kept
up to date, and to find what a reader would click on takes the HTML, the
redirectors and the tricks that spam filters know; asked with less, they list
the innocent. A filter's verdict can be had as `spam_score`.
"""

from __future__ import annotations

from maildrop_py.evidence import networks
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.evidence.resolver import Answer, Resolver
    from maildrop_py.evidence.store import Store
    from maildrop_py.message.ip import Address

    Range = tuple[int, int]

TESTED_FOR = 86400.0  # seconds
SILENT_FOR = 600.0
_SHORTEST_LIFE, _LONGEST_LIFE = 60, 86400  # seconds, of a listing or its absence
_LISTED, _NEVER_LISTED = b"\x7f\0\0\2", b"\x7f\0\0\1"
_MAPPED = b"\0" * 10 + b"\xff\xff"
_LISTING, _HEALTH = "dnsbl", "dnsbl zone"  # kinds in the store


@record
class Listing:
    """The answers of `zone` that are listings, none if it does not have the client.

    `unknown` says why the zone is not believed or did not answer; "" if it did.
    """

    zone: str
    answers: tuple[str, ...] = ()
    unknown: str = ""

    def within(self, codes: tuple[Range, ...]) -> tuple[str, ...]:
        """The answers in one of `codes`, all of them if there are none."""
        if not codes:
            return self.answers
        return tuple(
            a for a in self.answers if any(low <= _number(a) <= high for low, high in codes)
        )


def code_range(text: str) -> Range:
    """The first and last answer that `2`, `4-7`, `127.0.1.2` or `127.0.0.4-127.0.0.7` means.

    A number alone stands for 127.0.0.number. Raises ValueError, saying what is wrong.
    """
    low, dash, high = (part.strip() for part in str(text).partition("-"))
    first = _code(low)
    last = _code(high) if dash else first
    if last < first:
        raise ValueError(f"{text!r} ends before it begins")
    return first, last


def look_up(
    zones: tuple[str, ...],
    address: Address,
    resolver: Callable[[], Resolver] | None,
    store: Store,
    now: float,
) -> tuple[dict[str, Listing], list[str]]:
    """The listings of `address` by zone, and what is worth a warning.

    All that the store does not know is asked for together, and stays unknown
    with no `resolver`. Raises nothing.
    """
    enquiry = _Enquiry(zones, address, store, now)
    questions = enquiry.questions() if resolver is not None else []
    if questions and resolver is not None:
        names = [(name, "A") for name in dict.fromkeys(questions)]
        answers = resolver().ask_all(names)
        enquiry.take({name: answer for (name, _), answer in zip(names, answers, strict=True)})
    return {zone: enquiry.listing(zone) for zone in zones}, enquiry.warnings


def self_test(zones: tuple[str, ...], resolver: Resolver, bits: int = 32) -> dict[str, str]:
    """For each zone the reason why it is not to be believed, "" if it is.

    `bits` is 32 for clients with IPv4, 128 for IPv6. Asks DNS, whatever is remembered.
    """
    names = {zone: _test_names(zone, bits) for zone in zones}
    questions = [(name, "A") for tests in names.values() for name in tests]
    answers = dict(zip((name for name, _ in questions), resolver.ask_all(questions), strict=True))
    return {zone: " ".join(_health(zone, bits, answers).split(" ")[1:]) for zone in zones}


class _Enquiry:
    """What is known, asked and found about one client in several zones."""

    def __init__(self, zones: tuple[str, ...], address: Address, store: Store, now: float) -> None:
        self.address = address
        self.store = store
        self.now = now
        self.warnings: list[str] = []
        self.zones = dict.fromkeys(zones)
        listings = store.lines(_LISTING, map(self._key, zones), now)
        healths = store.lines(_HEALTH, map(self._family, zones), now)
        self.health = {key.partition(" ")[0]: health for key, health in healths.items()}
        self.found: dict[str, Listing] = {}
        for key, line in listings.items():
            zone = key.partition(" ")[0]
            self.found[zone] = Listing(zone, _unpack(line))

    def questions(self) -> list[str]:
        """The names to ask for."""
        names: list[str] = []
        for zone in self.zones:
            health = self.health.get(zone, "")
            if not health:
                names += _test_names(zone, self.address.bits)
            if zone not in self.found and health in ("", "ok"):
                names.append(query_name(self.address.packed, zone))
        return names

    def take(self, answers: dict[str, Answer]) -> None:
        """Judge zones and listings by what DNS says."""
        for zone in self.zones:
            if zone not in self.health:
                self._learn_health(zone, _health(zone, self.address.bits, answers))
            asked = answers.get(query_name(self.address.packed, zone))
            if asked is not None and self.health[zone] == "ok":
                self._learn_listing(zone, asked)

    def listing(self, zone: str) -> Listing:
        health = self.health.get(zone, "silent offline")
        if health != "ok":
            return Listing(zone, (), health.partition(" ")[2] or "not believed")
        return self.found.get(zone) or Listing(zone, (), "offline")

    def _learn_listing(self, zone: str, answer: Answer) -> None:
        trouble = answer.unanswered or _refusal(answer)
        if trouble:
            self._learn_health(zone, f"silent {trouble}")
            return
        found = self.found[zone] = Listing(zone, _listings(answer))
        life = max(_SHORTEST_LIFE, min(answer.ttl, _LONGEST_LIFE))
        line = (self._key(zone), " ".join(found.answers))
        self.store.learn(_LISTING, [line], self.now, life)

    def _learn_health(self, zone: str, health: str) -> None:
        self.health[zone] = health
        silent = health.startswith("silent ")
        seconds = SILENT_FOR if silent else TESTED_FOR
        self.store.learn(_HEALTH, [(self._family(zone), health)], self.now, seconds)
        if health != "ok":
            why = health.partition(" ")[2]
            self.warnings.append(f"DNS list {zone} is not believed: {why}")

    def _key(self, zone: str) -> str:
        return f"{zone} {self.address.text}"

    def _family(self, zone: str) -> str:
        return f"{zone} {self.address.bits}"


def query_name(packed: bytes, zone: str) -> str:
    """The name to ask `zone` for about an address (RFC 5782 2.1, 2.4)."""
    address = ip.Address("", packed)
    return f"{networks.reversed_labels(address)}.{zone.rstrip('.')}"


def _test_names(zone: str, bits: int) -> list[str]:
    """What must be listed, and what must not, one after the other."""
    plain = [query_name(_LISTED, zone), query_name(_NEVER_LISTED, zone)]
    if bits == 32:
        return plain
    return [*plain, query_name(_MAPPED + _LISTED, zone), query_name(_MAPPED + _NEVER_LISTED, zone)]


def _health(zone: str, bits: int, answers: dict[str, Answer]) -> str:
    """`ok`, or `failing` or `silent` with the reason."""
    tests = [answers[name] for name in _test_names(zone, bits)]
    silent = next((test.unanswered for test in tests if test.unanswered), "")
    if silent:
        return f"silent {silent}"
    refusal = next((refused for test in tests if (refused := _refusal(test))), "")
    if any(test.values for test in tests[1::2]):
        return "failing it lists 127.0.0.1, so perhaps everything (RFC 5782 5)"
    if refusal:
        return f"failing {refusal}"
    if not any(_listings(test) for test in tests[::2]):
        return "failing it does not list 127.0.0.2, so it is dead (RFC 5782 5)"
    return "ok"


def _listings(answer: Answer) -> tuple[str, ...]:
    found = sorted(map(str, answer.values), key=_number)
    return tuple(a for a in found if a.startswith("127.") and not _is_refusal(a))


def _refusal(answer: Answer) -> str:
    refused = next((str(value) for value in answer.values if _is_refusal(str(value))), "")
    return refused and f"it answers {refused}, which is no listing but a refusal"


def _is_refusal(answer: str) -> bool:
    return answer == "127.0.0.1" or answer.startswith("127.255.255.")


def _unpack(line: str) -> tuple[str, ...]:
    return tuple(a for a in line.split() if a.startswith("127.") and ip.parse(a))


def _code(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 3:
        text = f"127.0.0.{int(text)}"
    address = ip.parse(text)
    if address is None or address.bits != 32 or not address.text.startswith("127."):
        raise ValueError(f"{text!r} is no answer of a DNS list: a number up to 255, or 127.x.y.z")
    return int.from_bytes(address.packed, "big")


def _number(answer: str) -> int:
    address = ip.parse(answer)
    return int.from_bytes(address.packed, "big") if address else 0
