"""answers: vacation (RFC 5230) and notify (RFC 5435) as actions of rules.

A vacation of the rules has a last day, which Sieve's has not: it is set to DAYS_LEFT days
from now, and a remark says so.
"""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_string
from email.policy import default
from html import unescape
from typing import Any
from urllib.parse import unquote

from maildrop_py.convert.marks import as_template
from maildrop_py.convert.not_translatable import NotTranslatable
from maildrop_py.convert.predicate import every
from maildrop_py.convert.sieve.arguments import Arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from maildrop_py.convert.predicate import Predicate
    from maildrop_py.convert.sieve.flow import Flow
    from maildrop_py.convert.sieve.tree import Command

    Answer: TypeAlias = "tuple[Predicate, dict[str, Any]]"

DAYS_LEFT = 30
VACATION_TAGS = (
    *("days", "seconds", "subject", "addresses", "handle", "mime"),
    *("from", "fcc", "create", "flags", "specialuse"),
)
DEFAULT_TEXT = "There is new mail."
SECONDS = 86400
_ADDRESS = re.compile(r"[^\s@?<>]+@[^\s@?<>]+")


def vacation(flow: Flow, command: Command) -> Iterator[Answer]:
    """The answer; `:from` and `:fcc` are left out, with a remark, and of `:mime` all but text."""
    arguments = Arguments(command)
    arguments.only(
        "mime", "days", "seconds", "subject", "addresses", "handle", "from", "fcc", "create"
    )
    until = flow.today + timedelta(days=DAYS_LEFT)
    flow.remark(command.line, f"the answer ends on {until}: write the last day of your absence")
    for tag in sorted({"from", "fcc"} & set(arguments.tags)):
        flow.remark(command.line, f":{tag} of a vacation has no equal, and is left out")
    days = _days(arguments)
    addresses = arguments.tags.get("addresses", ())
    assert isinstance(addresses, tuple)
    own = [_own(flow.variables.constant(one, flow.state)) for one in addresses]
    handle = arguments.tag("handle")
    whole = arguments.texts(0)[0]
    if "mime" in arguments.tags:
        whole = _text_of_mime(whole)
        flow.remark(command.line, "of the :mime answer its plain text is sent")
    for holds, text in flow.variables.expand(whole, flow.state):
        for also, subject in flow.variables.expand(arguments.tag("subject"), flow.state):
            found: dict[str, Any] = {"text": as_template(text)}
            found |= {"subject": as_template(" ".join(subject.split()))} if subject else {}
            found |= {"days": days} if days is not None else {}
            found |= {"addresses": own} if own else {}
            found |= {"handle": handle} if handle else {}
            yield every(holds, also), {"vacation": {**found, "until": until}}


def _own(text: str) -> str:
    """An address, without a name before it."""
    named = re.fullmatch(r"[^<>]*<([^<>]*)>\s*", text)
    address = (named[1] if named else text).strip()
    if not _ADDRESS.fullmatch(address):
        raise NotTranslatable(f"{text!r} is no address")
    return address


def _text_of_mime(text: str) -> str:
    """The plain text in a MIME entity (RFC 5230 4.5); raises NotTranslatable if there is none."""
    entity = message_from_string(text.lstrip("\r\n"), policy=default)
    part = entity.get_body(("plain", "html"))
    content = part.get_content() if part is not None else None
    if part is not None and isinstance(content, str) and part.get_content_subtype() == "html":
        content = unescape(re.sub(r"(?s)<(style|script|head)\b.*?</\1>|<[^>]*>", "", content))
    if not isinstance(content, str) or not content.strip():
        raise NotTranslatable("an answer that has no plain text")
    return content.strip("\n")


def _days(arguments: Arguments) -> int | None:
    days, seconds = arguments.tags.get("days"), arguments.tags.get("seconds")
    if isinstance(seconds, int):
        return max(1, seconds // SECONDS)
    return max(1, days) if isinstance(days, int) else None


def notify(flow: Flow, command: Command) -> Iterator[Answer]:
    """Notifications by mail; other methods have no equal."""
    arguments = Arguments(command)
    method = arguments.texts(0)[0] if arguments.others else arguments.tag("method")
    if method == "mailto" and "options" in arguments.tags:
        method = f"mailto:{arguments.tag('options')}"
    for holds, where in flow.variables.expand(method, flow.state):
        for address in _addresses(where):
            for also, text in flow.variables.expand(arguments.tag("message"), flow.state):
                then = {"to": as_template(address), "text": as_template(text) or DEFAULT_TEXT}
                yield every(holds, also), {"notify": then}


def can_notify(method: str) -> bool:
    """Whether a notification can go there."""
    try:
        return bool(_addresses(method))
    except NotTranslatable:
        return False


def _addresses(method: str) -> list[str]:
    """Those of a `mailto:` (RFC 6068), in its path and its `to=`."""
    kind, _, rest = method.partition(":")
    path, _, query = rest.partition("?")
    fields = [field.partition("=") for field in query.split("&")]
    listed = [path, *(value for name, _, value in fields if name.lower() in ("to", "cc"))]
    found = [one.strip() for text in listed for one in unquote(text).split(",") if one.strip()]
    if kind.lower() != "mailto" or not found or not all(map(_ADDRESS.fullmatch, found)):
        raise NotTranslatable(f"a notification to {method!r}")
    return list(dict.fromkeys(found))
