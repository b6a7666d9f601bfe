"""policy_rivals: the policy servers that the scenario and the benchmarks put side by side."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.end_to_end.smtp import free_port
from tests.support.policy_server import Asking
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


class Accelerated:
    """Our own server, on a fast clock, with one policy file."""

    def __init__(self, folder: Path, policy: Path, factor: float, socket: Path) -> None:
        folder.mkdir(mode=0o700)
        command = [sys.executable, "-m", "tests.support.accelerated_policy", str(factor)]
        command += [str(policy), str(folder), str(socket)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        self.place = f"unix:{socket}"
        wait_until(socket.exists, "the policy service listens")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class Postgrey:
    """Debian's postgrey, with its defaults; on a fast clock where `factor` is not 1."""

    def __init__(self, folder: Path, factor: float = 1.0) -> None:
        folder.mkdir()
        user = "postgrey" if _exists("postgrey") else "nobody"
        shutil.chown(folder, user)
        self.port = free_port()
        command = ["/usr/sbin/postgrey", f"--inet=127.0.0.1:{self.port}", f"--dbdir={folder}"]
        command += [f"--user={user}", "--group=nogroup", "--delay=300"]
        if factor != 1:
            command = ["faketime", "-f", f"+0 x{factor:g}", *command]
        environment = os.environ | {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with (folder / "output").open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        self.place = f"inet:127.0.0.1:{self.port}"
        wait_until(self._answers, "postgrey answers")

    @property
    def pid(self) -> int:
        """The process that answers: postgrey has one."""
        return self._process.pid

    def _answers(self) -> bool:
        try:
            asking = Asking(self.port)
        except OSError:
            return False
        asking.close()
        return True

    def stop(self) -> None:
        subprocess.run(["pkill", "-P", str(self._process.pid)], check=False)
        self._process.terminate()
        self._process.wait()


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
