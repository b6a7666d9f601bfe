"""What scanners say, and what may go wrong in asking: unknown, in time, never an error."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from socket import AF_INET, AF_INET6
from threading import Event, Thread

import pytest

from maildrop_py.evidence.budget import Budget
from maildrop_py.evidence.scanners import asking
from maildrop_py.evidence.scanners.answer import About, Answer
from maildrop_py.message.message import Message
from maildrop_py.message.source import BytesSource
from tests.support.scanners import Misbehaving

MAIL = b"From: ann@a.example\nSubject: x\n\nbody\n"
ABOUT = About("192.0.2.7", "mail.a.example", "a", "ann@a.example", "me@b.example", "me", "4D2")
SPAMD = b"SPAMD/1.1 0 EX_OK\r\nContent-length: 7\r\nSpam: True ; 7.5 / 5.0\r\n\r\nONE,TWO"
RSPAMD_JSON = b'{"score": 7.5, "required_score": 15.0, "action": "add header", "symbols": {}}'
RSPAMD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(RSPAMD_JSON), RSPAMD_JSON)
CLEAN = {
    "spamd": b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; 1.0 / 5.0\r\n\r\n",
    "rspamd": b'HTTP/1.1 200 OK\r\n\r\n{"score": 1.0, "required_score": 15.0,'
    b' "action": "no action", "symbols": {}}',
    "clamd": b"stream: OK\0",
}
GOOD = {"spamd": SPAMD, "rspamd": RSPAMD, "clamd": b"stream: Win.Test.EICAR FOUND\0"}


def _rspamd(score: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + RSPAMD_JSON.replace(b"7.5", score)


GARBAGE = (
    *(b"", b"\0", b"\n", b"hello\n", b"\xff" * 5000, b"HTTP/1.1\r\n\r\n", b"SPAMD/1.1 0 EX_OK"),
    *(b"SPAMD/1.1 0 EX_OK\r\nSpam: Maybe ; 1 / 5\r\n\r\n", b"SPAMD/1.1 76 Bad header line\r\n\r\n"),
    *(b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; nine / 5\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n[]"),
    *(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n{}"),
    *(b"HTTP/1.1 500 No\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000),
    *(
        b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; nan / 5\r\n\r\n",
        b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; 9 / nan\r\n\r\n",
        b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; 9 / 5",
    ),
    *(SPAMD[:-3], SPAMD.replace(b"7.5", b"inf"), b"SPAMD/0 1 x\r\n\r\n", b"stream: OK"),
    b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    *(_rspamd(b"NaN"), _rspamd(b"1e999"), _rspamd(b"9" * 400), _rspamd(b"9" * 5000)),
    *(
        _rspamd(b"null"),
        RSPAMD[:-9],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}",
    ),
    *(b"stream: Win.Test.EICAR FOU", b"stream: Win.Test.EICAR FOUND"),
    *(b"INSTREAM size limit exceeded. ERROR\0", b"stream: No such file. ERROR\0", b"x" * 3_000_000),
)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Misbehaving]]:
    made: list[Misbehaving] = []
    yield made
    for server in made:
        server.close()


def ask(
    name: str, address: str, content: bytes = MAIL, seconds: float = 20.0, limit: int = 0
) -> Answer:
    budget = Budget(seconds, time.monotonic)
    return asking.ask((name, address, limit), Message(BytesSource(content)), ABOUT, budget)


@pytest.mark.parametrize("name", GOOD)
def test_a_verdict_is_read(name: str, tmp_path: Path, servers: list[Misbehaving]) -> None:
    servers.append(Misbehaving(tmp_path / "s", GOOD[name]))
    found = ask(name, servers[0].address)
    assert found.unknown == "" and found.flag is True
    sent = b"".join(servers[0].received)
    assert MAIL in sent
    if name == "clamd":
        assert found.names == ("Win.Test.EICAR",)
        assert sent == b"zINSTREAM\0" + len(MAIL).to_bytes(4, "big") + MAIL + bytes(4)
    else:
        assert found.score == 7.5 and found.required == (5.0 if name == "spamd" else 15.0)


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_message_is_clean(name: str, tmp_path: Path, servers: list[Misbehaving]) -> None:
    servers.append(Misbehaving(tmp_path / "s", CLEAN[name]))
    found = ask(name, servers[0].address)
    assert (found.unknown, found.flag, found.names) == ("", False, ())


@pytest.mark.parametrize(("answer", "why"), [(b"", "closed"), (b"x: no ERROR\0", "x: no ERROR")])
def test_why_clamd_gave_no_verdict_is_said(
    answer: bytes, why: str, tmp_path: Path, servers: list[Misbehaving]
) -> None:
    servers.append(Misbehaving(tmp_path / "s", answer))
    assert why in ask("clamd", servers[0].address).unknown


def test_rspamd_is_told_who_sent_it(tmp_path: Path, servers: list[Misbehaving]) -> None:
    servers.append(Misbehaving(tmp_path / "s", RSPAMD))
    ask("rspamd", servers[0].address)
    head = b"".join(servers[0].received).partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert head[0] == "POST /checkv2 HTTP/1.0"
    told = {"IP: 192.0.2.7", "Helo: a", "Hostname: mail.a.example", "From: ann@a.example"}
    assert told | {"Rcpt: me@b.example", "Deliver-To: me", "Queue-Id: 4D2"} <= set(head)


def test_no_header_line_can_be_smuggled_in(tmp_path: Path, servers: list[Misbehaving]) -> None:
    servers.append(Misbehaving(tmp_path / "s", RSPAMD))
    evil = About(helo="x\r\nIP: 10.0.0.1", user="a\r\nRemove: local")
    message, budget = Message(BytesSource(MAIL)), Budget(20, time.monotonic)
    asking.ask(("rspamd", servers[0].address, 0), message, evil, budget)
    asking.ask(("spamd", servers[0].address, 0), message, evil, budget)
    assert b"10.0.0.1" not in b"".join(servers[0].received)
    assert b"Remove" not in b"".join(servers[0].received)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("answer", GARBAGE)
def test_garbage_is_unknown(
    name: str, answer: bytes, tmp_path: Path, servers: list[Misbehaving]
) -> None:
    servers.append(Misbehaving(tmp_path / "s", answer))
    found = ask(name, servers[0].address)
    assert found.unknown and found.flag is None and found.score is None


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("reads", [True, False])
def test_who_never_answers_costs_the_budget_and_no_more(
    name: str, reads: bool, tmp_path: Path, servers: list[Misbehaving]
) -> None:
    servers.append(Misbehaving(tmp_path / "s", None, reads=reads))
    found = ask(name, servers[0].address, MAIL + b"x" * 400_000, seconds=0.5)
    assert "in time" in found.unknown or "no more" in found.unknown


@pytest.mark.parametrize("name", GOOD)
def test_an_answer_that_trickles_ends_with_the_budget(
    name: str, tmp_path: Path, servers: list[Misbehaving]
) -> None:
    """Each byte comes soon after the last, so only a deadline for all of them ends it."""
    servers.append(Misbehaving(tmp_path / "s", GOOD[name], pause=0.05))
    found = ask(name, servers[0].address, seconds=0.6)
    assert found.unknown == "no answer in time" and found.flag is None
    assert 1 < servers[0].sent < len(GOOD[name])


@pytest.mark.parametrize("name", GOOD)
def test_nobody_there_is_unknown(name: str, tmp_path: Path) -> None:
    assert "No such file" in ask(name, f"unix:{tmp_path}/none").unknown
    assert "refused" in ask(name, "127.0.0.1:1").unknown


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "address",
    ["x" * 64 + ".example:1", "unix:/a\0b", "unix:" + "x" * 200, "none.invalid:1", "[::1]:1"],
)
def test_an_address_where_nobody_can_be_is_unknown(name: str, address: str) -> None:
    assert ask(name, address, seconds=5).unknown


@pytest.mark.parametrize("name", GOOD)
def test_a_socket_that_is_a_file_or_a_directory_is_unknown(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path):
        assert "refused" in ask(name, f"unix:{place}").unknown


def test_a_name_that_is_not_found_in_time_costs_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: asked.wait() and [])
    assert "in time" in ask("spamd", "scanner.example:783", seconds=0.2).unknown
    asked.set()


@pytest.mark.parametrize(("family", "host"), [(AF_INET, "127.0.0.1"), (AF_INET6, "::1")])
def test_a_server_is_reached_by_name_and_by_address(family: int, host: str) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        listener.listen()
        port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else "localhost"
        answers = Thread(target=_answer_once, args=(listener, SPAMD))
        answers.start()
        assert ask("spamd", f"{shown}:{port}").flag is True
        answers.join()


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    with listener.accept()[0] as connection:
        while connection.recv(4096):
            pass
        connection.sendall(answer)


@pytest.mark.parametrize("name", [*GOOD, "bogofilter"])
def test_a_message_that_is_too_large_is_not_sent(name: str) -> None:
    assert ask(name, "/nonexistent", limit=10).unknown == "larger than 10 bytes"


@pytest.mark.parametrize(
    ("status", "flag"), [(0, True), (1, False), (2, False), (3, None), (127, None)]
)
def test_bogofilter_says_it_by_its_status(status: int, flag: bool | None, tmp_path: Path) -> None:
    program = tmp_path / "filter"
    program.write_text(f"#!/bin/sh\ncat >/dev/null\nexit {status}\n")
    program.chmod(0o755)
    found = ask("bogofilter", str(program))
    assert found.flag is flag and bool(found.unknown) is (flag is None)


def test_a_program_that_hangs_or_is_missing_is_unknown(tmp_path: Path) -> None:
    program = tmp_path / "filter"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    assert ask("bogofilter", str(program), seconds=0.5).unknown == "no answer in time"
    assert "No such file" in ask("bogofilter", "/nonexistent/bogofilter").unknown


@pytest.mark.parametrize(
    ("script", "flag"),
    [
        ("kill -9 $$", None),
        ("cat >/dev/null; kill -9 $$", None),
        ("cat >/dev/null; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 1", False),
        ("exec <&-; exit 0", True),
    ],
)
def test_a_bogofilter_that_dies_or_says_much_is_unknown_or_goes_by_its_status(
    script: str, flag: bool | None, tmp_path: Path
) -> None:
    program = tmp_path / "filter"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    found = ask("bogofilter", str(program), MAIL + b"x" * 400_000, seconds=3)
    assert found.flag is flag and bool(found.unknown) is (flag is None)


def test_spamd_that_may_not_be_taught_is_said(tmp_path: Path, servers: list[Misbehaving]) -> None:
    servers.append(Misbehaving(tmp_path / "s", b"SPAMD/1.1 0 EX_OK\r\n\r\n"))
    scanner = ("spamd", servers[0].address, 0)
    why = asking.teach(scanner, Message(BytesSource(MAIL)), True, ABOUT, Budget(20, time.monotonic))
    assert "--allow-tell" in why
    assert b"Message-class: spam\r\nSet: local" in b"".join(servers[0].received)
