"""protocol: Postfix's policy delegation protocol, read and written (SMTPD_POLICY_README).

A request is lines of `name=value` and an empty line; an answer is `action=…` and an
empty line. Bytes go in as they come, in whatever pieces, and requests come out. Lines may
end in CR LF too, as some write them by hand.

Guarantees: no more than one request of MOST_BYTES is held for a client; an answer
is always one line, whatever is in a sender's addresses.

Reports: Garbage, where what came is no request: the connection is to be closed
without an answer, as Postfix wants it in trouble.
"""

from __future__ import annotations

from functools import lru_cache

from maildrop_py.errors import MaildropError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 65536
"""Of one request: some forty attributes, of which each is at most a line of SMTP long."""

LONGEST_TEXT = 400
"""Characters of an answer: a reply of SMTP has 512 octets (RFC 5321 4.5.3.1.5)."""

LONGEST_SHOWN = 60
"""Characters that are shown of a line that is none of a request."""

PASS = "DUNNO"
_KIND = "smtpd_access_policy"

_OFTEN_EMPTY = (
    *("queue_id", "etrn_domain", "stress", "sasl_method", "sasl_username", "sasl_sender"),
    *("ccert_subject", "ccert_issuer", "ccert_fingerprint", "ccert_pubkey_fingerprint"),
    *("encryption_protocol", "encryption_cipher", "encryption_keysize", "policy_context", "sender"),
)
_OFTEN = (
    *(f"{name}=" for name in _OFTEN_EMPTY),
    *(f"request={_KIND}", "protocol_state=RCPT", "protocol_state=END-OF-MESSAGE"),
    *("protocol_name=ESMTP", "protocol_name=SMTP", "recipient_count=0", "recipient_count=1"),
    *("client_name=unknown", "reverse_client_name=unknown", "server_port=25"),
    *("encryption_protocol=TLSv1.3", "encryption_protocol=TLSv1.2"),
    *("encryption_cipher=TLS_AES_256_GCM_SHA384", "encryption_keysize=256"),
)
"""Lines that are the same in most requests; two thirds of a request need not be taken apart."""


class _Lines(dict[str, list[str]]):
    """The name and the value of each line; only those of `_OFTEN` are remembered."""

    def __missing__(self, line: str) -> list[str]:
        return line.split("=", 1)


_LINES = _Lines((line, line.split("=", 1)) for line in _OFTEN)


class Garbage(MaildropError):
    """What a client sent is no request."""


class Request:
    """One question of a mail server; attributes it does not know are "" """

    __slots__ = ("attributes",)

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.attributes = attributes

    def get(self, name: str) -> str:
        """The attribute, "" where it was not said."""
        return self.attributes.get(name, "")

    @property
    def state(self) -> str:
        """Where the SMTP session is: RCPT, END-OF-MESSAGE and so on."""
        return self.attributes.get("protocol_state", "")

    @property
    def session(self) -> str:
        """What names the SMTP session, "" if nothing does.

        Postfix counts the messages of a session behind the last dot of `instance`.
        """
        instance = self.attributes.get("instance", "")
        return instance.rpartition(".")[0] if instance.count(".") == 3 else instance

    @property
    def authenticated(self) -> bool:
        """Whether the client said a password, or showed a certificate instead (SASL EXTERNAL)."""
        return bool(self.attributes.get("sasl_username") or self.attributes.get("sasl_method"))


class Requests:
    """What one client sent and has not been understood yet."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def add(self, data: bytes) -> list[Request]:
        """The requests that `data` completes; raises Garbage."""
        data = self._data + data if self._data else data
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        *blocks, self._data = data.split(b"\n\n")
        if len(self._data) > MOST_BYTES:
            raise Garbage("a request without an end")
        return [_request(block) for block in blocks]

    @property
    def begun(self) -> bool:
        """Whether a request has begun that has no end yet."""
        return bool(self._data)


def requests_in(text: bytes) -> list[Request]:
    """The requests that a person wrote, with empty lines between; raises Garbage.

    The line `request=…` may be left out, and blanks around a line do no harm.
    """
    lines = [line.strip() for line in text.removeprefix(b"\xef\xbb\xbf").splitlines()]
    blocks = [block.strip(b"\n") for block in b"\n".join(lines).split(b"\n\n")]
    kind = f"request={_KIND}\n".encode()
    return [_request(block if _is_named(block) else kind + block) for block in blocks if block]


def _is_named(block: bytes) -> bool:
    return any(line.startswith(b"request=") for line in block.split(b"\n"))


def _request(block: bytes) -> Request:
    if len(block) > MOST_BYTES:
        raise Garbage("a request is too long")
    lines = str(block, "utf-8", "replace").split("\n")
    try:
        attributes = dict([_LINES[line] for line in lines])
    except ValueError:
        wrong = next(line for line in lines if "=" not in line)
        raise Garbage(f"a line is no name=value: {one_line(wrong)[:LONGEST_SHOWN]!r}") from None
    if attributes.get("request") != _KIND:
        raise Garbage(f"request is not {_KIND}")
    return Request(attributes)


@lru_cache(1024)
def answer(action: str) -> bytes:
    """The answer that tells `action`."""
    return f"action={one_line(action)}\n\n".encode("utf-8", "replace")


def one_line(text: str) -> str:
    """`text` in one line that is short enough and can be seen."""
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text[:LONGEST_TEXT]


def written(attributes: Mapping[str, str]) -> bytes:
    """A request with these attributes, as a client sends it."""
    given = {"request": _KIND, **attributes}
    lines = "".join(f"{name}={one_line(value)}\n" for name, value in given.items())
    return lines.encode("utf-8", "replace") + b"\n"
