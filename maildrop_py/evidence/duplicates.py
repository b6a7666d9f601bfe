"""duplicates: Message-IDs, and what other headers said, that were delivered here before.

One is remembered only when its message has been delivered: the retry of a
delivery that failed is no duplicate.

Known limits: a sender may use the Message-ID of somebody else's mail; a
duplicate is for a folder of its own rather than for `discard`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.store import Store

REMEMBERED_FOR = 30 * 86400.0  # seconds
_KIND = "duplicate"
_LONGEST = 998  # octets: a line's limit (RFC 5322 2.1.1)


def normal(message_id: str | None) -> str:
    """The Message-ID without white space and angle brackets; "" if there is none to go by."""
    text = "".join((message_id or "").split()).strip("<>")
    return text if len(text) <= _LONGEST else ""


def seen(store: Store, message_id: str, now: float) -> bool:
    """Whether a normal `message_id` was remembered."""
    return bool(store.lines(_KIND, [message_id], now))


def remember(store: Store, message_id: str, now: float, seconds: float = REMEMBERED_FOR) -> None:
    """Remember a normal `message_id`, or another key, for so many seconds."""
    store.learn(_KIND, [(message_id, "")], now, seconds)


def key_of(kind: str, value: str) -> str:
    """What is remembered of a `value` of some `kind`; no Message-ID, for it has blanks."""
    text = " ".join(value.split())
    if len(text) > _LONGEST:
        from hashlib import sha256

        text = sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{kind} : {text}"
