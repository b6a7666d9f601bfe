"""examples: reads the messages in a rules file that say what its rules should do."""

from __future__ import annotations

from calendar import timegm
from typing import Any

from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message_file import StatedFile
from maildrop_py.record import record
from maildrop_py.rules.conditions.auth import METHODS
from maildrop_py.rules.conditions.auth import RESULTS as AUTH_RESULTS
from maildrop_py.rules.conditions.dnsbl import parse_code, parse_zone
from maildrop_py.rules.conditions.spf import RESULTS as SPF_RESULTS
from maildrop_py.rules.language.document import Node
from maildrop_py.rules.language.flag_names import parse_flags
from maildrop_py.rules.language.header_name import header_name
from maildrop_py.rules.language.scope import Scope, reason
from maildrop_py.rules.matching.comparison import AGES, parse_comparison

NOON = float(timegm((2026, 7, 1, 12, 0, 0)))
"""Seconds since the epoch at which every example is judged: 1 July 2026, noon UTC."""

KEYS = ("message", "envelope", "evidence", "filed", "expect")
ENVELOPE = ("sender", "recipient", "extension", "client_address", "client_name", "helo")
EVIDENCE = ("duplicate", "known", "spf", "dnsbl", "auth", "bayes", "virus", "folders")
EXPECTED = ("rule", "file", "copies", "flags", "discard", "reject", "forward", "score")


@record
class Example:
    """A message, and what must become of it.

    `evidence` states what would have to be asked of the world: the answer to each
    question; of `dnsbl` and `auth`, pairs of zone and answers, of method and
    result. `filed` is for a message that is in a folder already. `rules` are
    the first and the last but one of the rules that judge it, all of them if None.
    """

    file: str
    line: int
    message: bytes
    envelope: Envelope
    expect: tuple[tuple[str, Any], ...]
    evidence: tuple[tuple[str, Any], ...] = ()
    filed: StatedFile | None = None
    rules: tuple[int, int] | None = None


def parse_example(node: Node, scope: Scope) -> Example:
    """One item of `examples`; raises Mistake."""
    found = {key.choice(KEYS, "key of an example"): value for key, value in node.pairs()}
    for needed in ("message", "expect"):
        if needed not in found:
            raise node.mistake("an example needs `{needed}`", needed=needed)
    expect = tuple(_expected(key, value) for key, value in found["expect"].pairs())
    if not expect:
        raise found["expect"].mistake("nothing is expected here", "such as {file: INBOX}")
    return Example(
        node.file,
        node.line,
        _message(found["message"], scope),
        _envelope(found["envelope"]) if "envelope" in found else Envelope(),
        expect,
        _evidence(found["evidence"]) if "evidence" in found else (),
        _filed(found["filed"]) if "filed" in found else None,
    )


def _message(node: Node, scope: Scope) -> bytes:
    found = {key.choice(("headers", "body", "path"), "key"): value for key, value in node.pairs()}
    if "path" in found:
        path = scope.path(found["path"])
        try:
            return scope.sources.read_message(path)
        except OSError as error:
            raise found["path"].mistake(
                "{path} cannot be used: {reason}", path=path, reason=reason(error)
            ) from None
    lines = []
    for key, value in found["headers"].pairs() if "headers" in found else []:
        lines += [f"{header_name(key)}: {text}\n" for text in value.texts()]
    body = found["body"].text() if "body" in found else ""
    return ("".join(lines) + "\n" + body).encode()


def _envelope(node: Node) -> Envelope:
    fields: dict[str, Any] = {}
    for key, value in node.pairs():
        name = key.choice((*ENVELOPE, "authenticated"), "part of the envelope")
        fields[name] = value.boolean() if name == "authenticated" else value.text()
    return Envelope(**fields)


def _evidence(node: Node) -> tuple[tuple[str, Any], ...]:
    return tuple(_answer(key.choice(EVIDENCE, "evidence"), value) for key, value in node.pairs())


def _answer(name: str, value: Node) -> tuple[str, Any]:
    if name == "spf":
        return name, value.choice(SPF_RESULTS, "SPF result")
    if name == "dnsbl":
        return name, tuple((parse_zone(zone), _codes(codes)) for zone, codes in value.pairs())
    if name == "auth":
        return name, tuple(
            (method.choice(METHODS, "method"), result.choice(AUTH_RESULTS, "result"))
            for method, result in value.pairs()
        )
    if name == "folders":
        return name, tuple(item.text() for item in value.items())
    if name == "bayes":
        return name, float(value.number())
    if name == "virus":
        return name, "" if value.kind == "boolean" and not value.boolean() else value.text()
    return name, value.boolean()


def _codes(node: Node) -> tuple[str, ...]:
    """The answers of a list in full; none where it does not have the client."""
    items = node.items() if node.kind == "list" else [node]
    firsts = [parse_code(item)[0].to_bytes(4, "big") for item in items]
    return tuple(".".join(map(str, first)) for first in firsts)


def _filed(node: Node) -> StatedFile:
    found = {key.choice(("folder", "flags", "age"), "key"): value for key, value in node.pairs()}
    letters, keywords = parse_flags(found["flags"]) if "flags" in found else ("", ())
    folder = found["folder"].text() if "folder" in found else "INBOX"
    age = parse_comparison(found["age"], AGES).terms[0][1] if "age" in found else 0.0
    return StatedFile(folder, letters, keywords, mtime=NOON - age)


def _expected(key: Node, value: Node) -> tuple[str, Any]:
    name = key.choice(EXPECTED, "expectation")
    if name == "flags":
        return name, parse_flags(value) if value.kind != "list" or value.items() else ("", ())
    if name == "copies":
        items = value.items() if value.kind == "list" else [value]
        return name, tuple(item.text() for item in items)
    if name == "score":
        return name, float(value.number())
    if name == "discard" or (name == "reject" and value.kind == "boolean"):
        return name, value.boolean()
    return name, None if value.kind == "nothing" else value.text()
