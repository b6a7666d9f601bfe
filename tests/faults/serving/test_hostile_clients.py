"""A running server among clients that mean no good."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.hostile.delivering import KNOWN, RULES
from tests.faults.hostile.serving import TARGETS
from tests.faults.maildir_sight import files_below
from tests.faults.subject import Wrong
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server

WORDS = TARGETS[0].words
_REPLY = re.compile(rb"[245]\d\d[ -][^\r\n\0]*|354 [^\r\n\0]*")
HOSTILE = (
    *("../anna", "../../etc/passwd", "..", ".", "/etc/passwd", "a/../../b", "%2e%2e%2fb", "~root"),
    *("b\0c", "b\\0c", '"b/c"', '".."', '"\\../x"', "{home}", "{user}", "$HOME", "`id`", "-x", "+"),
    *(
        "a+../../../x",
        "a+/etc/x",
        "a+" + "x" * 250,
        "b" * 255,
        "b" * 400,
        "é",
        "あ" * 60,
        "\u202eb",
    ),
)


@pytest.fixture
def server(command: Path, place: Path) -> Iterator[Server]:
    """Makes a Maildir for whomever mail comes for."""
    (place / "rules.yaml").write_text(RULES)
    for name in ("mail", "log", "state"):
        (place / "served" / name).mkdir(parents=True)
    place.chmod(0o777)  # so that whatever went astray could
    for path in (place / "served").rglob("*"):
        path.chmod(0o777)
    told = {
        "--maildir": f"{place}/served/mail/{{user}}@{{domain}}",
        "--log": f"{place}/served/log/{{user}}@{{domain}}+{{extension}}",
        "--state": f"{place}/served/state/{{user}}@{{domain}}",
        "--rules": f"{place}/rules.yaml",
    }
    options = [word for pair in told.items() for word in pair]
    with Server([str(command), "serve", "--create", *options, "--user", "nobody"], place) as server:
        yield server


def test_no_recipient_leads_out_of_the_place_for_mail(server: Server, place: Path) -> None:
    """Each is refused, or has a Maildir of his own there, and a log."""
    before = set(files_below(place)) | set(place.iterdir())
    delivered = 0
    for number, user in enumerate(HOSTILE):
        for address in (f"{user}@x.example", f"b@{user}"):
            data = b"Subject: ../%d\nList-Id: ../../x\nFrom: /etc/x\n\nx\n" % number
            delivered += _told(server, data, address) is Answer.DONE
    after = {path for path in files_below(place) if path not in before}
    strange = [p for p in after if not p.startswith(("served/mail/", "served/log/", "server.log"))]
    assert strange == []
    assert set(place.iterdir()) - before <= {place / "server.log"}
    mail = [path.split("/") for path in after if path.startswith("served/mail/")]
    assert all("@" in parts[2] and len(parts) <= 6 for parts in mail), mail
    assert {parts[-1] for parts in mail if parts[-2] not in ("new", "cur")} <= KNOWN
    assert all(path.count("/") == 2 for path in after if path.startswith("served/log/"))
    assert delivered > len(HOSTILE) // 3


def test_no_babble_upsets_the_server(server: Server, place: Path) -> None:
    """Hundreds of conversations, cut off anywhere; then the same worker takes mail."""
    chance = Random(2033)
    hand_over(server.socket, b"Subject: x\n\n", ["b@x"])  # by then nothing else is its child
    workers = server.children
    for _ in range(150):
        words = [chance.choice(WORDS) for _ in range(chance.randint(1, 30))]
        said = _babble(server, b"LHLO c\r\nMAIL FROM:<a@b>\r\n" + b"".join(words), chance)
        lines = said.split(b"\r\n")
        assert all(_REPLY.fullmatch(line) for line in lines[:-1]), said
        assert b"\r\n451 " not in said, said
    assert hand_over(server.socket, b"Subject: x\n\n", ["b@x"]) == {"b@x": Answer.DONE}
    assert server.children == workers
    assert "Traceback" not in server.log.read_text()
    strange = [path for path in files_below(place) if not path.startswith("served/")]
    assert set(strange) <= {"rules.yaml", "server.log"}


def _babble(server: Server, data: bytes, chance: Random) -> bytes:
    """Say it in pieces, half of the times vanish in the middle; what was answered."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(server.socket))
        vanishes = chance.random() < 0.5
        said = b""
        try:
            for start in range(0, len(data), 700):
                client.sendall(data[start : start + 700])
            if not vanishes:
                client.shutdown(socket.SHUT_WR)
                while piece := client.recv(65536):
                    said += piece
        except OSError:
            return b""
        return said[: said.rfind(b"\r\n") + 2]


def _told(server: Server, data: bytes, address: str) -> Answer | None:
    """What the client was told; None for no."""
    try:
        return hand_over(server.socket, data, [address])[address]
    except Wrong:
        return None
