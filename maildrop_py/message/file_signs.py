"""file_signs: whether a multipart shows any sign that one of its parts is an attached file.

Most show none: texts side by side. One search for the fields that could be a sign says so,
and the multipart need not be taken apart. Each such field is judged by what it declares
alone, and fields that say nothing of a file alone say nothing of one together.

Guarantee: never wrongly False, whatever the bytes are; linear. What the search does not
go into (multiparts in multiparts, messages in messages, what comes near a limit of
`part_reader`, line ends that are neither LF nor CR LF) is taken for a sign.
"""

from __future__ import annotations

from maildrop_py.memo import Memo
from maildrop_py.message.declaration import declaration
from maildrop_py.message.headers import Headers
from maildrop_py.message.part_reader import LONGEST_PART_HEADER, MOST_PARTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_JUDGED = 200  # bytes of a field
_TELLING = (b"type", b"disposition")


def may_have_files(headers: Headers, data: bytes, start: int) -> bool:
    """Whether the multipart with these headers, whose body begins at data[start], may have one."""
    declared = declaration(headers)
    if declared.is_file or declared.encoding or declared.type == "multipart/digest":
        return True
    if not declared.type.startswith("multipart/") or _is_out_of_the_common(data):
        return True
    return any(
        len(field) > _LONGEST_JUDGED or _is_sign[field] for field in _fields(data, max(start, 1))
    )


def _is_out_of_the_common(data: bytes) -> bool:
    if len(data) > LONGEST_PART_HEADER or data.count(b"\n--") >= MOST_PARTS:
        return True
    return data.find(b"\r") >= 0 and data.count(b"\r") != data.count(b"\r\n")


def _fields(data: bytes, start: int) -> Iterator[bytes]:
    """What would be a telling field if it was in a header, with the lines that continue it."""
    lower = data.lower()
    at = lower.find(b"\ncontent-", start - 1)
    while at >= 0:
        end = data.find(b"\n", at + 1) + 1 or len(data)
        if lower.startswith(_TELLING, at + 9):
            while data.startswith((b" ", b"\t"), end):
                end = data.find(b"\n", end) + 1 or len(data)
            yield data[at + 1 : end]
        at = lower.find(b"\ncontent-", end - 1)


def _says_file(field: bytes) -> bool:
    declared = declaration(Headers(field, is_cut=True), "text/plain")
    return declared.is_file or declared.is_container


_is_sign: Memo[bytes, bool] = Memo(_says_file)
