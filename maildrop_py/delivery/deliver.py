"""deliver: carry out a Decision for a new message: all of it or, where possible, nothing.

    step                what exists                       after a failure or a crash here
    ------------------  --------------------------------  --------------------------------
    write, sync_files   copies in tmp/ only               nothing done; all is tried again
    run_programs        the same; programs were run       forwards and pipes happen twice
    publish             some copies in new/ or cur/       taken back (a crash: filed twice)
    sync_directories    all copies, whole and durable     taken back (a crash: filed twice)
    finish              the same, tmp/ names removed      done; leftovers are swept later

All copies are whole and synced, and programs have run, before the first copy is
visible: one that somebody may have seen cannot be taken back for certain. So at
worst something is done twice, never not at all, and never half.

What can never be done (a folder name that cannot exist, a forward to what is not an
address) or must not be done (a forward that keeps a mail loop going) is replaced by
a filing into INBOX, with a warning. A keyword that cannot be set is a warning too.

Reports: every Temporary; nothing of the delivery is visible in the Maildir then.
"""

from __future__ import annotations

import os
import time

from maildrop_py.decision.decision import Filing
from maildrop_py.delivery.spool import Edits, Spool
from maildrop_py.delivery.trace_headers import on_top
from maildrop_py.errors import Deferred
from maildrop_py.maildir.maildir import INBOX, storage
from maildrop_py.maildir.sync import sync_directories as sync_paths
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from maildrop_py.decision.decision import Decision
    from maildrop_py.decision.other_actions import Action, Forward, Pipe
    from maildrop_py.delivery.program_settings import ProgramSettings
    from maildrop_py.delivery.reserved_quota import ReservedQuota
    from maildrop_py.maildir.maildir import Folder, Maildir
    from maildrop_py.maildir.tmp_file import TmpFile
    from maildrop_py.message.envelope import Envelope

_SWEEP_ODDS = 256  # one delivery in so many looks for garbage in tmp/


@record
class Receipt:
    """What was done: the files that were made visible, and what differs from the decision.

    `paths` are in the order of the filings; `commands` are the pipes and
    forwards in words; `warnings` are for the log.
    """

    paths: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def deliver(
    decision: Decision,
    spool: Spool,
    maildir: Maildir,
    envelope: Envelope,
    commands: ProgramSettings | None = None,
    mtime: float | None = None,
) -> Receipt:
    """Carry `decision` out for the message in `spool`, durably, or raise.

    A `reject` is left to the caller. `mtime` is the files' (INTERNALDATE), in
    seconds since 1970; now, if None.
    """
    delivery = Delivery(decision, spool, maildir, envelope, commands, mtime)
    try:
        delivery.write()
        delivery.sync_files()
        delivery.run_programs()
        delivery.publish()
        sync_directories((delivery,))
        return delivery.finish()
    except BaseException:
        delivery.undo()
        raise


