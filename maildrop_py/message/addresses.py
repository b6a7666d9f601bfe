"""addresses: the mail addresses in a header field (RFC 5322 3.4, and what mail has instead).

Structure is read first, RFC 2047 words in names afterwards, so that a decoded
comma or angle bracket makes no address. Groups are taken apart, comments left
out (the old `a@b (Name)` gives a name), quotes taken off, brackets and quotes
that never close taken as text. Never raises; linear.

Known limits: domains are as written, neither lower-cased nor converted between
U-labels and A-labels.
"""

from __future__ import annotations

from maildrop_py.message.charsets import guess
from maildrop_py.message.encoded_words import decode_words, encoded_words, without_controls
from maildrop_py.message.normal_form import composed
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.message.headers import Field

_SPECIALS = '"(\\)<>,;:'

_MOST_READ, _LONGEST_READ = 2048, 200  # fields, and characters of each, that are remembered


@record
class Address:
    """One mailbox. `domain` is "" where none was written; both are "" for `<>` or a bare name."""

    display: str = ""
    local: str = ""
    domain: str = ""

    @property
    def text(self) -> str:
        """`local@domain`, as far as it was written."""
        return f"{self.local}@{self.domain}" if self.domain else self.local


def parse(value: str) -> list[Address]:
    """The addresses in a field's value, in order."""
    known = _read.get(value)
    if known is not None:
        return [*known]
    plain = value if value.isprintable() else without_controls(value)
    found = _Reader(_tokens(composed(plain))).read()
    if len(value) <= _LONGEST_READ:
        if len(_read) >= _MOST_READ:
            _read.clear()
        _read[value] = tuple(found)
    return found


_read: dict[str, tuple[Address, ...]] = {}
"""What fields were read as: the same people write again."""


def in_header(field: Field) -> list[Address]:
    """The addresses in a header field, read once; raw 8-bit text is decoded first."""
    if field.addresses is None:
        raw = field.raw
        plain = raw.isascii() and raw.find(b"\x1b") < 0
        field.addresses = parse(str(raw, "ascii") if plain else guess(raw, field.charset))
    return field.addresses


def _tokens(text: str) -> list[str]:
    """Each special character by itself, each encoded word whole, the text between them."""
    tokens: list[str] = []
    done = 0
    for word in encoded_words(text):
        tokens += _split(text[done : word.start])
        tokens.append(text[word.start : word.end])
        done = word.end
    return tokens + _split(text[done:])


def _split(text: str) -> list[str]:
    for special in _SPECIALS:
        if special in text:
            text = text.replace(special, f"\0{special}\0")
    return [token for token in text.split("\0") if token]


