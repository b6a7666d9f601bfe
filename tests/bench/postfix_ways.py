"""postfix_ways: how Postfix has a message delivered, each way set up as examples/ show it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.lmtp_servers import RULES, DovecotLmtp, dovecot
from tests.bench.user import as_user, ground
from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example, parameters
from tests.support.end_to_end.postfix import DOMAIN, VIRTUAL, Postfix
from tests.support.end_to_end.program import Program
from tests.support.end_to_end.serving import Site, SystemUsers, VirtualUsers, for_postfix
from tests.support.waiting import wait_until

PROCMAILRC = """\
SHELL=/bin/sh
MAILDIR=$HOME/Maildir
DEFAULT=$HOME/Maildir/
:0
* ^X-Spam-Flag:.*YES
.Junk/
:0
* ^List-Id:.*python-dev
.Lists/
:0
* ^Subject:.*urgent
.Urgent/
"""


# What the set-up for `serve` has changed, as Postfix comes.
FOR_COMMANDS = {"mailbox_transport": "", "local_destination_concurrency_limit": "2"}


class Way:
    """One way, for one user; `working` is the time in which mail comes."""

    name = ""

    def __init__(self, postfix: Postfix, account: Account, program: Program) -> None:
        self.postfix, self.account, self.program = postfix, account, program
        self.address = f"{account.name}@{DOMAIN}"
        self.maildir = account.maildir

    @staticmethod
    def installed() -> bool:
        """Whether the machine has what it takes."""
        return True

    @contextmanager
    def working(self) -> Iterator[None]:
        """Set Postfix up, and whatever it hands mail to."""
        raise NotImplementedError


class _Serve(Way):
    """`serve`; the service is started for each round, because the two share a socket."""

    site: Site
    lines = ""

    @contextmanager
    def working(self) -> Iterator[None]:
        self.postfix.set(**parameters(example(f"postfix/{self.lines}")))
        self.site.write_rules("anna", RULES)
        self.site.service.start()
        try:
            yield
        finally:
            self.site.service.stop()
            self.site.service.close()


class ServeVirtual(_Serve):
    """All mail belongs to one account: lmtp(8) speaks to us at once, in 20 sessions."""

    name = "serve, users without accounts"
    lines = "lmtp-virtual.cf"

    def __init__(self, postfix: Postfix, account: Account, program: Program) -> None:
        super().__init__(postfix, account, program)
        self.site = VirtualUsers(account, program, for_postfix(postfix))
        self.address, self.maildir = self.site.address("anna"), self.site.maildir("anna")


class ServeAccounts(_Serve):
    """A process for each recipient; local(8) opens a session for each message."""

    name = "serve, accounts"
    lines = "lmtp-system.cf"

    def __init__(self, postfix: Postfix, account: Account, program: Program) -> None:
        super().__init__(postfix, account, program)
        self.site = SystemUsers(account, account, program, for_postfix(postfix))


class Procmail(Way):
    """procmail, started for each message; local(8) runs two of a user at a time."""

    name = "procmail, mailbox_command"

    @staticmethod
    def installed() -> bool:
        return shutil.which("procmail") is not None

    @contextmanager
    def working(self) -> Iterator[None]:
        self.account.write(self.account.home / ".procmailrc", PROCMAILRC)
        self.postfix.set(**FOR_COMMANDS, mailbox_command=self.command())
        yield

    def command(self) -> str:
        """The line of main.cf; without a sign that a shell would have to read."""
        return shutil.which("procmail") or ""


class ProcmailOfDebian(Procmail):
    """As Debian's postfix sets it up; like our line, it has Postfix start a shell."""

    name = "procmail, mailbox_command as Debian sets it"

    def command(self) -> str:
        return f'{super().command()} -a "$EXTENSION"'


class Deliver(Way):
    """`deliver` in procmail's place."""

    name = "deliver, mailbox_command"

    @contextmanager
    def working(self) -> Iterator[None]:
        self.account.write(self.account.rules, RULES)
        text = example("postfix/deliver-system.cf", {PROGRAM: self.program.command})
        self.postfix.set(**FOR_COMMANDS, **parameters(text))
        yield


class HandOver(Way):
    """The native hook in procmail's place, and `serve` for the accounts of the machine."""

    name = "maildrop-py-deliver, mailbox_command"

    @contextmanager
    def working(self) -> Iterator[None]:
        self.account.write(self.account.rules, RULES)
        text = example("postfix/hand-over-system.cf", {PROGRAM: self.program.command})
        runtime = Path(tempfile.mkdtemp(dir=ground()))
        runtime.chmod(0o755)
        (runtime / "maildrop-py").mkdir(mode=0o755)
        socket = runtime / "maildrop-py/deliver"
        exported = f"TZ MAIL_CONFIG LANG XDG_RUNTIME_DIR={runtime}"
        lines = self.lines(parameters(text))
        self.postfix.set(**FOR_COMMANDS, **lines, export_environment=exported)
        command = [self.program.command, "serve", "--users", "system", "--hand-over", socket]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_until(socket.exists, "the server")
            yield
        finally:
            server.terminate()
            server.wait(60)
            self.postfix.set(export_environment="TZ MAIL_CONFIG LANG")

    def lines(self, example: dict[str, str]) -> dict[str, str]:
        """What the example sets."""
        return example


class HandOverAlone(HandOver):
    """The same without what makes 75 of every other status: Postfix starts no shell for it."""

    name = "maildrop-py-deliver, mailbox_command without shell"

    def lines(self, example: dict[str, str]) -> dict[str, str]:
        return example | {"mailbox_command": example["mailbox_command"].partition(" ")[0]}


class Dovecot(Way):
    """Dovecot's LMTP server with Pigeonhole, for users without accounts."""

    name = "Dovecot LMTP + Sieve"
    installed = staticmethod(lambda: dovecot() is not None)

    @contextmanager
    def working(self) -> Iterator[None]:
        folder = ground() / "dovecot"
        server = _DovecotOf(folder, self.account)
        server.socket.chmod(0o666)
        self.address, self.maildir = f"anna@{VIRTUAL}", folder / "users/anna"
        self.postfix.set(virtual_transport=f"open-lmtp:unix:{server.socket}")
        try:
            yield
        finally:
            server.stop()
            shutil.rmtree(folder)


class _DovecotOf(DovecotLmtp):
    """Run by the account, which mail is delivered for."""

    def __init__(self, folder: Path, account: Account) -> None:
        self._account = account
        super().__init__(folder)

    def command(self) -> list[str]:
        self._account.own(self.folder)
        uid, gid = self._account.ids
        user = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
        return [*user, *as_user(super().command)]


WAYS: list[type[Way]] = [
    *(
        ServeVirtual,
        ServeAccounts,
        Dovecot,
        Procmail,
        ProcmailOfDebian,
        HandOver,
        HandOverAlone,
        Deliver,
    )
]
