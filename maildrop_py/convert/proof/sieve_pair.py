"""sieve_pair: a Sieve script with its rules in the sandbox: Pigeonhole's `sieve-test`.

It says which actions it would perform, and performs none.

Known limits: it takes no null sender, so bounces come from somebody; what header edits
leave is not seen, as `sieve-test` does not print it; `spamtest` and `virustest` find
nothing tested there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from typing import Any

from maildrop_py.convert.proof import sandbox
from maildrop_py.convert.proof.effects import FILE, PROGRAM, REFUSAL, Effect
from maildrop_py.convert.proof.pair import CannotRun, Done, Pair
from maildrop_py.convert.proof.spawned import Spawned
from maildrop_py.convert.sieve.converter import convert
from maildrop_py.convert.sieve.flags import SYSTEM

LIMIT = 10.0  # seconds for one message
SCRIPT = f"{sandbox.HOME}/script.sieve"
MESSAGE = "/tmp/message"
CONFIGURATION = "/tmp/dovecot.conf"
RECIPIENT = "me@example.com"
_SETTINGS = """\
mail_location = maildir:/tmp/home/Maildir
postmaster_address = postmaster@example.com
recipient_delimiter = +
log_path = /dev/stderr
namespace inbox {{
  inbox = yes
  separator = {separator}
}}
plugin {{
  sieve = file:/tmp/home/sieve;active=/tmp/home/active.sieve
  sieve_global = /tmp/home/sieve
  sieve_extensions = +editheader +imapflags +notify +vacation-seconds +spamtest \
+spamtestplus +virustest
  sieve_max_redirects = 100
  sieve_max_actions = 1000
}}
"""
_STORE = re.compile(r"^ \* store message in folder: (.*)$((?:\n {6,}\+ .*)*)", re.M)
_FLAGS = re.compile(r"\+ add IMAP flags: (.*)$", re.M)
_REDIRECT = re.compile(r"^ \* redirect message to: <(.*)>$", re.M)
_REFUSED = re.compile(r"^ \* reject message", re.M)
FAILED = 89  # what Dovecot's programs end with where something of their own is wrong


def start(task: dict[str, Any]) -> Pair:
    """The pair of `task["text"]`; the scripts that it includes are in `task["included"]`."""
    included = task.get("included", {})
    result = convert(task["text"], "proof", included.get, date.fromisoformat(task["today"]))
    os.makedirs(f"{sandbox.HOME}/sieve", exist_ok=True)
    _write(SCRIPT, task["text"])
    for name, text in included.items():
        if "/" not in name:
            _write(f"{sandbox.HOME}/sieve/{name}.sieve", text)
    separator = "." if _has_dots(result.folders) else "/"
    _write(CONFIGURATION, _SETTINGS.format(separator=separator))
    _check()
    names = dict(result.folders)
    original = Sieve()

    def named(effect: Effect) -> Effect:
        if effect.kind != FILE:
            return effect
        return Effect(FILE, names.get(effect.where, effect.where), None, effect.flags)

    return Pair(result, original, named, RECIPIENT, shows_flags=True, shows_refusals=True)


def _has_dots(folders: tuple[tuple[str, str], ...]) -> bool:
    return any("." in name and "/" not in name for name, _ in folders)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _program() -> str:
    found = shutil.which("sieve-test")
    if found is None:
        raise CannotRun("the proof needs sieve-test (Debian: apt install dovecot-sieve)")
    return found


def _check() -> None:
    """Raises CannotRun where the script is no Sieve to Pigeonhole."""
    compiler = shutil.which("sievec") or _program()
    argv = [compiler, "-c", CONFIGURATION, SCRIPT, "/tmp/script.svbin"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr]
        raise CannotRun(f"Pigeonhole does not take the script: {lines[0][:200]}")


class Sieve:
    """`sieve-test` over one message after another."""

    def __init__(self) -> None:
        self._program = _program()

    def run(self, message: bytes, sender: str) -> Done:
        """What it would do with the message from this envelope sender."""
        with open(MESSAGE, "wb") as file:
            file.write(message)
        ended = self._of(sender).run(b"", LIMIT)
        if ended.status is None:
            return Done([], ended.output, 0, too_slow=True)
        if ended.status == FAILED:
            raise CannotRun(f"sieve-test says: {ended.output.strip()[-200:]}")
        return Done(effects_of(ended.output), ended.output, ended.status)

    def _of(self, sender: str) -> Spawned:
        argv = [self._program, "-c", CONFIGURATION, "-f", sender, "-a", RECIPIENT, "-r", RECIPIENT]
        environment = {"HOME": sandbox.HOME, "USER": "me", "PATH": "/usr/bin:/bin:/usr/sbin"}
        return Spawned([*argv, SCRIPT, MESSAGE], environment, sandbox.HOME, prints=True)


def effects_of(printed: str) -> list[Effect]:
    """The effects of what `sieve-test` prints."""
    found = []
    for folder, details in _STORE.findall(printed):
        flags = _FLAGS.search(details)
        found.append(Effect(FILE, folder, None, _flags(flags[1] if flags else "")))
    for address in _REDIRECT.findall(printed):
        found.append(Effect(PROGRAM, f"{sandbox.RECORDERS}/sendmail -oi {address}"))
    if _REFUSED.search(printed):
        found.append(Effect(REFUSAL, "refused"))
    return found


def _flags(text: str) -> tuple[str, ...]:
    return tuple(SYSTEM.get(flag.lower(), flag) for flag in text.split())
