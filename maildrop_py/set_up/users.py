"""users: the accounts of this machine that receive mail, and the rules of each."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator

from maildrop_py.paths import UserPaths
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.set_up.file_access import User
from maildrop_py.set_up.program_path import module_command
from maildrop_py.translation import text

LOWEST, HIGHEST = 1000, 59999  # uids of ordinary users


def ordinary_users() -> list[User]:
    """The accounts that people receive mail at: those with a home."""
    found = (it for it in pwd.getpwall() if LOWEST <= it.pw_uid <= HIGHEST)
    return [User(it) for it in found if os.path.isdir(it.pw_dir)]


def about_rules_of(user: User) -> Iterator[CheckResult]:
    """The rules of another user, checked as that user: who may write to them counts."""
    path = UserPaths.below(user.home).rules
    if not os.path.exists(path):
        return
    done = subprocess.run(
        [*module_command("maildrop_py"), "check", "--offline"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        user=user.uid,
        group=pwd.getpwuid(user.uid).pw_gid,
        extra_groups=list(user.groups),
        env={"HOME": user.home, "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
    about = text("rules of {name}", name=user.name)
    for line in done.stderr.splitlines():
        yield CheckResult(WARNING if line.endswith("[warning]") else WRONG, about, line)
    if done.returncode == 0:
        yield CheckResult(OK, about, path)
