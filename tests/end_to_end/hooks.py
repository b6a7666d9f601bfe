"""hooks: the three ways in which Postfix hands a message to a program."""

from __future__ import annotations

from .account import Account
from .postfix import DOMAIN, PIPED, Postfix
from .program import Program


class Hook:
    """How mail for one account gets to the program; `install` sets it up."""

    name = ""
    domain = DOMAIN

    def __init__(self, postfix: Postfix, account: Account, program: Program) -> None:
        self.postfix, self.account, self.program = postfix, account, program

    def install(self) -> None:
        """Tell Postfix, or write what the user would write."""
        raise NotImplementedError

    def address(self, extension: str = "") -> str:
        """The account's address, with an extension where one is given."""
        return f"{self.account.name}{'+' if extension else ''}{extension}@{self.domain}"


class MailboxCommand(Hook):
    """local(8) with `mailbox_command`: for all users of the machine."""

    name = "mailbox_command"

    def install(self) -> None:
        self.postfix.set(mailbox_command=self.program.hook())


class DotForward(Hook):
    """local(8) with the user's own `.forward`."""

    name = ".forward"

    def install(self) -> None:
        self.account.write(self.account.home / ".forward", f'"|{self.program.hook()}"\n', 0o644)


class Pipe(Hook):
    """pipe(8): a transport of master.cf, which tells the program by options only.

    The options are arguments of the shell, never part of what it reads as commands:
    a sender may put anything into them.
    """

    name = "pipe"
    domain = PIPED

    def install(self) -> None:
        told = ("sender", "recipient", "extension", "client-address", "client-name", "helo")
        macros = {"client-name": "client_hostname", "helo": "client_helo"}
        options = (f"--{name}=${{{macros.get(name, name.replace('-', '_'))}}}" for name in told)
        line = self.program.hook('"$@"').replace("$", "$$")
        self.postfix.service(
            "maildrop-py unix - n n - - pipe flags=DRX null_sender= "
            f"user={self.account.name} argv=/bin/sh -c {{{line}}} maildrop-py {' '.join(options)}"
        )


HOOKS: list[type[Hook]] = [MailboxCommand, DotForward, Pipe]
