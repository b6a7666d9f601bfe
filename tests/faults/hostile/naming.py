"""naming: file names that others gave, and folder names that come from mail."""

from __future__ import annotations

import os

from maildrop_py.maildir.file_name import moved, parse
from maildrop_py.maildir.folder_name import BadFolderName, from_disk, to_disk
from maildrop_py.rules.program.template import Template
from tests.faults.hostile.target import Target

SURROUNDINGS = [
    (layout, encoding) for layout in ("maildir++", "fs") for encoding in ("imap-utf-7", "utf-8")
]
FORBIDDEN = {"cur", "new", "tmp", "maildirfolder", "maildirsize", "subscriptions"}


def maildir_name(data: bytes) -> None:
    """A name that is taken apart and put together says the same; its new one is a file name."""
    name = os.fsdecode(data.replace(b"/", b"").replace(b"\0", b""))
    parsed = parse(name)
    if ":" not in parsed.base + "".join(parsed.fields):  # no delivery agent gives such names
        again = parse(parsed.text())
        assert (again.base, again.fields, again.rest) == (parsed.base, parsed.fields, parsed.rest)
        assert set(again.flags + again.letters) == set(parsed.flags + parsed.letters)
    new = moved(parsed).text()
    fields = new.partition(":")[0].split(",")
    assert "/" not in new and not any(field.startswith("U=") for field in fields)


def folder_name(data: bytes) -> None:
    """A folder that a sender names through a rule is below the Maildir.

    Refused (and filed into INBOX) is only what no rule made safe, what is too long
    for one directory, and names that Dovecot has taken.
    """
    captured = str(data, "utf-8", "surrogateescape")
    for layout, encoding in SURROUNDINGS:
        for parts in ((("it", ""),), ("Lists/", ("it", "lower")), (("it", ""), "/", ("it", ""))):
            name = Template(parts).expand_folder({"it": captured}, layout == "maildir++")
            _see_it_is_inside(name, layout, encoding, refuse=False)
        _see_it_is_inside(captured, layout, encoding, refuse=True)


def _see_it_is_inside(name: str, layout: str, encoding: str, refuse: bool) -> None:
    try:
        relative = to_disk(name, layout, encoding)
    except BadFolderName as error:
        too_long = "/" in name and "longer than" in str(error)
        taken = layout == "fs" and "means something else" in str(error)
        assert refuse or too_long or taken, f"{name!r} was made safe and is refused: {error}"
        return
    assert os.path.normpath(f"/m/{relative}").startswith("/m/") or not relative
    assert "\0" not in relative and "\n" not in relative
    levels = relative.split("/")
    assert all(0 < len(os.fsencode(level)) <= 255 for level in levels) or not relative
    assert not FORBIDDEN & set(levels) and ".." not in levels
    if relative:
        again = from_disk(relative, layout, encoding)
        assert to_disk(again, layout, encoding) == relative


TARGETS = (
    Target(
        "maildir name",
        maildir_name,
        (
            b":2,",
            b":1,",
            b",S=",
            b",W=",
            b",U=",
            b"FRST",
            b"abz",
            b",",
            b":",
            b".",
            b"123",
            b"\xff",
        ),
        growing=(b",", b":", b":2,", b"a", b",S=1"),
    ),
    Target(
        "folder name",
        folder_name,
        (
            *(b".", b"..", b"/", b"../", b"\0", b"\n", b"&", b"&-", b"~", b"INBOX", b"cur", b"tmp"),
            *(b"new", b"dovecot.index", b"\xe3\x81\x82", b"\xed\xa0\x80", b"*", b"%", b"\\", b" "),
            *(b"\xe2\x80\xae", b"\xc2\xa0", b"x" * 130, b"\xf0\x9f\x90\x80" * 30, b"maildirsize"),
        ),
        growing=(b"a/", b"&", b".", b"\xe3\x81\x82", b"/", b"&-"),
    ),
)
