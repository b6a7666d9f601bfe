"""dry_run: what one set of rules would do to messages, in the words that are shown.

Nothing is delivered, and nothing is remembered of what was asked.
"""

from __future__ import annotations

from collections.abc import Callable

from maildrop_py.decision.decider import Decider, user_world
from maildrop_py.record import fields_of
from maildrop_py.report.dry_run_rows import Row, row_of
from maildrop_py.report.wording import NO_RULE, destination
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.rules.program.program import Program


class DryRun:
    """`state` is the directory of what was learnt; `warn` gets what went wrong, each thing once.

    `folders` says whether there is a folder.
    """

    def __init__(
        self,
        program: Program,
        envelope: Envelope,
        state: str,
        *,
        offline: bool,
        warn: Callable[[str], None],
        scan: bool = False,
        folders: Callable[[str], bool] | None = None,
    ) -> None:
        self.program = program
        self.envelope = envelope
        self._decider = Decider(program)
        self._world = user_world(state, offline=offline, remember=False, scan=scan, folders=folders)
        self._warn = warn
        self._warned: set[str] = set()

    def decide(self, message: Message, explaining: bool = False) -> tuple[Decision, Evidence]:
        """What would become of one message."""
        decision, evidence = self._decider.decide(message, self.envelope, self._world, explaining)
        for warning in evidence.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._warn(warning)
        return decision, evidence

    def where(self, message: Message) -> tuple[str, str]:
        """Where it would go, and by which rule."""
        decision, _ = self.decide(message)
        return destination(decision, text), decision.rule or text(NO_RULE)

    def row(self, path: str, message: Message) -> Row:
        """The same, with all that is shown of the message at `path`."""
        return row_of(path, message, *self.decide(message))

    def cells(self, path: str, message: Message) -> tuple[object, ...]:
        """The fields of the row, as plain values."""
        row = self.row(path, message)
        return tuple(getattr(row, field) for field in fields_of(row))
