"""Programs that rules run on mail that is filed already: only if allowed, and once."""

from __future__ import annotations

import os

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.errors import CommandFailed
from maildrop_py.message.message import Message
from maildrop_py.refile.options import RefileOptions
from maildrop_py.refile.programs import ran_before
from tests.support.maildirs import FiledMaildir, doing


def test_programs_and_rejections_are_left_out_unless_allowed(filed: FiledMaildir) -> None:
    filed.put("cur/1,S=17:2,S")
    filed.put("cur/2,S=17:2,S")
    filed.put("cur/3,S=17:2,S")
    decisions = {
        "1": doing(Forward("a@example.org")),
        "2": doing(reject="no"),
        "3": doing(Pipe(("/bin/false",)), Filing("A")),
    }

    def decide(message: Message) -> Decision:
        assert message.file is not None
        return decisions[os.path.basename(message.file.path)[0]]

    troubles = filed.refile(decide)
    assert troubles == {
        "1,S=17:2,S": "forward is not allowed",
        "2,S=17:2,S": "reject is not allowed",
    }
    assert set(filed.files()) == {"cur", ".A/cur"}


def test_an_allowed_program_is_run_once_whatever_becomes_of_the_message(
    filed: FiledMaildir,
) -> None:
    ran: list[object] = []
    filed.put("cur/1,S=40:2,S", b"Message-ID: <1@example.org>\n\n")
    options = RefileOptions(
        allowed=("forward",), run_program=lambda command, message: ran.append(command)
    )
    forward = Forward("a@example.org", "rule")
    assert not filed.refile(doing(forward, Filing("INBOX")), options=options)
    assert ran == [forward]
    assert [line.get("do") for line in filed.lines()] == [None, "ran", None]
    assert list(ran_before(filed.runs(), str(filed.root))) == [
        ("<1@example.org>", "forwarded to a@example.org")
    ]


def test_a_message_whose_program_fails_stays(filed: FiledMaildir) -> None:
    def fail(command: object, message: Message) -> None:
        raise CommandFailed("sendmail: exit status 75")

    filed.put("cur/1,S=17:2,S")
    options = RefileOptions(allowed=("forward",), run_program=fail)
    troubles = filed.refile(doing(Forward("a@example.org"), Filing("A")), options=options)
    assert troubles == {"1,S=17:2,S": "sendmail: exit status 75"}
    assert list(filed.files()) == ["cur"]


def test_a_message_whose_program_fails_may_go_elsewhere(filed: FiledMaildir) -> None:
    def fail(command: object, message: Message) -> None:
        raise CommandFailed("false: exit status 1")

    filed.put("cur/1,S=17:2,S")
    options = RefileOptions(allowed=("pipe",), run_program=fail)
    pipe = Pipe(("false",), otherwise=(Filing("Failed"),))
    assert not filed.refile(doing(pipe), options=options)
    assert list(filed.files()) == [".Failed/cur"]


def test_a_message_stays_where_what_is_done_otherwise_is_not_allowed(filed: FiledMaildir) -> None:
    def fail(command: object, message: Message) -> None:
        raise CommandFailed("false: exit status 1")

    filed.put("cur/1,S=17:2,S")
    options = RefileOptions(allowed=("pipe",), run_program=fail, discard="delete")
    pipe = Pipe(("false",), otherwise=(Forward("a@example.org"),))
    assert filed.refile(doing(pipe), options=options) == {"1,S=17:2,S": "false: exit status 1"}
    assert list(filed.files()) == ["cur"]
