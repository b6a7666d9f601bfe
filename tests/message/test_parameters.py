"""Parameters of MIME fields, and the many ways to write a file name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.parameters import parameters


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"attachment; filename=a.txt", "a.txt"),
        (b'attachment; FileName="a b.txt"; size=3', "a b.txt"),
        (b"attachment; filename = a b.txt ; size=3", "a b.txt"),
        (b'attachment; filename="a\\"b;c=d.txt"', 'a"b;c=d.txt'),
        (b'attachment; filename="C:\\temp\\a.exe"', "C:\\temp\\a.exe"),
        (b'attachment; filename="unclosed.exe', "unclosed.exe"),
        (b'attachment; filename="unclosed.exe; size=3', "unclosed.exe"),
        (b";;; filename=a", "a"),
        (b'attachment; filename="a"; filename="b"', "a"),
        (b'attachment; filename="=?utf-8?B?5Lya6K2wLnR4dA==?="', "会議.txt"),
        (b'attachment; filename="=?utf-8?Q?a=0Ab=00c?="', "a b c"),
        (b"attachment; filename*=utf-8'ja'%E4%BC%9A%E8%AD%B0.txt", "会議.txt"),
        (b"attachment; filename*=ISO-2022-JP''%1B%24B2q5D%1B%28B.txt", "会議.txt"),
        (b"attachment; filename*=x-no-such''caf%E9", "café"),
        (b"attachment; filename*=%E4%BC%9A", "会"),
        (b"attachment; filename*=utf-8''100%.txt", "100%.txt"),
        (b'attachment; filename*0="long"; filename*1=" name.t"; filename*2=xt', "long name.txt"),
        (b"attachment; filename*1*=%9A.txt; filename*0*=utf-8''%E4%BC", "会.txt"),
        (b"attachment; filename*0*=utf-8''%E4%BC%9A; filename*1=.scr", "会.scr"),
        (b"attachment; filename=plain.txt; filename*=utf-8''real.scr", "real.scr"),
        (b'x; filename*0="=?utf-8?B?5Lya"; filename*1="6K2w?="', "会議"),
        ('attachment; filename="会議表.pdf"'.encode("shift_jis"), "会議表.pdf"),
        ('attachment; filename="会議表.pdf"'.encode("euc-jp"), "会議表.pdf"),
        ('attachment; filename="会議表.pdf"'.encode("iso-2022-jp"), "会議表.pdf"),
        ("attachment; filename=会議表.pdf".encode(), "会議表.pdf"),
    ],
)
def test_file_names(raw: bytes, name: str) -> None:
    assert parameters(raw)["filename"] == name


@pytest.mark.parametrize("raw", [b"", b"attachment", b"attachment;", b"; filename", b"="])
def test_there_may_be_none(raw: bytes) -> None:
    assert parameters(raw) == {}


def test_several_parameters() -> None:
    raw = b'text/plain; charset="utf-8"; format=flowed; name*0=a; name*1=b'
    assert parameters(raw) == {"charset": "utf-8", "format": "flowed", "name": "ab"}


PIECES = st.sampled_from(
    [
        b";",
        b"=",
        b'"',
        b"\\",
        b"a",
        b"*",
        b"0",
        b"%41",
        b"'",
        b" ",
        b"\xe9",
        b"=?utf-8?Q?a?=",
        b"\0",
    ]
)


@given(st.lists(PIECES, max_size=40).map(b"".join) | st.binary(max_size=80))
def test_nothing_raises(raw: bytes) -> None:
    for name, value in parameters(raw).items():
        assert "\n" not in name + value
        assert "\0" not in value
