"""programs: forwards and pipes for messages that are filed already, if the user allows them.

Each program is run once for a Message-ID, however often the rules are run over
the message: the journals have what was run before. A program is written into the
journal when it has been run, so a kill in between runs it twice.

Reports: CommandFailed; OSError of the journal.
"""

from __future__ import annotations

import os

from maildrop_py.decision.decision import Filing
from maildrop_py.decision.other_actions import Forward
from maildrop_py.errors import CommandFailed
from maildrop_py.maildir.base_name import base_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from maildrop_py.decision.decision import Decision
    from maildrop_py.message.message import Message
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.options import ProgramAction, RefileOptions
    from maildrop_py.refile.past_runs import PastRun

RAN = "ran"
DEFERRED = "a deferred message is left"


class Programs:
    """Runs what `options` allow; nothing without a journal. `ran` was run before."""

    def __init__(
        self, options: RefileOptions, journal: Journal | None, ran: Iterable[tuple[str, str]]
    ) -> None:
        self._options = options
        self._journal = journal
        self._ran = set(ran)

    def why_none(self, decision: Decision) -> str:
        """Why none of the decision's programs may be run; "" if one may, or there is none."""
        actions = _program_actions(decision)
        if not actions or self._allowed(actions):
            return ""
        return not_allowed(action_name(actions[0]))

    def run(self, decision: Decision, message: Message) -> list[Filing]:
        """Run those of the decision's programs that are allowed and were not run before.

        The filings that rules want instead of those that failed.
        """
        return self._run(_program_actions(decision), message)

    def _run(self, actions: list[ProgramAction], message: Message) -> list[Filing]:
        instead: list[Filing] = []
        for action in self._allowed(actions):
            key = (_name_of(message), _in_words(action))
            if key in self._ran or self._options.run_program is None or self._journal is None:
                continue
            try:
                self._options.run_program(action, message)
            except CommandFailed:
                filings = [other for other in action.otherwise if isinstance(other, Filing)]
                others = [it for it in action.otherwise if not isinstance(it, Filing)]
                if not filings and (not others or self._allowed(others) != others):
                    raise  # nobody would have the message
                instead += [*filings, *self._run(others, message)]
                continue
            self._journal.add(do=RAN, message=key[0], what=key[1], rule=action.rule)
            self._journal.sync()
            self._ran.add(key)
        return instead

    def _allowed(self, actions: list[ProgramAction]) -> list[ProgramAction]:
        return [action for action in actions if action_name(action) in self._options.allowed]


def ran_before(runs: Iterable[PastRun], maildir: str) -> Iterator[tuple[str, str]]:
    """What earlier runs on this Maildir have in their journals of the programs they ran."""
    for run in runs:
        if run.maildir == maildir:
            for _, line in run.lines(RAN):
                yield line["message"], line["what"]


def action_name(action: ProgramAction) -> str:
    """`forward` or `pipe`, as in rules."""
    return "forward" if isinstance(action, Forward) else "pipe"


def not_allowed(what: str) -> str:
    """Why a message stays for which a rule wants `what` and nothing else."""
    return f"{what} is not allowed"


def _program_actions(decision: Decision) -> list[ProgramAction]:
    return [action for action in decision.actions if not isinstance(action, Filing)]


def _name_of(message: Message) -> str:
    """The Message-ID, which stays the same wherever the message goes; else its base name."""
    assert message.file is not None
    message_id = (message.headers.first("Message-ID") or "").strip()
    return message_id or base_of(os.path.basename(message.file.path))


def _in_words(action: ProgramAction) -> str:
    if isinstance(action, Forward):
        return f"forwarded to {action.address}"
    return f"piped into {' '.join(action.argv)}"
