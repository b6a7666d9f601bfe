"""Small real file systems: no blocks left, no inodes left, and folders on different ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.decision.decision import Filing
from maildrop_py.errors import DiskFull
from maildrop_py.maildir.maildir import Maildir
from tests.support.delivering import LARGE, MAIL, deliver, leftovers, visible

Mount = Callable[[str], Path]


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("size", [200_000, 2_000_000])
def test_full_disk_is_reported_and_leaves_nothing(
    small_disk: Mount, size: int, early: bool
) -> None:
    """A message that is written at the end, and one that is spooled as it comes."""
    root = small_disk("size=160k")
    with pytest.raises(DiskFull):
        deliver(root, MAIL + b"x" * size, Filing("INBOX"), Filing("A"), early_envelope=early)
    assert not visible(root) and not leftovers(root)
    deliver(root, MAIL)
    assert len(visible(root)) == 1


def test_disk_without_inodes_is_a_full_disk(small_disk: Mount) -> None:
    root = small_disk("size=1m,nr_inodes=8")
    deliver(root, MAIL)  # root, cur, new, tmp and the message: three are left
    with pytest.raises(DiskFull):
        deliver(root, MAIL, Filing("INBOX"), Filing("A"))
    assert len(visible(root)) == 1 and not leftovers(root)


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_folders_on_several_file_systems_get_copies(
    small_disk: Mount, root: Path, data: bytes
) -> None:
    (root / ".B").symlink_to(small_disk("size=2m"))
    receipt = deliver(root, data, Filing("A"), Filing("B"), Filing("B", "S"), Filing("INBOX"))
    files = [Path(path) for path in receipt.paths]
    assert [path.read_bytes() for path in files] == [data] * 4
    assert len({path.stat().st_dev for path in files}) == 2
    assert not leftovers(root) and not leftovers(root / ".B")


@pytest.mark.parametrize("data", [MAIL, LARGE])
def test_full_second_file_system_leaves_nothing_on_the_first(
    small_disk: Mount, root: Path, data: bytes
) -> None:
    full = small_disk("size=16k")
    Maildir(str(full)).folder("INBOX").ensure()
    (full / "filler").write_bytes(b"x" * (16 << 10))
    (root / ".B").symlink_to(full)
    with pytest.raises(DiskFull):
        deliver(root, data, Filing("INBOX"), Filing("B", "S"))
    assert not visible(root) and not visible(full)
    assert not leftovers(root) and not leftovers(full)
