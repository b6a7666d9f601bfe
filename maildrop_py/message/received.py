"""received: what a server wrote of the client that it got a message from (RFC 5321 4.4).

`parse` reads the Received lines of Postfix, Exim, Sendmail, qmail, OpenSMTPD,
Exchange, Google, Dovecot and their likes. The sender chooses the HELO name, the
ident, the recipient and a certificate's name: whatever they imitate, the
address is taken from where the server itself writes it. Lines that cannot be
read are None. Never raises; linear.

Known limits: whether the server tells the truth is for the caller to know.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.message import ip
from maildrop_py.message.received_line import tokens_of, without_id_and_date
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.headers import Field

_KEYWORDS = ("with", "id", "for", "via", "by")
_AUTHENTICATED = ("ASMTP", "ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA")
# Comments that servers write behind the client's, and which the client may influence.
_ASIDES = (
    "using ",
    "no client ",
    "client ",
    "authenticated ",
    "auth: ",
    "envelope-from ",
    "envelope-sender ",
    "ident: ",
    "proxying ",
    "squirrelmail ",
)
_LOGINS = ("(authenticated ", "(authenticated)", "(auth: ", "(squirrelmail authenticated ")


@record
class Hop:
    """One hop; "" for what the server did not write."""

    helo: str = ""
    name: str = ""  # the verified reverse name; "unknown" if the server found none
    address: str = ""  # of the client, in its usual text
    by: str = ""
    protocol: str = ""  # as written: "ESMTPS", "Microsoft SMTP Server"
    recipient: str = ""
    authenticated: bool = False


def in_header(field: Field) -> Hop | None:
    """The hop of a Received field, as it is written: what is decoded may be the client's art."""
    return parse(str(field.raw, "latin-1"))


def parse(value: str) -> Hop | None:
    """The hop that the unfolded, undecoded value of a Received field tells of; None if unclear."""
    value = " ".join(value.split())
    usual = without_id_and_date(value)
    return _read(value) if usual is None else _read_usual[usual]


def _read(value: str) -> Hop | None:
    tokens = tokens_of(_with_plain_helo(value))
    by = _last_by(tokens)
    if by < 0:  # all is in a comment that does not close: perhaps the client opened it
        tokens = tokens_of(_with_plain_helo(value, always=True))
        by = _last_by(tokens)
    if by < 0:
        return None
    start = next((at for at in range(by) if tokens[at][0] != "("), by)
    origin, rest = tokens[start:by], tokens[by + 1 :]
    if origin and origin[0].lower() != "from":
        return None
    protocol = " ".join(_clause(rest, "with"))
    helo, name, address = _client(origin[1:], rest, protocol)
    return Hop(
        helo=helo,
        name=name,
        address=address,
        by=_host(rest[0]) if rest and rest[0][0] not in "(;" else "",
        protocol=protocol,
        recipient=(_clause(rest, "for") or [""])[0].strip("<>,"),
        authenticated=_is_authenticated(origin, rest, protocol, "auth" in value.lower()),
    )


_read_usual = Memo(_read)
"""What lines tell of, but for id and date: mail comes by the same servers again and again."""


def _plain(text: str) -> str:
    """The usual text of the IP address that `text` is, port and brackets aside; "" if none."""
    address = ip.parse_with_port(text)
    return address.text if address else ""


def _with_plain_helo(value: str, always: bool = False) -> str:
    """`value` with no bracket in the first word that another does not close."""
    words = value.split(" ", 2)
    if len(words) < 3 or words[0].lower() != "from":
        return value
    is_odd = words[1][0] != "(" and words[1].count("(") != words[1].count(")")
    if always or is_odd:
        words[1] = words[1].replace("(", "?").replace(")", "?")
    return " ".join(words)


def _last_by(tokens: list[str]) -> int:
    """The `by` of the server: an earlier one is in what the client wrote of itself."""
    for at in range(len(tokens) - 1, -1, -1):
        if tokens[at].lower() == "by" and tokens[at + 1 : at + 2] != ["uid"]:
            return at
    return -1


def _clause(rest: list[str], keyword: str) -> list[str]:
    """The words that follow `keyword`, up to the next keyword, comment or semicolon."""
    words: list[str] = []
    reading = False
    for token in rest:
        if reading and (token[0] in "(;" or token.lower() in _KEYWORDS):
            break
        if reading:
            words.append(token)
        reading = reading or token.lower() == keyword
    return words


