"""hooks: the ways in which Postfix hands a message to a program.

Each installs a file of examples/, to the letter.
"""

from __future__ import annotations

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example, lines, parameters
from tests.support.end_to_end.postfix import DOMAIN, VIRTUAL, Postfix
from tests.support.end_to_end.program import Program


class Hook:
    """How mail for one account gets to the program; `install` sets it up."""

    name = ""
    domain = DOMAIN

    def __init__(self, postfix: Postfix, account: Account, program: Program) -> None:
        self.postfix, self.account, self.program = postfix, account, program

    def install(self) -> None:
        """Tell Postfix, or write what the user would write."""
        raise NotImplementedError

    def example(self, name: str) -> str:
        """A file of examples/postfix, for the installed program."""
        return example(f"postfix/{name}", {PROGRAM: self.program.command})

    def address(self, extension: str = "") -> str:
        """The account's address, with an extension where one is given."""
        return f"{self.account.name}{'+' if extension else ''}{extension}@{self.domain}"


class MailboxCommand(Hook):
    """local(8) with `mailbox_command`: for all users of the machine."""

    name = "mailbox_command"

    def install(self) -> None:
        self.postfix.set(**parameters(self.example("deliver-system.cf")))


class Native(Hook):
    """local(8) with the native hook, and no server that it could hand a message to."""

    name = "native hook"

    def install(self) -> None:
        if not self.program.hook.exists():
            pytest.skip("needs a C compiler")
        self.postfix.set(**parameters(self.example("hand-over-system.cf")))


class DotForward(Hook):
    """local(8) with the user's own `.forward`."""

    name = ".forward"

    def install(self) -> None:
        text = self.example("dot-forward")
        self.account.write(self.account.home / ".forward", text, 0o644)


class Pipe(Hook):
    """pipe(8): a transport of master.cf, which tells the program by options only."""

    name = "pipe"
    domain = VIRTUAL

    def install(self) -> None:
        service = self.example("deliver-virtual.master.cf")
        self.postfix.service(lines(service.replace("user=vmail", f"user={self.account.name}")))
        self.postfix.set(**parameters(example("postfix/deliver-virtual.main.cf")))


HOOKS: list[type[Hook]] = [MailboxCommand, Native, DotForward, Pipe]
