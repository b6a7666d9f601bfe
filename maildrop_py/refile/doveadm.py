"""doveadm: moves made by Dovecot's own administration program, if the user asks for it.

Dovecot then moves the message as it does for a mail reader: flags that it has not
written to the file's name yet come along, other sessions are told at once, and
the message gets its new UID in the same transaction. Messages are named by their
UIDs, which are read from `dovecot-uidlist` after Dovecot has listed the folder.

Guarantee: the journal is written first, as for every move, and a move counts as
done only when the message is seen in the new folder. Dovecot keeps the base
name, so `undo` finds it.

Reports nothing by exceptions: the outcome of each Task says what became of it.

Known limits: one program is run for each pair of folders and each set of flags in
a batch, and each takes about 30 ms. Mailboxes are looked for under their names
with `/` or `.` between levels, with or without `INBOX` before them.
"""

from __future__ import annotations

import os
import shlex
import subprocess

from maildrop_py.errors import CommandFailed
from maildrop_py.maildir.base_name import Finder, base_of
from maildrop_py.maildir.folder_name import from_disk
from maildrop_py.maildir.storage_errors import storage_error
from maildrop_py.paths import PROGRAM_TIME
from maildrop_py.record import record
from maildrop_py.refile.step import Done, Failed, Gone, Move
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from maildrop_py.maildir.maildir import Maildir
    from maildrop_py.refile.journal import Journal
    from maildrop_py.refile.step import Outcome, Step, Task

_UID_DIGITS = 10  # a UID has 32 bits
FLAGS = {
    "D": "\\Draft",
    "F": "\\Flagged",
    "P": "$Forwarded",
    "R": "\\Answered",
    "S": "\\Seen",
    "T": "\\Deleted",
}


@record
class Doveadm:
    """How to run it: the command with its general options, and the user if not our own."""

    command: tuple[str, ...]
    user: str | None = None

    def run(self, *words: str) -> str:
        """Its output; `words` begin with the subcommand. Raises CommandFailed."""
        whose = ("-u", self.user) if self.user is not None else ()
        depth = 2 if words[0] in ("flags", "mailbox") else 1
        argv = (*self.command, *words[:depth], *whose, *words[depth:])
        try:
            ran = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PROGRAM_TIME,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CommandFailed(f"{argv[0]}: {error}") from error
        if ran.returncode:
            lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else "no reason given"
            raise CommandFailed(f"{argv[0]} {words[0]}: exit status {ran.returncode}: {why}")
        return ran.stdout.decode("utf-8", "replace")


def doveadm_of(wanted: bool, command: str | None, user: str | None) -> Doveadm | None:
    """What the options say: None unless it is `wanted`, or a command line is given."""
    if not wanted and not command:
        return None
    return Doveadm(tuple(shlex.split(command or "doveadm")), user)


def can_move(task: Task) -> bool:
    """Whether Dovecot can carry it out: one move, or one change of flags."""
    return len(task.steps) == 1 and task.steps[0].filing is not None


