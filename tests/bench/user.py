"""user: whose rights the measured commands have; an ordinary user's, always.

Where root measures, an account is made for it and removed at the end, because
some rivals look into the password file for a home and stop without one.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from tests.support.end_to_end.account import Account

T = TypeVar("T")


@cache
def ground() -> Path:
    """A folder for everything that is measured; any user may enter it."""
    folder = Path(tempfile.mkdtemp(prefix="maildrop-py-bench-"))
    folder.chmod(0o755)
    return folder


@cache
def account() -> Account:
    """The account that is made where root measures."""
    account = Account(ground())
    account.create()
    return account


@contextmanager
def measuring() -> Iterator[None]:
    """Take the ground and the account away when everything is measured."""
    try:
        yield
    finally:
        if os.geteuid() == 0:
            account().remove()
        shutil.rmtree(ground(), ignore_errors=True)


def name() -> str:
    """The user's name."""
    return account().name if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def hand_over(place: Path) -> None:
    """Give `place` and everything below it to the user."""
    if os.geteuid() == 0:
        for path in [place, *place.rglob("*")]:
            account().own(path)


def as_ordinary_user() -> list[str]:
    """The command in front of a command that is to run with the user's rights."""
    if os.geteuid() != 0:
        return []
    uid, gid = account().ids
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]


def as_user(work: Callable[[], T]) -> T:
    """`work()` done with the user's rights in a child process; its result must be plain JSON.

    Raises OSError with the text of any OSError in the child.
    """
    if os.geteuid() == 0:
        account()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(writer, "w") as pipe:
            json.dump(_answer(work), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = json.load(pipe)
    os.waitpid(pid, 0)
    if "error" in answer:
        raise OSError(answer["error"])
    result: T = answer["result"]
    return result


def _answer(work: Callable[[], T]) -> dict[str, object]:
    try:
        if os.geteuid() == 0:
            uid, gid = account().ids
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        return {"result": work()}
    except OSError as error:
        return {"error": str(error)}
