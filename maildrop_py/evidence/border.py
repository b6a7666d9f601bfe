"""border: where the message came in from outside, and how we know.

The border hop is the first client, seen from here, that is neither this machine
nor inside the trusted networks. Everything that is said of the sender (address,
verified name, HELO) is said of this client, and only servers on our side of it
are believed: a header that begins below the border's Received line may have
been written by the sender, whatever it says.

In this order: the client that the mail server named (XFORWARD, the environment),
unless that one is itself trusted, as on a backup MX; else the Received lines
from the top. A line is believed because a believed server wrote it. Lines that
tell of no network client are passed over: submission on a machine that is
believed (sendmail, LMTP on a socket), and fetchmail, whose "client" is the
server that the mail was fetched from. A line that is not understood ends the
walk, and then nothing is known of the sender: to go on below it could mean to
believe the sender.

Known limits: whoever may submit mail on a trusted machine or relay is believed
about where the mail came from. A border relay that writes its results *below*
its own Received line, as some milters do, is not believed.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.message import ip, received
from maildrop_py.message.received_line import without_id_and_date
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.networks import Network
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.headers import Field, Headers
    from maildrop_py.message.ip import Address
    from maildrop_py.message.received import Hop
    from maildrop_py.translation import Text


@record
class Step:
    """One hop of the path: what it is, whether the walk goes on behind it, and why."""

    what: str
    believed: bool
    why: str


@record
class Border:
    """The client at the border, or in `unknown` the reason why there is none to know.

    `name` is the client's verified reverse name, "" where it has none and None
    where no server looked. `helo` and `sender` are None where they are not
    known; an empty `sender` is the null sender. `inside` holds where the message
    never was outside. Header fields that begin before `offset`, in bytes of the
    head, were written on our side; `below` counts the Received lines behind it.
    """

    address: Address | None = None
    name: str | None = None
    helo: str | None = None
    sender: str | None = None
    authenticated: bool = False
    inside: bool = False
    offset: int = 0
    hops: tuple[Step, ...] = ()
    below: int = 0
    unknown: str = ""

    def sentences(self, text: Text = str.format) -> list[str]:
        """The path in words, from here outwards; by `translation.text` for people."""
        lines = []
        for step in self.hops:
            answer = text("believed") if step.believed else text("not believed")
            what = step.what if text is str.format else text(step.what)
            wording = "{what}: {answer}, {because}"
            lines.append(text(wording, what=what, answer=answer, because=text(step.why)))
        if self.below:
            wording = "Received lines below, which the sender may have written: {number}"
            lines.append(text(wording, number=self.below))
        where = text(self.unknown)
        if self.address:
            where = text("{address} is the border", address=self.address.text)
        if self.authenticated:
            where += text(", and its session was authenticated")
        return [*lines, where]


@record
class _Judgement:
    """What a Received line that names its client comes to; `address` where that is the border."""

    hop: Hop
    step: Step
    address: Address | None = None


class _Judge:
    """Says whether Received lines are to be believed where `trusted` are our networks."""

    def __init__(self, trusted: tuple[Network, ...]) -> None:
        self._trusted = trusted
        self._usual: Memo[str, _Judgement | None] = Memo(self._judge)

    def judgement(self, line: str) -> _Judgement | None:
        """What the value of a Received field comes to; None if it does not name its client."""
        usual = without_id_and_date(line)
        return self._judge(line) if usual is None else self._usual[usual]

    def _judge(self, line: str) -> _Judgement | None:
        hop = received.parse(line)
        if hop is None or not hop.address:
            return None
        address = ip.parse(hop.address)
        what = _spell(hop)
        if address is None:
            return _Judgement(hop, Step(what, False, "its address is not understood"))
        if hop.protocol.upper().startswith(("POP", "IMAP", "APOP")) and "(fetchmail" in line:
            why = "fetched by fetchmail, which is no way that mail comes in"
            return _Judgement(hop, Step(what, True, why))
        why = why_trusted(address, self._trusted)
        if why:
            return _Judgement(hop, Step(what, True, why))
        why = "the first client outside the trusted networks"
        return _Judgement(hop, Step(what, False, why), address)


_judges = Memo(_Judge, most=10)
"""By trusted networks. Mail comes by the same servers again and again."""


class _Walk:
    """A walk down the Received lines, as far as they are to be believed."""

    def __init__(self, trusted: tuple[Network, ...]) -> None:
        self.judge = _judges[trusted]
        self.steps: list[Step] = []
        self.hop: Hop | None = None  # the border's
        self.address: Address | None = None
        self.unknown = "every hop is on our side"

    def past(self, field: Field) -> bool:
        """Whether the walk goes on below `field`."""
        line = str(field.raw, "utf-8", "replace")
        found = self.judge.judgement(line)
        if found is None:
            return self._past_clientless(" ".join(line.split()))
        self.steps.append(found.step)
        if found.address is not None:
            self.hop, self.address, self.unknown = found.hop, found.address, ""
        elif not found.step.believed:
            self.unknown = _NOT_MADE_OUT
        return found.step.believed

    def _past_clientless(self, line: str) -> bool:
        what, hop = f"Received: {line[:100]}", received.parse(line)
        if line[:5].lower() != "from ":
            why = "handed over on one machine, without a client"
        elif hop and _is_local(hop, line):
            why = "submitted on one machine"
        else:
            self.steps.append(Step(what, False, "the client's address is not to be made out"))
            self.unknown = _NOT_MADE_OUT
            return False
        self.steps.append(Step(what, True, why))
        return True


_NOT_MADE_OUT = "the border is not to be made out"


def find(headers: Headers, envelope: Envelope, trusted: tuple[Network, ...]) -> Border:
    """The border of a message with these headers and this envelope. Raises nothing."""
    fields = headers.all("Received")
    walk = _Walk(trusted)
    passed = 0
    while passed < len(fields) and walk.past(fields[passed]):
        passed += 1
    client = ip.parse(envelope.client_address)
    if client is not None and not why_trusted(client, trusted):
        return _border_of_envelope(headers, envelope, client, walk, passed)
    at = fields[min(passed, len(fields) - 1)].span[0] if fields else 0
    hop = walk.hop
    return Border(
        address=walk.address,
        name=_verified(hop.name) if hop else None,
        helo=(hop.helo or None) if hop else None,
        sender=_sender(headers, envelope, at if fields else None),
        authenticated=hop.authenticated if hop else False,
        inside=walk.address is None and passed == len(fields),
        offset=at,
        hops=(*_steps_of_envelope(envelope, client, trusted), *walk.steps),
        below=max(0, len(fields) - passed - 1),
        unknown=walk.unknown,
    )


def why_trusted(address: Address, trusted: tuple[Network, ...]) -> str:
    """Why a client with this address is on our side; "" if it is not."""
    if ip.is_loopback(address):
        return f"{address.text} is this machine"
    for network in trusted:
        if network.holds(address):
            return f"{address.text} is in the trusted network {network.text}"
    return ""


def _border_of_envelope(
    headers: Headers, envelope: Envelope, client: Address, walk: _Walk, passed: int
) -> Border:
    """The border that the mail server names; Received lines only say where it is in the header."""
    fields = headers.all("Received")
    agreed = walk.address is not None and walk.address.packed == client.packed
    hop = walk.hop if agreed else None
    at = passed if agreed else 0
    offset = fields[at].span[0] if fields else 0
    name = _verified(envelope.client_name or "")
    what = f"client {_client(envelope.helo or '', name or '', client.text)}, said the mail server"
    return Border(
        address=client,
        name=_verified(hop.name) if name is None and hop else name,
        helo=envelope.helo or (hop.helo if hop else "") or None,
        sender=_sender(headers, envelope, offset if fields else None),
        authenticated=envelope.authenticated or (hop is not None and hop.authenticated),
        offset=offset,
        hops=(Step(what, False, "a client outside the trusted networks"),),
        below=max(0, len(fields) - at - 1),
    )


def _steps_of_envelope(
    envelope: Envelope, client: Address | None, trusted: tuple[Network, ...]
) -> tuple[Step, ...]:
    if client is None:
        return ()
    what = f"client {client.text}, said the mail server"
    return (Step(what, True, why_trusted(client, trusted)),)


def _sender(headers: Headers, envelope: Envelope, offset: int | None) -> str | None:
    """The envelope sender: the mail server's, else what our side wrote on top of the message."""
    if envelope.sender is not None:
        return _without_daemon(envelope.sender)
    paths = headers.all("Return-Path")
    if paths and (offset is None or paths[0].span[0] < offset):
        path = str(paths[0].raw, "utf-8", "replace").strip()
        return _without_daemon(path.removeprefix("<").removesuffix(">").strip())
    from_line = headers.from_line
    if from_line is None:
        return None
    from maildrop_py.message.from_line import sender_in

    return sender_in(from_line)


def _without_daemon(sender: str) -> str:
    """`sender`; "" for MAILER-DAEMON, as mail servers write the null sender for programs."""
    return "" if sender.upper() == "MAILER-DAEMON" else sender


def _verified(name: str) -> str | None:
    """A name as Received lines and the environment have it: "unknown" is none, "" not looked up."""
    if not name:
        return None
    return "" if name.lower() == "unknown" else name.rstrip(".").lower()


def _is_local(hop: Hop, text: str) -> bool:
    """Whether a line without an address tells of a local submission, as five programs write it.

    All of them write the address of whoever comes over the network.
    """
    protocol = hop.protocol.upper()
    return (
        protocol == "LOCAL"
        or protocol.startswith(("LMTP", "QMAIL-SCANNER"))
        or "[local]" in text
        or (hop.helo == hop.name == "localhost")
    )


def _spell(hop: Hop) -> str:
    by = f", by {hop.by}" if hop.by else ""
    return f"from {_client(hop.helo, hop.name, hop.address)}{by}"


def _client(helo: str, name: str, address: str) -> str:
    return " ".join(filter(None, (name or "unknown", f"[{address}]", helo and f"(helo {helo})")))