class _Mailbox:
    """What has been read of one mailbox."""

    __slots__ = ("angle", "comments", "has_at", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []  # quoted ones with their white space and @ hidden
        self.comments: list[str] = []
        self.angle: str | None = None
        self.has_at = False  # then a colon is part of the address, else it ends a group's name

    def addresses(self) -> list[Address]:
        if self.angle is not None:
            return [_address(self._display("".join(self.pieces)), self.angle)]
        text = "".join(self.pieces)
        words = text.split()
        if len(words) > 1:
            words = "@".join(part.strip() for part in text.split("@")).split()
        bare = [word for word in words if "@" in word.strip("@")]
        if not bare and len(words) == 1:
            bare = words
        rest = [word for word in words if word not in bare] if len(bare) == 1 else []
        display = self._display(" ".join(rest if bare else words))
        if bare:
            return [_address(display, word) for word in bare]
        return [Address(display)] if display else []

    def _display(self, phrase: str) -> str:
        return _readable(phrase) or _readable(" ".join(self.comments))


class _Reader:
    """Reads tokens from left to right, each once or twice."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._found: list[Address] = []
        self._box = _Mailbox()
        self._open = set('"(')  # what can still be closed by the rest of the tokens

    def read(self) -> list[Address]:
        tokens = self._tokens
        while self._at < len(tokens):
            token = tokens[self._at]
            self._at += 1
            self._take(token)
        self._finish()
        return self._found

    def _take(self, token: str) -> None:
        box = self._box
        if token == '"' and '"' in self._open:
            box.pieces.append(_hidden(self._quoted() or ""))
        elif token == "(" and "(" in self._open:
            comment = self._comment()
            box.comments += [comment] if comment else []
        elif token == "<":
            self._angle()
        elif token in (",", ";"):
            self._finish()
        elif token == ":" and not box.has_at:
            box.pieces.clear()
        elif token not in ("\\", ">"):
            box.pieces.append(token)
            box.has_at = box.has_at or "@" in token

    def _finish(self) -> None:
        box = self._box
        if box.pieces or box.comments or box.angle is not None or box.has_at:
            self._found += box.addresses()
            self._box = _Mailbox()

    def _quoted(self) -> str | None:
        """The text up to the closing quote; None, and nothing read, if there is none."""
        tokens, at = self._tokens, self._at
        text: list[str] = []
        while at < len(tokens) and tokens[at] != '"':
            at += tokens[at] == "\\"
            text += tokens[at : at + 1]
            at += 1
        if at >= len(tokens):
            self._open.discard('"')
            return None
        self._at = at + 1
        return "".join(text)

    def _comment(self) -> str | None:
        """The text up to the closing bracket; None, and nothing read, if there is none."""
        tokens, at, depth = self._tokens, self._at, 1
        text: list[str] = []
        while at < len(tokens):
            token = tokens[at]
            depth += (token == "(") - (token == ")")
            if not depth:
                self._at = at + 1
                return "".join(text)
            at += token == "\\"
            text += tokens[at : at + 1]
            at += 1
        self._open.discard("(")
        return None

    def _angle(self) -> None:
        """Reads what stands in angle brackets; up to a comma if nothing closes them."""
        if self._box.angle:
            self._finish()
        start = self._at
        spec = self._bracketed()
        if spec is None:
            self._at = start
            self._open.discard("(")  # else nested ones would be read again and again
            spec = self._up_to_comma()
        self._box.angle = spec

    def _bracketed(self) -> str | None:
        tokens = self._tokens
        pieces: list[str] = []
        while self._at < len(tokens) and tokens[self._at] != "<":
            token = tokens[self._at]
            self._at += 1
            if token == ">":
                return "".join(pieces)
            if token == '"' and '"' in self._open:
                pieces.append(_hidden(self._quoted() or ""))
            elif token != "(" or "(" not in self._open or self._comment() is None:
                pieces.append(token)
        return None

    def _up_to_comma(self) -> str:
        tokens, start = self._tokens, self._at
        while self._at < len(tokens) and tokens[self._at] not in (",", ";", "<"):
            self._at += 1
        return "".join(tokens[start : self._at])


def _hidden(text: str) -> str:
    """Quoted text, with what would be taken for structure outside quotes replaced."""
    return text.replace(" ", "\0").replace("@", "\1")


def _shown(text: str) -> str:
    return text.replace("\0", " ").replace("\1", "@")


def _readable(text: str) -> str:
    """A name for people: words decoded, each run of spaces one space."""
    text = _shown(text)
    if "=?" in text:
        text = composed(without_controls(decode_words(text)))
    return " ".join(word for word in text.split(" ") if word)


def _address(display: str, spec: str) -> Address:
    """An address from `route:local@domain`, white space in it left out."""
    spec = "".join(spec.split())
    if spec.startswith("@") and ":" in spec:
        spec = spec.partition(":")[2]
    elif spec[:7].lower() == "mailto:":
        spec = spec[7:]
    if spec.startswith("'") and spec.endswith("'"):
        spec = spec[1:-1]
    local, at, domain = spec.rpartition("@")
    if not at:
        return Address(display, _shown(domain))
    return Address(display, _shown(local), _shown(domain).rstrip("."))
