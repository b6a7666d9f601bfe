"""evidence: what the world says about a message, asked only when a rule needs it.

One Evidence belongs to one message; each question is asked at most once. What
cannot be learnt is None or an explicit "unknown": nothing is raised.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message


class Evidence:
    """The questions that conditions may ask beside the message itself.

    `state` is the folder of what is remembered between messages; without it
    nothing is. `run_command` runs a program with the message as its input and
    returns the exit status, None if it did not end by itself.
    """

    def __init__(
        self,
        message: Message,
        envelope: Envelope,
        settings: object,
        state: str | None = None,
        run_command: Callable[[tuple[str, ...]], int | None] | None = None,
        offline: bool = False,
    ) -> None:
        self.message = message
        self.envelope = envelope
        self.settings = settings
        self.state = state
        self.offline = offline
        self._run_command = run_command
        self._statuses: dict[tuple[str, ...], int | None] = {}

    def command(self, argv: tuple[str, ...]) -> int | None:
        """The exit status of a program that got the message; None if it has none."""
        if argv not in self._statuses:
            run = self._run_command
            self._statuses[argv] = None if run is None or self.offline else run(argv)
        return self._statuses[argv]

    def duplicate(self) -> bool | None:
        """Whether the Message-ID was delivered here before; None if that is unknown."""
        return None

    def delivered(self) -> None:
        """The message is delivered: remember what later messages may ask."""

    def spf_asked(self) -> str | None:
        """The SPF result if a rule asked for it, else None."""
        return None
