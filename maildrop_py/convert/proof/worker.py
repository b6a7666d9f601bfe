"""worker: inside the sandbox, one share of the messages through both, and what differs.

Reads lines of JSON on standard input (`{"name": …, "message": base64}`), after a first one
that says what is proved, and writes one line of JSON for each message.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Callable
from typing import Any

from maildrop_py.convert.converted_rules import text_of
from maildrop_py.convert.friendlier import friendlier
from maildrop_py.convert.proof import mailfilter_pair, procmail_pair, sieve_pair
from maildrop_py.convert.proof.effects import REFUSAL, Effect, differences
from maildrop_py.convert.proof.pair import CannotRun, Pair
from maildrop_py.record import replace

Decide = Callable[[bytes, str, str], tuple[list[Effect], list[str], Callable[[], str]]]
"""What the rules do with a message of a sender to a recipient, the names of the rules that
fired, and why in words."""

STARTS = {
    "procmail": procmail_pair.start,
    "sieve": sieve_pair.start,
    "mailfilter": mailfilter_pair.start,
}
NOBODY = "someone@example.org"
_PLAIN = re.compile(r"[A-Za-z0-9._+=~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_RETURN_PATH = re.compile(rb"^(?:Return-Path: *<?|From )([^\s>]*)", re.I | re.M)


def run(decider: Callable[[str], Decide]) -> None:
    """Serve standard input; `decider` makes the decisions of a rules file's text."""
    task = json.loads(sys.stdin.readline())
    try:
        pair = STARTS[task["language"]](task)
        decide = decider(text_of(pair.result))
        other = _other(pair, decider) if task.get("friendlier") else None
        for line in sys.stdin:
            one = json.loads(line)
            message = base64.b64decode(one["message"])
            found = _compare(one["name"], message, pair, decide)
            if other is not None:
                _, fired, _ = other(message, _sender(message), pair.recipient)
                found["unlike"] = sorted(set(fired) ^ set(found["fired"]))
            print(json.dumps(found), flush=True)
    except CannotRun as problem:
        sys.exit(str(problem))


def _other(pair: Pair, decider: Callable[[str], Decide]) -> Decide | None:
    """The same rules with friendlier conditions, if any would be."""
    before, text = text_of(pair.result), text_of(friendlier(pair.result))
    return decider(text) if text != before else None


def _compare(name: str, message: bytes, pair: Pair, decide: Decide) -> dict[str, Any]:
    sender = _sender(message)
    ours, fired, why = decide(message, sender, pair.recipient)
    done = pair.original.run(message, sender)
    if done.too_slow:
        return {"name": name, "slow": True, "fired": fired}
    theirs = [pair.named(effect) for effect in done.effects]
    different = differences(theirs, _seen(ours, pair))
    found: dict[str, Any] = {"name": name, "fired": fired, "different": different}
    if different:
        found["original"] = done.log[-4000:]
        found["rules"] = why()
    return found


def _sender(message: bytes) -> str:
    """The envelope sender that stands in the message, else one that is nobody's."""
    found = _RETURN_PATH.search(message.partition(b"\n\n")[0])
    sender = found[1].decode("latin-1") if found else NOBODY
    return sender if _PLAIN.fullmatch(sender) else NOBODY


def _seen(effects: list[Effect], pair: Pair) -> list[Effect]:
    """Of what the rules do, what the original would let one see."""
    found = [one for one in effects if one.kind != REFUSAL or pair.shows_refusals]
    return found if pair.shows_flags else [replace(one, flags=()) for one in found]
