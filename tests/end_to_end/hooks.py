"""hooks: the three ways in which Postfix hands a message to a program.

Each installs what `maildrop-py init` prints, to the letter.
"""

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
        parameter, _, value = self.program.hook("Postfix, for all users").partition(" = ")
        self.postfix.set(**{parameter: value})


class DotForward(Hook):
    """local(8) with the user's own `.forward`."""

    name = ".forward"

    def install(self) -> None:
        line = self.program.hook("Postfix or Exim, for one user")
        self.account.write(self.account.home / ".forward", f"{line}\n", 0o644)


class Pipe(Hook):
    """pipe(8): a transport of master.cf, which tells the program by options only."""

    name = "pipe"
    domain = PIPED

    def install(self) -> None:
        lines = self.program.hook("Postfix, for virtual users")
        self.postfix.service(lines.replace("user=vmail", f"user={self.account.name}"))


HOOKS: list[type[Hook]] = [MailboxCommand, DotForward, Pipe]
