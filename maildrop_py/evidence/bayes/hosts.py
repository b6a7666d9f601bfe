"""hosts: the hosts and domains of URLs and addresses, as the Bayes filter counts them.

A host counts with the domains above it, the top-level domain aside, so that
spam from many hosts of one domain is known by the domain.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 253  # characters of a host name (RFC 1035 2.3.4)
_MOST_LABELS = 6
_MOST_URLS = 300  # of one text
_ENDS = "/?#\\\"'<>()[]{}|^`,; \t\r\n\u3000"
_TO_SPACE = dict.fromkeys(map(ord, _ENDS), " ")


def in_urls(text: str) -> Iterator[str]:
    """The hosts of the URLs in `text`, and their domains."""
    pieces = text.split("://", _MOST_URLS)
    for piece in pieces[1:]:
        host = piece[: _LONGEST + 50].translate(_TO_SPACE).partition(" ")[0]
        yield from domains(host.rpartition("@")[2].partition(":")[0])


def in_addresses(text: str) -> Iterator[str]:
    """The domains behind each @ of a header field, and the domains above them."""
    for piece in text.split("@", 20)[1:]:
        yield from domains(piece[: _LONGEST + 1].translate(_TO_SPACE).partition(" ")[0])


def domains(host: str) -> list[str]:
    """`host` in lower case and the domains above it but the topmost; addresses as networks."""
    host = host[:_LONGEST].lower().strip(".&-_=")
    if not host:
        return []
    labels = host.split(".")[-_MOST_LABELS:]
    if labels[-1].isdigit():
        return [".".join(labels[:count]) for count in (2, 3, 4) if count <= len(labels)]
    return [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
