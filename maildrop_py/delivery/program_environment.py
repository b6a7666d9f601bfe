"""program_environment: what the programs that rules name get: environment, deadline, sendmail."""

from __future__ import annotations

import os

from maildrop_py.delivery.program_settings import ProgramSettings
from maildrop_py.delivery.programs import run
from maildrop_py.errors import CommandFailed, DeadlineExceeded
from maildrop_py.paths import PROGRAM_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from maildrop_py.delivery.message_programs import MessagePrograms
    from maildrop_py.message.envelope import Envelope

    class Openable(Protocol):
        """A message that can be read from a descriptor: a Spool, a file."""

        def open(self) -> int: ...


KEPT = ("LANG", "LC_ALL", "TZ")


def program_settings(
    environ: Mapping[str, str], home: str, envelope: Envelope, sendmail: str, deadline: float
) -> ProgramSettings:
    """What `pipe` and `forward` need; `deadline` is a time.monotonic() value."""
    return ProgramSettings(_environment(environ, home, envelope), sendmail, deadline)


def command_runner(
    message: Openable, environ: Mapping[str, str], home: str, envelope: Envelope, deadline: float
) -> Callable[[tuple[str, ...]], int | None]:
    """Runs programs for the `command` condition: argv -> exit status, None if there is none."""

    def status_of(argv: tuple[str, ...]) -> int | None:
        descriptor = message.open()
        try:
            outcome = run(argv, descriptor, _environment(environ, home, envelope), deadline)
        except (CommandFailed, DeadlineExceeded):
            return None
        finally:
            os.close(descriptor)
        return outcome.status if outcome.status >= 0 else None

    return status_of


def message_programs(
    message: Openable, environ: Mapping[str, str], home: str, envelope: Envelope, deadline: float
) -> MessagePrograms:
    """Runs programs over the message, or over its header or body alone."""
    from maildrop_py.delivery.message_programs import MessagePrograms

    return MessagePrograms(message, _environment(environ, home, envelope), deadline)


def _environment(environ: Mapping[str, str], home: str, envelope: Envelope) -> dict[str, str]:
    """The whole environment of a program: little, and nothing that is for the mail server only."""
    addresses = {"SENDER": envelope.sender, "RECIPIENT": envelope.recipient, "USER": envelope.user}
    return {
        "PATH": PROGRAM_PATH,
        "HOME": home,
        **{name: environ[name] for name in KEPT if name in environ},
        **{name: text for name, text in addresses.items() if text is not None and "\0" not in text},
    }
