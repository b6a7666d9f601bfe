"""mailfilter_pair: a mailfilter with its rules in the sandbox, where maildrop files for real.

What it filed is taken from the disk; what it handed to programs, from what it says.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import Any

from maildrop_py.convert.converted_rules import ConvertedRules, programs_of
from maildrop_py.convert.mailfilter.converter import convert
from maildrop_py.convert.procmail.folders import INBOX, Path
from maildrop_py.convert.proof import sandbox
from maildrop_py.convert.proof.effects import FILE, PROGRAM, Effect
from maildrop_py.convert.proof.pair import CannotRun, Done, Pair
from maildrop_py.convert.proof.places import Places
from maildrop_py.convert.proof.spawned import Spawned

LIMIT = 10.0  # seconds for one message
FILTER = "/tmp/mailfilter"
_ON_TOP = f"""\
HOME="{sandbox.HOME}"
DEFAULT="{sandbox.SPOOL}"
LOGNAME="me"
SENDMAIL="{sandbox.RECORDERS}/sendmail"
PATH="{sandbox.RECORDERS}:/bin:/usr/bin:/usr/local/bin"
"""
_LOGFILE = re.compile(r"\blogfile[ \t]+[^\n;}]+")
_DELIVERED = re.compile(r"^maildrop: Delivering to (.*)$", re.M)


def start(task: dict[str, Any]) -> Pair:
    """The pair of `task["text"]`; the files that it includes are in `task["included"]`."""
    original = sandbox.prepare(task["text"], task["home"])
    included = {
        sandbox.prepare(path, task["home"]): sandbox.prepare(content, task["home"])
        for path, content in task.get("included", {}).items()
    }
    result = convert(original, "proof", sandbox.HOME, "me", included.get, sandbox.SPOOL)
    program = shutil.which("maildrop")
    if program is None:
        raise CannotRun("the proof needs maildrop (Debian: apt install maildrop)")
    with open(FILTER, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(_ON_TOP + _LOGFILE.sub("# no log", original))
    os.chmod(FILTER, 0o600)
    _write_included(included)
    _make_places(result)
    sandbox.stand_in(programs_of(result))
    names = {Path(path).bare: folder for path, folder in result.folders}
    root = str(result.settings["maildir"]).replace("~", sandbox.HOME, 1)
    names |= {root: INBOX, sandbox.SPOOL: INBOX}

    def named(effect: Effect) -> Effect:
        if effect.kind != FILE:
            return effect
        bare = Path(effect.where).bare
        near = bare.removeprefix(f"{root}/").removeprefix(f"{sandbox.HOME}/").lstrip(".")
        return Effect(FILE, names.get(bare, near), effect.content)

    return Pair(result, Maildrop(program, result), named)


def _write_included(files: dict[str, str]) -> None:
    """Each where the original looks for it."""
    for path, content in files.items():
        path = os.path.join(sandbox.HOME, path)
        if path.startswith(("/tmp/home/", "/tmp/root/")):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(_LOGFILE.sub("# no log", content))
            os.chmod(path, 0o600)


def _make_places(result: ConvertedRules) -> None:
    """Maildirs must be there: maildrop makes mbox files of what is not."""
    root = str(result.settings["maildir"]).replace("~", sandbox.HOME, 1)
    paths = [path for path, _ in result.folders if not Path(path).is_mbox]
    for path, _ in result.folders:
        if path.startswith("/tmp/"):
            known, mark, _ = path.partition("\ue000")
            os.makedirs(os.path.dirname(known if mark else known.rstrip("/")), exist_ok=True)
    for path in [root, *(Path(path).bare for path in paths)]:
        if path.startswith("/tmp/") and "\ue000" not in path:
            for name in ("new", "cur", "tmp"):
                os.makedirs(f"{path}/{name}", exist_ok=True)


class Maildrop:
    """maildrop over one message after another."""

    def __init__(self, program: str, result: ConvertedRules) -> None:
        boxes = [path for path, _ in result.folders if Path(path).is_mbox]
        boxes = [path for path in boxes if path.startswith("/tmp/") and "\ue000" not in path]
        self._places = Places(
            [sandbox.HOME, sandbox.ROOT, os.path.dirname(sandbox.SPOOL)],
            frozenset([*boxes, sandbox.SPOOL]),
        )
        self._program = program

    def run(self, message: bytes, sender: str) -> Done:
        """Deliver one message; what it leaves is taken away again."""
        argv = [self._program, "-V", "5", "-f", sender, FILTER]
        environment = {"HOME": sandbox.HOME, "LOGNAME": "me", "PATH": "/bin:/usr/bin"}
        ended = Spawned(argv, environment, sandbox.HOME, prints=True).run(message, LIMIT)
        delivered = _DELIVERED.findall(ended.output)
        effects = self._places.filed(tuple("/" + path.lstrip("./") for path in delivered if path))
        for where in delivered:
            if where.startswith("|"):
                effects += _called(where[1:].strip())
        return Done(effects, ended.output, ended.status or 0, ended.status is None)


def _called(command: str) -> list[Effect]:
    words = command.split()
    sendmail = f"{sandbox.RECORDERS}/sendmail"
    if words and words[0] == sendmail:
        options = [number for number, word in enumerate(words) if word == "-f"]
        addresses = words[options[0] + 2 :] if options else words[1:]
        return [Effect(PROGRAM, f"{sendmail} -oi {address}") for address in addresses]
    return [Effect(PROGRAM, command)]
