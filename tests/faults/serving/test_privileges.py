"""A server that root started: root never touches mail, and no user's trick makes it.

Recipient processes and workers are ordinary users, so what a link leads to is for the
kernel to allow or not; what is shown here is that nothing is done before they
are.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.faults.disk_trace import whole_lines
from tests.faults.maildir_sight import files_below
from tests.faults.serving.servings import Servings
from tests.faults.subject import Wrong
from tests.support.serving.homes import UID
from tests.support.serving.letters import DOMAIN, Case, Letter
from tests.support.serving.lmtp_client import Answer, hand_over
from tests.support.serving.server import Server, children

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to start a server as root")

LETTERS = (Letter(("anna", "bert")), Letter(("carl",)))
_WRITING = re.compile(
    r"open.*O_(?:WRONLY|RDWR|CREAT|TMPFILE)|(?:creat|mkdir|mknod|link|symlink|rename|unlink|rmdir"
    r"|chmod|fchmod|chown|lchown|fchown|truncate|ftruncate|utime|setxattr)"
)
FORKS = ("fork(", "vfork(", "clone(", "clone3(")


@pytest.fixture
def served(command: Path, place: Path) -> Servings:
    """Homes of users with uids of their own, and their server, not yet started."""
    case = Case("privileges", LETTERS, flags="S", struck="recipient", ready=False)
    served = Servings(command, place / "place", case)
    for number, user in enumerate(case.users):
        for part in ("", "cur", "new", "tmp"):
            folder = served.home.path / user / "Maildir/.Hello" / part
            folder.mkdir(mode=0o700)
            os.chown(folder, UID + number, UID + number)
    return served


def send(server: Server, user: str) -> Answer:
    """One message; what the client was told."""
    address = f"{user}@{DOMAIN}"
    return hand_over(server.socket, LETTERS[0].message, [address])[address]


@pytest.mark.usefixtures("tracing")
def test_root_writes_nothing_and_sees_no_mail(served: Servings) -> None:
    """From the first call of the server's to its last; the uid of each process is followed."""
    log = served.place / "trace"
    with served.server(["strace", "-D", "-f", "-s", "4000", "-o", str(log)]) as server:
        for user in served.case.users:
            assert send(server, user) is Answer.DONE
    by_uid: dict[int, list[str]] = {}
    for uid, call in _calls_with_uids(log):
        by_uid.setdefault(uid, []).append(call)
    assert by_uid.keys() >= {0, UID, UID + 1, UID + 2}
    assert [c for c in by_uid[0] if f"{served.home.path}/" in c and "execve" not in c] == []
    assert [call for call in by_uid[0] if "Subject: hello" in call] == []
    written = [call for call in by_uid[0] if _WRITING.match(call) and "/dev/" not in call]
    for_the_socket = ("/run/lmtp", "/run/log", '".lmtp.', '"socket"')
    assert [c for c in written if not any(name in c for name in for_the_socket)] == []
    for number, user in enumerate(("anna", "bert", "carl")):
        theirs = [call for call in by_uid[UID + number] if "/home/" in call]
        assert any(f"home/{user}/Maildir" in call for call in theirs)
        others = {"anna", "bert", "carl"} - {user}
        assert not [call for call in theirs if any(f"home/{other}/" in call for other in others)]


def _calls_with_uids(log: Path) -> Iterator[tuple[int, str]]:
    """Each call with the uid of the process that made it; a new one has its parent's."""
    calls = list(whole_lines(log))
    parents = {_result(call): process for process, call in calls if call.startswith(FORKS)}
    uids: dict[str, int] = {}
    for process, call in calls:
        uid = uids.setdefault(process, uids.get(parents.get(process, ""), 0))
        yield uid, call
        if call.startswith(("setresuid(", "setuid(")) and _result(call) == "0":
            uids[process] = int(re.findall(r"\d+", call)[0])


def _result(call: str) -> str:
    return call.rpartition(" = ")[2].split(" ")[0]


def test_each_process_is_somebody_for_good(served: Servings) -> None:
    """All ids and groups, and no capability; only those who see no mail stay root."""
    with served.server() as server:
        assert send(server, "anna") is Answer.DONE
        worker, spawner = server.children
        [recipient] = children(spawner)
        workers_uid = Path(f"/proc/{worker}").stat().st_uid
        assert workers_uid not in {account.pw_uid for account in pwd.getpwall()} - _own_account()
        for pid, uid in ((worker, workers_uid), (recipient, UID)):
            status = Path(f"/proc/{pid}/status").read_text()
            assert set(re.findall(r"^[UG]id:\s+(.*)$", status, re.M)[0].split()) == {str(uid)}
            assert re.search(r"^Groups:\s*(\d*)\s*$", status, re.M)
            assert all(
                int(mask, 16) == 0 for mask in re.findall(r"^Cap(?:Prm|Eff):\s+(\w+)", status, re.M)
            )
        opened = [os.readlink(path) for path in Path(f"/proc/{recipient}/fd").iterdir()]
        assert sum(name.startswith("socket:") for name in opened) == 1, opened


