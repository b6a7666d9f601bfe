"""decider: rules and evidence put together, for mail that lies in files already."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from maildrop_py.decision.decide import decide
from maildrop_py.decision.decision import Decision, Forward, Pipe
from maildrop_py.delivery.deliver import CommandSettings
from maildrop_py.delivery.program_environment import command_runner, command_settings
from maildrop_py.delivery.programs import run_action
from maildrop_py.evidence.borrowed_store import BorrowedStore
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.store import Store
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.paths import MESSAGE_TIME, UserPaths, evidence_store
from maildrop_py.rules.program.program import Program


class EvidenceOfFiled(Evidence):
    """Evidence about a message that was delivered long ago."""

    def duplicate(self) -> bool | None:
        """Unknown: its Message-ID may well be remembered, from its own delivery."""
        return None


class Decider:
    """Decides about one message after another by `program`, which may be changed.

    With `remember`, what is learnt from DNS is kept as it is on delivery.
    """

    def __init__(
        self,
        program: Program,
        *,
        offline: bool = False,
        remember: bool = True,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.program = program
        self.envelope = Envelope(user=environ.get("USER") or environ.get("LOGNAME"))
        self._offline = offline
        self._environ = environ
        places = UserPaths(environ)
        self._home = places.home
        self._state = places.state
        kind = Store if remember else BorrowedStore
        self._warned: set[str] = set()
        self._store = kind(evidence_store(places.state))

    def decide(self, message: Message, path: str) -> tuple[Decision, Evidence]:
        """What the rules say of the message in the file `path`."""
        settings = self.program.settings
        kind = Evidence if message.filed is None else EvidenceOfFiled
        evidence = kind(
            message,
            self.envelope,
            settings,
            self._state,
            self._runner(path) if settings.allow_commands else None,
            self._offline,
            self.program.zones,
            self._store,
        )
        return decide(message, self.envelope, evidence, self.program, time.time()), evidence

    def new_warnings(self, evidence: Evidence) -> list[str]:
        """What went wrong in asking for `evidence`, as far as it did not go wrong before."""
        new = [one for one in dict.fromkeys(evidence.warnings) if one not in self._warned]
        self._warned.update(new)
        return new

    def settings_for(self, envelope: Envelope) -> CommandSettings:
        """How a `pipe` or `forward` is run."""
        limit = time.monotonic() + MESSAGE_TIME
        sendmail = self.program.settings.sendmail
        return command_settings(self._environ, self._home, envelope, sendmail, limit)

    def run(self, command: Forward | Pipe, message: Message) -> None:
        """Carry out a forward or pipe for a filed message; raises CommandFailed."""
        assert message.filed is not None
        sender = message.headers.first("Return-Path")
        envelope = Envelope(sender=sender.strip(" <>")) if sender is not None else Envelope()
        descriptor = OpenFile(message.filed.path).open()
        try:
            run_action(command, descriptor, envelope, b"", self.settings_for(envelope))
        finally:
            os.close(descriptor)

    def _runner(self, path: str) -> Callable[[tuple[str, ...]], int | None]:
        limit = time.monotonic() + MESSAGE_TIME
        return command_runner(OpenFile(path), self._environ, self._home, self.envelope, limit)


class OpenFile:
    """The message in a file, for programs to read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def open(self) -> int:
        return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
