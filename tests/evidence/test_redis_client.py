"""The few commands of Redis that a shared store takes, against the real server and bad ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.evidence.redis_client import Away, RedisClient, RedisError, _parsed
from tests.support.redis_server import RedisServer


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.kill()


def test_values_of_any_bytes_come_back(redis: RedisServer) -> None:
    client = RedisClient(redis.address)
    value = bytes(range(256)) * 300
    replies = client.ask(
        ("SET", b"k\r\n", value, "EX", 60),
        ("GET", b"k\r\n"),
        ("SET", b"k\r\n", b"other", "NX"),
        ("MGET", b"k\r\n", b"nothing"),
        ("INCR", "n"),
    )
    assert replies == [b"OK", value, None, [value, None], 1]


def test_an_error_is_a_value(redis: RedisServer) -> None:
    (reply,) = RedisClient(redis.address).ask(("NO", "SUCH", "COMMAND"))
    assert isinstance(reply, RedisError) and "unknown command" in reply.text


def test_a_server_that_comes_back_is_used_again(redis: RedisServer) -> None:
    client = RedisClient(redis.address)
    client.ask(("PING",))
    redis.kill()
    with pytest.raises(Away):
        client.ask(("PING",))
    redis.start()
    assert client.ask(("PING",)) == [b"PONG"]


def test_a_password(redis: RedisServer) -> None:
    redis.say("CONFIG", "SET", "requirepass", "secret")
    place = str(redis.socket)
    assert RedisClient(f"redis://:secret@{place}").ask(("PING",)) == [b"PONG"]
    with pytest.raises(Away):
        RedisClient(f"redis://:wrong@{place}").ask(("PING",))
    (reply,) = RedisClient(redis.address).ask(("PING",))
    assert isinstance(reply, RedisError)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("redis:///run/redis.sock", "/run/redis.sock"),
        ("redis://192.0.2.5", ("192.0.2.5", 6379)),
        ("redis://192.0.2.5:7000/0", ("192.0.2.5", 7000)),
        ("redis://[::1]:7000", ("::1", 7000)),
        ("redis://[::1]", ("::1", 6379)),
    ],
)
def test_addresses(address: str, place: object) -> None:
    assert _parsed(address) == (place, "")


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 400\r\n\r\n", b"$-5x\r\n", b"$5\r\nab", b"", b"*2\r\n+a\r\n", b"x" * 70000]
)
def test_a_server_that_talks_nonsense_is_away(said: bytes, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve() -> None:
        client, _ = listener.accept()
        client.recv(1000)
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        client.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(Away):
        RedisClient(f"redis://{path}").ask(("PING",))
    listener.close()


def test_a_server_that_is_slow_is_away(redis: RedisServer) -> None:
    client = RedisClient(redis.address, patience=0.05)
    client.ask(("PING",))
    redis.suspend(1)
    with pytest.raises(Away, match=r"in time|timed out"):
        client.ask(("GET", "k"))


@pytest.mark.parametrize("said", [b"*1\r\n" * 5000, b"*999999999999\r\n"])
def test_arrays_without_end_are_no_answer(tmp_path: Path, said: bytes) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(said)
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Away, match="nested too deeply"):
            RedisClient(path).ask(("PING",))
        thread.join()
