"""Which rules are whose, when they change, and when they are broken."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from maildrop_py.serve.rules_cache import CHECK
from tests.serve.conftest import Server, mail
from tests.support.waiting import wait_until

ANNA, BERT = "anna@example.org", "bert@example.org"


def to(folder: str) -> str:
    return f"rules: [{{then: {{file: {folder}}}}}]"


def arrives_in(server: Server, folder: str, user: str = "anna") -> bool:
    server.hand_over(mail("x"), f"{user}@example.org")
    return f"{folder}/new" in server.files(user)


def test_users_have_rules_of_their_own_or_the_default(server: Server) -> None:
    server.write_rules(to("Own"), "rules/anna.yaml")
    server.write_rules(to("Default"), "default.yaml")
    server.start(
        f"--rules={server.folder}/rules/{{user}}.yaml",
        f"--default-rules={server.folder}/default.yaml",
        f"--home={server.folder}/home/{{user}}",
    )
    assert arrives_in(server, ".Own") and arrives_in(server, ".Default", "bert")
    server.write_rules(to("New"), "rules/bert.yaml")
    wait_until(lambda: arrives_in(server, ".New", "bert"))


def test_no_rules_file_is_no_mistake_where_users_have_their_own(server: Server) -> None:
    server.start(f"--rules={server.folder}/rules/{{user}}.yaml")
    assert arrives_in(server, "") or server.files("anna").keys() == {"new"}
    assert server.log("anna")[0]["warnings"] == []


def test_the_home_in_rules_is_the_users(server: Server) -> None:
    rules = "allow_commands: true\nrules: [{then: {pipe: [~/note]}}]"
    for user in ("anna", "bert"):
        server.write_rules(rules, f"rules/{user}.yaml")
        home = server.folder / "home" / user
        home.mkdir(parents=True)
        (home / "note").write_text(f"#!/bin/sh\ncat > {home}/noted\n")
        (home / "note").chmod(0o700)
    server.start(
        f"--rules={server.folder}/rules/{{user}}.yaml", f"--home={server.folder}/home/{{user}}"
    )
    server.hand_over(mail("to anna"), ANNA)
    server.hand_over(mail("to bert"), BERT)
    for user in ("anna", "bert"):
        noted = (server.folder / "home" / user / "noted").read_bytes()
        assert noted.endswith(mail(f"to {user}"))


def test_without_homes_it_is_the_servers(server: Server) -> None:
    server.write_rules("allow_commands: true\nrules: [{then: {pipe: [~/note]}}]", "rules/anna.yaml")
    note = server.folder / "note"
    note.write_text('#!/bin/sh\ncat > "$HOME/noted"\n')
    note.chmod(0o700)
    server.start(f"--rules={server.folder}/rules/{{user}}.yaml")
    assert server.hand_over(mail("x"), ANNA)[0].startswith("250 ")
    assert (server.folder / "noted").read_bytes().endswith(mail("x"))


def test_changed_rules_are_used_from_the_next_message_on(server: Server) -> None:
    server.write_rules(to("One"))
    server.start()
    talk = server.client()  # a session that lives through it
    assert arrives_in(server, ".One")
    server.write_rules(to("Two"))
    wait_until(lambda: arrives_in(server, ".Two"))
    assert talk.say("NOOP") == ["250 2.0.0 OK"]


def test_sighup_reads_rules_and_users_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the signal, this server would never look at them again."""
    monkeypatch.setenv("NEVER_LOOK", "1")
    server.write_rules(to("One"))
    users = server.folder / "passwd"
    write_users(users, "anna")
    server.start(f"--users={users}")
    assert arrives_in(server, ".One")
    server.write_rules(to("Two"))
    write_users(users, "anna", "carl")
    assert arrives_in(server, ".One")
    assert server.hand_over(mail("x"), "carl@example.org")[0].startswith("550 ")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: arrives_in(server, ".Two"))
    assert server.hand_over(mail("x"), "carl@example.org")[0].startswith("250 ")
    assert server.process.poll() is None


def write_users(path: Path, *users: str) -> None:
    """A password file that has been there for a while."""
    path.write_text("".join(f"{user}::::::\n" for user in users))
    os.utime(path, (1, 1))


def test_broken_rules_stop_no_mail_and_are_said_once(server: Server) -> None:
    server.write_rules(to("Good"))
    server.start()
    assert arrives_in(server, ".Good")
    server.write_rules("rules: [{when: {subjec: x}}]")
    wait_until(lambda: arrives_in(server, ".Good") and server.log("anna")[-1]["warnings"])
    said = str(server.log("anna")[-1]["warnings"])
    assert "subjec" in said and "last rules" in said
    time.sleep(CHECK + 0.1)
    assert arrives_in(server, ".Good") and server.log("anna")[-1]["warnings"] == []
    server.write_rules(to("Mended"))
    wait_until(lambda: arrives_in(server, ".Mended"))


def test_rules_that_stay_broken_are_told_of_in_inbox(server: Server) -> None:
    server.write_rules("rules: [{when: {subjec: x}}]", "rules/anna.yaml")
    found = (server.folder / "rules/anna.yaml").stat()
    state = server.folder / "state/anna"
    state.mkdir(parents=True, mode=0o700)
    version = f"{found.st_ino:x}-{found.st_mtime_ns:x}"
    (state / "broken-rules").write_text(f"{version} {int(time.time()) - 7200}")
    server.start(f"--rules={server.folder}/rules/{{user}}.yaml")
    server.hand_over(mail("x"), "anna@example.org")
    told = b"Your mail rules have a mistake: anna.yaml"
    inbox = server.folder / "users/anna/new"
    wait_until(lambda: any(told in path.read_bytes() for path in inbox.glob("*")))


def test_rules_that_were_never_good_leave_mail_in_inbox(server: Server) -> None:
    server.write_rules("rules: [")
    server.start()
    assert arrives_in(server, "") or list(server.files("anna")) == ["new"]
    assert "not usable" in str(server.log("anna")[0]["warnings"])


def test_rules_that_others_may_write_are_broken_rules(server: Server) -> None:
    server.write_rules(to("Evil"))
    os.chmod(server.rules, 0o666)
    server.start()
    server.hand_over(mail("x"), ANNA)
    assert list(server.files("anna")) == ["new"]
    assert "writable for everybody" in str(server.log("anna")[0]["warnings"])


def test_each_users_own_folders_and_events_are_looked_at(server: Server) -> None:
    server.write_rules(
        "rules:\n"
        "  - {when: {folder_exists: Wanted}, then: {copy: Wanted}}\n"
        "  - {when: {duplicate: {header: X-Event}}, then: {file: Again}}\n"
    )
    for part in ("cur", "new", "tmp"):
        (server.folder / "users/anna/.Wanted" / part).mkdir(parents=True)
    server.start()
    message = b"X-Event: 17\r\n" + mail("x")
    for user in ("anna", "bert", "anna"):
        assert server.hand_over(message, f"{user}@example.org")[0].startswith("250 ")
    assert sorted(server.files("anna")) == [".Again/new", ".Wanted/new", "new"]
    assert sorted(server.files("bert")) == ["new"]
