"""worker: inside the sandbox, one share of the messages through both, and what differs.

Reads lines of JSON on standard input (`{"name": …, "message": base64}`), after a first one
that says what is proved, and writes one line of JSON for each message.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from maildrop_py.convert.proof import sandbox
from maildrop_py.convert.proof.effects import FILE, Effect, differences
from maildrop_py.convert.proof.original import Procmail, without_logs
from maildrop_py.convert.written import Written, text_of

Decide = Callable[[bytes], tuple[list[Effect], list[str], Callable[[], str]]]
"""What the rules do with a message, the names of the rules that fired, and why in words."""


def run(convert: Callable[[str, str], Written], decider: Callable[[str], Decide]) -> None:
    """Serve standard input; `decider` makes the decisions of a rules file's text."""
    told = json.loads(sys.stdin.readline())
    original = sandbox.prepare(told["text"], told["home"])
    written = convert(original, sandbox.HOME)
    _make_places(original, written)
    rcfile = "/tmp/rcfile"
    with open(rcfile, "w", encoding="latin-1") as file:
        file.write(without_logs(original))
    os.chmod(rcfile, 0o600)
    mailboxes = frozenset(_bare(path) for path, _ in written.folders if _is_mailbox(path))
    procmail = Procmail(rcfile, told["user"], mailboxes)
    decide = decider(text_of(written))
    names = _names(written)
    for line in sys.stdin:
        one = json.loads(line)
        message = base64.b64decode(one["message"])
        print(json.dumps(_compare(one["name"], message, procmail, decide, names)), flush=True)


def _compare(
    name: str, message: bytes, procmail: Procmail, decide: Decide, names: dict[str, str]
) -> dict[str, Any]:
    ours, fired, why = decide(message)
    done = procmail.run(message)
    if done.too_slow:
        return {"name": name, "slow": True, "fired": fired}
    theirs = [_named(effect, names) for effect in done.effects]
    different = differences(theirs, ours)
    found: dict[str, Any] = {"name": name, "fired": fired, "different": different}
    if different:
        found["original"] = done.log[-4000:]
        found["rules"] = why()
    return found


def _named(effect: Effect, names: dict[str, str]) -> Effect:
    """The effect with its path as the folder that it became."""
    if effect.kind != FILE:
        return effect
    bare = _bare(effect.where)
    folder = names.get(bare)
    if folder is None:
        base = next((b for b in names.get("", "").split(":") if bare.startswith(f"{b}/")), "")
        folder = bare[len(base) :].lstrip("/.") if base else bare
    return Effect(FILE, folder, effect.content)


def _names(written: Written) -> dict[str, str]:
    """Paths without what says their kind, and their folders; "" has the bases of others."""
    from maildrop_py.convert.procmail.folders import Path

    found = {Path(path).bare: folder for path, folder in written.folders}
    root = str(written.settings["maildir"]).replace("~", sandbox.HOME, 1)
    found |= {root: "INBOX", sandbox.SPOOL: "INBOX"}
    found[""] = ":".join(dict.fromkeys([root, written.base, sandbox.HOME]))
    return found


def _is_mailbox(path: str) -> bool:
    from maildrop_py.convert.procmail.folders import Path

    return Path(path).is_mbox and path.startswith("/tmp/") and "\ue000" not in path


def _bare(path: str) -> str:
    from maildrop_py.convert.procmail.folders import Path

    return Path(path).bare


def _make_places(text: str, written: Written) -> None:
    """The directories that the original expects to be there."""
    for directory in _directories(text, written):
        if directory.startswith("/tmp/") and "\ue000" not in directory:
            os.makedirs(directory, exist_ok=True)


def _directories(text: str, written: Written) -> Iterable[str]:
    yield written.base
    yield str(written.settings["maildir"]).replace("~", sandbox.HOME, 1)
    for path, _ in written.folders:
        if path.endswith(("/new", "/.")):
            yield path
        yield os.path.dirname(path.rstrip("/").removesuffix("/."))
