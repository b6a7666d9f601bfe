"""Exim's pipe transport and OpenSMTPD's mda action, as examples/ have them: the same promises
as behind Postfix.

Debian installs only one mail server at a time, so these are unpacked in a view
of their own; where that cannot be done the tests are skipped, in CI too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.end_to_end.account import Account
from tests.support.end_to_end.examples import PROGRAM, example
from tests.support.end_to_end.mails import ANNA, REFUSED, RULES, message
from tests.support.end_to_end.other_servers import Server, Unpacked
from tests.support.end_to_end.overlaid import Overlaid
from tests.support.end_to_end.postfix import DOMAIN
from tests.support.end_to_end.program import Program


@pytest.fixture
def server(unpacked: Unpacked, account: Account, program: Program, place: Path) -> Iterator[Server]:
    """That server, running, with the program as its way to deliver."""
    view = Overlaid(place / f"view-{account.name}", unpacked.root)
    places = {PROGRAM: program.command, "example.org": DOMAIN}
    running = unpacked.kind(view, example(f"{unpacked.name}/deliver-system.conf", places))
    try:
        running.start()
        yield running
    finally:
        running.stop()
        view.close()


def address(account: Account, extension: str = "") -> str:
    return f"{account.name}{extension}@{DOMAIN}"


def test_rules_see_sender_extension_and_null_sender(server: Server, account: Account) -> None:
    account.write(account.rules, RULES)
    for sender, extension in ((ANNA, "+shop"), ("", ""), (ANNA, "")):
        said = server.submit(address(account, extension), message("Parcel"), sender)
        assert server.outcome(said)[0] == "sent", server.log()
    assert account.folders() == {"": 1, ".Shops": 1, ".Daemon": 1}


def test_the_message_arrives_unchanged(server: Server, account: Account) -> None:
    account.write(account.rules, RULES)
    sent = message("Lunch?", "X-Odd:  two spaces", body="From here\n\n.dot\ntail")
    assert server.outcome(server.submit(address(account), sent, ANNA))[0] == "sent", server.log()
    [path] = account.delivered()
    assert path.read_bytes().endswith(sent.partition(b"\n\n")[2])
    assert b"\nX-Odd:  two spaces\n" in path.read_bytes()
    assert path.read_bytes().lower().count(b"\nreturn-path:") <= 1


def test_a_reject_rule_bounces(server: Server, account: Account) -> None:
    account.write(account.rules, RULES)
    said = server.submit(address(account), REFUSED, ANNA)
    assert server.outcome(said)[0] == "bounced", server.log()


@pytest.mark.parametrize("unpacked", ["exim"], indirect=True)
def test_exim_runs_the_line_of_a_forward_file(
    server: Server, account: Account, program: Program
) -> None:
    account.write(account.rules, RULES)
    text = example("postfix/dot-forward", {PROGRAM: program.command})
    account.write(account.home / ".forward", text, 0o644)
    said = server.submit(address(account, "+shop"), message("Parcel"), ANNA)
    assert server.outcome(said)[0] == "sent", server.log()
    assert "T=forward_pipe" in server.log()
    assert account.folders() == {".Shops": 1}
    refused = server.submit(address(account), REFUSED, ANNA)
    assert server.outcome(refused)[0] == "bounced", server.log()


@pytest.mark.parametrize("broken", ["renamed_away", "broken_package"])
def test_program_that_cannot_start_defers_instead_of_bouncing(
    server: Server, account: Account, program: Program, broken: str
) -> None:
    account.write(account.rules, RULES)
    with getattr(program, broken)():
        said = server.submit(address(account), message("Patience"), ANNA)
        assert server.outcome(said)[0] == "deferred", server.log()
    assert account.folders() == {}
    server.flush()
    assert server.outcome(said, after=1)[0] == "sent", server.log()
    assert account.folders() == {"": 1}
