"""sender_name: the envelope sender without what changes from one message to the next.

Mailing lists put the subscriber or a number into it (VERP), some servers a signature
that lives a week (BATV), forwarders a hash and a day (SRS). Greylisting by such an
address would take every message for a first one.

Known limits: a signature that none of these forms describes stays.
"""

from __future__ import annotations

import re

_SIGNED = ("prvs=", "msprvs1=", "btv1==", "bounces-prvs=")
_DIGITS = "0123456789"
_NUMBERS = re.compile("[0-9]+")
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""RFC 9562 4; Amazon SES puts one into each envelope sender."""
_HEX = frozenset("0123456789abcdef")
_SHORTEST_HASH = 8  # characters


def normal_sender(address: str) -> str:
    """`address` in lower case without its variable parts; "" for the null sender."""
    local, at, domain = address.lower().rpartition("@")
    if not at:
        return address.lower()
    return f"{_plain(_unsigned(local))}@{domain}"


def _unsigned(local: str) -> str:
    """A local part without BATV or SRS."""
    if local.startswith(("srs0", "srs1")) and len(local) > 4 and local[4] in "=+-":
        return _without_srs(local)
    for sign in _SIGNED:
        if local.startswith(sign):
            return _without_batv(local[len(sign) :])
    return local


def _without_batv(rest: str) -> str:
    """`tag=user`, and `user=tag` as some write it, give `user`."""
    pieces = [piece for piece in rest.replace("/", "=").split("=") if piece]
    named = [piece for piece in pieces if not _is_tag(piece)]
    return named[-1] if named else rest


def _is_tag(piece: str) -> bool:
    """A day and a hash: ten or so characters, hexadecimal, the first of them digits."""
    return len(piece) >= _SHORTEST_HASH and _HEX.issuperset(piece) and piece[0] in _DIGITS


def _without_srs(local: str) -> str:
    """`SRS0=hash=day=domain=user`: the last two; of SRS1 also who forwarded."""
    kept = local[5:].replace("==", "=").split("=")
    if local.startswith("srs1"):  # hash, forwarder, hash, day, domain, user
        return "srs1=" + "=".join(kept[1:2] + kept[4:])
    return "srs0=" + "=".join(kept[2:]) if len(kept) > 2 else local


def _plain(local: str) -> str:
    """A local part without the recipient and the numbers that lists put in.

    `list-bounces+user=example.org` and `list-return-12-user=example.org` are the list's.
    """
    if local.startswith("srs"):
        return local
    if "=" in local:  # a recipient's address is inside, its @ written as =
        before = local.rpartition("=")[0]
        plus = before.rfind("+")
        cut = plus if plus > 0 else before.rfind("-")
        local = local[:cut] if cut > 0 else local
    local = _UUID.sub("#", local)
    pieces = [_counted(piece) for piece in local.replace("+", "-+-").split("-")]
    return "-".join(pieces).replace("-+-", "+")


def _counted(piece: str) -> str:
    """# for a number, or for a long piece in hexadecimal; digits in words become # too."""
    if len(piece) >= _SHORTEST_HASH and _HEX.issuperset(piece):
        return "#"
    return _NUMBERS.sub("#", piece)
