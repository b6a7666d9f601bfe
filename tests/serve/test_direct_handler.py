"""What a worker that delivers by itself does in its loop, and what it leaves to threads."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from maildrop_py.evidence.evidence import WouldWait
from maildrop_py.message.message import BytesSource
from maildrop_py.message.parts import Parts
from maildrop_py.serve.direct_handler import LoopMessage
from tests.serve.conftest import Server, mail

ANNA = "anna@example.org"
BODY = "rules: [{when: {body: hello}, then: {file: Hello}}]"


def test_parts_are_never_read_in_the_loop() -> None:
    """A mail bomb there would hold up every session."""
    message = LoopMessage(BytesSource(b"Subject: x\n\nhello\n"))
    message.in_loop = True
    with pytest.raises(WouldWait):
        message.parts  # noqa: B018 - it is a property
    message.in_loop = False
    assert isinstance(message.parts, Parts)


def test_rules_about_the_body_are_obeyed_all_the_same(server: Server) -> None:
    server.write_rules(BODY)
    server.start()
    assert server.hand_over(mail("x", b"hello\n"), ANNA)[0].startswith("250 ")
    assert set(server.files("anna")) == {".Hello/new"}


def test_the_loop_s_thread_decides_what_headers_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a rule about the body is decided in another one."""
    from maildrop_py.lmtp.server.group_commit import GroupCommit
    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.lmtp.session import Session
    from maildrop_py.lmtp.session_settings import SessionSettings
    from maildrop_py.record import replace
    from maildrop_py.serve.direct_handler import DirectHandler
    from maildrop_py.serve.path_template import PathTemplate
    from maildrop_py.serve.server_log import ServerLog
    from maildrop_py.serve.user_database import AnyUser
    from tests.serve.test_recipients import Recipients, paths_below

    seen: list[bool] = []
    texts = Parts.texts

    def watched(self: Parts, *arguments: object, **more: object) -> object:
        seen.append(threading.current_thread() is threading.main_thread())
        return texts(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Parts, "texts", watched)
    rules = tmp_path / "rules.yaml"
    rules.write_text(BODY)
    rules.chmod(0o600)
    paths = paths_below(tmp_path)
    paths = replace(paths, rules=PathTemplate(str(rules)))
    reactor = Reactor()
    groups = GroupCommit(reactor, alone=lambda: True)
    log = ServerLog("stderr", {})
    handler = DirectHandler(Recipients(AnyUser(), paths, "", "x"), 60.0, log, reactor, groups)
    session = Session(SessionSettings(handler))
    replies: list[object] = []
    session.receive(b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<anna@x>\r\nDATA\r\n")
    session.receive(b"Subject: x\r\n\r\nhello\r\n.\r\n")
    assert session.commit(lambda found: (replies.extend(found), reactor.stop())) is None
    reactor.run()
    groups.close()
    assert [str(reply) for reply in replies] == ["Reply(250, '2.0.0', '<anna@x> delivered')"]
    assert seen == [False]
