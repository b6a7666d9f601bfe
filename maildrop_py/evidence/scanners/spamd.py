"""spamd: SpamAssassin's daemon, asked with SYMBOLS, taught with TELL (SPAMC protocol 1.5).

Reports: NoAnswer. spamd refuses to be taught unless it runs with --allow-tell.
"""

from __future__ import annotations

from math import isfinite, nan

from maildrop_py.evidence.scanners.answer import About, Answer, NoAnswer
from maildrop_py.evidence.scanners.connection import Connection, content_length

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.budget import Budget

NAME = "spamd"
PORT = 783
LIMIT = 500 * 1024  # bytes: what spamc itself passes over


def check(content: bytes, about: About, address: str, budget: Budget) -> Answer:
    """The verdict on a whole message."""
    head, body = _ask("SYMBOLS", (), content, about, address, budget)
    verdict = next((line[5:] for line in head if line.lower().startswith("spam:")), "")
    flag, _, scores = verdict.partition(";")
    score, _, required = scores.partition("/")
    try:
        points, limit = float(score), float(required)
    except ValueError:
        points = limit = nan
    if not (isfinite(points) and isfinite(limit)):
        raise NoAnswer(f"no verdict in its answer: {verdict.strip()[:60]!r}")
    names = tuple(body.decode("latin-1").strip().replace("\n", ",").split(","))
    said = flag.strip().lower()
    if said not in ("true", "yes", "false", "no"):
        raise NoAnswer(f"neither spam nor ham: {said[:60]!r}")
    return Answer(NAME, points, said in ("true", "yes"), limit, tuple(filter(None, names)))


def teach(content: bytes, is_spam: bool | None, about: About, address: str, budget: Budget) -> None:
    """Teach the message as spam or ham; None takes back what was taught of it."""
    if is_spam is None:
        more: tuple[str, ...] = ("Remove: local",)
    else:
        more = (f"Message-class: {'spam' if is_spam else 'ham'}", "Set: local")
    head, _ = _ask("TELL", more, content, about, address, budget)
    if not any(line.lower().startswith(("didset:", "didremove:")) for line in head):
        raise NoAnswer("it learnt nothing: it has to run with --allow-tell")


def _ask(
    command: str, more: tuple[str, ...], content: bytes, about: About, address: str, budget: Budget
) -> tuple[list[str], bytes]:
    """The header lines and the body of its answer."""
    lines = [f"{command} SPAMC/1.5", f"Content-length: {len(content)}", *more]
    if about.user and about.user.isprintable():
        lines.append(f"User: {about.user}")
    with Connection(address, PORT, budget) as connection:
        connection.send("\r\n".join([*lines, "", ""]).encode() + content)
        connection.end()
        data = connection.receive_all(b"", None)
    head, mark, body = data.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    words = first.split(None, 2)
    if len(words) < 3 or not words[0].startswith("SPAMD/"):
        raise NoAnswer(f"what it says is not spamd's protocol: {first[:60]!r}")
    if words[1] != "0":
        raise NoAnswer(f"it says {words[1]} {words[2][:80]}")
    if not mark or len(body) < (content_length(others) or 0):
        raise NoAnswer("its answer was cut off")
    return others, body
