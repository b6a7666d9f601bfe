"""network_file_system: whether other machines may change a directory unseen.

The kernel tells of changes that it makes itself. What another machine does on a
network file system, or a program behind a FUSE mount, it does not see; there
one has to look. [inotify(7), "Limitations and caveats"]
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
    """Whether `path` lies on such a file system; False where that cannot be told."""
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return False
    path = os.path.realpath(path)
    kind, longest = "", -1
    for line in lines:
        place, here = _mount(line)
        inside = path == place or path.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= longest:  # of two on one place the later one counts
            kind, longest = here, len(place)
    return kind in KINDS or kind.startswith("fuse.")


def _mount(line: str) -> tuple[str, str]:
    """Mount point and kind of file system of a line of mountinfo (proc(5))."""
    before, _, behind = line.partition(" - ")
    words = before.split(" ")
    place = words[4] if len(words) > 4 else "\0"
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, character)
    return place, behind.partition(" ")[0]
