"""folders: mailbox names of a Sieve script as folders of the rules.

What stands between the levels is the server's setting: it is taken to be `/` where a name
has one, else `.` where names look like that. A prefix `INBOX.` of every name is the
server's, and left away.
"""

from __future__ import annotations

from maildrop_py.convert.marks import as_template
from maildrop_py.record import record

INBOX = "INBOX"
_UNSAFE = str.maketrans(dict.fromkeys("\\*%#:", "_"))


@record
class Folder:
    """A mailbox as the script names it, marks in it."""

    name: str


def separator_of(names: list[str]) -> str:
    """`/` or `.`."""
    others = [name for name in names if name.upper() != INBOX]
    return (
        "."
        if others and not any("/" in n for n in others) and any("." in n for n in others)
        else "/"
    )


def folder_of(name: str, names: list[str]) -> str:
    """The folder of the rule language, a template; `names` are all that the script has."""
    if name.upper() == INBOX:
        return INBOX
    if name.startswith("\\"):
        return name
    separator = separator_of(names)
    prefix = INBOX + separator
    others = [each for each in names if each.upper() != INBOX]
    if separator == "." and all(each.upper().startswith(prefix) for each in others):
        name = name[len(prefix) :]
    levels = [level.translate(_UNSAFE).lstrip(".~ ") for level in name.split(separator)]
    if separator == "/":
        levels = [level.replace(".", "_") for level in levels]
    levels = [f"{level}_" if level in ("cur", "new", "tmp") else level for level in levels if level]
    return as_template("/".join(levels)) or INBOX