def _client(origin: list[str], rest: list[str], protocol: str) -> tuple[str, str, str]:
    """HELO name, reverse name and address, from what is before `by`."""
    words = [token for token in origin if token[0] not in "(;"]
    comments = [token[1:-1] for token in origin if token.startswith("(")]
    first = words[0] if len(words) == 1 or (words[1:] and words[1][0] in "[-") else ""
    if "@" in first or protocol.lower() == "local":
        first = ""  # a sender or a local user
    if "(exim" in "".join(rest).lower() and any(t.lower().startswith("(exim") for t in rest):
        return _exim_client(first, comments or words[1:])
    helo, name, address = _commented_client(comments)
    if not address and name == "local":
        return first, "", ""
    if not address:
        bare = helo or protocol.upper().startswith("HTTP") or words[1:2] == ["-"]
        literal = words[-1] if words and (bare or words[-1].startswith("[")) else ""
        return helo or first, name, _plain(literal)
    if not name and _is_qmail(comments, rest):
        return helo or first, "" if _plain(first) else first, address
    if not name and rest[1:2] and rest[1].lower().startswith(("(8.", "(v8")):
        name = "unknown"  # Sendmail writes the name wherever it has one
    return helo or first, name, address


def _exim_client(first: str, rest: list[str]) -> tuple[str, str, str]:
    """Exim: `name ([address] helo=it)` or `[address] (helo=it)`; the first comment is its own."""
    comment = rest[0] if rest else ""
    helo = _word_after(comment, "helo=")
    if first.startswith("["):
        return helo, "unknown", _plain(first)
    return helo or first, first, _plain(comment) if comment.startswith("[") else ""


def _commented_client(comments: list[str]) -> tuple[str, str, str]:
    """The last comment with an address is the server's; what is before it may be HELO."""
    helo = name = ""
    for comment in reversed(comments):
        lower = comment.lower()
        if lower.startswith(("helo ", "ehlo ", "helo=")):
            helo = comment[5:].partition(" ")[0]
        elif not lower.startswith(_ASIDES):
            found, address = _name_and_address(comment)
            if address:
                return helo or _helo_before(comments), found, address
            name = name or found
    return helo, name, ""


def _helo_before(comments: list[str]) -> str:
    """qmail's HELO, which is before the address."""
    first = comments[0]
    return first[5:].partition(" ")[0] if first[:5].lower() in ("helo ", "ehlo ") else ""


def _name_and_address(comment: str) -> tuple[str, str]:
    """The two in `ident@name [address] (may be forged)`, `[address]` or `ident@address`."""
    before, bracket, after = comment.rpartition("[")
    if comment.startswith("["):
        before, after = "", comment[1:]
    words = before.split() if bracket else comment.split()[:1]
    name = _host(words[-1].rpartition("@")[2]) if words else ""
    if not bracket:
        address = _plain(name)
        return ("", address) if address else (name.replace("unverified", "unknown"), "")
    literal = after.partition("]")[0]
    if literal == "local":
        return "local", ""
    forged = "(may be forged)" in comment or "RDNS failed" in comment or name == "unverified"
    return "unknown" if forged or _plain(name) else name, _plain(literal)


def _is_qmail(comments: list[str], rest: list[str]) -> bool:
    """Whether this is as qmail writes it: then the word behind `from` is the reverse name."""
    after = rest[1].lower() if len(rest) > 1 else ""
    if after.startswith(("(qp ", "(qmail")):
        return True
    return after == "with" and "id" not in rest and not any("[" in text for text in comments)


def _is_authenticated(origin: list[str], rest: list[str], protocol: str, is_said: bool) -> bool:
    """By the protocol (RFC 3848), or by a comment that is behind the client's.

    Unless it `is_said` anywhere in the line, no comment does so.
    """
    if protocol.upper() in _AUTHENTICATED or "auth=yes" in rest:
        return True
    if not is_said:
        return False
    later = [token.lower() for token in rest]
    for token in reversed(origin):
        lower = token.lower()
        if "[" in lower and not lower[1:].startswith(_ASIDES):
            break
        later.append(lower)
    return any(token.startswith(_LOGINS) for token in later)


def _word_after(text: str, key: str) -> str:
    return text.partition(key)[2].partition(" ")[0]


def _host(text: str) -> str:
    """A host name or literal as it is looked up: no brackets, no root dot."""
    return text.strip("[],").rstrip(".")
