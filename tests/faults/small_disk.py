"""small_disk: real file systems of a few hundred KiB, filled to the last block or inode.

tmpfs where root may mount it, ext4 on a loop device, and a btrfs subvolume with
a quota, for EDQUOT. Each kind says by NotHere why this machine cannot have it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import FileIO
from pathlib import Path

BLOCK = 4096
SIZE = 3 << 20
_FILLER = "filler"
_ENDLESS = 1 << 30  # bytes


class NotHere(Exception):
    """This machine cannot have such a file system."""


@contextmanager
def tmpfs(place: Path, size: int = SIZE, inodes: int = 100) -> Iterator[Path]:
    """A tmpfs of `size` bytes."""
    options = f"size={size},nr_inodes={inodes},mode=700"
    with _mounted(place, "-t", "tmpfs", "-o", options, "tmpfs") as folder:
        yield folder


@contextmanager
def ext4(place: Path) -> Iterator[Path]:
    """An ext4 of SIZE bytes, and some for its journal, and 128 inodes; none of it kept for root."""
    image = _image(place, SIZE + (2 << 20))
    _run("mkfs.ext4", "-q", "-m", "0", "-b", str(BLOCK), "-N", "128", image)
    with _mounted(place, "-o", "loop", image) as folder:
        yield folder


@contextmanager
def btrfs_quota(place: Path) -> Iterator[Path]:
    """A subvolume of a large btrfs, with SIZE bytes as its quota."""
    image = _image(place, 160 << 20)
    _run("mkfs.btrfs", "-q", "-M", image)
    with _mounted(place, "-o", "loop", image) as folder:
        _run("btrfs", "quota", "enable", str(folder))
        _run("btrfs", "subvolume", "create", str(folder / "home"))
        _run("btrfs", "qgroup", "limit", str(SIZE), str(folder / "home"))
        yield folder / "home"


KINDS: dict[str, Callable[[Path], AbstractContextManager[Path]]] = {
    "tmpfs": tmpfs,
    "ext4": ext4,
    "btrfs quota": btrfs_quota,
}


def fill(folder: Path, left: int) -> None:
    """Use up all blocks of the file system but `left`."""
    room = _write(folder / _FILLER, _ENDLESS)
    if left:
        make_room(folder)
        _write(folder / _FILLER, room - left * BLOCK)


def _write(path: Path, size: int) -> int:
    """Write so many bytes, or as many as there is room for; how many those were."""
    with path.open("wb", buffering=0) as file:
        for piece in (64 * BLOCK, BLOCK):
            _until_refused(partial(_write_some, file, piece, size))
        os.fsync(file.fileno())
        return file.tell()


def _write_some(file: FileIO, piece: int, size: int) -> None:
    if file.tell() >= size:
        raise OSError("enough")
    file.write(bytes(min(piece, size - file.tell())))


def use_inodes(folder: Path, left: int) -> None:
    """Use up all inodes of the file system but `left`."""
    fillers = folder / f"{_FILLER}s"
    fillers.mkdir()
    names = (fillers / str(number) for number in range(10_000))
    _until_refused(lambda: next(names).touch(exist_ok=False))
    for path in sorted(fillers.iterdir())[:left]:
        path.unlink()


def make_room(folder: Path) -> None:
    """Undo fill() and use_inodes()."""
    (folder / _FILLER).unlink(missing_ok=True)
    shutil.rmtree(folder / f"{_FILLER}s", ignore_errors=True)
    os.sync()  # btrfs counts a quota again when it commits


def _until_refused(action: Callable[[], object]) -> None:
    while True:
        try:
            action()
        except OSError:
            return


def _image(place: Path, size: int) -> str:
    place.mkdir(parents=True)
    image = place / "image"
    with image.open("wb") as file:
        file.truncate(size)
    return str(image)


@contextmanager
def _mounted(place: Path, *how: str) -> Iterator[Path]:
    folder = place / "disk"
    folder.mkdir(parents=True)
    _run("mount", *how, str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _run(*command: str) -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    program = shutil.which(command[0], path=path)
    if program is None:
        raise NotHere(f"needs {command[0]}")
    ran = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotHere(f"{command[0]}: {ran.stderr.strip()}")
