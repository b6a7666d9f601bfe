"""listening: where a server listens and as which user it runs, from the command line."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable, Mapping

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import Credentials, credentials_named
from maildrop_py.lmtp.server.listeners import Listener, inherited_listeners, listen_tcp, listen_unix

SYSTEM_HOOK_SOCKET = "/run/maildrop-py/deliver"
HOOK_MODE = 0o666  # whoever connects gets mail delivered as that user alone


def listeners_of(
    listen: tuple[str, ...],
    mode: str,
    owner: str | None,
    group: str | None,
    example: str,
    xforward: bool = False,
) -> list[Listener]:
    """The sockets that systemd passed, and those that `listen` names; raises UsageError.

    Without an `example` to give, there may be none.
    """
    listeners = inherited_listeners(os.environ)
    permissions, ids = _mode(mode), _ids(owner, group)
    for place in listen:
        try:
            listeners.append(listener_at(place, permissions, ids, xforward=xforward))
        except OSError as error:
            raise UsageError(f"--listen {place}: {error.strerror or error}") from error
        except UsageError as error:
            raise UsageError(f"--listen {place}: {error}") from error
    if not listeners and example:
        raise UsageError(f"nowhere to listen: use --listen {example}")
    return listeners


def hook_listeners(
    given: str | None, for_accounts: bool, environ: Mapping[str, str], log: Callable[[str], None]
) -> list[Listener]:
    """The socket of the native hook: what is `given`, else where the hook looks for it.

    Without an option, a user's own server makes it below XDG_RUNTIME_DIR, and root's,
    for the accounts of the machine, in /run/maildrop-py if that is there. Then it is
    no mistake if another server has it already.
    """
    if given == "none":
        return []
    if given is not None:
        return [listen_unix(given, HOOK_MODE, packets=True)]
    path = _usual_hook_socket(for_accounts, environ)
    if not path:
        return []
    try:
        return [listen_unix(path, HOOK_MODE, packets=True)]
    except (OSError, UsageError) as error:
        log(f"nothing is handed over by the hook: {error}")
        return []


def _usual_hook_socket(for_accounts: bool, environ: Mapping[str, str]) -> str:
    if os.geteuid() == 0:
        is_there = for_accounts and os.path.isdir(os.path.dirname(SYSTEM_HOOK_SOCKET))
        return SYSTEM_HOOK_SOCKET if is_there else ""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if not os.path.isdir(runtime):
        return ""
    os.makedirs(f"{runtime}/maildrop-py", 0o700, exist_ok=True)
    return f"{runtime}/maildrop-py/deliver"


ANY = -1, -1
"""Owner and group as they are."""


def listener_at(
    place: str, mode: int, ids: tuple[int, int], what: str = "LMTP is", xforward: bool = False
) -> Listener:
    """A socket at a path or ADDRESS:PORT; raises UsageError and OSError.

    `what` begins the sentence that other addresses than loopback ones are refused by.
    """
    path = place.removeprefix("unix:")
    if path.startswith("/"):
        return listen_unix(path, mode, *ids)
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535 or place != path:
        raise UsageError("this is not an absolute path, and not ADDRESS:PORT")
    return listen_tcp(host.strip("[]"), int(port), what, xforward=xforward)


def credentials_of_user(user: str | None, usual: str) -> Credentials | None:
    """Those of a server that was started as root; None for our own."""
    if os.geteuid() != 0:
        if user and user != pwd.getpwuid(os.geteuid()).pw_name:
            raise UsageError(f"only root can run as {user}")
        return None
    return credentials_named(user or usual)


def _mode(text: str) -> int:
    try:
        mode = int(text, 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777:
        raise UsageError(f"--mode {text}: these are not permissions in octal, such as 0660")
    return mode


def _ids(owner: str | None, group: str | None) -> tuple[int, int]:
    """uid and gid of the socket; -1 for what was not given."""
    uid = gid = -1
    if owner:
        try:
            uid = pwd.getpwnam(owner).pw_uid
        except KeyError:
            raise UsageError(f"--owner {owner}: there is no such user") from None
    if group:
        try:
            gid = grp.getgrnam(group).gr_gid
        except KeyError:
            raise UsageError(f"--group {group}: there is no such group") from None
    return uid, gid
