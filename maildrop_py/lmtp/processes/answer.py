"""answer: what a recipient process sends back for a message, as bytes.

The bytes come from a process that belongs to a user, so nothing in them is
believed: an answer has a reply code that may follow the final dot, an enhanced
status of the same class, and a short text. Anything else is not an answer.
"""

from __future__ import annotations

from maildrop_py.lmtp.reply import Reply

READY = b"ready"
"""What a process sends first, when it can take messages."""

FAILED = b"failed "
"""What it sends instead, with the reason, when it cannot start."""

LARGEST_ANSWER = 4096  # bytes
LARGEST_TEXT = 1000  # characters


def write_answer(reply: Reply) -> bytes:
    """The answer for one message."""
    text = reply.text[:LARGEST_TEXT].encode("utf-8", "replace")
    return f"{reply.code} {reply.status} ".encode() + text[: LARGEST_ANSWER // 2]


def read_answer(data: bytes) -> Reply | None:
    """The reply in an answer; None if it is not one. Raises nothing."""
    code, _, rest = data.partition(b" ")
    status, _, text = rest.partition(b" ")
    if code[:1] not in (b"2", b"4", b"5") or code[:1] != status[:1]:
        return None
    if code != b"250" and not (len(code) == 3 and code[1:2] == b"5" and code.isdigit()):
        return None
    if not _is_status(status) or len(data) > LARGEST_ANSWER:
        return None
    return Reply(int(code), status.decode("ascii"), text.decode("utf-8", "replace")[:LARGEST_TEXT])


def read_failure(data: bytes) -> str:
    """Why a process did not start, from its first message; "" if it is ready."""
    if data == READY:
        return ""
    if data.startswith(FAILED):
        return data[len(FAILED) :].decode("utf-8", "replace")[:LARGEST_TEXT]
    return "it sent something else than it should"


def _is_status(status: bytes) -> bool:
    """Whether it is an enhanced status code (RFC 3463 2)."""
    numbers = status.split(b".")
    return len(numbers) == 3 and all(n.isdigit() and len(n) <= 3 for n in numbers)
