"""Messages that Dovecot has compressed are read; those that cannot be read say so."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from maildrop_py.intake import maildir_source
from maildrop_py.intake.maildir_source import MaildirSource

MAIL = b"Subject: packed\nX-Long: " + b"x" * 5000 + b"\n\nbody\n" + b"line\n" * 10_000


def source(tmp_path: Path, data: bytes, name: str = "1.M1P1.host:2,S") -> MaildirSource:
    path = tmp_path / name
    path.write_bytes(data)
    return MaildirSource(str(path))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_it_is_read_as_it_was_delivered(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    mail = source(tmp_path, pack(MAIL))
    assert mail.head() == MAIL[: MAIL.index(b"\n\n") + 2]
    assert mail.content() == MAIL and mail.content(100) == MAIL[:100]
    assert mail.size == len(MAIL)
    assert bool(mail.compression) is (pack is not bytes)
    with open(mail.open(), "rb") as file:
        assert file.read() == MAIL


def test_the_size_in_the_name_is_believed(tmp_path: Path) -> None:
    """It is that of the message, not of the file, and reading it costs nothing."""
    mail = source(tmp_path, gzip.compress(MAIL), "1.M1P1.host,S=123,W=130:2,S")
    assert mail.size == 123


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x28\xb5\x2f\xfd" + b"x" * 50, "compressed (zstd), which cannot be read"),
        (b"Dovecot-LZ4\x0d\x2a\x9b\xc5" + b"x" * 50, "compressed (lz4), which cannot be read"),
        (gzip.compress(MAIL)[:40], "compressed (gzip) and cannot be unpacked"),
        (b"\x1f\x8bno gzip", "compressed (gzip) and cannot be unpacked"),
        (b"BZh91 is how this mail begins", "compressed (bzip2) and cannot be unpacked"),
    ],
)
def test_what_cannot_be_unpacked_says_so(tmp_path: Path, data: bytes, why: str) -> None:
    mail = source(tmp_path, data)
    for read in (mail.head, mail.content, mail.open, lambda: mail.size):
        with pytest.raises(OSError) as raised:
            read()
        assert why in str(raised.value)


def test_a_small_file_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maildir_source, "LARGEST", 1 << 20)
    mail = source(tmp_path, gzip.compress(b"Subject: x\n\n" + bytes(1 << 21)))
    assert mail.head() == b"Subject: x\n\n"
    assert len(mail.content(1000)) == 1000
    with pytest.raises(OSError, match="larger than"):
        mail.content()


def test_a_link_and_a_fifo_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo"):
        with pytest.raises(OSError):
            MaildirSource(str(tmp_path / name)).head()


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_no_descriptor_stays_open(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    before = len(os.listdir("/proc/self/fd"))
    mail = source(tmp_path, pack(MAIL))
    mail.head()
    mail.content()
    os.close(mail.open())
    assert mail.size and len(os.listdir("/proc/self/fd")) == before
