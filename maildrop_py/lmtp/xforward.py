"""xforward: who gave the message to the mail server (Postfix's XFORWARD_README).

Values are xtext (RFC 3461 4); a value that is not is taken as it stands, as
old Postfix sent it. Control characters, which could make lines of their own in
headers or logs, become `?`. `[UNAVAILABLE]` and `[TEMPUNAVAIL]` mean: not known.
"""

from __future__ import annotations

from maildrop_py.lmtp.reply import Refused
from maildrop_py.message import ip

ATTRIBUTES = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
NOT_KNOWN = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")
VALUE_LIMIT = 255

Origin = dict[str, str | None]


def read_attributes(argument: str) -> Origin:
    """The attributes of one command, None for what is not known.

    Raises Refused, 501 5.5.4, for the first one that is wrong; then none counts.
    """
    found: Origin = {}
    for word in argument.split():
        name, _, raw = word.partition("=")
        name = name.upper()
        if name not in ATTRIBUTES:
            raise Refused(501, "5.5.4", f"Bad XFORWARD attribute name: {name}")
        if not raw or len(raw) > VALUE_LIMIT:
            raise Refused(501, "5.5.4", f"XFORWARD {name} needs 1 to {VALUE_LIMIT} characters")
        found[name] = _checked(name, _printable(unquote(raw)))
    if not found:
        raise Refused(501, "5.5.4", "Syntax: XFORWARD attribute=value...")
    return found


def unquote(raw: str) -> str:
    """The text that the xtext `raw` stands for, or `raw` if it is not xtext."""
    if "+" not in raw:
        return raw
    first, *rest = raw.split("+")
    octets = [first.encode()]
    for part in rest:
        if len(part) < 2 or not all(c in "0123456789ABCDEFabcdef" for c in part[:2]):
            return raw
        octets.append(bytes.fromhex(part[:2]) + part[2:].encode())
    return b"".join(octets).decode("utf-8", "replace")


def _printable(text: str) -> str:
    if text.isprintable() and " " not in text:
        return text
    return "".join(c if c.isprintable() and c != " " else "?" for c in text)


def _checked(name: str, value: str) -> str | None:
    if value.upper() in NOT_KNOWN:
        return None
    if name == "ADDR":
        return _address(value)
    if name == "PORT" and not (value.isascii() and value.isdigit() and len(value) <= 5):
        raise Refused(501, "5.5.4", "Bad XFORWARD PORT")
    if name == "SOURCE":
        value = value.upper()
        if value not in ("LOCAL", "REMOTE"):
            raise Refused(501, "5.5.4", "Bad XFORWARD SOURCE")
    return value


def _address(value: str) -> str:
    address = ip.parse(value)
    if address is None:
        raise Refused(501, "5.5.4", "Bad XFORWARD ADDR")
    return address.text
