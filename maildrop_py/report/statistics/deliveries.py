"""deliveries: what the delivery log says was done with mail, counted in bounded memory.

Entries are added one by one; what a part of a log came to goes to another process as a
state of plain values, and is merged there. Guarantee: an entry with fields of the
wrong kind is counted as unreadable and changes nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from maildrop_py.report.log_entry import DEFERRED, DELIVERED, DISCARDED, FAILED, REJECTED, RESULTS
from maildrop_py.report.statistics.calendar import Calendar
from maildrop_py.report.statistics.clients import Clients
from maildrop_py.report.statistics.places import KINDS, place_of
from maildrop_py.report.statistics.split import Split
from maildrop_py.report.statistics.timeline import Timeline
from maildrop_py.report.statistics.top import Top
from maildrop_py.report.statistics.waits import Waits
from maildrop_py.report.statistics.well_formed import is_well_formed
from maildrop_py.report.wording import NO_RULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from maildrop_py.message import ip

    Entry = dict[str, Any]

NEW_MAIL = (DELIVERED, DISCARDED, REJECTED)
"""Results of messages that were settled; a deferred one comes again."""

LOWEST, HIGHEST = -20, 40
"""Spam scores below or above count as these; bins are one point wide."""

SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 240.0)
"""Upper bounds of the bins of how long a delivery took."""

_TOPS = ("folders", "reasons", "failures", "warnings", "filed", "recipients")
_SPLITS = ("rules", "senders", "sender_domains", "lists", "spf", "dnsbl")


class Deliveries:
    """Adds up entries of the delivery log; with `keep`, a part of one that others precede."""

    def __init__(
        self, keep: bool = False, country: Callable[[ip.Address], str] | None = None
    ) -> None:
        self.messages = self.bytes = self.unreadable = self.deferrals = 0
        self.first = self.last = ""
        self.results: Counter[str] = Counter()
        self.folders, self.reasons, self.failures = Top(), Top(), Top()
        self.warnings, self.filed, self.recipients = Top(), Top(), Top()
        self.rules, self.senders, self.sender_domains = Split(), Split(), Split()
        self.lists, self.spf, self.dnsbl = Split(), Split(), Split()
        self.scores = [[0] * (HIGHEST - LOWEST) for _ in range(KINDS)]
        self.seconds = [0] * (len(SECONDS) + 1)
        self.calendar = Calendar()
        self.folder_days, self.rule_days = Timeline(), Timeline()
        self.clients = Clients(country)
        self.waits = Waits(keep)

    def add(self, entry: Entry) -> None:
        """Count one entry, or count that it cannot be read."""
        result, moment = entry.get("result"), entry.get("time")
        if not is_well_formed(entry) or result not in RESULTS or not self._is_time(moment):
            self.unreadable += 1
            return
        assert result and moment
        if result in NEW_MAIL:
            self._add_new(entry, moment)
        elif result in (DEFERRED, FAILED):
            self._add_failed(entry, result, moment)
        else:
            self.filed.add(f"{result} by {entry.get('command')}")
        self.results[result] += 1
        for warning in entry.get("warnings") or ():
            self.warnings.add(warning)
        if not self.first or moment < self.first:
            self.first = moment
        if moment > self.last:
            self.last = moment

    def _is_time(self, moment: Any) -> bool:
        try:
            self.calendar.seconds(moment)
        except (ValueError, TypeError, OverflowError):
            return False
        return True

    def _add_failed(self, entry: Entry, result: str, moment: str) -> None:
        self.failures.add(f"{entry.get('command')}: {entry.get('error')}")
        if result == DEFERRED:
            self.deferrals += 1
            if message := _name_of(entry):
                self.waits.deferred(message, self.calendar.seconds(moment))

    def _add_new(self, entry: Entry, moment: str) -> None:
        place = place_of(entry)
        day = self.calendar.add(moment, place)
        self.messages += 1
        self.bytes += max(0, int(entry.get("size") or 0))
        for folder in entry.get("folders") or [_elsewhere(entry)]:
            self.folders.add(folder)
            self.folder_days.add(day, folder)
        rule = entry.get("rule") or NO_RULE
        self.rules.add(rule, place)
        self.rule_days.add(day, rule)
        for reason in entry.get("reasons") or ():
            self.reasons.add(reason)
        self._add_people(entry, place)
        self._add_evidence(entry, place)
        if self.waits.waiting or self.waits.keeps:
            self.waits.delivered(_name_of(entry), self.calendar.seconds(moment))
        if taken := entry.get("seconds"):
            self.seconds[bisect_left(SECONDS, taken)] += 1

    def _add_people(self, entry: Entry, place: int) -> None:
        sender = entry.get("sender")
        if sender is not None:
            sender = sender.lower()
            self.senders.add(sender or "<>", place)
            self.sender_domains.add(sender.rpartition("@")[2] or "<>", place)
        if recipient := entry.get("recipient"):
            self.recipients.add(recipient.lower())
        if list_id := entry.get("list_id"):
            self.lists.add(list_id.rpartition("<")[2].rstrip("> ").lower(), place)

    def _add_evidence(self, entry: Entry, place: int) -> None:
        asked = entry.get("evidence") or {}
        address = entry.get("client_address")
        if address:
            name = asked.get("reverse_name", entry.get("client_name"))
            self.clients.add(address, name, entry.get("helo") or "", place)
        if spf := asked.get("spf"):
            self.spf.add(spf, place)
        for zone in asked.get("dnsbl") or ():
            self.dnsbl.add(zone, place)
        score = entry.get("spam_score", entry.get("score"))
        if score is not None:
            at = int(min(max(score, LOWEST), HIGHEST - 1) // 1) - LOWEST
            self.scores[place][at] += 1

    def state(self) -> dict[str, Any]:
        """All counts, as plain values."""
        found: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("messages", "bytes", "unreadable", "deferrals", "first", "last")
        }
        tallies = {name: getattr(self, name) for name in (*_TOPS, *_SPLITS)}
        tallies |= {f"clients.{it}": getattr(self.clients, it) for it in Clients.TALLIES}
        found |= {name: (tally.counts, tally.others) for name, tally in tallies.items()}
        found |= {"results": dict(self.results), "scores": self.scores, "seconds": self.seconds}
        found |= {"days": self.calendar.days, "hours": self.calendar.hours}
        found |= {"folder_days": self.folder_days.days, "rule_days": self.rule_days.days}
        return found | {"waits": self.waits.state()}

    def merge(self, state: dict[str, Any]) -> None:
        """Add the state of the part of the log that follows this one."""
        for name in ("messages", "bytes", "unreadable", "deferrals"):
            setattr(self, name, getattr(self, name) + state[name])
        self.first = min(filter(None, (self.first, state["first"])), default="")
        self.last = max(self.last, state["last"])
        for name in _TOPS:
            getattr(self, name).merge(_tally(Top(), state[name]))
        for name in _SPLITS:
            getattr(self, name).merge(_tally(Split(), state[name]))
        for name in Clients.TALLIES:
            getattr(self.clients, name).merge(_tally(Split(), state[f"clients.{name}"]))
        self.results.update(state["results"])
        for mine, row in zip(self.scores, state["scores"], strict=True):
            mine[:] = [a + b for a, b in zip(mine, row, strict=True)]
        self.seconds = [a + b for a, b in zip(self.seconds, state["seconds"], strict=True)]
        self.calendar.merge(state["days"], state["hours"])
        self.folder_days.merge(state["folder_days"])
        self.rule_days.merge(state["rule_days"])
        self.waits.merge(state["waits"])


def _tally(tally: Any, state: tuple[Any, int]) -> Any:
    tally.counts, tally.others = state
    return tally


def _elsewhere(entry: Entry) -> str:
    if entry.get("reject"):
        return "(rejected)"
    actions = entry.get("actions") or []
    return f"({actions[0]})" if actions else "(discarded)"


def _name_of(entry: Entry) -> str:
    """What a message for one recipient is known by; "" if it has no Message-ID."""
    message_id = entry.get("message_id")
    return f"{message_id} {entry.get('recipient')}" if message_id else ""
