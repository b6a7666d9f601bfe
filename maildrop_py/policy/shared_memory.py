"""shared_memory: what greylisting remembers, in a Redis or Valkey that several hosts share.

Where the shared store does not answer in time, or does not write what it is told, the
local file takes over: what is new goes there until AWAY seconds have passed, and what is
not found in the shared store is looked for there too. So a store that can be read and not
written, or comes and goes, makes nobody wait for ever.

Guarantee: raises nothing; `write` is True only for what one of the two has kept.
"""

from __future__ import annotations

from maildrop_py.evidence.redis_client import Away, RedisClient, RedisError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.evidence.settings import Clock
    from maildrop_py.policy.remembered import Change
    from maildrop_py.policy.sqlite_memory import SqliteMemory

AWAY = 5.0
"""Seconds for which a store that did not answer is not asked again."""
PREFIX = b"maildrop-py:g:"


class SharedMemory:
    """The store at `address`, and `local` for when it is away."""

    def __init__(self, address: str, local: SqliteMemory, clock: Clock) -> None:
        self._client = RedisClient(address)
        self._local, self._clock = local, clock
        self._not_before = 0.0
        self._own_warnings: list[str] = []

    @property
    def warnings(self) -> list[str]:
        """What went wrong, of both stores; whoever has read it empties it."""
        self._own_warnings += self._local.warnings
        self._local.warnings.clear()
        return self._own_warnings

    def read(self, keys: list[bytes], now: int, writing: bool = False) -> dict[bytes, bytes] | None:
        """See `Memory`."""
        found = self._read_shared(keys)
        missing = [key for key in keys if key not in found] if found is not None else keys
        kept = self._local.read(missing, now) if missing else {}
        if found is None:
            return kept
        return found | (kept or {})

    def write(self, changes: list[Change], now: int) -> bool:
        """See `Memory`."""
        if not changes:
            return True
        return self._write_shared(changes, now) or self._local.write(changes, now)

    def _read_shared(self, keys: list[bytes]) -> dict[bytes, bytes] | None:
        if not keys:
            return {}
        replies = self._ask([("MGET", *(PREFIX + key for key in keys))])
        if replies is None or not isinstance(replies[0], list):
            return None
        pairs = zip(keys, replies[0], strict=True)
        return {key: value for key, value in pairs if isinstance(value, bytes)}

    def _write_shared(self, changes: list[Change], now: int) -> bool:
        commands: list[tuple[bytes | str | int, ...]] = []
        for change in changes:
            command = ("SET", PREFIX + change.key, change.value, "EX", max(1, change.ends - now))
            commands.append((*command, "NX") if change.only_new else command)
        replies = self._ask(commands)
        if replies is None:
            return False
        refused = [reply.text for reply in replies if isinstance(reply, RedisError)]
        if refused:
            self._give_up(f"the store does not write: {refused[0]}")
            return False
        pairs = zip(changes, replies, strict=True)
        return all(said == b"OK" or (said is None and change.only_new) for change, said in pairs)

    def _ask(self, commands: list[tuple[bytes | str | int, ...]]) -> list[object] | None:
        """The replies; None where the store is away."""
        if self._clock.monotonic() < self._not_before:
            return None
        try:
            return self._client.ask(*commands)
        except Away as away:
            self._give_up(str(away))
            return None

    def _give_up(self, why: str) -> None:
        self._own_warnings.append(f"{why}; the local file is used meanwhile")
        self._not_before = self._clock.monotonic() + AWAY
