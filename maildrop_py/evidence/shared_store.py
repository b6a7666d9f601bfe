"""shared_store: what was learnt before, in a Redis or Valkey that several hosts share.

DNS answers and contacts are everybody's; what is learnt about one mailbox, such as the
Message-IDs delivered to it, is kept under the name of its `owner`. Where the shared store
does not answer in 200 ms or does not write, the local file takes over for AWAY seconds,
and what is not found in the shared one is looked for there too: at worst a duplicate is
not known to be one, and is kept twice.

Known limits: whoever may reach the store can change what it says: it is for the hosts of
one site, not for users who do not trust one another. Keys are hashes, lines are not.
"""

from __future__ import annotations

from maildrop_py.evidence.redis_client import Away, RedisClient, RedisError
from maildrop_py.evidence.store import FOREVER, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

EVERYBODYS = ("spf", "dnsbl", "dnsbl zone", "contact")
"""Kinds of lines that do not depend on whose mail it is."""
AWAY = 5.0
"""Seconds for which a store that did not answer is not asked again."""
LONGEST = 10 * 365 * 86400
"""Seconds: what is kept for ever, Redis keeps for ten years."""


class _Line:
    """The connection to one address, for all threads of this process."""

    def __init__(self, address: str) -> None:
        from _thread import allocate_lock
        from os import getpid

        self.pid = getpid()
        self.lock = allocate_lock()
        self.client = RedisClient(address)
        self.not_before = 0.0


_lines: dict[str, _Line] = {}


def shared(address: str, local: Store, owner: str) -> Store:
    """`local`, and in front of it the store at `address`; a dry run's store stays alone."""
    return SharedStore(address, local, owner) if type(local) is Store else local


class SharedStore(Store):
    """The store at `address`, and `local` for when it is away; `owner` names the mailbox."""

    def __init__(self, address: str, local: Store, owner: str) -> None:
        super().__init__("")
        self.local, self._address, self._owner = local, address, owner

    @property
    def usable(self) -> bool:
        """Whether the local file can be used; the shared store alone is enough for a while."""
        return self.local.usable or not self._is_away()

    def all_warnings(self) -> list[str]:
        return [*self.warnings, *self.local.all_warnings()]

    def beside(self, path: str, kind: Any) -> Any:
        return self.local.beside(path, kind)

    def lines(self, kind: str, keys: Iterable[str], now: float) -> dict[str, str]:
        wanted = list(keys)
        replies = self._ask([("MGET", *(self._key(kind, key) for key in wanted))]) if wanted else []
        found: dict[str, str] = {}
        if replies and isinstance(replies[0], list):
            pairs = zip(wanted, replies[0], strict=True)
            found = {k: str(v, "utf-8", "replace") for k, v in pairs if isinstance(v, bytes)}
        missing = [key for key in wanted if key not in found]
        return found | (self.local.lines(kind, missing, now) if missing else {})

    def learn(
        self, kind: str, lines: Iterable[tuple[str, str]], now: float, seconds: float = FOREVER
    ) -> None:
        rows = list(lines)
        life = max(1, int(min(seconds, LONGEST)))
        commands = [("SET", self._key(kind, key), line, "EX", life) for key, line in rows]
        replies = self._ask(commands) if rows else []
        refused = [one.text for one in replies or () if isinstance(one, RedisError)]
        if refused:
            self._give_up(f"the store does not write: {refused[0]}")
        if replies is None or refused:
            self.local.learn(kind, rows, now, seconds)

    def forget(self, kind: str) -> None:
        self.local.forget(kind)

    def close(self) -> None:
        self.local.close()

    def _key(self, kind: str, key: str) -> str:
        from _blake2 import blake2b  # `hashlib` loads OpenSSL

        owner = "" if kind in EVERYBODYS else self._owner
        told = f"{kind}\0{owner}\0{key}".encode("utf-8", "replace")
        return f"maildrop-py:e:{blake2b(told, digest_size=16).hexdigest()}"

    def _ask(self, commands: list[tuple[Any, ...]]) -> list[Any] | None:
        """The replies; None where the store is away."""
        if self._is_away():
            return None
        line = self._remote()
        with line.lock:
            try:
                return line.client.ask(*commands)
            except Away as away:
                self._give_up(str(away))
                return None

    def _is_away(self) -> bool:
        return is_away(self._address)

    def _give_up(self, why: str) -> None:
        self.warnings.append(f"{why}; the local file is used meanwhile")
        give_up(self._address)

    def _remote(self) -> _Line:
        return _line_to(self._address)


def is_away(address: str) -> bool:
    """Whether the store at `address` did not answer in the last AWAY seconds."""
    from time import monotonic

    return monotonic() < _line_to(address).not_before


def give_up(address: str) -> None:
    """It did not answer: nobody in this process asks it for AWAY seconds."""
    from time import monotonic

    _line_to(address).not_before = monotonic() + AWAY


def _line_to(address: str) -> _Line:
    from os import getpid

    line = _lines.get(address)
    if line is None or line.pid != getpid():
        line = _lines[address] = _Line(address)
    return line
