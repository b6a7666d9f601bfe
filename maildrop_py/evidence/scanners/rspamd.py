"""rspamd: asked over HTTP with /checkv2, taught with /learnspam and /learnham.

`address` is that of a worker, and behind a blank that of the controller; without,
the controller is at the next port, or at the same Unix socket. Reports: NoAnswer.

Known limits: no TLS and no encryption; rspamd can't be made to unlearn but by the
other kind.
"""

from __future__ import annotations

from math import isfinite

from maildrop_py.evidence.scanners.answer import About, Answer, NoAnswer
from maildrop_py.evidence.scanners.connection import Connection, content_length, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from maildrop_py.evidence.budget import Budget

NAME = "rspamd"
PORT = 11333
LIMIT = 10 << 20  # bytes

_SPAM = ("reject", "add header", "rewrite subject", "soft reject", "quarantine")


def check(content: bytes, about: About, address: str, budget: Budget) -> Answer:
    """The verdict on a whole message."""
    fields = {
        "IP": about.client,
        "Hostname": about.client_name,
        "Helo": about.helo,
        "From": about.sender,
        "Rcpt": about.recipient,
        "Deliver-To": about.user,
        "Queue-Id": about.queue_id,
    }
    found = _post("/checkv2", fields, content, address.partition(" ")[0], PORT, budget)
    if found.get("is_skipped"):
        raise NoAnswer("it skipped the message")
    try:
        score, required = float(found["score"]), float(found["required_score"])
        names = tuple(map(str, found.get("symbols") or ()))
        flag = str(found.get("action", "")) in _SPAM
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NoAnswer("no verdict in its answer") from None
    if not (isfinite(score) and isfinite(required)):
        raise NoAnswer("no verdict in its answer")
    return Answer(NAME, score, flag, required, names)


def teach(content: bytes, is_spam: bool | None, about: About, address: str, budget: Budget) -> None:
    """Teach the message as spam or ham; None can't be had from rspamd."""
    if is_spam is None:
        raise NoAnswer("rspamd cannot forget")
    path = "/learnspam" if is_spam else "/learnham"
    found = _post(path, {"User": about.user}, content, _controller(address), PORT + 1, budget)
    if not found.get("success"):
        raise NoAnswer(str(found.get("error", "it learnt nothing"))[:120])


def _controller(address: str) -> str:
    """The controller's address."""
    address, _, controller = address.partition(" ")
    if controller:
        return controller
    place = address.removeprefix("http://").rstrip("/")
    if place.startswith("unix:"):
        return address
    host, port = parsed(place, PORT)
    return f"[{host}]:{port + 1}" if ":" in host else f"{host}:{port + 1}"


def _post(
    path: str, fields: dict[str, str], content: bytes, address: str, port: int, budget: Budget
) -> dict[str, Any]:
    """The JSON object of its answer."""
    from json import loads

    said = "".join(
        f"{name}: {value}\r\n" for name, value in fields.items() if value and value.isprintable()
    )
    head = (
        f"POST {path} HTTP/1.0\r\nContent-Length: {len(content)}\r\nConnection: close\r\n{said}\r\n"
    )
    with Connection(address, port, budget) as connection:
        connection.send(head.encode("utf-8", "replace") + content)
        data = connection.receive_until(b"\r\n\r\n")
        lines, mark, body = data.partition(b"\r\n\r\n")
        status, *headers = lines.decode("latin-1").split("\r\n")
        words = status.split(None, 2)
        if not mark or len(words) < 2 or not words[0].startswith("HTTP/1."):
            raise NoAnswer(f"what it says is not HTTP: {status[:60]!r}")
        body = connection.receive_all(body, content_length(headers))
    try:
        found = loads(body)
    except (ValueError, RecursionError):  # a number of too many digits is a ValueError too
        raise NoAnswer(f"it says {' '.join(words[1:])[:80]}, and no JSON") from None
    if not isinstance(found, dict):
        raise NoAnswer("no object in its answer")
    if words[1] != "200" and "error" not in found:
        raise NoAnswer(f"it says {' '.join(words[1:])[:80]}")
    return found
