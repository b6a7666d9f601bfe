"""postfix_hook: Postfix runs our line for all users, as its `mailbox_command`.

Guarantee: settings by which local mail goes elsewhere are left alone.
"""

from __future__ import annotations

import pwd

from maildrop_py.paths import PROGRAM
from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.mail_server import POSTFIX, Postfix
from maildrop_py.set_up.system_hook import with_old_rules
from maildrop_py.translation import text

COMMAND = "mailbox_command"
BEFORE_IT = ("mailbox_transport", "mailbox_transport_maps", "mailbox_command_maps")
"""Settings of Postfix by which local mail never reaches `mailbox_command`."""


class PostfixHook:
    """See `system_hook.SystemHook`."""

    name = POSTFIX

    def __init__(self, postfix: Postfix, line: str) -> None:
        self._postfix, self.line = postfix, line

    def is_done(self) -> bool:
        return self._postfix.value(COMMAND) == self.line

    def why_not(self, users: list[pwd.struct_passwd]) -> str:
        for name in BEFORE_IT:
            if value := self._postfix.effective(name):
                return text("{name} = {value} delivers local mail", name=name, value=value)
        now = self._postfix.value(COMMAND)
        if now and PROGRAM not in now and (names := with_old_rules(users)):
            wording = "{name} = {value}, and {names} may have rules there: convert them first"
            return text(wording, name=COMMAND, value=now, names=names)
        return ""

    def put(self, changes: Changes) -> None:
        changes.set_parameter(self._postfix, COMMAND, self.line)

    def take_back(self, changes: Changes) -> None:
        changes.take_back_last(self._postfix)

    def start_again(self) -> bool:
        return self._postfix.is_running()
