"""procmail_pair: a procmailrc with its rules in the sandbox, and the folders of both."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRules, programs_of
from maildrop_py.convert.predicate import tests_of
from maildrop_py.convert.procmail.assignments import KEEPS_STATUS
from maildrop_py.convert.procmail.converter import convert
from maildrop_py.convert.procmail.folders import Path
from maildrop_py.convert.proof import sandbox
from maildrop_py.convert.proof.effects import FILE, Effect
from maildrop_py.convert.proof.pair import Pair
from maildrop_py.convert.proof.procmail import Procmail, with_one_number, without_logs
from maildrop_py.convert.working_directory import without_change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

RCFILE = "/tmp/rcfile"


def start(task: dict[str, Any]) -> Pair:
    """The pair of `task["text"]`."""
    original = with_one_number(sandbox.prepare(task["text"], task["home"]))
    result = convert(original, "proof", sandbox.HOME, "me", _read, sandbox.SPOOL)
    _make_places(result)
    sandbox.stand_in(programs_of(result))
    with open(RCFILE, "w", encoding="latin-1") as file:
        file.write(without_logs(original))
    os.chmod(RCFILE, 0o600)
    mailboxes = frozenset(_bare(path) for path, _ in result.folders if _is_mailbox(path))
    procmail = Procmail(RCFILE, task["user"], mailboxes, _asked(result))
    return Pair(result, procmail, partial(_named, names=_names(result)))


def _asked(result: ConvertedRules) -> frozenset[str]:
    """Command lines that rules run for an answer, with single blanks."""
    calls = [
        test.value["run"]
        for rule in result.rules
        for test in tests_of(rule.when)
        if test.key == "command"
    ]
    outputs = [
        each["output"]["run"]
        for rule in result.rules
        for each in rule.then.get("set", {}).values()
        if isinstance(each, dict) and isinstance(each.get("output"), dict)
    ]
    calls += [run[4:] for run in outputs if run[2:3] == [KEEPS_STATUS]]
    whole = [without_change(call) for call in calls]
    lines = (call[2] if call[1:2] == ["-c"] else " ".join(call) for call in whole)
    return frozenset(" ".join(line.split()) for line in lines)


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return None


def _named(effect: Effect, names: dict[str, str]) -> Effect:
    """The effect with its path as the folder that it became."""
    if effect.kind != FILE:
        return effect
    bare = _bare(os.fsencode(effect.where).decode("latin-1"))
    folder = names.get(bare)
    if folder is None:
        base = next((b for b in names.get("", "").split(":") if bare.startswith(f"{b}/")), "")
        folder = bare[len(base) :].lstrip("/.") if base else bare
    return Effect(FILE, folder, effect.content)


def _names(result: ConvertedRules) -> dict[str, str]:
    """Paths without what says their kind, and their folders; "" has the bases of others."""
    found = {Path(path).bare: folder for path, folder in result.folders}
    root = str(result.settings["maildir"]).replace("~", sandbox.HOME, 1)
    found |= {root: "INBOX", sandbox.SPOOL: "INBOX"}
    found[""] = ":".join(dict.fromkeys([root, result.base, sandbox.HOME]))
    return found


def _is_mailbox(path: str) -> bool:
    return Path(path).is_mbox and path.startswith("/tmp/") and "\ue000" not in path


def _bare(path: str) -> str:
    return Path(path).bare


def _make_places(result: ConvertedRules) -> None:
    """The directories that the original expects to be there."""
    for directory in _directories(result):
        if directory.startswith("/tmp/") and "\ue000" not in directory:
            os.makedirs(directory, exist_ok=True)


def _directories(result: ConvertedRules) -> Iterable[str]:
    yield result.base
    yield str(result.settings["maildir"]).replace("~", sandbox.HOME, 1)
    for path, _ in result.folders:
        if path.endswith(("/new", "/.")):
            yield path
        yield os.path.dirname(path.rstrip("/").removesuffix("/."))
