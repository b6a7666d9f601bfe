"""users: the accounts of this machine that receive mail, and the rules of each."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator

from maildrop_py.paths import UserPaths
from maildrop_py.report.visible import visible
from maildrop_py.set_up.check_result import OK, WARNING, WRONG, CheckResult
from maildrop_py.set_up.file_access import User
from maildrop_py.set_up.program_path import module_command
from maildrop_py.translation import text

PATIENCE = 60.0  # seconds for one user's rules
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
    about = text("rules of {name}", name=user.name)
    try:
        done = _checked(user)
    except subprocess.TimeoutExpired as error:
        yield CheckResult(WRONG, about, str(error))
        return
    for line in done.stderr.splitlines():
        yield CheckResult(WARNING if line.endswith("[warning]") else WRONG, about, visible(line))
    if done.returncode == 0:
        yield CheckResult(OK, about, path)


def _checked(user: User) -> subprocess.CompletedProcess[str]:
    """What `check` says, run as the user, who may do with that process what they like."""
    return subprocess.run(
        [*module_command("maildrop_py"), "check", "--offline"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        user=user.uid,
        group=pwd.getpwuid(user.uid).pw_gid,
        extra_groups=list(user.groups),
        timeout=PATIENCE,
        env={"HOME": user.home, "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )
