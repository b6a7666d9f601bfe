"""Programs: fed, bounded, killed when late, and their statuses understood."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from maildrop_py.decision.other_actions import Forward, Pipe
from maildrop_py.delivery import programs as command
from maildrop_py.delivery.program_settings import ProgramSettings
from maildrop_py.delivery.programs import (
    OUTPUT_LIMIT,
    describe,
    forward_argv,
    is_address,
    run,
)
from maildrop_py.errors import CommandFailed, DeadlineExceeded
from maildrop_py.message.envelope import Envelope
from tests.support.delivering import LARGE, MAIL, deliver, leftovers


@pytest.fixture
def message(tmp_path: Path) -> int:
    (tmp_path / "message").write_bytes(LARGE)
    descriptor = os.open(tmp_path / "message", os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_program_reads_the_message_and_says_something(message: int) -> None:
    assert run(("wc", "-c"), message).output.strip() == str(len(LARGE)).encode()


def test_each_program_reads_the_message_from_its_start(message: int) -> None:
    for _ in range(2):
        assert run(("head", "-n1"), message).output == LARGE.splitlines(True)[0]


def test_program_that_does_not_read_blocks_nobody(message: int) -> None:
    assert run(("true",), message).status == 0


@pytest.mark.parametrize("status", [0, 1, 75, 77, 255])
def test_exit_status_is_reported(message: int, status: int) -> None:
    assert run(("sh", "-c", f"exit {status}"), message).status == status


def test_death_by_signal_is_reported(message: int) -> None:
    outcome = run(("sh", "-c", "kill -TERM $$"), message)
    assert outcome.status == -signal.SIGTERM
    assert describe(outcome) == "killed by signal 15"


def test_output_of_both_kinds_is_kept_up_to_a_limit(message: int) -> None:
    assert run(("sh", "-c", "echo out; echo err >&2"), message).output == b"out\nerr\n"
    outcome = run(("sh", "-c", "head -c 1000000 /dev/zero; exit 3"), message)
    assert outcome.status == 3 and len(outcome.output) == OUTPUT_LIMIT


@pytest.mark.parametrize("script", ["sleep 60", "trap '' TERM; sleep 60 & wait", "yes"])
def test_late_program_is_killed_with_all_it_has_started(
    message: int, script: str, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 61 & echo $! > {pids}; {script}"
    with pytest.raises(DeadlineExceeded):
        run(("sh", "-c", script), message, deadline=time.monotonic() + 0.5)
    deadline = time.monotonic() + 20
    while _lives(int(pids.read_text())) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _lives(int(pids.read_text()))


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_background_program_that_keeps_the_output_open_is_not_waited_for(message: int) -> None:
    outcome = run(("sh", "-c", "sleep 2 & echo done"), message, deadline=time.monotonic() + 60)
    assert outcome.output == b"done\n"


def test_works_without_pidfd(message: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert run(("sh", "-c", "sleep 0.1; echo x; exit 3"), message).status == 3
    with pytest.raises(DeadlineExceeded):
        run(("sleep", "60"), message, deadline=time.monotonic() + 0.2)


def test_interruption_kills_the_program(
    message: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pids = tmp_path / "pid"

    def interrupted(self: object, process: int, limit: float) -> None:
        while not (pids.exists() and pids.read_text()):
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(command._Running, "_watch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(("sh", "-c", f"echo $$ > {pids}; sleep 60"), message)
    assert not _lives(int(pids.read_text()))


@pytest.mark.parametrize(
    "argv", [("/absent",), ("absent",), (), ("",), ("/etc/passwd",), ("/",), ("a\0b",)]
)
def test_what_cannot_be_run_fails_softly(message: int, argv: tuple[str, ...]) -> None:
    with pytest.raises(CommandFailed):
        run(argv, message)


def test_environment_is_only_what_is_given(message: int) -> None:
    assert run(("/usr/bin/env",), message, {"A": "b"}).output == b"A=b\n"


def test_program_is_looked_for_in_the_path_that_is_given(message: int, tmp_path: Path) -> None:
    program = tmp_path / "mine"
    program.write_text("#!/bin/sh\necho mine\n")
    program.chmod(0o755)
    assert run(("mine",), message, {"PATH": f"/absent:{tmp_path}:/bin"}).output == b"mine\n"


def test_broken_pipes_kill_programs_as_usual(message: int) -> None:
    """Python ignores SIGPIPE, and a program must not inherit that."""
    ignored = run(("sh", "-c", "grep SigIgn /proc/self/status"), message).output
    assert not int(ignored.split()[1], 16) & (1 << (signal.SIGPIPE - 1))


def test_no_shell_reads_the_arguments(message: int) -> None:
    assert run(("echo", "$HOME; `id`"), message).output == b"$HOME; `id`\n"


def test_description_is_one_printable_line() -> None:
    outcome = command.Outcome(1, b"\x1b[31mbad\nmore\n")
    assert describe(outcome) == "exit status 1:  [31mbad"


SENDMAIL = """#!{python} -I
import sys, pathlib
with open({log!r}, "a") as log:
    log.write(repr(sys.argv[1:]) + chr(10))
