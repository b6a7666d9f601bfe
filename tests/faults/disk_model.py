"""disk_model: a file system that keeps no promise but those of fsync(2).

After a crash:
- of a file, what was written since its last fsync may be there, be missing, be
  there in part, or be zeros;
- of a directory, each change since its last fsync may be there or not, whatever
  came of the others;
- a rename is there or not as a whole, between two directories too, as on every
  journalling file system, and is durable once either directory is synced;
- a directory that was made is there only if the entry in its parent is.

So it is worse than ext4, XFS or btrfs ever are: what survives here survives there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, count, product

Tree = dict[str, bytes]
"""The files of a file system: path -> content."""

EXHAUSTIVE = 12  # unsynced changes of directories that are lost and kept in all combinations


@dataclass(eq=False)
class File:
    """A file: its bytes as programs see them, and as of the last fsync."""

    data: bytes = b""
    durable: bytes = b""

    def after_crash(self) -> list[bytes]:
        """What it may hold after a crash; the last is all of it."""
        if self.data == self.durable:
            return [self.data]
        half = self.durable + self.data[len(self.durable) :][: len(self.data) // 2]
        return [self.durable, half, bytes(len(self.data)), self.data]


@dataclass(eq=False)
class Directory:
    """A directory: its entries as programs see them, and as of the last fsync."""

    entries: dict[str, File | Directory] = field(default_factory=dict)
    durable: dict[str, File | Directory] = field(default_factory=dict)


Node = File | Directory
Step = tuple[Directory, str, Node | None]
"""directory, name, what the name stands for from now on; None if it is removed"""


class Disk:
    """Calls change it; `crashes` gives everything that a crash now may leave."""

    def __init__(self, files: Tree, directories: list[str]) -> None:
        self.root = Directory()
        self._pending: dict[int, list[Step]] = {}
        self._numbers = count()
        self.known: dict[str, Node] = {}
        for path in sorted(directories):
            self.make_directory(path)
        for path, data in files.items():
            self.create(path)
            self.write(path, data)
        self.sync_all()

    # What programs do.

    def create(self, path: str) -> None:
        """A new empty file."""
        self._change((path, File()))

    def make_directory(self, path: str) -> None:
        """A new directory."""
        self._change((path, Directory()))

    def link(self, old: str, new: str) -> None:
        """One more name."""
        self._change((new, self.node(old)))

    def rename(self, old: str, new: str) -> None:
        """Another name in place of the old one, in one step."""
        self._change((new, self.node(old)), (old, None))

    def remove(self, path: str) -> None:
        """A name, of a file or a directory, taken away."""
        self._change((path, None))

    def write(self, path: str, data: bytes) -> None:
        """`data` at the end of the file."""
        self._file(path).data += data

    def truncate(self, path: str, size: int) -> None:
        """The file cut or filled up."""
        file = self._file(path)
        file.data = file.data[:size].ljust(size, b"\0")

    def sync(self, path: str) -> None:
        """fsync."""
        node = self.node(path)
        if isinstance(node, File):
            node.durable = node.data
            return
        for number, steps in list(self._pending.items()):
            if any(step[0] is node for step in steps):
                self._settle(number)

    def sync_all(self) -> None:
        """sync(2)."""
        for number in list(self._pending):
            self._settle(number)
        for node in self.known.values():
            if isinstance(node, File):
                node.durable = node.data

    # What can be seen.

    def exists(self, path: str) -> bool:
        """Whether there is such a name."""
        return self._find(path) is not None

    def node(self, path: str) -> Node:
        """What the path stands for, or stood for before it was removed."""
        found = self._find(path)
        return found if found is not None else self.known[path]

    def read(self, path: str) -> bytes:
        """The file's bytes as programs see them."""
        return self._file(path).data

    def tree(self) -> Tree:
        """The files as programs see them now."""
        return dict(_walk(self.root, {}, 3, live=True))

    def crashes(self) -> Iterator[Tree]:
        """Every tree that a crash at this moment may leave.

        Where more than EXHAUSTIVE changes are unsynced, those in which at most
        two of them were lost, or at most two were kept.
        """
        pending = list(self._pending.values())
        for kept in _choices(len(pending)):
            entries: dict[int, dict[str, Node]] = {}
            for steps in (steps for steps, keep in zip(pending, kept, strict=True) if keep):
                for directory, name, node in steps:
                    changed = entries.setdefault(id(directory), dict(directory.durable))
                    _put(changed, name, node)
            for variant in range(4):
                yield dict(_walk(self.root, entries, variant))

    # How.

    def _change(self, *changes: tuple[str, Node | None]) -> None:
        steps: list[Step] = []
        for path, node in changes:
            folder, _, name = path.rpartition("/")
            directory = self.node(folder) if folder else self.root
            assert isinstance(directory, Directory), path
            if node is None:
                self.known[path] = directory.entries[name]
            else:
                self.known[path] = node
            _put(directory.entries, name, node)
            steps.append((directory, name, node))
        self._pending[next(self._numbers)] = steps

    def _settle(self, number: int) -> None:
        for directory, name, node in self._pending.pop(number):
            _put(directory.durable, name, node)

    def _find(self, path: str) -> Node | None:
        node: Node = self.root
        for name in filter(None, path.split("/")):
            if not isinstance(node, Directory) or name not in node.entries:
                return None
            node = node.entries[name]
        return node

    def _file(self, path: str) -> File:
        node = self.node(path)
        assert isinstance(node, File), path
        return node


def _choices(number: int) -> Iterable[tuple[bool, ...]]:
    """Which of so many changes are kept."""
    if number <= EXHAUSTIVE:
        return product((False, True), repeat=number)
    few = [set(some) for size in range(3) for some in combinations(range(number), size)]
    return [tuple((i in some) == odd for i in range(number)) for some in few for odd in (0, 1)]


def _put(entries: dict[str, Node], name: str, node: Node | None) -> None:
    if node is None:
        entries.pop(name, None)
    else:
        entries[name] = node


def _walk(
    directory: Directory,
    changed: dict[int, dict[str, Node]],
    variant: int,
    path: str = "",
    live: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """The files below `directory` after a crash; `changed` are entries that differ."""
    entries = directory.entries if live else changed.get(id(directory), directory.durable)
    for name, node in entries.items():
        place = f"{path}/{name}" if path else name
        if isinstance(node, Directory):
            yield from _walk(node, changed, variant, place, live)
        else:
            yield place, node.data if live else (node.after_crash() * 4)[variant]
