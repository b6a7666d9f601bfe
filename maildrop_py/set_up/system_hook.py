"""system_hook: how a mail server is told to hand the mail of all users of the machine over.

There is one class for each mail server: `postfix_hook`, `exim_hook`, `opensmtpd_hook`.
"""

from __future__ import annotations

import pwd
from typing import Protocol

from maildrop_py.set_up.changes import Changes
from maildrop_py.set_up.old_filters import found_filters


class SystemHook(Protocol):
    """`name` is what people call the mail server; `line` the shell command that it is to run."""

    name: str
    line: str

    def is_done(self) -> bool:
        """Whether its settings have the line already."""

    def why_not(self, users: list[pwd.struct_passwd]) -> str:
        """Why its settings are not to be touched, "" if they may be."""

    def put(self, changes: Changes) -> None:
        """Change the settings; raises Permanent, with nothing changed, if the server would not
        take them."""

    def take_back(self, changes: Changes) -> None:
        """Undo what `put` did last."""

    def start_again(self) -> bool:
        """Let a running server read its settings; whether it delivers by them now."""


def with_old_rules(users: list[pwd.struct_passwd]) -> str:
    """The names of those who have a filter of another program, "" if nobody has."""
    return ", ".join(it.pw_name for it in users if found_filters(it.pw_dir))
