"""serving: what a client says, through the whole server: users, templates, rules, Maildirs.

AnyUser has mail here, in places whose names are made of the address, and the
rules name folders after what the mail says. Whatever that is, every file lies
where a template says, and nobody is told that something unexpected happened.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.session import Session
from maildrop_py.lmtp.session_settings import Limits, SessionSettings
from maildrop_py.serve.direct_handler import DirectHandler
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.recipients import MailboxPaths, Recipients
from maildrop_py.serve.server_log import ServerLog
from maildrop_py.serve.user_database import AnyUser
from tests.faults.hostile.delivering import KNOWN, RULES
from tests.faults.hostile.talking import TARGETS as CONVERSATIONS
from tests.faults.hostile.talking import talk
from tests.faults.hostile.target import Target

DONE = re.compile(rb"^250 2\.0\.0 <.*", re.M)
BEGUN = b"LHLO c\r\nMAIL FROM:<a@b> SMTPUTF8\r\n"
LIMITS = Limits(line=1000, message=100_000, recipients=50)


class _Watched(DirectHandler):
    """Hides nothing."""

    def unexpected(self, error: Exception) -> None:
        raise AssertionError from error


def served(data: bytes) -> None:
    """Whatever is said, all that comes of it lies where it may."""
    with _place() as place:
        reactor = Reactor()
        groups = GroupCommit(reactor, alone=lambda: True)
        handler = _Watched(_directory(place), 60.0, ServerLog("stderr", {}), reactor, groups)
        session = Session(SessionSettings(handler, "mx.example", LIMITS), xforward=True)

        def settle() -> None:
            for after in reactor.rounds:
                after()
            reactor.settle()

        said = talk(session, BEGUN + data, settle)
        groups.close()
        reactor.close()
        assert b"451 " not in said, said
        delivered = sum(_see(path.relative_to(place)) for path in _files(place))
        assert delivered >= len(set(DONE.findall(said))), said  # who is named twice has it once


@contextmanager
def _place() -> Iterator[Path]:
    """A folder for everything; nothing may appear beside it."""
    outside = Path(tempfile.mkdtemp(prefix="maildrop-py-hostile-"))
    try:
        for name in ("mail", "state", "log"):
            (outside / "place" / name).mkdir(parents=True)
        yield outside / "place"
        assert os.listdir(outside) == ["place"], os.listdir(outside)
    finally:
        shutil.rmtree(outside)


def _files(place: Path) -> Iterator[Path]:
    for path in place.rglob("*"):
        assert not path.is_symlink(), path
        if not path.is_dir():
            yield path


def _see(path: Path) -> bool:
    """Whether the file is a message; it is where there may be one, or a log, or a folder's."""
    top, *between, name = path.parts
    if top == "log":
        assert not between and "@" in name, path
        return False
    assert top == "mail" and between and "@" in between[0], path
    if between[-1] in ("new", "cur"):
        assert len(between) <= 3, path  # the Maildir, a folder, new
        return True
    assert name in KNOWN, path
    return False


def _directory(place: Path) -> Recipients:
    layout = MailboxPaths(
        maildir=PathTemplate(f"{place}/mail/{{user}}@{{domain}}"),
        rules=PathTemplate(str(_rules())),
        state=PathTemplate(f"{place}/state/{{domain}}/{{user}}"),
        cache=PathTemplate(str(_rules().parent / "cache")),
        log=PathTemplate(f"{place}/log/{{user}}@{{domain}}+{{extension}}"),
        create=True,
    )
    return Recipients(AnyUser(), layout, "+-", "mx.example")


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """For rules and what is compiled of them; gone when the interpreter is."""
    return tempfile.TemporaryDirectory(prefix="maildrop-py-rules-")


@cache
def _rules() -> Path:
    path = Path(_folder().name) / "rules.yaml"
    path.write_text(RULES)
    path.chmod(0o600)
    return path


def _to(address: bytes) -> bytes:
    return b"RCPT TO:<%s>\r\n" % address


TARGETS = (
    Target(
        "served",
        served,
        (
            *CONVERSATIONS[0].words,
            b"DATA\r\nSubject: x\r\n\r\n.\r\n",
            b"DATA\r\nSubject: ../../x\r\nList-Id: ../..\r\nFrom: /etc/x\r\n\r\n.\r\n",
            *map(_to, (b"..@x", b"../../b@x", b"b@..", b"b@../..", b"b+../../c@x", b".b@.x")),
            *map(_to, (b'"a/b"@x', b'"a\\\\/b"@x', b'".."@x', b'"\\..\\/"@x', b"b%2e%2e%2f@x")),
            *map(_to, (b"b\0@x", b'"b\\\0"@x', b"b@[1.2.3.4]", b"b@[IPv6:::1]", b"b", b"b-c+d@x")),
            *map(_to, (b"\xc3\xa9@x", b"b@\xe3\x81\x82", b"\xff@x", b'"b\r\nc"@x', b"{home}@x")),
            *map(_to, (b"b" * 255 + b"@x", b"b" * 300 + b"@x", b"b@" + b"x." * 200, b'""@x')),
            *map(_to, (b"log+mail@state", b"new@cur", b"tmp@new", b"b+\xe2\x80\xae@x", b"B@X")),
            *(b"..", b"/", b"%2f", b"{user}", b"\\", b"+", b"-", b"\xe2\x80\xa8", b"~"),
        ),
        growing=(b"RCPT TO:<b@x>\r\n", b"RCPT TO:<../x@y>\r\n", b"x"),
    ),
)
