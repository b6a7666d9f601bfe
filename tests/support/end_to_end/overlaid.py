"""overlaid: a private view of this machine in which other Debian packages are unpacked.

Debian lets only one mail server be installed. So Exim and OpenSMTPD are unpacked
over /etc, /usr and /var in a mount namespace of their own, where those folders
are overlays on a tmpfs: nobody else sees anything of it, and it is gone with its
last process.

Known limit: an account made later than the view may not be seen in it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.end_to_end.requirements import need

SET_UP = """\
set -e
mount -t tmpfs tmpfs "$1"
for folder in etc usr var; do
    mkdir "$1/$folder" "$1/$folder.work"
    mount -t overlay -o "lowerdir=/$folder,upperdir=$1/$folder,workdir=$1/$folder.work" \\
        overlay "/$folder"
    test ! -d "$2/$folder" || cp -a "$2/$folder/." "/$folder"
done
echo ready
exec cat
"""


class Overlaid:
    """One such view; it lasts until `close`, or until this process ends.

    Where the machine does not allow it, the test is skipped.
    """

    def __init__(self, folder: Path, unpacked: Path) -> None:
        folder.mkdir()
        command = ["unshare", "--mount", "sh", "-c", SET_UP, "sh", str(folder), str(unpacked)]
        pipe = subprocess.PIPE
        self._holder = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._holder.stdout
        if self._holder.stdout.readline() != "ready\n":
            self._holder.communicate()
            pytest.skip("cannot mount overlays in a namespace here (a container?)")

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` inside the view."""
        namespace = f"--mount=/proc/{self._holder.pid}/ns/mnt"
        return ["nsenter", namespace, "--wd=/", "--", *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run `command` inside the view; AssertionError with its output if it fails."""
        ran = subprocess.run(self.command(*command), capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        return ran

    def uid(self, user: str) -> int:
        """The number of a user who may be there in the view only."""
        return int(self.run("id", "-u", user).stdout)

    def write(self, path: str, text: str) -> None:
        """Write a file inside the view, its folder made if need be."""
        script = 'mkdir -p "${1%/*}" && cat >"$1"'
        command = self.command("sh", "-c", script, "sh", path)
        subprocess.run(command, input=text, text=True, check=True)

    def read(self, path: str) -> str:
        """The text of a file inside the view; "" if there is none."""
        ran = subprocess.run(self.command("cat", path), capture_output=True, check=False)
        return ran.stdout.decode("utf-8", "replace")

    def close(self) -> None:
        """Let go of the view; what still runs inside it should be ended before."""
        self._holder.communicate()


def unpack(folder: Path, package: str) -> Path | None:
    """Download and unpack a Debian package and what it needs; None where that cannot be done.

    apt is asked to install it, which would remove the installed mail server, but only
    ever downloads.
    """
    need("unshare", "nsenter", "apt-get", "dpkg")
    root = folder / "root"
    if root.exists():
        return root
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    shutil.chown(folder / "partial", "_apt")
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "--download-only"]
    options = ["-o", f"Dir::Cache::archives={folder}/", "-o", "Debug::NoLocking=1"]
    download = subprocess.run([*command, *options, package], check=False, capture_output=True)
    packages = list(folder.glob("*.deb"))
    if download.returncode != 0 or not packages:
        return None
    for file in packages:
        subprocess.run(["dpkg", "-x", file, root], check=True)
    return root
