"""addresses: the mail addresses in a header field (being written: signatures are final)."""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.headers import Field


@record
class Address:
    """One mailbox; `local` is unquoted, `domain` is "" where none was written."""

    display: str = ""
    local: str = ""
    domain: str = ""

    @property
    def text(self) -> str:
        """`local@domain`; "" for the null address."""
        return f"{self.local}@{self.domain}" if self.domain else self.local


def parse(value: str) -> list[Address]:
    """The addresses in a decoded or raw field value; groups are taken apart."""
    found = []
    for item in value.split(","):
        display, angle, rest = item.strip().rpartition("<")
        text = rest.partition(">")[0] if angle else item.strip()
        local, _, domain = text.rpartition("@")
        found.append(Address(display.strip(' "'), local or domain, domain if local else ""))
    return found


def in_header(field: Field) -> list[Address]:
    """The addresses in a header field, structure before RFC 2047 words."""
    return parse(field.value)
