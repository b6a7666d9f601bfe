"""macros: procmail's FROM_DAEMON and FROM_MAILER, for RE2.

The expressions are those of procmail 3.24's config.h, in RE2's words: `^` is
the start of a line, a negated class leaves the newline out as procmail's does,
and the `$` at the end is the newline itself. They are searched for in the
unfolded header block as bytes, as procmail does.

Known differences, none of which a mail server hands over: procmail takes LF
alone for the end of a line, finds no match in a last line without one, and
looks for the header's end no further than the first NUL.
"""

from __future__ import annotations

from maildrop_py.rules.condition import REFUSED, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.condition import Facts
    from maildrop_py.rules.matching.engine import Expression

_FROM = r"(?:(?:(?:Resent-)?(?:From|Sender)|X-Envelope-From):|>?From )(?:[^>\n]*[^(.%@a-z0-9\n])?"
_REST = r"(?:(?:[^).!:a-z0-9\n][-_a-z0-9]*)?[%@>\t ][^<)\n]*(?:\(.*\).*)?)?\n(?:[^>]|\z)"
_DAEMONS = (
    r"(?:Post(?:ma?(?:st(?:e?r)?|n)|office)|(?:send)?Mail(?:er)?|daemon|m(?:mdf|ajordomo)|n?uucp"
    r"|LIST(?:SERV|proc)|NETSERV|o(?:wner|ps)|r(?:e(?:quest|sponse)|oot)|b(?:ounce|bs\.smtp)|echo"
    r"|mirror|s(?:erv(?:ices?|er)|mtp(?:error)?|ystem)|A(?:dmin(?:istrator)?|MMGR|utoanswer))"
)
_MAILERS = (
    r"(?:Post(?:ma(?:st(?:er)?|n)|office)|(?:send)?Mail(?:er)?|daemon|mmdf|n?uucp|ops"
    r"|r(?:esponse|oot)|(?:bbs\.)?smtp(?:error)?|s(?:erv(?:ices?|er)|ystem)"
    r"|A(?:dmin(?:istrator)?|MMGR))"
)
DAEMON_SENDER = f"(?m:^){_FROM}{_DAEMONS}{_REST}"
FROM_MAILER = f"(?m:^){_FROM}{_MAILERS}{_REST}"
PRECEDENCE = r"(?m:^)Precedence:.*(?:junk|bulk|list)"
MANY_RECIPIENTS = r"(?m:^)(?:Mailing-List:|To: Multiple recipients of )"
FROM_DAEMON = f"{MANY_RECIPIENTS}|{PRECEDENCE}|{DAEMON_SENDER}"


def search_block(expression: str, facts: Facts) -> Outcome:
    """Whether `expression` matches the unfolded header block, and in which line."""
    from maildrop_py.rules.matching.engine import compiled

    return search_block_by(compiled(expression, latin1=True), facts)


def search_block_by(pattern: Expression, facts: Facts) -> Outcome:
    """The same, by a compiled expression."""
    block = facts.message.headers.unfolded
    spans = pattern.spans(block)
    if spans is None:
        return Outcome(False, why="no header line matches") if facts.explaining else REFUSED
    label, text, span = _line_of(block, *spans[0])
    return Outcome(True, label, text, span, captures=pattern.named(block, spans))


def _line_of(block: bytes, start: int, end: int) -> tuple[str, str, tuple[int, int]]:
    """Name and value of the field that a match starts in, and the match in the value."""
    first = block.rfind(b"\n", 0, start) + 1
    last = block.find(b"\n", start)
    line = block[first : last if last >= 0 else len(block)]
    name, colon, _ = line.partition(b":")
    if not colon or b" " in name:
        name, offset = b"From_", 0
    else:
        offset = len(name) + 1
    value = line[offset:]
    at = max(0, start - first - offset)
    ends = [len(_shown(value[:end])) for end in (at, max(at, end - first - offset))]
    return _shown(name), _shown(value), (ends[0], ends[1])


def _shown(data: bytes) -> str:
    return str(data, "utf-8", "replace")
