"""one_shot: `maildrop-py deliver` as the receiver of a soak, one process a message."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from maildrop_py.set_up.hook_lines import guarded
from tests.faults.deliveries import DONE, TRY_AGAIN
from tests.faults.disturbances import Dns, absent_dns, filled_disk, rewritten_rules
from tests.faults.home import TIMEOUT
from tests.faults.small_disk import NotHere, tmpfs
from tests.faults.soak import Disturbance, Ledger, soak
from tests.faults.subject import Wrong

CLIENT = "192.0.2.99"


class OneShot:
    """Delivers into `home`; the delivery log is cut when it gets long."""

    def __init__(self, command: Path, home: Path) -> None:
        self.maildirs = {"home": home / "Maildir"}
        self.rules = home / ".config/maildrop-py/rules.yaml"
        self.rules.parent.mkdir(parents=True, mode=0o700)
        self.maildirs["home"].mkdir(mode=0o700)
        self._home = home
        self._line = guarded(str(command), f"--client-address {CLIENT}")

    def hand_over(
        self, message: bytes, recipients: Sequence[str], kill_after: float | None
    ) -> dict[str, bool | None]:
        """One process, and its shell, killed after so many seconds if it is not done before."""
        return dict.fromkeys(recipients, self._delivered(message, kill_after))

    def _delivered(self, message: bytes, kill_after: float | None) -> bool | None:
        process = subprocess.Popen(
            ["/bin/sh", "-c", self._line],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"HOME": str(self._home), "PATH": os.environ["PATH"]},
            start_new_session=True,
        )
        try:
            _, said = process.communicate(message, TIMEOUT if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if kill_after is None:
                raise Wrong("it hung") from None
            return True if process.returncode == DONE else None
        if process.returncode not in (DONE, TRY_AGAIN):
            raise Wrong(f"status {process.returncode}: {said[-300:]!r}")
        return process.returncode == DONE

    def cut_log(self, _: int = 0) -> None:
        """Keep the disk from being filled by the log."""
        log = self._home / ".local/state/maildrop-py/deliveries.jsonl"
        if log.exists() and log.stat().st_size > 1 << 20:
            log.unlink()


def soak_deliver(command: Path, place: Path, dns: Dns, seconds: float) -> Ledger:
    """Deliver for so long below `place`, on a small disk where the machine allows one."""
    try:
        with tmpfs(place / "mount", 30 << 20, 20_000) as disk:
            return _soaked(OneShot(command, disk), dns, seconds, [filled_disk(disk, 0.7)])
    except NotHere:
        (place / "home").mkdir(parents=True)
        return _soaked(OneShot(command, place / "home"), dns, seconds, [])


def _soaked(receiver: OneShot, dns: Dns, seconds: float, more: list[Disturbance]) -> Ledger:
    disturbances = [
        rewritten_rules(receiver.rules, dns.address, 0.3),
        absent_dns(dns, 2.0),
        Disturbance(5.0, receiver.cut_log, lambda: None),
        *more,
    ]
    return soak(receiver, seconds, disturbances)