class Delivery:
    """One deliver() in steps, so that a group of messages can share its syncs.

    Order: write(), sync_files(), run_programs(), publish(),
    sync_directories(deliveries), finish(); undo() after any failure before
    finish(). Each step raises our errors; a `reject` is left to the caller.
    `traces` is the envelope that the headers on top are made from, if that is not
    `envelope`: recipients who share one file must not be named in it.
    """

    def __init__(
        self,
        decision: Decision,
        spool: Spool,
        maildir: Maildir,
        envelope: Envelope,
        commands: ProgramSettings | None = None,
        mtime: float | None = None,
        traces: Envelope | None = None,
    ) -> None:
        self.decision = decision
        self.spool = spool
        self.maildir = maildir
        self.envelope = envelope
        self.commands = commands
        self.mtime = mtime
        self.traces = traces or envelope
        self.warnings: list[str] = []
        self._actions: list[Action] = []
        self._commands_done: list[str] = []
        self._copies: list[TmpFile] = []
        self._flags: list[str] = []
        self._edits = Edits()
        self._changed: dict[int, tuple[Spool, Edits]] = {}
        self._done = False
        self._quota: ReservedQuota | None = None

    def write(self) -> None:
        """Put every copy whole into tmp/ of its folder (unsynced)."""
        if self.decision.defer is not None:
            raise Deferred(self.decision.defer)
        self._actions = [self._possible(action) for action in self.decision.actions]
        with storage(self.maildir.root):
            self._edits = self._make_edits(self.spool)
            for action in self._actions:
                if isinstance(action, Filing):
                    self._write_copy(action)
            self._reserve(self._copies)

    @property
    def descriptors(self) -> list[int]:
        """The descriptors of the files that are written and not synced yet."""
        found = [copy.written.descriptor for copy in self._copies]
        return [descriptor for descriptor in found if descriptor >= 0]

    def sync_files(self) -> None:
        """fsync every file written."""
        for copy in self._copies:
            with storage(copy.path):
                copy.written.sync()

    def run_programs(self) -> None:
        """Run the pipes and forwards, in order."""
        if len(self._actions) == len(self._copies):
            return
        message = self.spool.open(self._edits)
        try:
            for action in self._actions:
                if not isinstance(action, Filing):
                    self._run_program(action, message)
        finally:
            os.close(message)

    def _run_program(self, action: Forward | Pipe, message: int) -> None:
        """Run it over `message`, or over what rules made of that, or a part."""
        from maildrop_py.delivery.program_settings import ProgramSettings
        from maildrop_py.delivery.programs import run_action
        from maildrop_py.errors import CommandFailed

        settings = self.commands or ProgramSettings()
        part: str = getattr(action, "part", "")  # only pipes have one
        own = message
        if action.message is not None or part:
            from maildrop_py.delivery.message_programs import part_of

            spool, edits = self._version(action)
            own = part_of(spool.open(edits), part)
        try:
            self._commands_done.append(
                run_action(action, own, self.envelope, self.spool.from_line, settings)
            )
        except CommandFailed as error:
            if not action.otherwise:
                raise
            self.warnings.append(f"{error}; done instead what the rule says under `otherwise`")
            self._do_instead(action.otherwise, message)
        finally:
            if own != message:
                os.close(own)

    def _do_instead(self, actions: tuple[Action, ...], message: int) -> None:
        """What a rule wants where a program fails."""
        for action in map(self._possible, actions):
            if not isinstance(action, Filing):
                self._run_program(action, message)
                continue
            with storage(self.maildir.root):
                self._write_copy(action)
                self._reserve(self._copies[-1:])
                self._copies[-1].written.sync()

    def _reserve(self, copies: list[TmpFile]) -> None:
        if self._quota is not None:
            self._quota.reserve(copies)
        elif copies and os.path.exists(f"{self.maildir.root}/maildirsize"):
            from maildrop_py.delivery.reserved_quota import ReservedQuota

            self._quota = ReservedQuota(self.maildir.root, copies)

    def _version(self, action: Action) -> tuple[Spool, Edits]:
        """The message that an action is about, in a spool of its own where rules changed it."""
        source = action.message
        if source is None:
            return self.spool, self._edits
        if id(source) not in self._changed:
            from maildrop_py.message.changed import pieces_of

            spool = Spool.of_pieces(pieces_of(source), self.maildir)
            self._changed[id(source)] = spool, self._make_edits(spool)
        return self._changed[id(source)]

    def publish(self) -> None:
        """Make every copy visible in new/ or, with flags, in cur/."""
        with storage(self.maildir.root):
            for copy, flags in zip(self._copies, self._flags, strict=True):
                copy.publish(flags)

    @property
    def directories(self) -> list[str]:
        """The directories that publish() changed."""
        return [copy.directory for copy in self._copies]

    def finish(self) -> Receipt:
        """From here on the delivery counts as done; remove the names in tmp/."""
        self._done = True
        self._tidy()
        paths = tuple(copy.target for copy in self._copies)
        return Receipt(paths, tuple(self._commands_done), tuple(self.warnings))

    def undo(self) -> None:
        """Take back what was made, unless finish() was reached; never raises OSError."""
        if not self._done:
            for copy in self._copies:
                copy.retract()
            if self._quota is not None:
                self._quota.release()
        self._tidy()

    def _tidy(self) -> None:
        for copy in self._copies:
            copy.discard()
        for spool, _ in self._changed.values():
            spool.close()

    def _possible(self, action: Action) -> Action:
        """The action, or a filing into INBOX if it is a forward that must not be made."""
        if isinstance(action, Filing):
            return action
        from maildrop_py.delivery.programs import why_not_possible

        why = why_not_possible(action, self.spool.head(), self.envelope.recipient)
        if not why:
            return action
        inbox = Filing(INBOX, rule=action.rule, message=action.message)
        instead = next((it for it in action.otherwise if isinstance(it, Filing)), inbox)
        self.warnings.append(f"{why}; filed into {instead.folder} instead")
        return instead

    def _make_edits(self, spool: Spool) -> Edits:
        decision, head = self.decision, spool.head()
        if decision.rename_headers or decision.last_headers or decision.replaced_headers:
            from maildrop_py.delivery.rewritten_head import rewritten_head

            return rewritten_head(decision, head, self.traces)
        if not (decision.add_headers or decision.remove_headers):
            return Edits(on_top(head, self.traces))
        from maildrop_py.message.header_edits import added, cuts

        more = added(decision.add_headers, head)
        return Edits(on_top(head, self.traces, more), cuts(head, decision.remove_headers))

    def _write_copy(self, filing: Filing) -> None:
        folder = self._folder(filing.folder)
        if time.time_ns() // 1000 % _SWEEP_ODDS == 0:
            from maildrop_py.maildir.sweep import sweep

            sweep(self.maildir.root)
            sweep(folder.path)
        self._flags.append(filing.flags)
        spool, edits = self._version(filing)
        spool.write_copy(folder, edits, self._copies)
        if self.mtime is not None:
            os.utime(self._copies[-1].path, (self.mtime, self.mtime))
        if filing.keywords:
            self._flags[-1] += self._letters(folder, filing.keywords)

    def _folder(self, name: str) -> Folder:
        if name == INBOX:
            return self.maildir.folder(INBOX)
        from maildrop_py.maildir.folder_name import BadFolderName

        try:
            return self.maildir.folder(name)
        except BadFolderName as error:
            self.warnings.append(f"{error}; filed into INBOX instead")
            return self.maildir.folder(INBOX)

    def _letters(self, folder: Folder, keywords: tuple[str, ...]) -> str:
        from maildrop_py.maildir.keywords import assign

        letters, warning = assign(folder.path, keywords)
        if warning:
            self.warnings.append(warning)
        return letters


def sync_directories(deliveries: Iterable[Delivery]) -> None:
    """fsync each directory that `deliveries` changed, once."""
    paths = [path for delivery in deliveries for path in delivery.directories]
    if paths:
        with storage(paths[0]):
            sync_paths(paths)
