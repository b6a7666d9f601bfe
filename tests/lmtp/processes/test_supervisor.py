"""The parent and its workers: dying, hanging, stopping, reloading, systemd."""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys
import time

import pytest

from maildrop_py.errors import UsageError
from maildrop_py.lmtp.processes.supervisor import Supervisor, pause
from maildrop_py.lmtp.server.listeners import close_listener, listen_tcp, listen_unix
from maildrop_py.systemd import ServiceManager
from tests.support.waiting import wait_until

LIKE_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


def deliver(served) -> str:
    talk = served.talk()
    talk.greet()
    talk.send(b"text\r\n.\r\n")
    reply = talk.reply()
    talk.close()
    return reply


def test_a_worker_that_dies_is_replaced_and_the_other_goes_on(serve):
    served = serve(workers=2)
    assert deliver(served).startswith("250 ")
    wait_until(lambda: len(served.workers()) == 2)
    before = served.workers()
    talk = served.talk()
    talk.greet("crash")
    talk.send(b"text\r\n.\r\n")
    assert talk.reply() == ""
    assert deliver(served).startswith("250 ")
    wait_until(lambda: len(served.workers()) == 2 and served.workers() != before)
    assert served.stop() == 0
    assert "ended with 3" in served.errors.read_text()


def test_a_worker_that_hangs_is_killed_and_replaced(serve):
    served = serve(workers=1, hang_seconds=1.5)
    talk = served.talk()
    talk.greet("hang")
    (before,) = served.workers()
    talk.send(b"text\r\n.\r\n")
    assert talk.reply() == ""
    assert deliver(served).startswith("250 ")
    assert served.workers() != [before]


def test_workers_that_die_at_once_are_started_ever_more_slowly():
    assert [pause(failures) for failures in (0, 1, 2, 3, 20)] == [0.0, 0.0, 0.4, 0.8, 30.0]


def test_a_stop_lets_the_message_under_way_finish(serve):
    served = serve()
    talk = served.talk()
    talk.greet()
    talk.send(b"first half ")
    served.process.send_signal(signal.SIGTERM)
    talk.send(b"second half\r\n.\r\n")
    assert talk.reply().startswith("250 ")
    assert talk.reply().startswith("421 4.3.2 ")
    assert served.process.wait(20) == 0
    assert served.new() == [b"first half second half\n"]
    assert not os.path.exists(served.path)


def test_a_stop_tells_idle_clients_at_once(serve):
    served = serve()
    talk = served.talk()
    talk.reply()
    assert talk.say("LHLO c")[0].startswith("250 ")
    served.process.send_signal(signal.SIGTERM)
    assert talk.reply().startswith("421 4.3.2 ")
    assert served.process.wait(20) == 0


def test_a_stop_waits_no_longer_than_its_grace(serve):
    served = serve(grace=1.0)
    talk = served.talk()
    talk.greet()
    assert served.stop() == 0
    assert served.new() == []
    assert served.unfinished() == []


def test_a_second_stop_ends_everything_at_once(serve):
    served = serve(grace=300)
    talk = served.talk()
    talk.greet()
    served.process.send_signal(signal.SIGTERM)
    wait_until(lambda: talk.socket.fileno() and served.workers())
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(20) == 0


def test_the_process_named_last_stops_after_the_others(tmp_path):
    order = tmp_path / "order"

    def work(number: int, beat) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        beat()
        with order.open("a") as file:
            file.write(f"{number} started\n")
        signal.sigwait([signal.SIGTERM])
        time.sleep(0.2 if number else 0)
        with order.open("a") as file:
            file.write(f"{number} stopped\n")

    parent = os.fork()
    if parent == 0:
        Supervisor(work, 2, ServiceManager({}), print, last=0).run()
        os._exit(0)
    wait_until(lambda: order.exists() and order.read_text().count("started") == 2)
    os.kill(parent, signal.SIGTERM)
    assert os.waitpid(parent, 0)[1] == 0
    assert order.read_text().splitlines()[2:] == ["1 stopped", "0 stopped"]


def test_sighup_reloads_without_dropping_a_session(serve):
    served = serve()
    talk = served.talk()
    talk.greet()
    talk.send(b"text\r\n.\r\n")
    assert talk.reply().startswith("250 ")
    served.process.send_signal(signal.SIGHUP)

    def reloaded() -> bool:
        talk.open()
        talk.send(b"text\r\n.\r\n")
        assert talk.reply().startswith("250 ")
        return any(path.name.endswith(".1") for path in (served.maildir / "new").iterdir())

    wait_until(reloaded)


def test_workers_stop_when_their_parent_is_killed(serve):
    served = serve(workers=2)
    assert deliver(served).startswith("250 ")
    workers = served.workers()
    served.process.kill()
    served.process.wait()
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/fd/0") for pid in workers))


def test_systemd_is_told_of_readiness_reload_watchdog_and_stop(serve, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        served = serve(spawn={"env": os.environ | environment})
        heard = [manager.recv(1000)]
        assert heard[0].startswith(b"READY=1\n")
        served.process.send_signal(signal.SIGHUP)
        while not heard[-1].startswith(b"RELOADING=1\nMONOTONIC_USEC="):
            heard.append(manager.recv(1000))
        while not heard[-1].startswith(b"READY=1\n"):
            heard.append(manager.recv(1000))
        while heard[-1] != b"WATCHDOG=1":
            heard.append(manager.recv(1000))
        served.process.send_signal(signal.SIGTERM)
        while heard[-1] != b"STOPPING=1":
            heard.append(manager.recv(1000))


def test_a_socket_that_systemd_opened_is_served(serve, tmp_path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "passed"))
        listener.listen()
        pass_on = {"pass_fds": (listener.fileno(),), "env": os.environ | {"LISTEN_FDS": "1"}}
        serve_it = [sys.executable, "-c", LIKE_SYSTEMD, str(listener.fileno())]
        served = serve(spawn=pass_on, through=serve_it)
        served.path = str(tmp_path / "passed")
        assert deliver(served).startswith("250 ")
        assert served.stop() == 0
    assert os.path.exists(served.path)  # systemd's, not ours to remove


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    listener = listen_unix(path, 0o640)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    with pytest.raises(UsageError, match="listens"):
        listen_unix(path)
    close_listener(listener)
    assert os.listdir(tmp_path) == []


def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path):
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(UsageError, match="not a socket"):
        listen_unix(str(path))
    assert path.read_text() == "precious"


def test_the_next_server_s_socket_is_not_removed(tmp_path):
    path = str(tmp_path / "s")
    first = listen_unix(path)
    os.unlink(path)
    second = listen_unix(path)
    close_listener(first)
    assert os.path.exists(path)
    close_listener(second)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "2001:db8::1", "localhost", ""])
def test_only_loopback_addresses_are_served(host):
    with pytest.raises(UsageError, match="loopback"):
        listen_tcp(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1"])
def test_loopback_addresses_are_served(host):
    close_listener(listen_tcp(host, 0))


def test_without_a_manager_nothing_is_sent():
    manager = ServiceManager({})
    manager.ready()
    assert manager.watchdog_seconds == 0.0
