"""scratch_root: a new Debian in a directory, with processes and a network of its own.

mmdebstrap makes it from the package archive that this machine uses. What runs in it sees neither
this machine's files nor its processes; only what `online` runs sees its network.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.support.end_to_end.examples import FOLDER
from tests.support.end_to_end.requirements import need

HOLD = """\
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t tmpfs tmpfs run
ip link set lo up
ip address add 192.0.2.1/32 dev lo
echo ready
exec cat
"""
NOT_YET = "#!/bin/sh\nexit 101\n"  # Debian asks: may a server that was just installed be started?


ADDRESS = "192.0.2.1"
"""Its address beside those of loopback: whoever connects to it comes from it."""


class ScratchRoot:
    """That Debian; it ends with `close`, and with it every process in it."""

    def __init__(self, path: Path, suite: str, archive: str) -> None:
        self.path = path
        command = ["mmdebstrap", "--quiet", "--variant=minbase", "--format=directory"]
        made = subprocess.run(
            [*command, suite, str(path), archive], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            pytest.skip(f"cannot make a Debian {suite} here: {made.stderr.strip()[-300:]}")
        self.write("/usr/sbin/policy-rc.d", NOT_YET, 0o755)
        spaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
        pipe = subprocess.PIPE
        self._holder = subprocess.Popen(
            [*spaces, "sh", "-c", HOLD, "sh", str(path)], stdin=pipe, stdout=pipe, text=True
        )
        assert self._holder.stdout
        if self._holder.stdout.readline() != "ready\n":
            self.close()
            pytest.skip("cannot make namespaces here (a container?)")
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text()
        self._inside = children.split()[0]

    def run(
        self, *command: str, check: bool = True, online: bool = False, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` in it; AssertionError with what it said if it fails and `check` is set."""
        ran = subprocess.run(
            self._entering(command, online),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0 or not check, (command, ran.stdout[-3000:], ran.stderr[-3000:])
        return ran

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start `command` in it, and do not wait for its end."""
        nothing = subprocess.DEVNULL
        return subprocess.Popen(
            self._entering(command), stdin=nothing, stdout=nothing, stderr=nothing
        )

    def _entering(self, command: tuple[str, ...], online: bool = False) -> list[str]:
        spaces = ["--mount", "--pid", *([] if online else ["--net"])]
        enter = ["nsenter", f"--target={self._inside}", *spaces, "--wd=/", "--"]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        environment += ["DEBIAN_FRONTEND=noninteractive"]
        return [*enter, "chroot", str(self.path), *environment, *command]

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file in it."""
        file = self.path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def files_named(self, word: str) -> list[str]:
        """The paths in it whose names have `word`; logs of apt and dpkg and /root left out."""
        found = (str(it.relative_to(self.path)) for it in self.path.rglob(f"*{word}*"))
        left_out = ("root/", "proc/", "var/lib/apt/", "var/cache/apt/", "var/log/")
        return sorted(it for it in found if not it.startswith(left_out))

    def close(self) -> None:
        """End everything in it and remove it."""
        self._holder.communicate()
        shutil.rmtree(self.path, ignore_errors=True)


class InBackground:
    """Runs `deliver` in `root` as a user again and again; `statuses` are what it ended with."""

    def __init__(self, root: ScratchRoot, user: str, message: str) -> None:
        self.statuses: list[int] = []
        self._root, self._user, self._message = root, user, message
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> InBackground:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        line = "/usr/bin/maildrop-py deliver || { [ $? = 77 ] && exit 77; exit 75; }"
        while not self._stop.is_set():
            command = ["runuser", "-u", self._user, "--", "env", f"HOME=/home/{self._user}"]
            ran = self._root.run(*command, "sh", "-c", line, check=False, stdin=self._message)
            self.statuses.append(ran.returncode)


def archive() -> tuple[str, str]:
    """(suite, address) of the package archive that this machine uses; the test is skipped
    where it uses none."""
    need("mmdebstrap", "unshare", "nsenter", "ip", "apt-get")
    form = "$(CREATED_BY) $(COMPONENT) $(CODENAME) $(SITE)"
    said = subprocess.run(
        ["apt-get", "indextargets", "--format", form], capture_output=True, text=True, check=False
    )
    rows = [line.split() for line in said.stdout.splitlines()]
    for kind, component, suite, site in (row for row in rows if len(row) == 4):
        if (kind, component) == ("Packages", "main") and not suite.endswith(
            ("-updates", "-security")
        ):
            return suite, site
    return pytest.skip("apt has no package archive here")


def built_package(folder: Path) -> Path:
    """The .deb that the one command of examples/debian makes; the test is skipped without PyPI."""
    need("dpkg-buildpackage", "dh", "gcc")
    command = [FOLDER / "debian/build", folder]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0 and "No matching distribution" in built.stderr + built.stdout:
        pytest.skip("what the package needs cannot be had from PyPI here")
    assert built.returncode == 0, built.stderr[-3000:]
    [found] = folder.glob("*.deb")
    return found
