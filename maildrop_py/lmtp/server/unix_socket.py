"""unix_socket: makes a Unix socket in a directory that others may be able to change.

The socket is made and gets its owner in a new directory that only this process can
enter, and is then renamed to its place. So whoever owns the place can replace the
socket, as they always can, but cannot make root change the owner or the mode of
anything else, whatever they put there at whatever moment. Nothing is changed by a
name that others could redirect: the mode comes from the umask, and the owner is set
inside the private directory, without following links.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

from maildrop_py.errors import UsageError

NAME = "socket"
BACKLOG = 1024


def listen(
    path: str, mode: int, uid: int = -1, gid: int = -1, kind: int = socket.SOCK_STREAM
) -> socket.socket:
    """A socket of a kind that listens on `path`, with permissions `mode`.

    -1 leaves owner or group as they are. Raises OSError, and UsageError if the
    private directory was not ours.
    """
    parent, name = os.path.split(path)
    place = os.open(parent or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    private = f".{name}.{os.getpid()}"
    try:
        os.mkdir(private, 0o700, dir_fd=place)
        try:
            return _bind_inside(place, private, name, (mode, kind), (uid, gid))
        finally:
            with suppress(OSError):
                os.rmdir(private, dir_fd=place)
    finally:
        os.close(place)


def _bind_inside(
    place: int, private: str, name: str, how: tuple[int, int], ids: tuple[int, int]
) -> socket.socket:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    inside = os.open(private, flags, dir_fd=place)
    try:
        found = os.fstat(inside)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise UsageError(f"{private} was replaced while the socket was being made")
        made = _bind_here(inside, *how)
        try:
            os.chown(NAME, *ids, dir_fd=inside, follow_symlinks=False)
            made.listen(BACKLOG)
            os.rename(NAME, name, src_dir_fd=inside, dst_dir_fd=place)
        except OSError:
            made.close()
            os.unlink(NAME, dir_fd=inside)
            raise
        return made
    finally:
        os.close(inside)


def _bind_here(directory: int, mode: int, kind: int) -> socket.socket:
    """Bind in the directory itself, not in what its name may mean by now."""
    made = socket.socket(socket.AF_UNIX, kind)
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC)
    umask = os.umask(0o777 & ~mode)
    try:
        os.fchdir(directory)
        made.bind(NAME)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(umask)
        os.fchdir(here)
        os.close(here)
    return made
