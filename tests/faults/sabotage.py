"""sabotage: deliveries broken on purpose, each in a way that only a power failure shows.

What finds nothing wrong with these would find nothing wrong with a program that
loses mail. They work through the module `os` and our own functions, so that
the rest of the delivery stays what it is.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.snapshot import interpreter

NO_FILE_SYNC = """
import os, stat
sync = os.fsync
os.fsync = lambda fd: None if stat.S_ISREG(os.fstat(fd).st_mode) else sync(fd)
"""

NO_DIRECTORY_SYNC = """
import os, stat
sync = os.fsync
os.fsync = lambda fd: None if stat.S_ISDIR(os.fstat(fd).st_mode) else sync(fd)
"""

NO_SYNC_OF_NEW_FOLDERS = """
from maildrop_py.maildir import folder_making
folder_making.sync_directory = lambda path: None
"""

PUBLISHED_BEFORE_SYNC = """
from maildrop_py.delivery import deliver
sync_files, publish = deliver.Delivery.sync_files, deliver.Delivery.publish
deliver.Delivery.sync_files = lambda self: None
deliver.Delivery.publish = lambda self: (publish(self), sync_files(self))
"""

RENAMED_BEFORE_SYNC = (
    """
import os
def link(old, new): os.rename(old, new)
os.link = link
"""
    + PUBLISHED_BEFORE_SYNC
)

TOLD_BEFORE_DIRECTORY_SYNC = """
from maildrop_py.delivery import deliver
from maildrop_py.lmtp.server import group_commit as groups
deliver.sync_directories = lambda deliveries: None
groups._sync_directory = lambda path: None
"""

WRITTEN_IN_PLACE = """
import os
def seen(path): return str(path).replace('.Hello/tmp/', '.Hello/cur/')
real, link, unlink = os.open, os.link, os.unlink
os.open = lambda path, *more, **named: real(seen(path), *more, **named)
os.link = lambda old, new: link(seen(old), new)
os.unlink = lambda path: unlink(seen(path))
"""

HALF_WAY = """
import os
write, read, pread, copy = os.write, os.read, os.pread, os.copy_file_range
os.write = lambda fd, data: write(fd, bytes(data)[: max(1, len(data) // 2)])
os.read = lambda fd, size: read(fd, max(1, size // 2))
os.pread = lambda fd, size, offset: pread(fd, max(1, size // 2), offset)
os.copy_file_range = lambda a, b, size, *at: copy(a, b, max(1, size // 2), *at)
"""
"""Every call that moves bytes moves half of those it is asked for, as it always may."""

_THEN_RUN = """
import os, runpy, sys
del sys.argv[0]
behind = f"{sys.argv[0]}-script"  # where the command is native
runpy.run_path(behind if os.path.exists(behind) else sys.argv[0], run_name='__main__')
"""

SABOTAGES = {
    "no fsync of the file": NO_FILE_SYNC,
    "no fsync of any directory": NO_DIRECTORY_SYNC,
    "no fsync of the directory of the message": TOLD_BEFORE_DIRECTORY_SYNC,
    "no fsync of new folders": NO_SYNC_OF_NEW_FOLDERS,
    "visible before fsync": PUBLISHED_BEFORE_SYNC,
    "rename before fsync": RENAMED_BEFORE_SYNC,
    "written where it is visible": WRITTEN_IN_PLACE,
}


def broken_by(sabotage: str, command: Path) -> list[str]:
    """The command under which our own `command`, given behind it, runs broken so."""
    return [str(interpreter(command)), "-c", sabotage + _THEN_RUN]
