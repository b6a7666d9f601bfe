"""listeners: opens the sockets that clients connect to, or takes those of systemd.

A Unix socket appears under its name only when its mode and owner are right
(`unix_socket`), so nobody else can connect at any moment. It replaces a dead
socket of the same name, never a live one and never anything else. TCP is for
loopback alone: LMTP has neither passwords nor encryption.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.server import unix_socket
from maildrop_py.message import ip
from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping

FIRST_PASSED = 3  # sd_listen_fds(3)


@record
class Listener:
    """A listening socket. With `xforward`, its clients may use XFORWARD.

    A socket of packets (SOCK_SEQPACKET) is not for LMTP: messages are handed over by
    their descriptors there.

    `path` and `inode` are those of a Unix socket that is removed at the end.
    """

    socket: socket.socket
    xforward: bool = False
    path: str = ""
    inode: int = 0

    @property
    def takes_packets(self) -> bool:
        """Whether it is for the native hook, not for LMTP."""
        return self.socket.type == socket.SOCK_SEQPACKET

    @property
    def trusted_uids(self) -> tuple[int, ...]:
        """Who may have nearly all sessions: root, and the socket's owner, the mail server."""
        if self.socket.family != socket.AF_UNIX:
            return ()
        try:
            return (0, os.stat(self.address).st_uid)
        except (OSError, ValueError):  # an abstract name, or removed meanwhile
            return (0,)

    @property
    def address(self) -> str:
        """Where clients connect, for messages."""
        if self.socket.family == socket.AF_UNIX:
            name = self.path or self.socket.getsockname()
            return name if isinstance(name, str) else os.fsdecode(name)
        host, port = self.socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listen_unix(
    path: str,
    mode: int = 0o660,
    uid: int = -1,
    gid: int = -1,
    *,
    xforward: bool = True,
    packets: bool = False,
) -> Listener:
    """Listen on the Unix socket `path`; -1 leaves owner or group as they are.

    Whoever may write to the socket may send mail, and may use XFORWARD unless
    `xforward` is off. Raises UsageError if something else is at `path`
    or a server answers there, OSError if it cannot be made.
    """
    kind = socket.SOCK_SEQPACKET if packets else socket.SOCK_STREAM
    _remove_dead_socket(path, kind)
    made = unix_socket.listen(path, mode, uid, gid, kind)
    return Listener(made, xforward, path, _inode(path))


def listen_tcp(host: str, port: int, what: str = "LMTP is", *, xforward: bool = False) -> Listener:
    """Listen on a loopback address.

    Any local user can connect here, so XFORWARD is off unless asked for.
    Raises UsageError for any other address, OSError if it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not _is_loopback(host):
        raise UsageError(f"{what} for loopback addresses only, not {host}")
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(unix_socket.BACKLOG)
    return Listener(listener, xforward)


def inherited_listeners(environment: MutableMapping[str, str]) -> list[Listener]:
    """The sockets that systemd passed to this process (sd_listen_fds(3)), perhaps none.

    Takes LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES out of `environment`, so
    that no child believes they are its own. Raises UsageError for a socket
    that is not a listening stream on a Unix path or a loopback address.
    """
    pid = environment.pop("LISTEN_PID", "")
    count = environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdigit():
        return []
    return [_inherited(fd) for fd in range(FIRST_PASSED, FIRST_PASSED + int(count))]


def close_listener(listener: Listener) -> None:
    """Close the listener; remove its name if it is still this socket's.

    A process that has given up root may not be allowed to. Then the name stays,
    and the next server replaces it.
    """
    listener.socket.close()
    with suppress(PermissionError):
        if listener.path and _inode(listener.path) == listener.inode:
            os.unlink(listener.path)


def _inherited(fd: int) -> Listener:
    os.set_inheritable(fd, False)
    try:
        listener = socket.socket(fileno=fd)
        listening = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise UsageError(f"descriptor {fd}, passed by systemd, is not a socket") from error
    unix = listener.family == socket.AF_UNIX
    kinds = (socket.SOCK_STREAM, socket.SOCK_SEQPACKET) if unix else (socket.SOCK_STREAM,)
    if not listening or listener.type not in kinds:
        raise UsageError(f"descriptor {fd}, passed by systemd, is not a listening stream socket")
    if not unix and not _is_loopback(listener.getsockname()[0]):
        raise UsageError(f"LMTP is for loopback addresses only, not {listener.getsockname()[0]}")
    return Listener(listener, unix)


def _remove_dead_socket(path: str, kind: int) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise UsageError(f"{path} exists and is not a socket")
    if _answers(path, kind):
        raise UsageError(f"a server listens on {path} already")


def _answers(path: str, kind: int) -> bool:
    with socket.socket(socket.AF_UNIX, kind) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            return True  # its backlog is full
        except OSError:
            return False
    return True


def _inode(path: str) -> int:
    try:
        return os.lstat(path).st_ino
    except FileNotFoundError:
        return 0


def _is_loopback(host: str) -> bool:
    address = ip.parse(host)
    return address is not None and ip.is_loopback(address)
