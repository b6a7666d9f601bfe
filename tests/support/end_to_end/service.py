"""service: runs a systemd service by what its unit files say, where there is no systemd.

Of the units it honours: the socket with its owner and mode, which stays open while
the service is down; User, the bounding set of capabilities, file systems made
read-only but for what may be written, folders of state and cache, UMask,
readiness, watchdog, reload and stop. Where no mount namespace can be had, all
stays writable.
"""

from __future__ import annotations

import configparser
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from tests.support.waiting import wait_until

LAUNCH = """\
set -e
for place in $2; do mount --rbind "$place" "$place"; done
for place in $3; do
    [ "$place" = / ] || mount --bind "$place" "$place"
    mount -o remount,bind,ro "$place"
done
[ "$1" = 3 ] || { exec 3<&"$1"; eval "exec $1<&-"; }
umask "$4"
shift 4
LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"
"""
READ_ONLY = {"strict": "/", "full": "/usr /boot /etc"}


class Service:
    """A service and its socket, given as texts; `folder` is new and any user's to enter."""

    def __init__(self, service: str, listener: str, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o755)
        self._unit = _section(service, "Service")
        self._socket_unit = _section(listener, "Socket")
        self.path = Path(self._socket_unit["ListenStream"])
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = False
        self.told: list[str] = []  # what the service told its manager
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(str(folder / "notify"))
        self._notified.setblocking(False)
        (folder / "notify").chmod(0o777)
        self._listener: socket.socket | None = None

    @property
    def pid(self) -> int:
        """The main process."""
        assert self._process is not None
        return self._process.pid

    def open(self) -> None:
        """Open the socket, as starting the socket unit does."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        user = self._socket_unit["SocketUser"]
        shutil.chown(self.path, int(user) if user.isdigit() else user)
        self.path.chmod(int(self._socket_unit["SocketMode"], 8))
        listener.listen(int(self._socket_unit["Backlog"]))
        self._listener = listener

    def close(self) -> None:
        """Close the socket."""
        if self._listener is not None:
            self._listener.close()
            self.path.unlink()
            self._listener = None

    def start(self) -> None:
        """Start the service, and its socket before it, and wait until it says that it is ready."""
        if self._listener is None:
            self.open()
        assert self._listener is not None
        descriptor = self._listener.fileno()
        with self._output() as output:
            self._process = subprocess.Popen(
                [*self._namespace(), "bash", "-c", LAUNCH, "bash", *self._launch(descriptor)],
                cwd="/",
                env=self._environment(),
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.wait_for("READY=1")

    def ask_to_stop(self) -> None:
        """Ask the main process to end, alone, as KillMode=mixed has it; once, as systemd does."""
        if self._process is not None and not self._asked:
            assert self._unit["KillMode"] == "mixed"
            self._process.send_signal(signal.SIGTERM)
            self._asked = True

    def stop(self) -> None:
        """Stop the service; the socket stays open."""
        self.ask_to_stop()
        if self._process is not None:
            status = self._process.wait(60)
            self._process, self._asked = None, False
            assert status == 0, (status, self.log())

    def reload(self) -> None:
        """What `systemctl reload` does."""
        command = self._unit["ExecReload"].replace("$MAINPID", str(self.pid))
        subprocess.run(shlex.split(command), check=True)
        self.wait_for("RELOADING=1")
        self.wait_for("READY=1")

    def end(self) -> None:
        """Stop the service, close its socket, and be gone."""
        try:
            self.stop()
        finally:
            self.close()
            self._notified.close()

    def wait_for(self, word: str) -> None:
        """Until the manager is told a message that begins with `word`."""
        wait_until(lambda: self._told(word), f"{word} of the service", seconds=60)

    def log(self) -> str:
        """What the service wrote."""
        written = self.folder / "output"  # there is none yet where it could not be started
        return written.read_text(errors="replace") if written.exists() else ""

    def _told(self, word: str) -> bool:
        assert self._process is None or self._process.poll() is None, self.log()
        try:
            self.told.append(self._notified.recv(4096).decode())
        except BlockingIOError:
            return False
        return self.told[-1].startswith(word)

    def _output(self) -> IO[bytes]:
        return (self.folder / "output").open("ab")

    def _namespace(self) -> list[str]:
        return ["unshare", "--mount"] if _can_unshare() else []

    def _launch(self, descriptor: int) -> list[str]:
        """The arguments of LAUNCH."""
        writable = [word.lstrip("-") for word in self._unit.get("ReadWritePaths", "").split()]
        writable += [str(path) for path in self._own_folders().values()]
        there = [path for path in writable if Path(path).exists()]
        read_only = READ_ONLY[self._unit["ProtectSystem"]]
        if not _can_unshare():
            there, read_only = [], ""
        places = [str(descriptor), " ".join(there), read_only, self._unit["UMask"]]
        return [*places, *self._privileges(), *shlex.split(self._unit["ExecStart"])]

    def _privileges(self) -> list[str]:
        kept = self._unit["CapabilityBoundingSet"].lower().split()
        names = ["-all", *(f"+{name.removeprefix('cap_')}" for name in kept)]
        command = ["setpriv", f"--bounding-set={','.join(names)}", "--inh-caps=-all"]
        if "User" in self._unit:
            user = pwd.getpwnam(self._unit["User"])
            command += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
        return command

    def _environment(self) -> dict[str, str]:
        user = pwd.getpwnam(self._unit.get("User", "root"))
        microseconds = int(self._unit["WatchdogSec"]) * 1_000_000
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
            "LANG": "C.UTF-8",
            **({"HOME": user.pw_dir, "USER": user.pw_name} if "User" in self._unit else {}),
            **{name: str(path) for name, path in self._own_folders().items()},
            "NOTIFY_SOCKET": str(self.folder / "notify"),
            "WATCHDOG_USEC": str(microseconds),
            "LISTEN_FDS": "1",
        }

    def _own_folders(self) -> dict[str, Path]:
        """The folders that systemd makes for the service, by the variables that name them."""
        found = {}
        for key, variable in (("StateDirectory", "STATE"), ("CacheDirectory", "CACHE")):
            if key in self._unit:
                path = self.folder / variable.lower() / self._unit[key]
                path.mkdir(parents=True, exist_ok=True)
                shutil.chown(path, self._unit.get("User", "root"))
                found[f"{variable}_DIRECTORY"] = path
        return found


def _section(text: str, name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text.replace("\\\n", " "))
    return dict(parser[name])


def _can_unshare() -> bool:
    command = ["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"]
    return os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0
