"""file_access: may a user read or run a file, by the permissions of all that is on the way to it?

Known limits: access control lists and security modules are not looked at.
"""

from __future__ import annotations

import os
import pwd
import stat

from maildrop_py.translation import text

READ, RUN = 0o4, 0o1


class User:
    """Who a program runs as: `uid`, `gid` and all the groups."""

    def __init__(self, found: pwd.struct_passwd) -> None:
        self.name, self.home = found.pw_name, found.pw_dir
        self.uid = found.pw_uid
        self.groups = {*os.getgrouplist(found.pw_name, found.pw_gid)}

    @classmethod
    def named(cls, name: str) -> User | None:
        """The account of that name; None if there is none."""
        try:
            return cls(pwd.getpwnam(name))
        except KeyError:
            return None


def why_not(user: User, path: str, wanted: int) -> str:
    """Why `user` cannot read (READ) or run (RUN) the file at `path`; "" if nothing forbids it."""
    real = os.path.realpath(path)
    if not os.path.exists(real):
        return text("{path} does not exist", path=path)
    if user.uid == 0:
        return ""
    *directories, last = _steps(real)
    for directory in directories:
        if not _may(user, os.stat(directory), RUN):
            return text("{name} may not enter {directory}", name=user.name, directory=directory)
    if not _may(user, os.stat(last), wanted):
        if wanted == RUN:
            return text("{name} may not run {path}", name=user.name, path=last)
        return text("{name} may not read {path}", name=user.name, path=last)
    return ""


def _may(user: User, found: os.stat_result, wanted: int) -> bool:
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid == user.uid:
        return bool(mode >> 6 & wanted)
    if found.st_gid in user.groups:
        return bool(mode >> 3 & wanted)
    return bool(mode & wanted)


def _steps(path: str) -> list[str]:
    return ["/", *(path[:at] for at in range(1, len(path)) if path[at] == "/"), path]
