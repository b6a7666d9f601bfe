"""privileges: stops being root, for good.

All three user and group ids are set, so there is no way back, and that is
checked. Nothing in here is temporary: a process that could become root again
is root for whoever takes it over.
"""

from __future__ import annotations

import os
import pwd

from maildrop_py.errors import UsageError
from maildrop_py.record import record


@record
class Person:
    """Whom a process is to be: ids and all groups."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def person_named(name: str) -> Person:
    """The account `name`. Raises UsageError if there is none or if it is root."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise UsageError(f"there is no user {name}") from None
    if found.pw_uid == 0:
        raise UsageError(f"mail is never handled as root, and {name} is root")
    return Person(found.pw_uid, found.pw_gid, _groups(name, found.pw_gid))


def person_with(uid: int, gid: int) -> Person:
    """The account with this uid, whatever `gid` is; without an account, just these ids.

    So nobody can ask for a user of the system in a group that is not his.
    """
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return Person(uid, gid, (gid,))
    return Person(uid, account.pw_gid, _groups(account.pw_name, account.pw_gid))


def become(person: Person) -> None:
    """Give up root for `person`, irrevocably. Raises PermissionError if anything is left of it."""
    if person.uid == 0 or person.gid == 0 or 0 in person.groups:
        raise PermissionError("mail is never handled as root")
    os.setgroups(person.groups)
    os.setresgid(person.gid, person.gid, person.gid)
    os.setresuid(person.uid, person.uid, person.uid)
    if os.getresuid() != (person.uid,) * 3 or os.getresgid() != (person.gid,) * 3:
        raise PermissionError("the ids could not all be set")
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise PermissionError("root could be had back")


def _groups(name: str, gid: int) -> tuple[int, ...]:
    """The account's groups; group 0 is left out, it is root's."""
    return tuple(group for group in os.getgrouplist(name, gid) if group != 0)