class DoveadmBatch:
    """Tasks for which can_move() is true, carried out together; call run() once."""

    def __init__(
        self, doveadm: Doveadm, maildir: Maildir, journal: Journal, tasks: Iterable[Task]
    ) -> None:
        self._doveadm = doveadm
        self._maildir = maildir
        self._journal = journal
        self._tasks = list(tasks)
        self._mailboxes: list[str] = []

    def run(self) -> None:
        """Carry out all tasks, and set the outcome of each."""
        try:
            self._write_journal()
        except OSError as error:
            _set(self._tasks, Failed(f"journal: {storage_error(error)}"))
            return
        for folder, tasks in _by(self._tasks, lambda step: step.source.rsplit("/", 2)[0]):
            try:
                self._carry_out(folder, tasks)
            except CommandFailed as error:
                _set(tasks, Failed(str(error)))
        self._check()
        tasks = [task for task in self._tasks if not isinstance(task.outcome, Done)]
        self._journal.done([task.steps[0].line for task in tasks])

    def _write_journal(self) -> None:
        for task in self._tasks:
            step = task.steps[0]
            if isinstance(step, Move):
                step.target = _with_base_of(step.source, step.target)
            old, new = (path[len(self._maildir.root) + 1 :] for path in (step.source, step.target))
            step.line = self._journal.add_step(step.kind, old, new, step.rule)
        self._journal.sync()

    def _carry_out(self, folder: str, tasks: list[Task]) -> None:
        mailbox = self._mailbox(folder)
        self._doveadm.run("index", mailbox)
        uids = uids_of(folder)
        known = []
        for task in tasks:
            if base_of(os.path.basename(task.steps[0].source)) in uids:
                known.append(task)
            else:
                _set([task], Gone("Dovecot does not see it"))
        for flags, group in _by(known, _flags):
            if flags:
                self._doveadm.run("flags", "add", flags, "mailbox", mailbox, *_uids(group, uids))
        moves = [task for task in known if isinstance(task.steps[0], Move)]
        for target, group in _by(moves, lambda step: step.target.rsplit("/", 2)[0]):
            goal = self._mailbox(target)
            self._doveadm.run("move", goal, "mailbox", mailbox, *_uids(group, uids))

    def _mailbox(self, folder: str) -> str:
        """Dovecot's name for the folder at the path `folder`."""
        relative = folder[len(self._maildir.root) + 1 :]
        name = from_disk(relative, self._maildir.layout, self._maildir.encoding)
        if not {*_names(name)} & {*self._mailboxes}:
            self._mailboxes = self._doveadm.run("mailbox", "list").splitlines()
        for wanted in _names(name):
            if wanted in self._mailboxes:
                return wanted
        raise CommandFailed(f"doveadm lists no mailbox {name}")

    def _check(self) -> None:
        """A move is done when the message is seen in the new folder, and no longer in the old."""
        finder = Finder()
        for task in self._tasks:
            step = task.steps[0]
            if isinstance(task.outcome, Done) and isinstance(step, Move):
                there = finder.find(step.target)
                if there is None or finder.find(step.source) is not None:
                    _set([task], Failed("Dovecot has not moved it"))
                else:
                    step.target = there


def _set(tasks: list[Task], outcome: Outcome) -> None:
    for task in tasks:
        task.outcome = outcome


def uids_of(folder: str) -> dict[str, int]:
    """Base name -> UID, as `dovecot-uidlist` of the directory `folder` has it."""
    uids: dict[str, int] = {}
    try:
        descriptor = open_regular(f"{folder}/dovecot-uidlist")
        with open(descriptor, encoding="utf-8", errors="surrogateescape") as file:
            next(file, None)  # version, UIDVALIDITY
            for line in file:
                fields, _, name = line.rstrip("\n").partition(" :")
                uid = fields.partition(" ")[0]
                if name and uid.isascii() and uid.isdigit() and len(uid) <= _UID_DIGITS:
                    uids[base_of(name)] = int(uid)
    except FileNotFoundError:
        return {}
    return uids


def _with_base_of(source: str, target: str) -> str:
    """`target`, with what comes before the flags in the name of `source`."""
    directory, _, name = target.rpartition("/")
    front = os.path.basename(source).partition(":")[0]
    return f"{directory}/{front}{''.join(name.partition(':')[1:])}"


def _by(tasks: Iterable[Task], key: Callable[[Step], str]) -> Iterator[tuple[str, list[Task]]]:
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(key(task.steps[0]), []).append(task)
    yield from groups.items()


def _flags(step: Step) -> str:
    """The flags that a step adds, as IMAP names them."""
    assert step.filing is not None
    names = [FLAGS[letter] for letter in step.filing.flags if letter in FLAGS]
    return " ".join((*names, *step.filing.keywords))


def _uids(tasks: list[Task], uids: dict[str, int]) -> tuple[str, str]:
    bases = (base_of(os.path.basename(task.steps[0].source)) for task in tasks)
    return "uid", ",".join(str(uids[base]) for base in bases)


def _names(name: str) -> Iterator[str]:
    """The names that a server may have for a folder."""
    yield name
    yield name.replace("/", ".")
    yield f"INBOX/{name}"
    yield f"INBOX.{name.replace('/', '.')}"
