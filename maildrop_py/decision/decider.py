"""decider: rules, evidence and a clock put together; the one place where this is done.

Guarantee: nothing but evidence is asked here, and only what a rule needs. What
runs programs, keeps what was learnt and says where that is, is handed in, so
that delivery, re-filing, a dry run and the server decide alike. For a new
message a fault of our own makes it go to INBOX: deferred for days it would
bounce. For what is filed already it is raised, and the message stays.
"""

from __future__ import annotations

import time

from maildrop_py.decision.decide import decide, keep
from maildrop_py.decision.memory import Memory
from maildrop_py.errors import MaildropError
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.later import Later
from maildrop_py.paths import evidence_store
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from maildrop_py.decision import evidence_of_filed
    from maildrop_py.decision.decision import Decision
    from maildrop_py.evidence import would_wait
    from maildrop_py.evidence.programs import Programs
    from maildrop_py.evidence.store import Store
    from maildrop_py.message.envelope import Envelope
    from maildrop_py.message.message import Message
    from maildrop_py.rules.condition import Calendar
    from maildrop_py.rules.program.program import Program
else:
    evidence_of_filed = Later("maildrop_py.decision.evidence_of_filed")
    would_wait = Later("maildrop_py.evidence.would_wait")


@record
class World:
    """What may be asked beside the message, as `Evidence` explains it.

    `state` is the directory of what is remembered; an open `store` takes its
    place. `run_command` runs a program that a rule names, `programs` those that
    change the message, print something, or get a part of it. Unless it may `scan`,
    no scanner is asked. `folders` says whether the Maildir has a folder.
    """

    state: str | None = None
    store: Store | None = None
    offline: bool = False
    run_command: Callable[[tuple[str, ...]], int | None] | None = None
    may_wait: bool = True
    programs: Callable[[], Programs] | None = None
    scan: bool = True
    folders: Callable[[str], bool] | None = None


def user_world(
    state: str,
    *,
    offline: bool = False,
    remember: bool = True,
    scan: bool = True,
    folders: Callable[[str], bool] | None = None,
) -> World:
    """The world as it is asked for many messages of one user.

    Unless they `remember`, nothing in the directory `state` is changed.
    """
    from maildrop_py.evidence.borrowed_store import BorrowedStore
    from maildrop_py.evidence.store import Store

    kind = Store if remember else BorrowedStore
    return World(state, kind(evidence_store(state)), offline, scan=scan, folders=folders)


class Decider:
    """Decides about one message after another by `program`.

    `clock` gives seconds since the epoch, `calendar` the local date of such a time.
    `waits` says that for the last message something was asked that may take time. A decider
    that `is_new` takes longer: its expressions are compiled, and modules imported, when they
    are first needed.
    """

    def __init__(
        self,
        program: Program,
        clock: Callable[[], float] = time.time,
        calendar: Calendar = time.localtime,
    ) -> None:
        self.program = program
        self.waits = False
        self.is_new = True
        self._memory = Memory()
        self._clock = clock
        self._calendar = calendar

    def decide(
        self, message: Message, envelope: Envelope, world: World, explain: bool = False
    ) -> tuple[Decision, Evidence]:
        """What the rules say of a message, with the evidence that was asked for it.

        Raises what prevents it; WouldWait where `world` may not wait.
        """
        evidence = self._evidence(message, envelope, world)
        return self._decide(message, envelope, evidence, explain), evidence

    def decide_arrival(
        self, message: Message, envelope: Envelope, world: World, warn: Callable[[str], None]
    ) -> tuple[Decision, Evidence]:
        """decide() for a message that is just arriving: INBOX, and a warning, for faults of ours.

        What the system lacks (memory, a readable disk) is raised: it may be there later.
        """
        evidence = self._evidence(message, envelope, world)
        self.waits = True
        try:
            decision = self._decide(message, envelope, evidence, False)
            self.waits = evidence.has_waited
            self.is_new = False
            return decision, evidence
        except (MaildropError, OSError, MemoryError):
            raise
        except Exception as error:
            if isinstance(error, would_wait.WouldWait):
                raise
            warn(f"deciding failed, to INBOX: {type(error).__name__}: {error}")
            return keep(), evidence

    def _decide(
        self, message: Message, envelope: Envelope, evidence: Evidence, explain: bool
    ) -> Decision:
        now, calendar, memory = self._clock(), self._calendar, self._memory
        return decide(message, envelope, evidence, self.program, now, explain, calendar, memory)

    def _evidence(self, message: Message, envelope: Envelope, world: World) -> Evidence:
        program = self.program
        kind = Evidence if message.file is None else evidence_of_filed.EvidenceOfFiled
        return kind(
            message,
            envelope,
            program.settings,
            world.state,
            world.run_command,
            world.offline,
            program.zones,
            world.store,
            may_wait=world.may_wait,
            programs=world.programs,
            scan=world.scan,
            folders=world.folders,
        )
