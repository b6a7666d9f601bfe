"""shared: what the Bayes filter has learnt, in a Redis or Valkey that several hosts share.

The same as `store`, kept under the name of its `owner` (one user's state directory):
three hashes of tokens, messages and totals. Learning is all or nothing: it begins
again where another host learnt meanwhile (WATCH).

What this host teaches it learns in its local file too. Where the server does not answer
in QUICK seconds, that file judges, nobody asks the server for a while
(`shared_store.AWAY`), and what is taught waits in the file: the server gets it with the
next lesson that it hears.

Reports: nothing is raised; `warnings` say why the server was not asked.

Known limits: those of `evidence.shared_store` and `local_copy`. To let tokens go takes a
look at all of them, some seconds once in some thousand messages.
"""

from __future__ import annotations

from maildrop_py.evidence.bayes.judgement import Totals
from maildrop_py.evidence.bayes.learning import Learning
from maildrop_py.evidence.bayes.local_copy import LocalCopy
from maildrop_py.evidence.bayes.store import BayesStore, Status
from maildrop_py.evidence.bayes.stored_rows import LEFT, MOST_MESSAGES, MOST_TOKENS, TRIALS, WORTH
from maildrop_py.evidence.redis_client import Away, RedisClient, RedisError
from maildrop_py.evidence.shared_store import give_up, is_away

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    from maildrop_py.evidence.bayes.judgement import Row
    from maildrop_py.evidence.bayes.learning import Learnt, Lesson

    T = TypeVar("T")


def open_bayes(shared: str, state: str) -> BayesStore:
    """The Bayes filter's store of the state directory `state`, in the server `shared` if any."""
    from maildrop_py.paths import bayes_store

    if not shared:
        return BayesStore(bayes_store(state))
    return SharedBayes(shared, state, LocalCopy(bayes_store(state)))


QUICK = 0.2
"""Seconds for a delivery's question, and for one lesson."""

PATIENCE = 5.0
"""Seconds for many lessons at once, which no delivery waits for."""

DIGITS = 15  # of a number in the store
_TRIES = 20


class SharedBayes(BayesStore):
    """The Bayes filter's memory at `address`, of `owner`; `local` is what this host knows."""

    def __init__(self, address: str, owner: str, local: LocalCopy | None = None) -> None:
        from _thread import allocate_lock

        super().__init__("")
        self.path = address
        self._address = address
        self._local = local or LocalCopy("")
        self._guard = allocate_lock()
        self._asking = RedisClient(address, QUICK)
        self._learning = RedisClient(address, PATIENCE)
        self._owner = owner
        self._failed = False

    @property
    def usable(self) -> bool:
        return self._local.usable or not self._failed

    def all_warnings(self) -> list[str]:
        return [*self.warnings, *self._local.all_warnings()]

    def known(self, keys: Sequence[int]) -> tuple[Totals, dict[int, Row]] | None:
        def read() -> tuple[Totals, dict[int, Row]]:
            place = RedisPlace(self._asking, self._owner)
            return place.totals(), place.rows(keys)

        return self._guarded(read) or self._local.known(keys)

    def teach(self, lessons: Iterable[Lesson], now: float) -> list[str] | None:
        wanted = list(lessons)
        here = self._local.teach(wanted, now)
        return self._tell(wanted, False, int(now)) or here

    def take_back(self, lessons: Iterable[Lesson]) -> list[str] | None:
        wanted = list(lessons)
        here = self._local.take_back(wanted)
        return self._tell(wanted, True, 0) or here

    def kind(self, message: int) -> bool | None:
        found = self._guarded(lambda: RedisPlace(self._asking, self._owner).message(message))
        return self._local.kind(message) if found is None else bool(found[0])

    def status(self) -> Status | None:
        there = self._guarded(lambda: RedisPlace(self._learning, self._owner).status())
        return there or self._local.status()

    def close(self) -> None:
        self._asking.close()
        self._learning.close()
        self._local.close()

    def _tell(self, lessons: list[Lesson], take_back: bool, now: int) -> list[str] | None:
        """What became of the lessons at the server, after those that waited; None if they wait."""
        if not lessons:
            return None
        waited = [] if is_away(self._address) else self._local.waiting()
        client = self._asking if len(lessons) + len(waited) == 1 else self._learning

        def change(work: Learning) -> list[str]:
            for lesson, back in waited:
                work.unlearn([lesson]) if back else work.learn([lesson], now)
            return work.unlearn(lessons) if take_back else work.learn(lessons, now)

        done = self._guarded(lambda: self._changed(client, change))
        if done is None:
            self._local.keep_waiting(lessons, take_back)
        elif waited:
            self._local.heard(waited)
        return done

    def _changed(self, client: RedisClient, change: Callable[[Learning], list[str]]) -> list[str]:
        for _ in range(_TRIES):
            place = RedisPlace(client, self._owner)
            place.watch()
            learning = Learning(place)
            done = change(learning)
            learning.write()
            if place.commit():
                return done
        raise Away("too many hosts learn at the same time")

    def _guarded(self, ask: Callable[[], T]) -> T | None:
        """What `ask` finds; None, and a warning, where the server is away."""
        if is_away(self._address):
            self._failed = True
            return None
        with self._guard:
            try:
                found = ask()
            except Away as away:
                self.warnings.append(f"{away}; the Bayes filter uses its local file meanwhile")
                self._failed = True
                give_up(self._address)
                self._learning.close()  # with it a transaction that is open
                self._asking.close()
                return None
        self._failed = False
        return found


