"""client: the evidence about a client whose mail has not come yet.

What the mail server says in its request is believed: it is the border itself. A
client inside the trusted networks, or on this machine, was never outside. What the
request tells is answered at once; DNS is asked only where waiting is allowed.

Known limits: the sender that conditions and contacts see is the envelope's, for
From has not come. Where Postfix writes `unknown` for a name, it may be DNS that failed.
"""

from __future__ import annotations

from functools import lru_cache

from maildrop_py.evidence import helo as helo_names
from maildrop_py.evidence import networks
from maildrop_py.evidence.border import Border, why_trusted
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.inquiry import Inquiry
from maildrop_py.evidence.reverse_name import ReverseName, clean
from maildrop_py.evidence.spf import Spf
from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.message import ip
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.policy.decide import NOTHING, Declared
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.dnsbl import Listing
    from maildrop_py.evidence.helo import Helo
    from maildrop_py.evidence.networks import Network
    from maildrop_py.evidence.settings import Clock, Settings
    from maildrop_py.evidence.store import Store
    from maildrop_py.policy.protocol import Request

_OFFLINE = "offline"
_NOT_ASKED = Spf("unknown", unknown=_OFFLINE)


NOBODY = Envelope()
LONGEST_SIZE = 20
"""Digits of a size (RFC 1870 4)."""
_parsed = lru_cache(4096)(ip.parse)


@record
class Surroundings:
    """What all requests to one server have in common.

    `state` is the folder of what is remembered, `store` what was learnt from DNS.
    `mine` are host names and domains of the receiving side.
    """

    settings: Settings
    trusted: tuple[Network, ...] = ()
    mine: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    state: str | None = None
    store: Store | None = None
    offline: bool = False
    clock: Clock | None = None


def surroundings(
    settings: Settings,
    zones: tuple[str, ...] = (),
    state: str | None = None,
    store: Store | None = None,
    offline: bool = False,
    clock: Clock | None = None,
) -> Surroundings:
    """The surroundings that `settings` of a policy file, which was checked, make."""
    trusted = tuple(map(networks.parse_network, settings.networks))
    domains = tuple(own.removeprefix("@") for own in settings.me if "@" not in own[1:])
    mine = (*settings.server_names, *domains)
    return Surroundings(settings, trusted, mine, zones, state, store, offline, clock)


class ClientEvidence(Evidence):
    """The evidence about the client of one request."""

    _from_request: Envelope | None

    def __init__(self, request: Request, around: Surroundings, may_wait: bool = True) -> None:
        super().__init__(
            _announced(request.get("size")),
            NOBODY,
            around.settings,
            around.state,
            offline=around.offline or not may_wait,
            zones=around.zones,
            store=around.store,
            clock=around.clock,
        )
        self.request = request
        self.address = _parsed(request.get("client_address"))
        self._around = around
        self._hurried = not (may_wait or around.offline)

    @property
    def envelope(self) -> Envelope:
        """Made when it is first asked for: most rules ask the request itself."""
        if self._from_request is None:
            self._from_request = _envelope(self.request)
        return self._from_request

    @envelope.setter
    def envelope(self, value: Envelope) -> None:
        self._from_request = None

    def attribute(self, name: str) -> str | None:
        return self.request.attributes.get(name)

    @property
    def never_waits(self) -> bool:
        """Whether the client is one of ours: in a trusted network, or it said a password."""
        if self.request.authenticated:
            return True
        return self.address is not None and bool(why_trusted(self.address, self._around.trusted))

    @property
    def has_answers(self) -> bool:
        """Whether anything was asked about the client."""
        return bool(self._answers)

    def answered_known(self) -> bool | None:
        """Whether the sender is a contact, None where nobody asked or could tell."""
        known: bool | None = self._answers.get(("known", self.request.get("sender")))
        return known

    def border(self) -> Border:
        return self._once("border", self._border)

    def authors(self) -> tuple[str, ...]:
        sender = self.request.get("sender")
        return (sender,) if sender else ()

    def reverse_name(self) -> ReverseName:
        name = self.border().name
        if name is not None:
            return self._once("reverse name", lambda: ReverseName(name, "the mail server"))
        found = super().reverse_name()
        self._wait_if(found.unknown)
        return found

    def helo(self) -> Helo:
        return self._once("helo", self._helo)

    def spf(self) -> Spf:
        if self._around.offline:
            return _NOT_ASKED
        found = super().spf()
        self._wait_if(found.unknown)
        return found

    def dnsbl(self, zone: str) -> Listing:
        found = super().dnsbl(zone)
        self._wait_if(found.unknown)
        return found

    @property
    def _inquiry(self) -> Inquiry:
        if self._inquirer is None:
            self._inquirer = Inquiry(self)
        return self._inquirer

    def _wait_if(self, unknown: str) -> None:
        """Raises WouldWait for what DNS was not asked because nobody may wait."""
        if self._hurried and unknown == _OFFLINE:
            raise WouldWait

    def _border(self) -> Border:
        request, address = self.request, self.address
        authenticated = request.authenticated
        if address is None:
            return Border(authenticated=authenticated, unknown="the client's address is not known")
        why = why_trusted(address, self._around.trusted)
        if why:
            return Border(inside=True, authenticated=authenticated, unknown=why)
        name = request.get("client_name")
        helo = request.get("helo_name") or None
        known = clean(name) if name else None
        return Border(
            address,
            known,
            helo,
            request.attributes.get("sender"),
            authenticated,
            False,
            0,
            (),
            0,
            "",
        )

    def _helo(self) -> Helo:
        border = self.border()
        if border.helo is None:
            return helo_names.Helo(unknown=border.unknown or "HELO is not known")
        domain = self.request.get("recipient").rpartition("@")[2]
        own = (*self._around.mine, domain) if domain else self._around.mine
        return helo_names.Helo(border.helo, helo_names.kinds(border.helo, border.address, own))


def _announced(size: str) -> Message:
    """The message that has not come: its size where the client declared one (RFC 1870 4)."""
    if size in ("", "0") or not (size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE):
        return NOTHING
    return Message(Declared(int(size)))


def _envelope(request: Request) -> Envelope:
    recipient = request.get("recipient") or None
    return Envelope(
        request.attributes.get("sender"),
        recipient,
        None,
        None,
        request.get("client_address") or None,
        request.get("client_name") or None,
        request.get("helo_name") or None,
        request.get("protocol_name") or None,
        request.authenticated,
    )
