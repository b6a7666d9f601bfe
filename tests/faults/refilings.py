"""refilings: `maildrop-py refile` and `undo` as Subjects, over a handful of messages.

Each message is known by its body. It may be in one place or, for a while, in
two, never in none; when the command says that it is done, each is where it
belongs, once, with its flags.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.disk_model import Tree
from tests.faults.disk_trace import Call
from tests.faults.home import MAILDIR, Home
from tests.faults.maildir_sight import Found, contents, files_below
from tests.faults.subject import Sight, Wrong

RULES = """\
maildir: ~/Maildir
rules:
  - when: {subject: list}
    then: {file: Lists, flags: [$Work]}
  - when: {subject: change}
    then: {file: Changed, add_header: {X-Seen: ours}}
  - when: {subject: drop}
    then: {discard: true}
"""


@dataclass(frozen=True)
class Mail:
    """One message: where it lies at first and where it belongs, by the folder's name on disk."""

    subject: str
    name: str
    goes_to: str
    flags: str = ""

    @property
    def data(self) -> bytes:
        """Its bytes at first."""
        return f"Subject: {self.subject}\n\nbody of {self.name}\n".encode()


MAILS = (
    Mail("list", "new/1.M1P1.vm", ".Lists"),
    Mail("list", "cur/2.M2P1.vm:2,FS", ".Lists", "FS"),
    Mail("change", "cur/3.M3P1.vm:2,S", ".Changed", "S"),
    Mail("drop", "cur/4.M4P1.vm:2,", ".Trash"),
    Mail("stay", "cur/5.M5P1.vm:2,R", "", "R"),
)
BY_BODY = {mail.data.partition(b"\n\n")[2]: mail for mail in MAILS}


class Refilings:
    """`refile`, or with `back` the `undo` of one, in a home below `place`."""

    maildirs = (MAILDIR,)
    there_before = True

    def __init__(self, command: Path, place: Path, back: bool = False) -> None:
        self.name = "undo" if back else "refile"
        self.place = place
        self.home = Home(place, RULES)
        self.marker = str(self.home.maildir)
        self._back = back
        self._command = f"{shlex.quote(str(command))} refile --offline"
        self._fill()
        assert self.home.run(self._command).returncode == 0
        if back:
            self._command = f"{shlex.quote(str(command))} undo {self._run_name()}"
        else:
            self._empty()
        self.home.keep()

    def reset(self) -> None:
        """The mail as it was at first."""
        self.home.restore()

    def attempt(self, under: Sequence[str] = ()) -> bool:
        """Run the command; whether it says that everything was done."""
        ran = self.home.run(f"exec {shlex.join(under)} {self._command}")
        if ran.returncode == 0 and b"Traceback" in ran.stderr:
            raise Wrong("status 0 and a traceback")
        return ran.returncode == 0

    def look(self) -> Sight:
        """What is in the Maildir now."""
        return self.judge(files_below(self.place, *self.maildirs))

    def tells(self, call: Call) -> bool:
        """The process leaves with status 0."""
        return call.main and call.name == "exit_group" and call.flags == "0"

    def judge(self, tree: Tree) -> Sight:
        """Where each of the messages is."""
        found = contents(tree, MAILDIR)
        places = Counter((_mail(message), message.folder) for message in found.messages)
        anywhere = Counter(_mail(message) for message in found.messages)
        wanted = Counter((mail, "" if self._back else mail.goes_to) for mail in MAILS)
        return Sight(
            fewest=min(anywhere[mail] for mail in MAILS),
            most=max(places.values(), default=0),
            settled=places == wanted,
            faults=tuple(filter(None, map(_fault, found.messages))),
            leftovers=len(found.leftovers),
        )

    def _fill(self) -> None:
        for mail in MAILS:
            path = self.home.maildir / mail.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mail.data)
        (self.home.maildir / "tmp").mkdir(exist_ok=True)

    def _empty(self) -> None:
        """The folders as refile made them, the mail as it was at first."""
        for part in ("new", "cur"):
            for path in self.home.maildir.glob(f"**/{part}/*"):
                path.unlink()
        self._fill()
        for path in self._journals():
            path.unlink()

    def _journals(self) -> list[Path]:
        return list(self.home.path.glob(".local/state/maildrop-py/journal/*"))

    def _run_name(self) -> str:
        [path] = self._journals()
        return path.stem


def _mail(message: Found) -> Mail | None:
    return BY_BODY.get(message.data.partition(b"\n\n")[2])


def _fault(message: Found) -> str:
    """What is wrong with a visible message, "" if nothing is."""
    mail = _mail(message)
    if mail is None:
        return f"torn: {message.path}"
    if message.data not in (mail.data, b"X-Seen: ours\n" + mail.data):
        return f"changed: {message.path}"
    if not set(mail.flags) <= set(message.flags):
        return f"flags lost: {message.path}"
    return ""
