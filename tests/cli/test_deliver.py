"""`maildrop-py deliver` as a mail server starts it: statuses, streams, places, logs."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import maildrop_py
from tests.support.cli_account import MESSAGE, Account

PACKAGE = Path(maildrop_py.__file__).parent


def test_a_delivered_message_is_status_0_and_silence(account: Account) -> None:
    assert account.deliver() == (0, b"", b"")
    [path] = account.files()
    assert path.parent == account.maildir / ".Hello/cur"
    assert path.name.endswith(":2,S")
    assert path.read_bytes() == MESSAGE


def test_no_rule_means_inbox_without_flags(account: Account) -> None:
    message = b"Subject: other\n\n\0\x80 8-bit\r and bare CR\n"
    assert account.deliver(message=message)[0] == 0
    [path] = account.files()
    assert path.parent == account.maildir / "new"
    assert path.read_bytes() == message


def test_a_rejected_message_is_77_with_the_rules_text(account: Account) -> None:
    status, out, err = account.deliver(message=b"Subject: refuse me\n\n")
    assert (status, out, err) == (77, b"", b"5.7.1 no such mail wanted here\n")
    assert account.files() == []
    assert account.log()[0]["reject"] == "no such mail wanted here"


def test_a_discarded_message_is_delivered_nowhere(account: Account) -> None:
    assert account.deliver(message=b"Subject: drop me\n\n")[0] == 0
    assert account.files() == []
    assert account.log()[0]["rule"] == "dropped"


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["--sender"], ["extra"], ["--rules=/nonexistent/r.yaml", "-q"]]
)
def test_a_wrong_command_line_defers(account: Account, arguments: list[str]) -> None:
    status, out, err = account.deliver(*arguments)
    assert status == 75
    assert out == b""
    assert err.startswith(b"4.3.0 deliver: ")


def test_standard_input_is_read_to_its_end_even_when_delivery_fails(account: Account) -> None:
    account.maildir.rmdir()
    account.maildir.write_text("in the way")
    status, _, err = account.deliver(message=MESSAGE + b"x" * 1_000_000)
    assert status == 75  # communicate() would have raised BrokenPipeError otherwise
    assert b"Maildir" in err


def test_broken_rules_deliver_by_the_last_that_compiled(account: Account) -> None:
    assert account.deliver()[0] == 0
    account.rules.write_text("rules: [{then: {fil: x}}")
    assert account.deliver() == (0, b"", b"")
    assert len(list(account.maildir.glob(".Hello/cur/*"))) == 2
    assert any("the last rules that could be used" in str(w) for w in account.log()[1]["warnings"])  # type: ignore[attr-defined]


def test_rules_broken_from_the_start_deliver_to_an_inbox_that_is_there(account: Account) -> None:
    account.rules.write_text("rules: 5")
    assert account.deliver() == (0, b"", b"")
    assert [path.parent.name for path in account.files()] == ["new"]


def test_without_rules_and_without_a_maildir_the_message_waits(account: Account) -> None:
    account.rules.unlink()
    account.maildir.rmdir()
    status, _, err = account.deliver()
    assert status == 75
    assert b"no Maildir to be sure of" in err
    assert not account.maildir.exists()


def test_a_maildir_on_the_command_line_is_made(account: Account) -> None:
    account.rules.unlink()
    account.maildir.rmdir()
    assert account.deliver("--maildir", str(account.maildir))[0] == 0
    assert len(account.files()) == 1


def test_rules_that_others_may_write_to_are_not_followed(account: Account) -> None:
    account.rules.chmod(0o666)
    assert account.deliver()[0] == 0
    assert [path.parent.name for path in account.files()] == ["new"]
    assert any("writable for everybody" in str(w) for w in account.log()[0]["warnings"])  # type: ignore[attr-defined]


def test_changed_rules_count_at_once(account: Account) -> None:
    account.deliver()
    account.rules.write_text("rules: [{name: all, then: {file: Elsewhere}}]")
    account.deliver()
    assert (account.maildir / ".Elsewhere/new").is_dir()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_defers_and_leaves_nothing(account: Account, number: signal.Signals) -> None:
    process = account.start()
    assert process.stdin is not None
    process.stdin.write(MESSAGE)
    process.stdin.flush()
    _wait_until_it_reads(process)
    process.send_signal(number)
    assert process.wait(timeout=30) == 75
    process.stdin.close()
    assert account.files() == []
    assert list(account.maildir.glob("tmp/*")) == []


def test_its_own_deadline_defers(account: Account) -> None:
    process = account.start("--deadline", "0.5")
    assert process.wait(timeout=30) == 75
    assert process.stderr is not None
    assert b"took too long" in process.stderr.read()


def _wait_until_it_reads(process: subprocess.Popen[bytes]) -> None:
    """Until it sleeps in read(0): then its signal handlers are in place."""
    for _ in range(600):
        call = Path(f"/proc/{process.pid}/syscall")
        if not call.exists() or call.read_text().startswith("0 0x0 "):
            return
        time.sleep(0.02)
    pytest.fail("the program does not come to read its standard input")


@pytest.mark.parametrize(
    ("environ", "sender", "recipient"),
    [
        ({"SENDER": "a@b.example", "RECIPIENT": "me@c.example"}, "a@b.example", "me@c.example"),
        ({"SENDER": "", "RECIPIENT": "me@c.example"}, "", "me@c.example"),
        ({"SENDER": "a@b", "LOCAL_PART": "me", "DOMAIN": "c.example"}, "a@b", "me@c.example"),
        (
            {"SENDER": "a@b", "RECIPIENT": "me@c", "RPLINE": "Return-Path: <x@y>\n"},
            "x@y",
            "me@c",
        ),
    ],
    ids=["Postfix", "Postfix, null sender", "Exim", "qmail"],
)
def test_what_the_mail_server_says_is_logged(
    account: Account, environ: dict[str, str], sender: str, recipient: str
) -> None:
    assert account.deliver(**environ)[0] == 0
    [entry] = account.log()
    assert (entry["sender"], entry["recipient"]) == (sender, recipient)


def test_the_exact_sender_comes_from_postfixs_own_header(account: Account) -> None:
    message = b"Return-Path: <o'hara=x{y}@example.org>\n" + MESSAGE
    account.deliver(message=message, SENDER="o_hara=x_y_@example.org")
    assert account.log()[0]["sender"] == "o'hara=x{y}@example.org"


def test_return_path_and_delivered_to_are_added_where_the_server_did_not(account: Account) -> None:
    account.deliver("--sender", "a@example.org", "--recipient", "me@example.com")
    [path] = account.files()
    added = b"Return-Path: <a@example.org>\nDelivered-To: me@example.com\n"
    assert path.read_bytes() == added + MESSAGE


def test_the_log_says_where_and_why(account: Account) -> None:
    account.deliver()
    [entry] = account.log()
    assert entry["message_id"] == "<1@example.org>"
    assert entry["folders"] == ["Hello"]
    assert entry["reasons"] == ["hello: header Subject matches /hello/"]
    assert entry["paths"] == [str(account.files()[0])]


def test_a_log_that_cannot_be_written_does_not_hold_mail_up(account: Account) -> None:
    assert account.deliver("--log", "/proc/nonexistent/log") == (0, b"", b"")
    assert len(account.files()) == 1


def test_an_unwritable_cache_does_not_hold_mail_up(account: Account) -> None:
    (account.home / ".cache").write_text("in the way")
    assert account.deliver() == (0, b"", b"")
    assert len(account.files()) == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 500, b"maildrop-py modules 1"])
def test_a_damaged_bundle_of_modules_is_not_used(account: Account, damage: bytes) -> None:
    account.deliver()
    bundle = account.home / ".cache/maildrop-py/modules"
    bundle.write_bytes(damage)
    assert account.deliver() == (0, b"", b"")
    assert len(account.files()) == 2
    assert bundle.stat().st_size > 10_000  # made again


def test_a_bundle_that_others_may_write_to_is_not_used(account: Account) -> None:
    account.deliver()
    bundle = account.home / ".cache/maildrop-py/modules"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"?")
    bundle.chmod(0o666)
    assert account.deliver() == (0, b"", b"")


def test_a_bundle_in_a_folder_of_others_or_behind_a_link_is_not_used(account: Account) -> None:
    account.deliver()
    bundle = account.home / ".cache/maildrop-py/modules"
    kept = bundle.rename(account.home / "elsewhere")
    kept.write_bytes(kept.read_bytes()[:-1] + b"?")
    bundle.symlink_to(kept)
    assert account.deliver() == (0, b"", b"")
    bundle.unlink(missing_ok=True)
    bundle.parent.chmod(0o777)
    assert account.deliver() == (0, b"", b"")


def test_a_fifo_in_place_of_the_bundle_does_not_hold_mail_up(account: Account) -> None:
    account.deliver()
    bundle = account.home / ".cache/maildrop-py/modules"
    bundle.unlink()
    os.mkfifo(bundle)
    assert account.deliver() == (0, b"", b"")


def test_no_module_is_kept_for_its_owner_alone(account: Account, tmp_path: Path) -> None:
    """Root's first delivery would make everybody else compile them at every start."""
    packages = tmp_path / "packages"
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, packages / "maildrop_py", ignore=hidden)
    start = f"import sys; sys.path.insert(0, {str(packages)!r}); import maildrop_py as m"
    command = [sys.executable, "-c", f"{start}; m.main()", "deliver"]
    account.maildir.mkdir(exist_ok=True)
    subprocess.run(command, input=MESSAGE, env={"HOME": str(account.home)}, check=True)
    kept = list(packages.rglob("*.pyc"))
    assert kept and [path for path in kept if not path.stat().st_mode & stat.S_IROTH] == []


def test_a_limit_that_a_message_reached_is_in_the_log(account: Account) -> None:
    account.rules.write_text("rules: [{when: {body: nowhere}, then: {file: A}}]")
    head = b"Content-Type: multipart/mixed; boundary=b\nMessage-ID: <many@example.org>\n\n"
    assert account.deliver(message=head + b"--b\n\nx\n" * 1100)[0] == 0
    [entry] = account.log()
    assert entry["message_id"] == "<many@example.org>"
    assert entry["warnings"] == ["more than 1000 parts: the rest was not taken apart for rules"]
