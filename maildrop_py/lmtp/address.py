"""address: the arguments of MAIL and RCPT: an address in angle brackets, parameters.

Reads RFC 5321 4.1.2 paths: quoted local parts lose their quotes, source
routes are dropped as 4.1.1.3 allows, UTF-8 is let through (RFC 6531) and left
to the session to permit. Domains are not looked at closely: the mail server
has done that, and an unknown one is an unknown recipient.
"""

from __future__ import annotations

import re

from maildrop_py.lmtp.reply import Refused
from maildrop_py.record import record

Parameters = dict[str, str | None]

# What nearly every path is: nothing quoted, no route, no parameters.
is_plain = re.compile(r'[^\s<>()\[\]\\,;:@"]+').fullmatch
plain_path = re.compile(r'<([^<>"\\@:\s]+)@([^<>"\\@:\s]+)>').fullmatch


@record
class EnvelopeAddress:
    """A mailbox: `local` without quotes; `domain` is "" for a bare Postmaster."""

    local: str
    domain: str = ""

    @property
    def text(self) -> str:
        """local@domain, as Envelope has it. Unusual local parts are quoted (RFC 5321 4.1.2).

        So an address never looks like another one: "bob@b.example" without a domain is
        not bob@b.example.
        """
        local = self.local if is_plain(self.local) else _quoted(self.local)
        return f"{local}@{self.domain}" if self.domain else local


def read_path(
    argument: str, keyword: str, status: str
) -> tuple[EnvelopeAddress | None, Parameters]:
    """The address and parameters of `FROM:<address> NAME=value ...`.

    None is the null path `<>`. Raises Refused: 501 5.5.4 for bad syntax,
    501 with `status` (5.1.7 sender, 5.1.3 recipient) for a bad address.
    """
    argument = argument.lstrip(" ")
    if argument[: len(keyword)].upper() != keyword:
        raise Refused(501, "5.5.4", f"Syntax: {keyword}<address>")
    rest = argument[len(keyword) :]
    if plain := plain_path(rest):
        return EnvelopeAddress(plain[1], plain[2]), {}
    rest = rest.lstrip(" ")
    if not rest.startswith("<"):
        raise Refused(501, status, "The address must stand in < >")
    end = _closing(rest)
    if end < 0:
        raise Refused(501, status, "The address does not end with >")
    parameters = _parameters(rest[end + 1 :]) if end + 1 < len(rest) else {}
    return (read_address(rest[1:end], status) if end > 1 else None), parameters


def _quoted(local: str) -> str:
    escaped = local.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _closing(rest: str) -> int:
    """Where the `>` is that is not inside quotes; -1 where there is none."""
    if '"' not in rest:
        return rest.find(">")
    quoted = False
    skip = False
    for index, char in enumerate(rest):
        if skip:
            skip = False
        elif char == "\\":
            skip = quoted
        elif char == '"':
            quoted = not quoted
        elif char == ">" and not quoted:
            return index
    return -1


def read_address(path: str, status: str = "5.1.3") -> EnvelopeAddress:
    """A mailbox, with or without a source route. Raises Refused, 501 `status`."""
    if path.startswith("@"):
        path = path.partition(":")[2]
    at = path.rfind("@")
    local, domain = (path[:at], path[at + 1 :]) if at >= 0 else (path, "")
    if '"' in domain:  # the last @ was inside quotes
        local, domain = path, ""
    quoted = len(local) >= 2 and local[0] == local[-1] == '"'
    if not local or (at >= 0 and not domain and not quoted):
        raise Refused(501, status, "The address has no local part or no domain")
    if any(c in "<> \t" for c in domain) or (not quoted and any(c in '<> \t"' for c in local)):
        raise Refused(501, status, "The address has characters that need quotes")
    return EnvelopeAddress(_unquoted(local, status) if quoted else local, domain)


def _unquoted(local: str, status: str) -> str:
    kept = []
    characters = iter(local[1:-1])
    for char in characters:
        if char == '"':
            raise Refused(501, status, "The address has a quote inside quotes")
        kept.append(next(characters, "") if char == "\\" else char)
    if not kept:
        raise Refused(501, status, "The address has no local part or no domain")
    return "".join(kept)


def _parameters(text: str) -> Parameters:
    if not text.startswith(" "):
        raise Refused(501, "5.5.4", "Parameters follow the address after a space")
    found: Parameters = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        name = name.upper()
        if not name or name in found or (equals and not value):
            raise Refused(501, "5.5.4", f"Bad parameter {word}")
        found[name] = value if equals else None
    return found
