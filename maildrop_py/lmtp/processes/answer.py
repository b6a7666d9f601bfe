"""answer: what a recipient process sends back for its messages, as bytes.

Each packet has one line or several, an answer each, in the order of the messages. The
bytes come from a process that belongs to a user, so nothing in them is believed: an
answer has a reply code that may follow the final dot, an enhanced status of the same
class, and a short text. Anything else is not an answer, and neither is what stands
beside it.
"""

from __future__ import annotations

from maildrop_py.lmtp.reply import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

READY = b"ready"
"""What a process sends first, when it can take messages."""

FAILED = b"failed "
"""What it sends instead, with the reason, when it cannot start."""

LARGEST_ANSWER = 4096  # bytes
LARGEST_PACKET = 16 * LARGEST_ANSWER
LARGEST_TEXT = 1000  # characters


def write_answers(replies: Sequence[Reply]) -> bytes:
    """The answers for messages that were delivered together."""
    return b"\n".join([_line(reply) for reply in replies])


def read_answers(data: bytes, most: int) -> list[Reply] | None:
    """The replies in a packet, at most so many; None if it is something else. Raises nothing."""
    replies = [_read(line) for line in data.split(b"\n", most)]
    return None if None in replies or len(replies) > most else replies  # type: ignore[return-value]


def _line(reply: Reply) -> bytes:
    text = reply.text[:LARGEST_TEXT].replace("\n", " ").encode("utf-8", "replace")
    return f"{reply.code} {reply.status} ".encode() + text[: LARGEST_ANSWER // 2]


def _read(data: bytes) -> Reply | None:
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
