"""filed_mail: mail that is in Maildirs already, counted as if it had just been delivered.

Each message becomes an entry like those of the delivery log: its folder, and what its header
says of the client at the border. Nobody is asked, and nothing is changed. The time of a
message is that of its topmost Received line; without one its Date, else the file's.

Known limits: which rule filed a message, and what was discarded or refused, is not known
any more. A message whose file is gone when its turn comes is left out.
"""

from __future__ import annotations

import time

from maildrop_py.message.date import written_at
from maildrop_py.report.log_entry import DELIVERED
from maildrop_py.report.statistics.deliveries import Deliveries
from maildrop_py.report.statistics.reading import BEFORE, NOW, OUTSIDE, Account

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from maildrop_py.evidence.evidence import Evidence
    from maildrop_py.message import ip
    from maildrop_py.message.message import Message
    from maildrop_py.report.statistics.reading import InParallel, Wanted

    Share = Callable[[int, int], Iterable[Message]]

OLDEST = 315532800.0
"""1980: no mail with Received lines is older, and clocks that are not set say 1970."""


def read_filed(
    share: Share,
    evidence_of: Callable[[Message], Evidence],
    wanted: Wanted,
    in_parallel: InParallel,
    workers: int,
    country: Callable[[ip.Address], str] | None = None,
) -> Account:
    """What the messages come to; `share` gives a worker its part of them."""
    now = time.time()

    def work(part: tuple[int, int]) -> dict[str, Any]:
        return _count(share(*part), evidence_of, wanted, country, now)

    def parts(start: int, step: int) -> Iterator[tuple[int, int]]:
        yield from [(start, step)]

    account = Account(Deliveries(), Deliveries(), ())
    unreadable: list[tuple[str, str]] = []
    for state in in_parallel(parts, work, workers, 1):
        account.now.merge(state["now"])
        account.before.merge(state["before"])
        unreadable += state["bad"]
    return Account(account.now, account.before, tuple(unreadable))


def _count(
    messages: Iterable[Message],
    evidence_of: Callable[[Message], Evidence],
    wanted: Wanted,
    country: Callable[[ip.Address], str] | None,
    now: float,
) -> dict[str, Any]:
    counted = {NOW: Deliveries(country=country), BEFORE: Deliveries()}
    bad: list[tuple[str, str]] = []
    for message in messages:
        path = message.file.path if message.file is not None else ""
        try:
            entry = entry_of_filed(message, evidence_of(message), now)
        except FileNotFoundError:
            continue
        except OSError as error:
            bad.append((path, error.strerror or str(error)))
            continue
        period = wanted.period_of(entry)
        if period != OUTSIDE:
            counted[period].add(entry)
    return {"now": counted[NOW].state(), "before": counted[BEFORE].state(), "bad": bad[:20]}


def entry_of_filed(message: Message, evidence: Evidence, now: float) -> dict[str, Any]:
    """What a log would say of this message; raises OSError."""
    border = evidence.border()
    moment = time.gmtime(_time_of(message, now))
    entry: dict[str, Any] = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
        "command": "maildir",
        "result": DELIVERED,
        "folders": [message.file.folder] if message.file is not None else [],
        "size": message.size,
        "sender": border.sender,
    }
    if list_id := message.headers.first("List-Id"):
        entry["list_id"] = list_id
    if border.address is not None:
        entry |= {"client_address": border.address.text, "helo": border.helo or ""}
        if border.name is not None:
            entry["evidence"] = {"reverse_name": border.name}
    verdict = evidence.spam()
    if verdict.score is not None and verdict.believed:
        entry["spam_score"] = verdict.score
    return entry


def _time_of(message: Message, now: float) -> float:
    headers = message.headers
    received = headers.first("Received") or ""
    for text in (received.rpartition(";")[2], headers.first("Date") or ""):
        when = written_at(text) if text else None
        if when is not None and OLDEST <= when <= now + 86400:
            return when
    return message.file.mtime if message.file is not None else now