class RedisPlace:
    """Hashes of one owner; changes are collected until `commit`. See learning.Place."""

    def __init__(self, client: RedisClient, owner: str) -> None:
        from _blake2 import blake2b

        name = blake2b(owner.encode("utf-8", "replace"), digest_size=16).hexdigest()
        self._tokens, self._messages, self._totals = (
            f"maildrop-py:b:{name}:{kind}" for kind in ("tokens", "messages", "totals")
        )
        self._client = client
        self._commands: list[tuple[Any, ...]] = []
        self._changed: dict[int, Learnt | None] = {}

    def watch(self) -> None:
        """Begin: a commit fails if somebody else changes the totals from now on."""
        self._ask(("WATCH", self._totals))

    def commit(self) -> bool:
        """Make all changes at once; False if somebody else was faster."""
        replies = self._client.ask(("MULTI",), *self._commands, ("EXEC",))
        if isinstance(replies[-1], RedisError):
            raise Away(replies[-1].text)
        return replies[-1] is not None

    def totals(self) -> Totals:
        found = self._numbers()
        return Totals(found.get("spam", 0), found.get("ham", 0), found.get("balance", 0))

    def last_number(self) -> int:
        return self._numbers().get("number", 0)

    def rows(self, keys: Iterable[int]) -> dict[int, Row]:
        wanted = list(keys)
        found: dict[int, Row] = {}
        for start in range(0, len(wanted), 5000):
            some = wanted[start : start + 5000]
            for key, value in zip(some, self._ask(("HMGET", self._tokens, *some)), strict=True):
                if value is not None:
                    spam, ham, weight, _ = _integers(value, 4)
                    found[key] = spam, ham, weight
        return found

    def message(self, key: int) -> Learnt | None:
        if key in self._changed:
            return self._changed[key]
        value = self._ask(("HGET", self._messages, key))
        if value is None:
            return None
        spam, step, error, *_ = _integers(value, 5)
        return spam, step, error

    def keep_message(self, key: int, learnt: Learnt, now: int, number: int) -> None:
        self._changed[key] = learnt
        value = " ".join(map(str, (*learnt, now, number)))
        self._commands.append(("HSET", self._messages, key, value))
        self._commands.append(("HSET", self._totals, "number", number))

    def drop_message(self, key: int) -> None:
        self._changed[key] = None
        self._commands.append(("HDEL", self._messages, key))

    def write(
        self,
        rows: list[tuple[int, ...]],
        gone: list[int],
        totals: dict[str, int],
        trials: dict[str, int],
    ) -> None:
        add = self._commands.append
        for key, *values in rows:
            add(("HSET", self._tokens, key, " ".join(map(str, values))))
        for key in gone:
            add(("HDEL", self._tokens, key))
        for name, value in totals.items():
            add(("HSET", self._totals, name, value))
        for name, value in trials.items():
            add(("HINCRBY", self._totals, name, value))

    def forget_oldest(self, number: int) -> None:
        for key, value in self._all(self._messages) if number % 10_000 < 250 else ():
            if _integers(value, 5)[4] <= number - MOST_MESSAGES:
                self._commands.append(("HDEL", self._messages, key))
        count = self._ask(("HLEN", self._tokens))
        if count <= MOST_TOKENS:
            return
        worths = []
        for key, value in self._all(self._tokens):
            spam, ham, _, age = _integers(value, 4)
            worths.append((age + WORTH * (spam + ham), key))
        worths.sort()
        for _, key in worths[: count - round(LEFT * MOST_TOKENS)]:
            self._commands.append(("HDEL", self._tokens, key))

    def status(self) -> Status:
        """What was learnt in all."""
        found = self._numbers()
        times = [_integers(value, 5)[3] for _, value in self._all(self._messages)]
        return Status(
            self.totals(),
            self._ask(("HLEN", self._tokens)),
            len(times),
            min(times, default=0),
            max(times, default=0),
            tuple((name, found.get(name, 0)) for name in TRIALS),
        )

    def _numbers(self) -> dict[str, int]:
        return {
            key.decode("utf-8", "replace"): _integers(value, 1)[0]
            for key, value in self._all(self._totals)
        }

    def _all(self, name: str) -> list[tuple[bytes, bytes]]:
        flat = self._ask(("HGETALL", name))
        return list(zip(flat[::2], flat[1::2], strict=True))

    def _ask(self, command: tuple[Any, ...]) -> Any:
        (reply,) = self._client.ask(command)
        if isinstance(reply, RedisError):
            raise Away(reply.text)
        return reply


def _integers(value: bytes, count: int) -> list[int]:
    """The numbers in a value of ours; raises Away for one that somebody else has put there."""
    words = value.split()
    plain = (word.removeprefix(b"-") for word in words)
    if len(words) != count or not all(it.isdigit() and len(it) <= DIGITS for it in plain):
        raise Away("the store holds something that is not the filter's")
    return [int(word) for word in words]
