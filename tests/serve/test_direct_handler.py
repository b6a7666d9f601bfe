"""What a worker that delivers by itself does in its loop, and what it leaves to threads."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from maildrop_py.evidence.would_wait import WouldWait
from maildrop_py.lmtp.server.group_commit import GroupCommit
from maildrop_py.lmtp.server.reactor import Reactor
from maildrop_py.lmtp.session import Session
from maildrop_py.lmtp.session_settings import SessionSettings
from maildrop_py.message.parts import CHEAP_LINES, CHEAP_SIZE, Parts
from maildrop_py.message.source import BytesSource
from maildrop_py.record import replace
from maildrop_py.serve.direct_handler import SLOW, DirectHandler, LoopMessage
from maildrop_py.serve.path_template import PathTemplate
from maildrop_py.serve.server_log import ServerLog
from maildrop_py.serve.user_database import AnyUser
from tests.serve.conftest import Server, mail
from tests.serve.test_recipients import Recipients, paths_below
from tests.support.waiting import wait_until

ANNA = "anna@example.org"
BODY = "rules: [{when: {body: hello}, then: {file: Hello}}]"
MAIL = b"""LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<anna@x>\r\nDATA\r\nSubject: x\r\n\r\n%s\r\n.\r\n"""


@pytest.mark.parametrize(
    ("body", "quick", "are_read"),
    [
        (b"hello", True, True),
        (b"hello", False, False),
        (b"x" * CHEAP_SIZE, True, False),
        (b"\n--b" * (CHEAP_LINES + 1), True, False),
    ],
    ids=["short", "after a slow one", "long", "many parts"],
)
def test_parts_that_may_take_long_are_never_read_in_the_loop(
    body: bytes, quick: bool, are_read: bool
) -> None:
    """A mail bomb there would hold up every session."""
    message = LoopMessage(BytesSource(b"Subject: x\n\n" + body))
    message.in_loop, message.is_quick = True, quick
    with nullcontext() if are_read else pytest.raises(WouldWait):
        assert isinstance(message.parts, Parts)
    message.in_loop = False
    assert isinstance(message.parts, Parts)


def test_after_one_that_took_long_parts_are_left_to_threads_for_a_while(tmp_path: Path) -> None:
    handler, _, _ = _handler(tmp_path)
    handler.decided_within(SLOW / 2)
    assert handler.is_quick
    handler.decided_within(SLOW * 2)
    assert not handler.is_quick


def test_rules_about_the_body_are_obeyed_all_the_same(server: Server) -> None:
    server.write_rules(BODY)
    server.start()
    assert server.hand_over(mail("x", b"hello\n"), ANNA)[0].startswith("250 ")
    assert set(server.files("anna")) == {".Hello/new"}


@pytest.mark.parametrize(("body", "in_loop"), [("hello", True), ("hello" * CHEAP_SIZE, False)])
def test_the_loop_s_thread_decides_what_is_read_in_a_moment(
    body: str, in_loop: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a rule about a long body is decided in another one."""
    seen: list[bool] = []
    texts = Parts.texts

    def watched(self: Parts, *arguments: object, **more: object) -> object:
        seen.append(threading.current_thread() is threading.main_thread())
        return texts(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Parts, "texts", watched)
    handler, reactor, groups = _handler(tmp_path)
    _deliver(handler, body)
    reactor.soon(reactor.stop)
    reactor.run()
    groups.close()
    assert seen == [in_loop]


def test_how_long_the_first_message_took_says_nothing_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every worker would leave the mail of its first second to threads."""
    handler, reactor, groups = _handler(tmp_path)
    measured: list[float] = []
    monkeypatch.setattr(handler, "decided_within", measured.append)
    for told in (0, 1, 2):
        _deliver(handler, "hello")
        assert len(measured) == told
    groups.close()
    reactor.close()


def test_messages_of_a_group_are_written_when_it_begins(tmp_path: Path) -> None:
    """What is written while another is synced would be synced with that too, in vain."""
    handler, reactor, groups = _handler(tmp_path)
    _deliver(handler, "hello")
    session = Session(SessionSettings(handler))
    session.receive(MAIL % b"hello")
    assert session.commit(lambda replies: None) is None
    assert [path for path in tmp_path.rglob("tmp/*") if path.is_file()] == []
    groups.close()
    reactor.close()
    assert len([*tmp_path.rglob("new/*")]) == 2


def _deliver(handler: DirectHandler, body: str) -> None:
    """One message for anna, until it has its reply."""
    reactor, replies = handler.reactor, []
    session = Session(SessionSettings(handler))
    session.receive(MAIL % body.encode())
    assert session.commit(replies.extend) is None

    def answered() -> bool:
        handler.groups._start()
        reactor.settle()
        return bool(replies)

    wait_until(answered, "the reply")
    assert [str(reply) for reply in replies] == ["Reply(250, '2.0.0', '<anna@x> delivered')"]


def _handler(place: Path) -> tuple[DirectHandler, Reactor, GroupCommit]:
    """One whose user's only rule is about the body."""
    rules = place / "rules.yaml"
    rules.write_text(BODY)
    rules.chmod(0o600)
    paths = replace(paths_below(place), rules=PathTemplate(str(rules)))
    reactor = Reactor()
    groups = GroupCommit(reactor, alone=lambda: True)
    log = ServerLog("stderr", {})
    recipients = Recipients(AnyUser(), paths, "", "x")
    return DirectHandler(recipients, 60.0, log, reactor, groups), reactor, groups
