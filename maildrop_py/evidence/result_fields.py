"""result_fields: the fields in which a server writes what it found out about a sender.

Authentication-Results (RFC 8601) and Received-SPF (RFC 7208 9.1) are both made
of clauses of `name=value` between semicolons. One pass over the value takes
either apart, linear whatever it holds. Comments nest and may stand between any
two tokens, strings may be quoted; what is inside of either is never read as a
result. Real fields break the grammar in small ways (odd characters in values,
properties without a type); what is no `name=value` is passed over, the rest
stands.

Known limits: comments are dropped, also where a filter put facts into them.
"""

from __future__ import annotations

from maildrop_py.record import record

_SPACE = " \t\r\n"
_ENDS_WORD = frozenset(_SPACE + ';()"=')
_ENDS_VALUE = frozenset(_SPACE + ';()"')
UNNAMED = "exchange-online"
"""What a field without a server's name is taken to come from: Exchange Online writes none,
against RFC 8601 2.2. It counts only for those who list this among their `authserv_ids`."""

_VERSIONS = ("", "1")  # of Authentication-Results and of all methods so far (RFC 8601 2.2)

Item = tuple[str, str | None]
"""A word alone, or a name and its value."""


@record
class Finding:
    """One method's result, in lower case, with its properties as (type.name, value)."""

    method: str
    result: str
    reason: str = ""
    properties: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """The first value of the property `name`, such as `header.d`; "" if there is none."""
        return next((value for key, value in self.properties if key == name), "")


@record
class AuthenticationResults:
    """Which server checked, in lower case, and what it found."""

    server: str
    findings: tuple[Finding, ...] = ()


@record
class ReceivedSpf:
    """A result in lower case, and the pairs behind it with their names in lower case."""

    result: str
    pairs: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """The first value called `name`, such as `client-ip`; "" if there is none."""
        return next((value for key, value in self.pairs if key == name), "")


def authentication_results(value: str) -> AuthenticationResults | None:
    """The field with this unfolded value; None if it cannot be understood."""
    first, *others = clauses = _clauses(value)
    unnamed = _finding(first)
    if unnamed is not None and unnamed.method and unnamed.result:
        return AuthenticationResults(UNNAMED, _findings(clauses))
    words = [name for name, text in first if text is None]
    if len(words) != len(first) or not words or "".join(words[1:]) not in _VERSIONS:
        return None
    return AuthenticationResults(words[0].lower(), _findings(others))


def _findings(clauses: list[list[Item]]) -> tuple[Finding, ...]:
    found = map(_finding, clauses)
    return tuple(finding for finding in found if finding is not None)


def received_spf(value: str) -> ReceivedSpf | None:
    """The field with this unfolded value; None if it does not begin with a result."""
    items = [item for clause in _clauses(value) for item in clause]
    if not items or items[0][1] is not None:
        return None
    pairs = tuple((name.lower(), text) for name, text in items[1:] if text is not None)
    return ReceivedSpf(items[0][0].lower(), pairs)


def _finding(clause: list[Item]) -> Finding | None:
    if not clause or clause[0][1] is None:
        return None
    method, _, version = clause[0][0].lower().partition("/")
    if version not in _VERSIONS:
        return None
    pairs = [(name.lower(), text) for name, text in clause[1:] if text is not None]
    reason = next((text for name, text in pairs if name == "reason"), "")
    properties = tuple(pair for pair in pairs if pair[0] != "reason")
    return Finding(method, clause[0][1].lower(), reason, properties)


def _clauses(value: str) -> list[list[Item]]:
    """What stands between the semicolons; at least one clause, perhaps empty."""
    scanner = _Scanner(value)
    clauses = [scanner.clause()]
    while scanner.take(";"):
        clauses.append(scanner.clause())
    return clauses


class _Scanner:
    """A place in `text` that only moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, character: str) -> bool:
        """Whether `character` is next; if so it is passed."""
        self._skip()
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def clause(self) -> list[Item]:
        """Words and pairs, up to a semicolon or the end."""
        items: list[Item] = []
        words: list[str] = []
        while True:
            self._skip()
            if self.at >= len(self.text) or self.text[self.at] == ";":
                return [*items, *((word, None) for word in words)]
            if self.take("="):
                *alone, name = _joined(words) or [""]
                self._skip()
                items += [*((word, None) for word in alone), (name, self._value())]
                words = []
            else:
                words.append(self._word())

    def _word(self) -> str:
        """A quoted string, or characters up to white space or one that means something."""
        if self.text[self.at] == '"':
            return self._quoted()
        start = self.at
        self.at += 1  # a `)` or `=` that opens or joins nothing
        while self.at < len(self.text) and self.text[self.at] not in _ENDS_WORD:
            self.at += 1
        return self.text[start : self.at]

    def _value(self) -> str:
        """Quoted strings and characters that touch each other, such as `"a b"@example.com`."""
        pieces = []
        while self.at < len(self.text):
            start = self.at
            if self.text[start] == '"':
                pieces.append(self._quoted())
                continue
            while self.at < len(self.text) and self.text[self.at] not in _ENDS_VALUE:
                self.at += 1
            if start == self.at:
                break
            pieces.append(self.text[start : self.at])
        return "".join(pieces)

    def _quoted(self) -> str:
        """The content of the quoted string that begins here; all of the rest if it has no end."""
        pieces = []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            self.at += self.text[self.at] == "\\"
            pieces.append(self.text[self.at : self.at + 1])
            self.at += 1
        self.at += 1
        return "".join(pieces)

    def _skip(self) -> None:
        """Passes white space and comments, nested ones too."""
        depth = 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "(":
                depth += 1
            elif depth and character == ")":
                depth -= 1
            elif depth and character == "\\":
                self.at += 1
            elif not depth and character not in _SPACE:
                return
            self.at += 1


def _joined(words: list[str]) -> list[str]:
    """`words`, those around a lone `.` or `/` made one (`dkim / 1`, `smtp . mailfrom`)."""
    joined: list[str] = []
    for word in words:
        if joined and word and (word[0] in "./" or joined[-1][-1:] in ("/", ".")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined
