"""mbox_status: what a mailbox file says about a message beside the message itself.

Flags are in Status and X-Status (mutt, Pine, Dovecot, Courier), keywords in
X-Keywords, Thunderbird's flags in X-Mozilla-Status. The time of arrival, which is
IMAP's INTERNALDATE, is in the `From ` line.
"""

from __future__ import annotations

from email.utils import mktime_tz, parsedate_tz

from maildrop_py.message.headers import Headers

_STATUS = {"R": "S"}  # O (seen by a reader before, but not read) is no Maildir flag
_X_STATUS = {"A": "R", "F": "F", "T": "D", "D": "T"}
_MOZILLA = {0x0001: "S", 0x0002: "R", 0x0004: "F", 0x0008: "T", 0x1000: "P"}


def flags_of(headers: Headers) -> tuple[str, tuple[str, ...]]:
    """Maildir flag letters, sorted, and keywords."""
    letters = {_STATUS.get(letter, "") for letter in headers.first("Status") or ""}
    letters |= {_X_STATUS.get(letter, "") for letter in headers.first("X-Status") or ""}
    letters |= _mozilla(headers.first("X-Mozilla-Status") or "")
    words = (headers.first("X-Keywords") or "").replace(",", " ").split()
    return "".join(sorted(letters)), tuple(words)


def is_internal(headers: Headers) -> bool:
    """Whether it is not mail, but the message in which UW-IMAP and Dovecot keep data of a mailbox.

    It is the first one of a mailbox file, and mail readers do not show it.
    """
    subject = (headers.first("Subject") or "").upper()
    marked = headers.first("X-IMAP") is not None or headers.first("X-IMAPbase") is not None
    return marked and subject.endswith("FOLDER INTERNAL DATA")


def _mozilla(value: str) -> set[str]:
    try:
        bits = int(value.strip(), 16)
    except ValueError:
        return set()
    return {letter for bit, letter in _MOZILLA.items() if bits & bit}


def arrived_at(from_line: bytes | None) -> float | None:
    """Seconds since 1970 of the date in a `From ` line (UTC if it names no zone), or None."""
    words = (from_line or b"").decode("ascii", "replace").split()
    for start in range(2, max(len(words) - 3, 2)):
        parsed = parsedate_tz(" ".join(words[start:]))
        if parsed is not None:
            try:
                return float(mktime_tz(parsed))
            except (ValueError, OverflowError):
                return None
    return None
