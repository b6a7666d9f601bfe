"""Our reader of parts against mail-parser and the email package.

On well-formed mail, real and made up, all find the same texts, names and types.
Where they differ on real mail, it is broken, and the reason is listed.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from fnmatch import fnmatch
from pathlib import Path

import mailparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message.charsets import decode
from maildrop_py.message.parameters import parameters
from maildrop_py.message.parts import read_parts

ALIKE_SINCE_314 = {"malformed/stalwart/*/thirdparty/003.eml"}
"""What the email package of Python 3.14 reads as we do."""

Found = tuple[list[str], list[tuple[str, str]]]

REASONS = {
    "a line that is no field does not end a header, which others end there": (
        *("dsn/*/lhost-apachejames-01.eml", "dsn/*/lhost-office365-09.eml"),
        *("dsn/*/lhost-office365-1[0-2].eml", "dsn/*/lhost-postfix-57.eml"),
        *("dsn/*/lhost-verizon-02.eml", "malformed/enmime/low-quality/bad-header-wrap.raw"),
        *("malformed/enmime/mail/qp-utf8-header-no-break.raw", "malformed/mime4j/*_decoded_*.txt"),
        *("malformed/mime4j/*/README.txt", "malformed/mime4j/*/hdr-fakeout.msg"),
        *("malformed/mime4j/*/basic-plain-with-bad-header-separator.msg",),
        *("malformed/mime4j/*/malformedHeader*.msg", "malformed/mime4j/*/obsolete.msg"),
        *("malformed/mimekit/mbox/unmunged.mbox.txt", "malformed/mimekit/text/planet-fitness.txt"),
        *("malformed/spamscope/mail_malformed_1", "malformed/stalwart/*/thirdparty/015.eml"),
        *("malformed/stalwart/*/malformed/019.eml",),
    ),
    "base64 goes on behind padding and signs that others stop at; text behind it is kept": (
        *("spamassassin/spam-1/00038.*", "spamassassin/spam-1/00313.*"),
        *("spamassassin/spam-2/00588.*", "spamassassin/spam-2/00853.*"),
        *("spamassassin/spam-2/00960.*", "spamassassin/spam-2/01072.*"),
        *("spamassassin/spam-2/01309.*", "dsn/*/rhost-google-06.eml"),
        *("malformed/enmime/mail/mime-bad-content-transfer-encoding.raw",),
        *(
            "malformed/enmime/parts/extra-base64-character.raw",
            "malformed/spamscope/mail_outlook_1",
        ),
        *("malformed/stalwart/*/thirdparty/002.eml",),
    ),
    "a message in the message is read in base64 too": (
        *("dsn/*/lhost-office365-08.eml", "malformed/mime4j/*/multi-2gifs-base64.msg"),
        *("malformed/mime4j/*/*-base64.msg", "malformed/mime4j/*/base64encoded-rfc822*.msg"),
        *("malformed/mimekit/messages/issue358.txt", "malformed/stalwart/*/rfc/008.eml"),
    ),
    "a report for machines is a text, not a message with a header and no text": (
        *("dsn/*/arf-*.eml", "malformed/mimekit/messages/disposition-notification*"),
        *("malformed/mimekit/messages/feedback-report.txt",),
    ),
    "CR alone ends the lines of quoted-printable": ("dsn/maildir/mac/*",),
    "parts behind the closing boundary are read": ("dsn/*/rhost-cox-01.eml",),
    "the beginning of a line has to be the boundary, not all of it (RFC 2046 5.1.1)": (
        *("malformed/mime4j/*/ending-boundaries.msg", "malformed/mime4j/*/very-*long-boundary.msg"),
        *("malformed/mime4j/*/weird-boundary.msg", "malformed/stalwart/*/malformed/004.eml"),
    ),
    "a boundary is read without quotes, and behind a missing semicolon": (
        *("malformed/mime4j/*/multi-simple.msg", "malformed/mime4j/*/multi-clen.msg"),
        *("malformed/mime4j/*/multi-digest.msg", "malformed/mime4j/*/multi-badnames.msg"),
        *("malformed/stalwart/*/thirdparty/012.eml", "malformed/stalwart/*/malformed/017.eml"),
        *("malformed/stalwart/*/malformed/005.eml",),
    ),
    "a multipart without parts is text to its end": (
        *("malformed/mime4j/*/missing-inner-start-boundary.msg",),
        *("malformed/mime4j/*/multipartnopart.msg", "malformed/mime4j/*/multipartemptypart.msg"),
    ),
    "blanks behind the name of an encoding are none of it": (
        "malformed/stalwart/*/thirdparty/003.eml",
    ),
    "a type ends at a blank": (
        *("malformed/enmime/mail/mime-bad-content-type.raw",),
        *("malformed/enmime/mail/mime-blank-media-name.raw",),
    ),
}
"""Why we differ from them, and where."""


def ours(content: bytes) -> Found:
    parts = read_parts(content)
    texts = [text for text in map(_text, _written(content)) if text]
    return texts, [(one.name, one.type) for one in parts.attachments]


def _written(content: bytes) -> list[str]:
    """Every text as it is written, HTML too."""
    from maildrop_py.message import parts as module

    parts = read_parts(content)
    return [module._text_of(part) for part in parts._parts() if module._is_text(part)]


def theirs(message: Message) -> Found:
    texts, attachments = [], []
    for part in _leaves(message):
        kind = part.get_content_type()
        of_type = parameters(_raw(part, "content-type"))
        disposition = _raw(part, "content-disposition")
        name = parameters(disposition).get("filename") or of_type.get("name", "")
        is_attached = disposition.lower().lstrip().startswith(b"attachment")
        is_text = kind.startswith(("text/", "multipart/", "message/delivery-status"))
        if is_text and not is_attached:
            texts.append(decode(_data(part), of_type.get("charset", "")))
        if name or is_attached or not (is_text or kind == "message/rfc822"):
            attachments.append((name, kind))
    return [text for text in map(_text, texts) if text], attachments


def _leaves(message: Message) -> Iterator[Message]:
    waiting = [message]
    while waiting:
        part = waiting.pop()
        children = part.get_payload() if part.is_multipart() else []
        if part.get_content_maintype() != "multipart" or not children:
            yield part
        if isinstance(children, list) and part.get_content_type() != "message/delivery-status":
            waiting += [child for child in reversed(children) if isinstance(child, Message)]


def _raw(part: Message, name: str) -> bytes:
    for field, value in part.raw_items():
        if field.lower() == name:
            return value.replace("\r", "").replace("\n", "").encode("ascii", "surrogateescape")
    return b""


def _data(part: Message) -> bytes:
    try:
        if part.is_multipart():
            return part.as_bytes().partition(b"\n\n")[2]
        data = part.get_payload(decode=True)
    except (LookupError, TypeError, ValueError):
        return b""
    return data if isinstance(data, bytes) else b""


def _text(text: str) -> str:
    """Without white space: the email package folds reports again."""
    return "".join(text.split())


def of_mail_parser(content: bytes) -> Found:
    logging.getLogger("mailparser").setLevel(logging.CRITICAL)
    try:
        return theirs(mailparser.parse_from_bytes(content).message)
    except (AttributeError, LookupError, TypeError, ValueError):
        return theirs(message_from_bytes(content))


def test_real_mail_is_taken_apart_alike(shared: Path) -> None:
    corpora = shared / "corpora"
    paths = [path for path in sorted(corpora.rglob("*")) if path.is_file()]
    used: set[str] = set()
    unexplained = []
    for path in paths:
        content = path.read_bytes()
        if ours(content) != of_mail_parser(content):
            name = str(path.relative_to(corpora))
            known = {glob for globs in REASONS.values() for glob in globs if fnmatch(name, glob)}
            used |= known
            unexplained += [] if known else [name]
    assert len(paths) > 7_000
    assert unexplained == []
    listed = {glob for globs in REASONS.values() for glob in globs}
    assert listed - used == {it for it in ALIKE_SINCE_314 if sys.version_info >= (3, 14)}


TEXTS = st.text(alphabet="ab =é会\n.<>&", max_size=60).map(lambda text: text + "\n")
NAMES = st.sampled_from(["a.txt", "two words.pdf", "résumé.doc", "会議.scr", 'quo"te.exe'])
ENCODINGS = st.sampled_from(["base64", "quoted-printable", "8bit"])


@st.composite
def messages(draw: st.DrawFn, levels: int = 2) -> EmailMessage:
    """Mail as Python's own library writes it."""
    message = EmailMessage(policy=policy.SMTP if draw(st.booleans()) else policy.default)
    if not levels or draw(st.booleans()):
        message.set_content(draw(TEXTS), cte=draw(ENCODINGS))
    else:
        message["Subject"] = "x"
        message.set_content(draw(TEXTS), cte=draw(ENCODINGS))
        if draw(st.booleans()):
            message.add_alternative(f"<p>{draw(TEXTS)}</p>", subtype="html")
        for name in draw(st.lists(NAMES, max_size=3)):
            message.add_attachment(b"%PDF" * 20, "application", "pdf", filename=name)
        if draw(st.booleans()):
            message.add_attachment(draw(messages(levels - 1)))
    return message


@given(messages())
def test_made_up_mail_is_taken_apart_alike(message: EmailMessage) -> None:
    content = message.as_bytes()
    assert ours(content) == theirs(message_from_bytes(content)) == of_mail_parser(content)


@pytest.mark.parametrize("subtype", ["mixed", "alternative", "related", "digest", "signed"])
def test_every_kind_of_multipart_is_one(subtype: str) -> None:
    content = (
        f"Content-Type: multipart/{subtype}; boundary=b\n\n"
        "--b\n\nSubject: one\n\ntext\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n"
    ).encode()
    assert ours(content) == theirs(message_from_bytes(content))
