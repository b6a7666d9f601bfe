"""server_environment: envelope and deadline, from the mail server's environment and options.

Postfix, Exim, OpenSMTPD, sendmail and qmail name the same things differently;
an option on the command line comes first. Postfix replaces what is unusual in
an address by `_` before it puts it into the environment; then the exact address is
taken from the header that Postfix wrote. [postfix src/local/command.c, Exim
spec "pipe transport", smtpd.conf(5), qmail-command(8)]
"""

from __future__ import annotations

from maildrop_py.message.envelope import Envelope
from maildrop_py.paths import MESSAGE_TIME
from maildrop_py.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from maildrop_py.message.headers import Headers

POSTFIX_KEEPS = b"1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 900.0
"""Seconds; Postfix ends a command after 1000 and bounces the message."""
NULL_SENDERS = ("", "MAILER-DAEMON", "#@[]")
"""The last is qmail's, for bounces of bounces."""


def envelope_of(options: Mapping[str, str], environ: Mapping[str, str]) -> Envelope:
    """The envelope that the options and the environment say."""

    def value_of(option: str, *variables: str) -> str | None:
        for value in (options.get(option), *map(environ.get, variables)):
            if value is not None:
                return value
        return None

    extension = value_of("extension", "EXTENSION", "EXT", "LOCAL_PART_SUFFIX")
    return Envelope(
        sender=_sender(options, environ),
        recipient=value_of("recipient", "RECIPIENT") or _exim_recipient(environ),
        extension=extension.lstrip("+-") if extension else None,
        user=value_of("user", "USER", "LOGNAME") or None,
        client_address=_known(value_of("client-address", "CLIENT_ADDRESS")),
        client_name=value_of("client-name", "CLIENT_HOSTNAME") or None,
        helo=value_of("helo", "CLIENT_HELO") or None,
        protocol=value_of("protocol", "CLIENT_PROTOCOL") or None,
        authenticated=bool(value_of("sasl-username", "SASL_USERNAME")),
    )


def _sender(options: Mapping[str, str], environ: Mapping[str, str]) -> str | None:
    sender = options.get("sender")
    if sender is None and "RPLINE" in environ:  # qmail's own Return-Path line
        sender = environ["RPLINE"].partition(":")[2].strip()
    if sender is None:
        sender = environ.get("SENDER")
    if sender is None:
        return None
    bare = sender.removeprefix("<").removesuffix(">")
    return "" if bare in NULL_SENDERS else bare


def _known(address: str | None) -> str | None:
    """Postfix writes `unknown` for a client whose address it does not know."""
    return None if address in ("", "unknown") else address


def _exim_recipient(environ: Mapping[str, str]) -> str | None:
    local, domain = environ.get("LOCAL_PART"), environ.get("DOMAIN")
    if not local or not domain:
        return None
    before, behind = environ.get("LOCAL_PART_PREFIX", ""), environ.get("LOCAL_PART_SUFFIX", "")
    return f"{before}{local}{behind}@{domain}"


def exact(envelope: Envelope, headers: Headers) -> Envelope:
    """`envelope`, its changed addresses replaced by those in the headers that Postfix wrote."""
    sender = _restored(envelope.sender, headers, "Return-Path")
    recipient = _restored(envelope.recipient, headers, "X-Original-To", "Delivered-To")
    if (sender, recipient) == (envelope.sender, envelope.recipient):
        return envelope
    return replace(envelope, sender=sender, recipient=recipient)


def _restored(address: str | None, headers: Headers, *names: str) -> str | None:
    if not address or "_" not in address:
        return address
    for name in names:
        written = (headers.first(name) or "").strip().removeprefix("<").removesuffix(">")
        if _garbled(written) == address:
            return written
    return address


def _garbled(address: str) -> str:
    """What Postfix makes of an address, byte by byte."""
    data = address.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in POSTFIX_KEEPS else "_" for byte in data)


def deadline_of(options: Mapping[str, str]) -> float:
    """The seconds after which delivery gives up; the default where the value is wrong."""
    try:
        return min(max(float(options.get("deadline", MESSAGE_TIME)), 0.001), LONGEST)
    except ValueError:
        return MESSAGE_TIME


def wrong_values(options: Mapping[str, str]) -> list[str]:
    """A warning for each value that cannot be used; delivery goes on without it."""
    warnings = []
    deadline = options.get("deadline")
    if deadline is not None and not _is_seconds(deadline):
        warnings.append(
            f"--deadline {deadline!r} is not a number of seconds from 0 to {LONGEST:g}: "
            f"{deadline_of(options):g} is used"
        )
    address = options.get("client-address")
    if address not in (None, "", "unknown") and not _is_address(str(address)):
        warnings.append(f"--client-address {address!r} is not an IP address: it is not used")
    return warnings


def _is_seconds(text: str) -> bool:
    try:
        return 0 < float(text) <= LONGEST
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    from maildrop_py.message import ip

    return ip.parse(text) is not None
