"""folder_name: a folder's logical name and its directory below the Maildir, both ways.

Logical names have their levels separated by `/`; "INBOX", in any case, is the
Maildir's root. In layout `maildir++` folder `A/B` is the directory `.A.B`; a dot
in a level separates levels too, because on disk both look the same. In
layout `fs` it is `A/B`. `INBOX/x` is `.INBOX.x` or `INBOX/x`, as Dovecot has it.
Characters that are not ASCII are encoded in modified UTF-7 (RFC 3501 5.1.3,
Dovecot's default) or written as UTF-8.

Guarantee: no name leads out of the Maildir, or to what IMAP servers keep in it;
BadFolderName says why. Names are taken as they are, without
Unicode normalisation.
"""

from __future__ import annotations

from maildrop_py.errors import Temporary

LEVEL_LIMIT = 255  # bytes of a directory's name
_RESERVED = frozenset({"cur", "new", "tmp", "maildirfolder", "maildirsize", "subscriptions"})
_DOVECOT = (
    *("dovecot-acl", "dovecot-keywords", "dovecot-shared", "dovecot-uid"),
    *("dovecot.index", "dovecot.list.index", "dovecot.mailbox.log"),
)


class BadFolderName(Temporary):
    """A folder name that is not possible in this Maildir."""


def to_disk(name: str, layout: str, encoding: str) -> str:
    """The directory of folder `name` relative to the Maildir; "" for INBOX."""
    dots = layout == "maildir++"
    levels = (name.replace(".", "/") if dots else name).split("/")
    if levels[0].upper() == "INBOX":
        levels[0] = "INBOX"
        if len(levels) == 1:
            return ""
    for level in levels:
        _check_level(name, level, dots)
    encoded = [encode_utf7(level) if encoding == "imap-utf-7" else level for level in levels]
    directories = ["." + ".".join(encoded)] if dots else encoded
    if any(len(directory.encode()) > LEVEL_LIMIT for directory in directories):
        raise BadFolderName(f"folder {name!r}: longer than {LEVEL_LIMIT} bytes on disk")
    return "/".join(directories)


def _check_level(name: str, level: str, dots: bool) -> None:
    if not level:
        raise BadFolderName(f"folder {name!r}: a level is empty")
    if not dots and (level in _RESERVED or level.startswith((".", *_DOVECOT))):
        raise BadFolderName(f"folder {name!r}: {level!r} means something else in a Maildir")
    bad = next((c for c in level if c < " " or "\x7f" <= c <= "\x9f" or _surrogate(c)), None)
    if bad is not None:
        raise BadFolderName(f"folder {name!r}: {bad!r} is not allowed in a folder name")


def _surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def from_disk(relative: str, layout: str, encoding: str) -> str:
    """The logical name of the directory `relative` to the Maildir; the inverse of to_disk().

    Raises BadFolderName for a directory that cannot be a folder.
    """
    if relative in ("", "."):
        return "INBOX"
    dots = layout == "maildir++"
    if dots and not relative.startswith("."):
        raise BadFolderName(f"directory {relative!r}: not a folder in layout {layout}")
    levels = relative[1:].split(".") if dots else relative.split("/")
    if encoding == "imap-utf-7":
        levels = [decode_utf7(level) for level in levels]
    name = "/".join(levels)
    if name == "INBOX" or to_disk(name, layout, encoding) != relative:
        raise BadFolderName(f"directory {relative!r}: not the name of a folder in {encoding}")
    return name


def encode_utf7(text: str) -> str:
    """`text` in modified UTF-7: printable ASCII is written as it is, `&` as `&-`."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return text
    encoded, run = "", ""
    for character in text:
        if " " <= character <= "~":
            encoded += _shifted(run) + ("&-" if character == "&" else character)
            run = ""
        else:
            run += character
    return encoded + _shifted(run)


def _shifted(run: str) -> str:
    if not run:
        return ""
    import binascii

    coded = binascii.b2a_base64(run.encode("utf-16-be", "surrogatepass"), newline=False).rstrip(
        b"="
    )
    return f"&{coded.decode().replace('/', ',')}-"


def decode_utf7(text: str) -> str:
    """The inverse of encode_utf7(); raises BadFolderName for what it would not write."""
    plain, *runs = text.split("&")
    decoded = plain
    for run in runs:
        coded, minus, plain = run.partition("-")
        if not minus:
            raise BadFolderName(f"{text!r}: not modified UTF-7")
        decoded += (_unshifted(coded, text) if coded else "&") + plain
    if encode_utf7(decoded) != text:
        raise BadFolderName(f"{text!r}: not modified UTF-7")
    return decoded


def _unshifted(coded: str, text: str) -> str:
    import binascii

    try:
        padded = coded.replace(",", "/") + "=" * (-len(coded) % 4)
        return binascii.a2b_base64(padded).decode("utf-16-be")
    except ValueError as error:
        raise BadFolderName(f"{text!r}: not modified UTF-7") from error
