"""startup_check: can those who deliver run this program at all?

Workers and recipient processes have no rights of root. Where the interpreter or the
packages lie below /root (pyenv, pipx or uv used by root), they cannot read them, and
all mail would get 451. The same holds for a password file that they cannot read:
while the server runs, that is a temporary failure, but at the start it is a mistake.
Both are found before the server listens.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import become
from maildrop_py.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from maildrop_py.lmtp.processes.privileges import Credentials

MODULES = ("maildrop_py.serve.recipient_process", "maildrop_py.rules.program.compiler")
PACKAGES = ("yaml", "re2", "dns", "spf")
LONGEST = 60  # seconds
_PROGRAM = """
import sys
sys.path[:] = sys.argv[1:]
import importlib.util
for name in {modules}: __import__(name)
for name in {packages}:
    if importlib.util.find_spec(name) is None: sys.exit(name + " cannot be found or read")
"""


def check_interpreter(credentials: Credentials) -> None:
    """Raises UsageError, with the reason, if a process with these ids cannot run the program."""
    status, said = _tried(lambda writer: _try(credentials, writer))
    if status:
        reason = said[-1] if said else f"it ended with status {status}"
        raise UsageError(
            f"the processes that deliver (uid {credentials.uid}) cannot run {sys.executable}: "
            f"{reason}. Install Python and maildrop-py where every user may read them, "
            "such as a virtual environment below /opt made with /usr/bin/python3"
        )


def check_users_file(path: str, credentials: Credentials | None) -> None:
    """Raises UsageError, with the reason, if those who deliver cannot read a password file.

    `credentials` are those of the workers; None for our own.
    """
    status, said = _tried(lambda writer: _open(path, credentials, writer))
    if status:
        reason = said[-1] if said else f"it ended with status {status}"
        reader = f"the server's processes (uid {credentials.uid})" if credentials else "this user"
        raise UsageError(
            f"--users {path}: {reason}. Right would be a password file, with lines as in "
            f"passwd(5), that {reader} can read, or `--users system`"
        )


def _tried(child: Callable[[int], NoReturn]) -> tuple[int, list[str]]:
    """How a process ended that runs `child`, and the lines that it wrote."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(writer)
    os.close(writer)
    with open(reader, "rb") as output:
        said = output.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return os.waitpid(pid, 0)[1], said


def _open(path: str, credentials: Credentials | None, writer: int) -> NoReturn:
    """The child's whole life: to open the file with the rights of a worker."""
    status = 70
    try:
        if credentials is not None:
            become(credentials)
        os.close(open_regular(path))
        status = 0
    except BaseException as error:  # noqa: BLE001 - the outermost frame of this process
        why = getattr(error, "strerror", None) or str(error)
        with suppress(OSError):
            os.write(writer, why.encode("utf-8", "replace"))
    finally:
        os._exit(status)


def _try(credentials: Credentials, writer: int) -> NoReturn:
    """The child's whole life."""
    program = _PROGRAM.format(modules=MODULES, packages=PACKAGES)
    paths = [path for path in sys.path if path.startswith("/")]
    try:
        os.dup2(writer, 1)
        os.dup2(writer, 2)
        signal.alarm(LONGEST)
        become(credentials)
        os.chdir("/")
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-B", "-c", program, *paths])
    except BaseException as error:  # noqa: BLE001 - the outermost frame of this process
        with suppress(OSError):
            os.write(writer, str(error).encode("utf-8", "replace"))
    finally:
        os._exit(70)