pathlib.Path({log!r} + ".mail").write_bytes(sys.stdin.buffer.read())
"""


@pytest.fixture
def sendmail(tmp_path: Path) -> Path:
    program = tmp_path / "sendmail"
    program.write_text(SENDMAIL.format(python=sys.executable, log=str(tmp_path / "log")))
    program.chmod(0o755)
    return program


def test_forward_keeps_the_sender_and_carries_our_delivered_to(
    root: Path, sendmail: Path, tmp_path: Path
) -> None:
    """By which the same message is known as a loop when it comes back."""
    receipt = deliver(
        root,
        MAIL,
        Forward("there@example.org"),
        envelope=Envelope(sender="s@example.org", recipient="here@example.org"),
        commands=ProgramSettings(sendmail=str(sendmail)),
    )
    assert receipt.commands == ("forwarded to there@example.org",)
    assert (tmp_path / "log").read_text() == (
        "['-i', '-f', 's@example.org', '--', 'there@example.org']\n"
    )
    mail = (tmp_path / "log.mail").read_bytes()
    assert mail == b"Return-Path: <s@example.org>\nDelivered-To: here@example.org\n" + MAIL
    assert not leftovers(root)


@pytest.mark.parametrize(
    ("sender", "from_line", "options"),
    [
        ("a@b", b"", ("-f", "a@b")),
        ("", b"", ("-f", "<>")),
        (None, b"From x@y Mon\n", ("-f", "x@y")),
        (None, b"", ()),
    ],
)
def test_sender_of_a_forward(
    sender: str | None, from_line: bytes, options: tuple[str, ...]
) -> None:
    argv = forward_argv("to@x", Envelope(sender=sender), from_line, "sendmail")
    assert argv == ("sendmail", "-i", *options, "--", "to@x")


@pytest.mark.parametrize("address", ["a@b", "user", "a+b.c=d@e-f.g", "ü@例え.jp", "a'b@c"])
def test_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address", ["", "@", "-a@b", "/a@b", "@a:b@c", "a@b@c", "a,b", "|a", '"|a"@b', "a b@c", "a\0@b"]
)
def test_what_sendmail_would_take_for_something_else_is_not_an_address(address: str) -> None:
    assert not is_address(address)


def test_failure_has_what_the_program_printed(root: Path) -> None:
    with pytest.raises(CommandFailed, match="sh: exit status 75: no luck"):
        deliver(root, MAIL, Pipe(("sh", "-c", "echo no luck; exit 75")))


def test_a_program_that_prints_without_end_is_killed(message: int, tmp_path: Path) -> None:
    """A broken filter would fill the disk, and everybody's mail would wait."""
    with (tmp_path / "printed").open("wb") as file:
        with pytest.raises(CommandFailed, match="printed more than 1000000 bytes"):
            run(("yes",), message, stdout=file.fileno(), most=1_000_000)
        outcome = run(("head", "-c1000", "/dev/zero"), message, stdout=file.fileno(), most=2**40)
    assert outcome.status == 0
