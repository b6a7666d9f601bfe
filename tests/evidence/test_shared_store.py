"""What hosts share of what they learnt, and that mail arrives at worst twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import app
from maildrop_py.evidence import duplicates, shared_store
from maildrop_py.evidence.contacts import Contacts
from maildrop_py.evidence.evidence import Evidence
from maildrop_py.evidence.shared_store import SharedStore
from maildrop_py.evidence.store import Store
from maildrop_py.message.envelope import Envelope
from maildrop_py.rules.language.settings import Settings
from tests.support.redis_server import RedisServer
from tests.support.rules_reading import mail

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_700_000_000.0


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    monkeypatch.setattr(shared_store, "_lines", {})
    server = RedisServer(tmp_path)
    yield server
    server.kill()


def host(folder: Path, name: str, redis: RedisServer, owner: str = "ann") -> SharedStore:
    folder.chmod(0o700)
    return SharedStore(redis.address, Store(str(folder / name / "e.sqlite")), owner)


def test_what_one_host_learnt_the_other_knows(redis: RedisServer, tmp_path: Path) -> None:
    one, other = (host(tmp_path, name, redis) for name in ("a", "b"))
    one.learn("spf", [("192.0.2.7 a.example", "pass\tä")], NOW, 60)
    assert other.lines("spf", ["192.0.2.7 a.example", "x"], NOW) == {
        "192.0.2.7 a.example": "pass\tä"
    }
    assert not (tmp_path / "a").exists(), "nothing is kept twice"


def test_what_belongs_to_one_mailbox_is_no_others(redis: RedisServer, tmp_path: Path) -> None:
    duplicates.remember(host(tmp_path, "a", redis), "id@x", NOW)
    assert duplicates.seen(host(tmp_path, "b", redis), "id@x", NOW)
    assert not duplicates.seen(host(tmp_path, "b", redis, "bert"), "id@x", NOW)


@pytest.mark.parametrize("trouble", ["away", "slow", "full", "read-only"])
def test_in_trouble_the_local_file_takes_over(
    trouble: str, redis: RedisServer, tmp_path: Path
) -> None:
    store = host(tmp_path, "a", redis)
    if trouble == "away":
        redis.kill()
    elif trouble == "slow":
        redis.suspend(2)
    elif trouble == "full":
        redis.say("CONFIG", "SET", "maxmemory", "1")
    else:
        redis.say("REPLICAOF", "127.0.0.1", "1")
    duplicates.remember(store, "id@x", NOW)
    assert duplicates.seen(store, "id@x", NOW) and store.warnings and store.usable


def duplicate(state: Path, address: str) -> Evidence:
    message = mail("Message-ID: <1@a.example>")
    return Evidence(message, Envelope(), Settings(store=address), str(state))


def test_duplicates_are_known_to_all_hosts_once_delivered(
    redis: RedisServer, tmp_path: Path
) -> None:
    """Two hosts, each with a disk of its own under the same path."""
    tmp_path.chmod(0o700)
    state = tmp_path / "state"
    first = duplicate(state, redis.address)
    assert first.duplicate() is False
    assert duplicate(state, redis.address).duplicate() is False, "not delivered yet"
    first.delivered()
    kept = Store(str(state / "evidence.sqlite"))
    assert not duplicates.seen(kept, "1@a.example", NOW), "nothing is kept twice"
    assert duplicate(state, redis.address).duplicate() is True
    redis.kill()
    assert duplicate(state, redis.address).duplicate() is False, "at worst twice"


def test_contacts_are_shared(redis: RedisServer, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "mine").mkdir(mode=0o700)
    Contacts(str(tmp_path / "mine/contacts")).add(["ann@a.example"])
    state = str(tmp_path / "mine")
    done = CliRunner().invoke(app, ["contacts", "share", redis.address, "--state", state])
    assert done.output == "1 contact\n", done.output
    other = duplicate(tmp_path / "other", redis.address)
    assert other.known("Ann@A.example") is True and other.known("bob@a.example") is False


def test_deliver_knows_what_another_host_delivered(redis: RedisServer, tmp_path: Path) -> None:
    """The same user, on a host whose own file knows nothing."""
    tmp_path.chmod(0o700)
    rules = tmp_path / "rules.yaml"
    text = (
        f"store: {redis.address}\nrules: [{{when: {{duplicate: true}}, then: {{file: Twice}}}}]\n"
    )
    rules.write_text(text)
    (tmp_path / "Maildir").mkdir()
    command = [sys.executable, "-m", "maildrop_py", "deliver", "--rules", str(rules)]
    for _ in range(2):
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        letter = b"Message-ID: <1@a.example>\nSubject: x\n\nx\n"
        subprocess.run(command, input=letter, env=environment, check=True, cwd=ROOT)
        for file in (tmp_path / ".local/state/maildrop-py").glob("evidence*"):
            file.unlink()
    assert len([*(tmp_path / "Maildir/new").iterdir()]) == 1
    assert len([*(tmp_path / "Maildir/.Twice/new").iterdir()]) == 1
