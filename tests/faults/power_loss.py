"""power_loss: what a run did is done again on a disk that forgets what was not synced.

The recorded calls are made on the model one after the other, and behind each
the power fails in every way the model knows. Whatever is visible then is whole;
from the call that tells the giver "done" every message is there.

The model is trusted as far as it catches deliveries that were broken on purpose
(sabotage.py), and as its files are in the end those on the real disk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import disk_trace
from tests.faults.disk_model import Disk, Tree
from tests.faults.disk_trace import Call
from tests.faults.maildir_sight import files_below
from tests.faults.subject import Sight, Subject, Wrong


@dataclass
class Outage:
    """At how many moments the power failed, in how many ways, how many of them different."""

    moments: int = 0
    crashes: int = 0
    states: int = 0
    told: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Outage) -> None:
        """Count `other` in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        counted = (
            f"{self.crashes} crashes at {self.moments} moments, {self.told} of them told,"
            f" {self.states} different states"
        )
        return "\n".join([f"{counted}, {len(self.wrong)} wrong", *self.wrong[:20]])


def lose_power(
    subject: Subject, before: Sequence[Sequence[str]] = (), broken: Sequence[str] = ()
) -> Outage:
    """Record an undisturbed run of `subject` and replay it.

    `before` are what strace did to earlier runs, which it did not let finish; what
    those left unsynced is still so. `broken` is a command that sabotages the run.
    """
    subject.reset()
    disk = _snapshot(subject)
    calls: list[Call] = []
    for under in (*before, broken):
        log = subject.place / "trace"
        told = subject.attempt([*disk_trace.recording(log), *under])
        calls += disk_trace.read(log)
    if not told:
        raise Wrong("an undisturbed run did not succeed")
    outage = _Replay(subject, disk).of(calls)
    if disk.tree() != files_below(subject.place, *subject.maildirs):
        outage.wrong.append(f"{subject.name}: the model's files are not those on the disk")
    return outage


def _snapshot(subject: Subject) -> Disk:
    """A disk with the subject's Maildirs, and the folders that lead to them."""
    folders: list[Path] = []
    for maildir in subject.maildirs:
        path = subject.place / maildir
        folders += [path, *path.parents, *(p for p in path.rglob("*") if p.is_dir())]
    inside = (f for f in folders if f.is_dir() and subject.place in f.parents)
    names = {str(folder.relative_to(subject.place)) for folder in inside}
    return Disk(files_below(subject.place, *subject.maildirs), sorted(names))


class _Replay:
    """The calls of one recording, made on the model."""

    def __init__(self, subject: Subject, disk: Disk) -> None:
        self._subject, self._disk = subject, disk
        self._outage = Outage()
        self._seen: dict[tuple[bool, frozenset[tuple[str, bytes]]], None] = {}
        self._told = False

    def of(self, calls: list[Call]) -> Outage:
        """Make them all; the power fails behind each."""
        self._look("at first")
        for call in calls:
            told = self._subject.tells(call)
            if told or self._make(call):
                self._told = self._told or told
                self._look(f"behind {call.name} {' '.join(map(self._name, call.paths))}")
        self._outage.states = len(self._seen)
        return self._outage

    def _look(self, moment: str) -> None:
        self._outage.moments += 1
        self._outage.told += self._told
        for tree in self._disk.crashes():
            self._outage.crashes += 1
            state = (self._told, frozenset(tree.items()))
            if state not in self._seen:
                self._seen[state] = None
                self._judge(tree, moment)

    def _judge(self, tree: Tree, moment: str) -> None:
        sight: Sight = self._subject.judge(tree)
        faults = [fault for fault in sight.faults if not fault.startswith("astray")]
        if (self._told or self._subject.there_before) and sight.fewest < 1:
            faults.append("lost")
        if faults:
            self._outage.wrong.append(f"{self._subject.name}: {moment}: {', '.join(faults)}")

    def _name(self, path: str) -> str:
        return path.removeprefix(f"{self._subject.place}/")

    def _make(self, call: Call) -> bool:
        """Make `call` on the model; whether it has to do with the Maildirs at all."""
        paths = [self._name(path) for path in call.paths]
        inside = [path for path in paths if self._is_ours(path)]
        if call.name in ("sync", "syncfs"):
            self._disk.sync_all()
        elif call.name in ("fsync", "fdatasync") and self._disk_has(paths[0]):
            self._disk.sync(paths[0])
        elif inside:
            return self._change(call, paths)
        else:
            return False
        return True

    def _is_ours(self, path: str) -> bool:
        return any(f"{path}/".startswith(f"{maildir}/") for maildir in self._subject.maildirs)

    def _disk_has(self, path: str) -> bool:
        return path in self._disk.known

    def _change(self, call: Call, paths: list[str]) -> bool:
        disk, name = self._disk, call.name
        if name == "openat":
            if "O_TRUNC" in call.flags and disk.exists(paths[0]):
                disk.truncate(paths[0], 0)
            elif "O_CREAT" in call.flags and not disk.exists(paths[0]):
                disk.create(paths[0])
            else:
                return False
        elif name in ("mkdir", "mkdirat"):
            disk.make_directory(paths[0])
        elif name in ("link", "linkat"):
            disk.link(paths[0], paths[1])
        elif name.startswith("rename"):
            disk.rename(paths[0], paths[1])
        elif name in ("unlink", "unlinkat", "rmdir"):
            disk.remove(paths[0])
        elif name in ("write", "pwrite64", "writev"):
            disk.write(paths[0], call.data[: call.result])
        elif name in ("copy_file_range", "sendfile"):
            self._copy(call, paths)
        elif name in ("ftruncate", "truncate"):
            disk.truncate(paths[0], int(re.findall(r"\d+", call.flags)[-1]))
        else:
            raise Wrong(f"the model does not know {name}")
        return True

    def _copy(self, call: Call, paths: list[str]) -> None:
        start = int(re.findall(r"\[(\d+)", call.flags)[0])
        self._disk.write(paths[1], self._disk.read(paths[0])[start : start + call.result])
