"""answer: what a scanner said of a message, or why it said nothing."""

from __future__ import annotations

from maildrop_py.errors import MaildropError
from maildrop_py.record import record


class NoAnswer(MaildropError):
    """A scanner did not answer, or not in a way that makes sense; the text says why."""


@record
class Answer:
    """`score` in the scanner's points, `flag` whether it says spam (or that a virus was found).

    `required` is the score from which it calls mail spam. `names` are the tests that
    hit, or the viruses. With `unknown` nothing was learnt, for that reason.
    """

    scanner: str
    score: float | None = None
    flag: bool | None = None
    required: float | None = None
    names: tuple[str, ...] = ()
    unknown: str = ""


@record
class About:
    """What a scanner may want to know beside the message; "" is unknown."""

    client: str = ""
    client_name: str = ""
    helo: str = ""
    sender: str = ""
    recipient: str = ""
    user: str = ""
    queue_id: str = ""
