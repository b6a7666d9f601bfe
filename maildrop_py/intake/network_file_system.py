"""network_file_system: whether other machines may change a directory unseen.

The kernel reports the changes that it makes itself. It does not see what another
machine does on a network file system, or a program behind a FUSE mount; there
one has to look again and again. [inotify(7), "Limitations and caveats"]
"""

from __future__ import annotations

import os

KINDS = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb", "smb2", "smb3", "smbfs"),
        *("vboxsf", "virtiofs", "vmhgfs"),
    }
)


def is_network(path: str, mounts: str = "/proc/self/mountinfo") -> bool:
    """Whether `path` is on such a file system; False where that is not known."""
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return False
    path = os.path.realpath(path)
    kind, longest = "", -1
    for line in lines:
        mount_point, here = _mount(line)
        inside = path == mount_point or path.startswith(mount_point.rstrip("/") + "/")
        if inside and len(mount_point) >= longest:  # of two on one mount point the later counts
            kind, longest = here, len(mount_point)
    return kind in KINDS or kind.startswith("fuse.")


def _mount(line: str) -> tuple[str, str]:
    """Mount point and kind of file system of a line of mountinfo (proc(5))."""
    before, _, behind = line.partition(" - ")
    words = before.split(" ")
    mount_point = words[4] if len(words) > 4 else "\0"
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        mount_point = mount_point.replace(code, character)
    return mount_point, behind.partition(" ")[0]
