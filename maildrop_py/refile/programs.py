"""programs: forwards and pipes for messages that are filed already, if they are allowed.

Each program is run once for a Message-ID, however often the rules are run over
the message: the journals say what was run before. What is noted there has
been done; a kill in between runs it twice.

Reports: CommandFailed; OSError of the journal.
"""

from __future__ import annotations

import os

from maildrop_py.decision.decision import Filing, Forward
from maildrop_py.maildir.base_name import base_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.message import Message
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import Choices, Command
    from maildrop_py.refile.past_runs import PastRun

RAN = "ran"


class Programs:
    """Runs what `choices` allow; nothing without a journal. `ran` was run before."""

    def __init__(
        self, choices: Choices, journal: Journal | None, ran: Iterable[tuple[str, str]]
    ) -> None:
        self._choices = choices
        self._journal = journal
        self._ran = set(ran)

    def forbidden(self, decision: Decision) -> str:
        """Why none of the decision's programs may be run; "" if one may, or there is none."""
        commands = _commands(decision)
        if not commands or self._allowed(commands):
            return ""
        return f"{_kind(commands[0])} is not allowed"

    def run(self, decision: Decision, message: Message) -> None:
        """Run those of the decision's programs that are allowed and were not run before."""
        for command in self._allowed(_commands(decision)):
            key = (_known_by(message), _in_words(command))
            if key in self._ran or self._choices.run is None or self._journal is None:
                continue
            self._choices.run(command, message)
            self._journal.note(do=RAN, message=key[0], what=key[1], rule=command.rule)
            self._journal.sync()
            self._ran.add(key)

    def _allowed(self, commands: list[Command]) -> list[Command]:
        return [command for command in commands if _kind(command) in self._choices.allowed]


def ran_before(runs: Iterable[PastRun], maildir: str) -> Iterator[tuple[str, str]]:
    """What earlier runs on this Maildir noted of the programs they ran."""
    for run in runs:
        if run.maildir == maildir:
            for _, noted in run.noted(RAN):
                yield noted["message"], noted["what"]


def _commands(decision: Decision) -> list[Command]:
    return [action for action in decision.actions if not isinstance(action, Filing)]


def _kind(command: Command) -> str:
    return type(command).__name__.lower()


def _known_by(message: Message) -> str:
    """The Message-ID, which stays the same wherever the message goes; else its base name."""
    assert message.filed is not None
    message_id = (message.headers.first("Message-ID") or "").strip()
    return message_id or base_of(os.path.basename(message.filed.path))


def _in_words(command: Command) -> str:
    if isinstance(command, Forward):
        return f"forwarded to {command.address}"
    return f"piped into {' '.join(command.argv)}"
