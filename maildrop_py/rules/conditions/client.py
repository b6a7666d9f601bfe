"""client: what the conditions about the client at the border share.

The client is the first one outside the trusted networks, whoever named it
(see `evidence.border`). A session that authenticated comes from one of the
server's own users, wherever that user is: its client says nothing about the mail, and every
condition about clients is exempt from judging it.
"""

from __future__ import annotations

from maildrop_py.rules.condition import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Facts

AUTHENTICATED = "the session was authenticated"
INSIDE = "it never was outside"


def cleared(facts: Facts) -> str:
    """Why the client can be no bad sign, "" if it may be one."""
    border = facts.evidence.border()
    if border.authenticated:
        return AUTHENTICATED
    return INSIDE if border.inside else ""


def named(facts: Facts) -> str | Outcome:
    """The client's verified name; else what a test of the name answers without one."""
    if facts.evidence.border().authenticated:
        return Outcome(None, "client name", why=AUTHENTICATED)
    found = facts.evidence.reverse_name()
    if found.unknown:
        return Outcome(None, "client name", why=found.unknown)
    return found.name or Outcome(False, "client name", why="no verified name")
