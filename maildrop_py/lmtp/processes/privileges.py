"""privileges: gives up root, for good.

All three user and group ids are set, so there is no way back, and that is
checked. A process that could become root again would be root for whoever takes
it over.
"""

from __future__ import annotations

import grp
import os
import pwd

from maildrop_py.errors import UsageError
from maildrop_py.record import record

UNASSIGNED = range(61100, 61184)


@record
class Credentials:
    """The ids that a process runs with (credentials(7)): user, group and all groups."""

    uid: int
    gid: int
    groups: tuple[int, ...]


def credentials_named(name: str) -> Credentials:
    """The account `name`. Raises UsageError if there is none or if it is root."""
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise UsageError(f"there is no user {name}") from None
    if found.pw_uid == 0:
        raise UsageError(f"mail is never handled as root, and {name} is root")
    return Credentials(found.pw_uid, found.pw_gid, _groups(name, found.pw_gid))


def credentials_of(uid: int, gid: int) -> Credentials:
    """The account with this uid, whatever `gid` is; without an account, just these ids.

    So nobody can ask for a user of the system in a group that the user is not in.
    """
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return Credentials(uid, gid, (gid,))
    return Credentials(uid, account.pw_gid, _groups(account.pw_name, account.pw_gid))


def unused_credentials() -> Credentials:
    """Ids that belong to no account and no group of this machine.

    From a range that neither Debian nor systemd assigns (systemd's UIDS-GIDS.md). Raises
    UsageError if all are taken.
    """
    for number in UNASSIGNED:
        if not _is_account(number):
            return Credentials(number, number, (number,))
    raise UsageError("no unused uid was found for the workers: give one with --user")


def _is_account(number: int) -> bool:
    for look_up in (pwd.getpwuid, grp.getgrgid):
        try:
            look_up(number)
        except KeyError:
            continue
        return True
    return False


def become(credentials: Credentials) -> None:
    """Give up root for good. Raises PermissionError if anything is left of it."""
    if credentials.uid == 0 or credentials.gid == 0 or 0 in credentials.groups:
        raise PermissionError("mail is never handled as root")
    os.setgroups(credentials.groups)
    os.setresgid(credentials.gid, credentials.gid, credentials.gid)
    os.setresuid(credentials.uid, credentials.uid, credentials.uid)
    if os.getresuid() != (credentials.uid,) * 3 or os.getresgid() != (credentials.gid,) * 3:
        raise PermissionError("the ids could not all be set")
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise PermissionError("root could be had back")


def _groups(name: str, gid: int) -> tuple[int, ...]:
    """The account's groups; group 0 is left out, it is root's."""
    return tuple(group for group in os.getgrouplist(name, gid) if group != 0)
