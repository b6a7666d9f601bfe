"""listening: where a server listens and as whom it runs, as the command line tells it."""

from __future__ import annotations

import grp
import os
import pwd

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.privileges import Credentials, credentials_named
from maildrop_py.lmtp.server.listeners import Listener, inherited_listeners, listen_tcp, listen_unix


def listeners_of(
    listen: tuple[str, ...],
    mode: str,
    owner: str | None,
    group: str | None,
    example: str,
    xforward: bool = False,
) -> list[Listener]:
    """The sockets that systemd passed, and those that `listen` names; raises UsageError."""
    listeners = inherited_listeners(os.environ)
    for place in listen:
        if place.startswith("/"):
            listeners.append(listen_unix(place, _mode(mode), *_ids(owner, group)))
            continue
        host, colon, port = place.rpartition(":")
        if not colon or not port.isdigit():
            raise UsageError(f"--listen {place}: neither a path from / on nor ADDRESS:PORT")
        listeners.append(listen_tcp(host.strip("[]"), int(port), xforward=xforward))
    if not listeners:
        raise UsageError(f"say where to listen: --listen {example}")
    return listeners


def credentials_of_user(user: str | None, usual: str) -> Credentials | None:
    """Whom a server becomes that was started as root; None for who we are."""
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
        raise UsageError(f"--mode {text}: no permissions in octal, such as 0660")
    return mode


def _ids(owner: str | None, group: str | None) -> tuple[int, int]:
    """uid and gid of the socket; -1 for what is not told."""
    try:
        uid = pwd.getpwnam(owner).pw_uid if owner else -1
        return uid, grp.getgrnam(group).gr_gid if group else -1
    except KeyError as error:
        raise UsageError(f"--owner, --group: {error.args[0]}") from error
