"""filed_decider: decide about messages that are in files, and run the programs of their rules."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from maildrop_py.decision.decider import Decider, World, user_world
from maildrop_py.decision.decision import Decision
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.delivery.message_programs import part_of
from maildrop_py.delivery.program_environment import (
    command_runner,
    message_programs,
    program_settings,
)
from maildrop_py.delivery.program_settings import ProgramSettings
from maildrop_py.delivery.programs import run_action
from maildrop_py.message.changed import unnamed_file, write_all
from maildrop_py.message.envelope import Envelope
from maildrop_py.message.message import Message
from maildrop_py.message.source import FileSource
from maildrop_py.paths import MESSAGE_TIME, UserPaths
from maildrop_py.record import replace
from maildrop_py.rules.program.program import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.message.source import Source


class FiledDecider:
    """Decides about one message after another by `program`, which may be exchanged.

    `world` is what may be asked beside the message, `environ` what programs get.
    """

    def __init__(
        self, program: Program, world: World, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.envelope = Envelope(user=environ.get("USER") or environ.get("LOGNAME"))
        self._decider = Decider(program)
        self._world = world
        self._environ = environ
        self._home = UserPaths(environ).home
        self._warned: set[str] = set()

    @classmethod
    def of_user(
        cls, program: Program, state: str, maildir: Maildir, *, offline: bool, really: bool = True
    ) -> FiledDecider:
        """One that asks as a user's own rules do; unless `really`, nothing is remembered."""
        has = maildir.has
        world = user_world(state, offline=offline, remember=really, scan=really, folders=has)
        return cls(program, world)

    @property
    def program(self) -> Program:
        """The rules that decide."""
        return self._decider.program

    @program.setter
    def program(self, program: Program) -> None:
        self._decider = Decider(program)

    def decide(self, message: Message) -> tuple[Decision, Evidence]:
        """What the rules say about a message; raises what prevents it."""
        world = self._world
        if self.program.settings.allow_commands:
            limit = time.monotonic() + MESSAGE_TIME
            given = (_Openable(message.source), self._environ, self._home, self.envelope, limit)
            world = replace(
                world,
                run_command=command_runner(*given),
                programs=lambda: message_programs(*given),
            )
        return self._decider.decide(message, self.envelope, world)

    def new_warnings(self, evidence: Evidence) -> list[str]:
        """What went wrong in asking for `evidence`, as far as it did not go wrong before."""
        new = [one for one in dict.fromkeys(evidence.warnings) if one not in self._warned]
        self._warned.update(new)
        return new

    def settings_for(self, envelope: Envelope) -> ProgramSettings:
        """How a `pipe` or `forward` is run."""
        limit = time.monotonic() + MESSAGE_TIME
        sendmail = self.program.settings.sendmail
        return program_settings(self._environ, self._home, envelope, sendmail, limit)

    def run(self, action: Forward | Pipe, message: Message) -> None:
        """Carry out a forward or pipe for a filed message; raises CommandFailed."""
        assert message.file is not None
        sender = message.headers.first("Return-Path")
        envelope = Envelope(sender=sender.strip(" <>")) if sender is not None else Envelope()
        source = action.message or message.source
        part = action.part if isinstance(action, Pipe) else ""
        descriptor = part_of(_Openable(source).open(), part)
        try:
            run_action(action, descriptor, envelope, b"", self.settings_for(envelope))
        finally:
            os.close(descriptor)


class _Openable:
    """A message for programs to read: its file, or a copy if it is one of many in a file."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def open(self) -> int:
        """A descriptor; the caller closes it."""
        source = self._source
        if isinstance(source, FileSource):
            return source.open()
        with unnamed_file() as file:
            write_all(file, source.content())
            return os.dup(file.fileno())