def _own_account() -> set[int]:
    """The uid of an account that is the server's own, if this machine has one."""
    return {account.pw_uid for account in pwd.getpwall() if account.pw_name == "maildrop-py"}


def test_all_that_is_made_is_for_its_user_whatever_the_umask(served: Servings) -> None:
    before = set(served.home.path.rglob("*"))
    with served.server(["/bin/sh", "-c", 'umask 0; exec "$@"', "sh"]) as server:
        for user in served.case.users:
            assert send(server, user) is Answer.DONE
    made = [path for path in served.home.path.rglob("*") if path not in before]
    assert len(made) >= 6
    for path in made:
        found = path.stat()
        owner = UID + ("anna", "bert", "carl").index(path.relative_to(served.home.path).parts[0])
        assert (found.st_uid, found.st_gid) == (owner, owner), path
        assert found.st_mode & 0o7777 == (0o700 if path.is_dir() else 0o600), path


TRICKS = {
    "Maildir": Answer.DEFERRED,
    "Maildir/.Hello": Answer.DEFERRED,
    "Maildir/.Hello/tmp": Answer.DEFERRED,
    "Maildir/.Hello/cur": Answer.DEFERRED,
    "Maildir/.Hello/dovecot-keywords": Answer.DONE,
    "Maildir/maildirsize": Answer.DONE,
    "Maildir/subscriptions": Answer.DONE,
    ".cache": Answer.DONE,
    ".local": Answer.DONE,
    "log": Answer.DONE,
}
"""What a user puts a link in place of, and what then comes of mail for him."""


@pytest.mark.parametrize("whose", ["root's", "another's"])
def test_a_link_in_a_users_home_leads_nowhere(whose: str, served: Servings) -> None:
    """Another's Maildir, or a folder of root's: untouched; others get their mail all the same."""
    target = served.home.path / "bert/Maildir"
    if whose == "root's":
        target = served.place / "roots"
        (target / ".Hello/tmp").mkdir(parents=True)
        target.chmod(0o755)
    before = _state(target)
    with served.server() as server:
        for name, outcome in TRICKS.items():
            with _link_in_place_of(served.home.path / "anna" / name, target):
                assert send(server, "anna") is outcome, name
                assert _state(target) == before, name
        assert send(server, "carl") is Answer.DONE
    assert len(files_below(served.place, "home/carl/Maildir/.Hello/cur")) == 1


@contextmanager
def _link_in_place_of(path: Path, target: Path) -> Iterator[None]:
    """A link of the first user's."""
    away = path.parents[1] / "away"
    if path.exists():
        path.rename(away)
    path.symlink_to(target)
    os.lchown(path, UID, UID)
    yield
    path.unlink()
    if away.exists():
        away.rename(path)


@pytest.mark.parametrize("whose", ["root's", "another's"])
def test_a_log_that_is_a_link_is_not_followed(whose: str, served: Servings) -> None:
    precious = served.place / "precious"
    precious.write_text("mine")
    os.chown(precious, *((0, 0) if whose == "root's" else (UID + 1, UID + 1)))
    precious.chmod(0o666)
    with served.server() as server, _link_in_place_of(served.home.path / "anna/log", precious):
        assert send(server, "anna") is Answer.DONE
    assert precious.read_text() == "mine"


@pytest.mark.parametrize("ids", ["0:0", "1:1", f"{UID}:0"])
def test_nobody_below_the_lowest_uid_is_ever_become(ids: str, served: Servings) -> None:
    """Whatever a password file says: root and the system's accounts get no mail."""
    home, users = served.home.path / "eve", served.place / "users"
    (home / "Maildir").mkdir(parents=True)
    home.chmod(0o777)
    written = users.stat().st_mtime
    users.write_text(f"{users.read_text()}eve::{ids}::{home}\n")
    os.utime(users, (written, written))
    with served.server() as server:
        with suppress(Wrong):  # told that she is unknown, where her line is none
            assert send(server, "eve") is not Answer.DONE
        assert send(server, "anna") is Answer.DONE
    assert files_below(served.place, "home/eve") == {}


def _state(folder: Path) -> dict[str, tuple[int, float]]:
    paths = (folder, *folder.rglob("*"))
    return {str(path): (path.lstat().st_mode, path.lstat().st_mtime) for path in paths}
