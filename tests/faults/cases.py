"""cases: the kinds of delivery that are made to fail; together they make every call there is.

`ready` cases find their folders there and their caches warm, as nearly every
delivery does; the others make what they need.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = b"From: a@example.org\nSubject: hello\nMessage-ID: <1@example.org>\n"
SMALL = HEAD + b"\nbody\n"
LARGE = HEAD + b"\n" + b"one more line\n" * 40_000  # more than is kept in memory

RULES = """\
maildir: ~/Maildir
allow_commands: true
rules:
{first}
  - name: hello
    when: {{subject: hello}}
    then: {{{then}}}
"""

DISCARD_DUPLICATES = """\
  - name: seen before
    when: {duplicate: true}
    then: {discard: true}
"""


@dataclass(frozen=True)
class Case:
    """One kind of delivery.

    `first` are rules above the one that files; `filed` says how many copies are
    to lie in which folder (by its name on disk), `flags` the flags they carry;
    `top` is what delivery puts above the message whatever the rules say, `added`
    what the rule adds below that, `files` lie in the Maildir before, `piped` is a
    file of the home that a program is to write the message to.
    """

    name: str
    then: str
    filed: dict[str, int]
    first: str = ""
    message: bytes = SMALL
    flags: str = ""
    top: bytes = b""
    added: bytes = b""
    options: str = ""
    ready: bool = True
    files: dict[str, bytes] = field(default_factory=dict)
    piped: str = ""

    @property
    def rules(self) -> str:
        """The rules file."""
        return RULES.format(first=self.first, then=self.then)

    @property
    def whole(self) -> bytes:
        """The bytes that a delivered file must hold."""
        return self.top + self.added + self.message

    @property
    def unruled(self) -> bytes:
        """The same where the rules could not be read."""
        return self.top + self.message


TRACED = "-f anna@example.org -r bert@example.com"
TRACES = b"Return-Path: <anna@example.org>\nDelivered-To: bert@example.com\n"

CASES = (
    Case("plain", "file: Hello, flags: [seen]", {".Hello": 1}, flags="S"),
    Case(
        "new folders",
        "file: Hello/World, copy: Copies",
        {".Hello.World": 1, ".Copies": 1},
        ready=False,
    ),
    Case(
        "large",
        "file: Hello, copy: Copies",
        {".Hello": 1, ".Copies": 1},
        message=LARGE,
        options=TRACED,
        top=TRACES,
    ),
    Case(
        "large with a header added",
        "file: Hello, add_header: {X-Seen: ours}",
        {".Hello": 1},
        message=LARGE,
        options=TRACED,
        top=TRACES,
        added=b"X-Seen: ours\n",
    ),
    Case("keywords", "file: Hello, flags: [flagged, $Work]", {".Hello": 1}, flags="F"),
    Case("quota", "file: Hello", {".Hello": 1}, files={"maildirsize": b"100000S\n70 1\n"}),
    Case("duplicates", "file: Hello", {".Hello": 1}, first=DISCARD_DUPLICATES),
    Case("piped", "pipe: [cp, /dev/stdin, piped], continue: true", {"": 1}, piped="piped"),
)
