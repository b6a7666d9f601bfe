"""judge: from a request to a Case, with all evidence that it takes.

Two steps, since DNS may take seconds: `judge` without waiting raises WouldWait where
DNS has to be asked; who gets that calls again where waiting holds nobody else up.

Only RCPT is judged: there client, sender and recipient are known, whichever of its
restriction lists the mail server asks from. At END-OF-MESSAGE what was sent is
counted. Every other state passes. Clients inside the trusted networks, and who has said
a password, never have to wait, whatever the rules say.
"""

from __future__ import annotations

from typing import NamedTuple

from maildrop_py.policy.client import ClientEvidence
from maildrop_py.policy.client_key import ClientKey, client_key, vouching_domain
from maildrop_py.policy.decide import decide
from maildrop_py.policy.decide_answer import Case
from maildrop_py.policy.remembered import client_key as client_hash
from maildrop_py.policy.remembered import session_key, triplet_key
from maildrop_py.policy.sender_name import normal_sender

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.policy.client import Surroundings
    from maildrop_py.policy.protocol import Request
    from maildrop_py.rules.program.program import Program

JUDGED, COUNTED = "RCPT", "END-OF-MESSAGE"
LONGEST = 255
"""Characters of an address or a name (RFC 1035 2.3.4): what is kept of clients stays small."""


class Judged(NamedTuple):
    """A case with the evidence that made it, for the log."""

    case: Case
    evidence: ClientEvidence


def judge(
    request: Request, program: Program, around: Surroundings, now: float, may_wait: bool
) -> Judged:
    """The case of a request at RCPT; raises WouldWait unless it `may_wait`."""
    return judged(ClientEvidence(request, around, may_wait), program, now)


def judged(evidence: ClientEvidence, program: Program, now: float) -> Judged:
    """The case of the client that `evidence` is about."""
    plan = decide(evidence, program, now)
    if not (plan.greylist or plan.tarpit) or evidence.never_waits:
        return Judged(Case(plan, ()), evidence)
    request = evidence.request
    sender, recipient = normal_sender(request.get("sender")), request.get("recipient")
    clients = []
    for client in _clients(evidence):
        name = str(client)
        clients.append((client, client_hash(name), triplet_key(name, sender, recipient)))
    session = request.session
    key = session_key(session) if session else b""
    return Judged(Case(plan, tuple(clients), key, request.get("stress") == "yes"), evidence)


def _clients(evidence: ClientEvidence) -> list[ClientKey]:
    """All names that the client goes by, the strongest first."""
    told = evidence.request.get("client_address")[:LONGEST]
    name = evidence.request.get("client_name")[:LONGEST]
    plain = client_key(told, name, "")
    spf = evidence.spf()
    vouching = vouching_domain(spf.result, spf.domain, spf.mechanism)
    return [client_key(told, name, vouching), plain] if vouching else [plain]
