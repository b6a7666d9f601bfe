"""policy: what was done before the mail came, from the log of `maildrop-py policy`.

A line is a recipient that a client wanted to send to. The funnel has, in this order: all of
them; those that no rule refused; those whose clients did not leave the tarpit; those that did
not have to come again, or came again in time.

Known limits: a client that waited in the tarpit and then sent nothing is counted as one that
left it.
"""

from __future__ import annotations

import json
from statistics import median

from maildrop_py.report.statistics.clients import Clients
from maildrop_py.report.statistics.figures import Bars, Facts, Funnel, Section
from maildrop_py.report.statistics.places import policy_names, shown
from maildrop_py.report.statistics.reading import NOW
from maildrop_py.report.statistics.split import Split
from maildrop_py.report.statistics.top import Top
from maildrop_py.report.wording import NO_RULE
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from maildrop_py.message import ip
    from maildrop_py.report.statistics.reading import Wanted

PASSED, WAITED, DEFERRED, REFUSED = range(4)
"""Answers to clients, in the order of `policy_names`."""
MOST_WAITS = 50_000
_AGAIN = ("new", "early", "late", "clock")
_SHOWN = 15


class BeforeTheMail:
    """Adds up lines of the policy's log."""

    def __init__(self, country: Callable[[ip.Address], str] | None = None) -> None:
        self.asked = self.unreadable = self.sent = 0
        self.answers = [0] * 4
        self.outcomes = Top()
        self.rules = Split(policy_names)
        self.clients = Clients(country, policy_names)
        self.waits: dict[str, list[float]] = {"back": [], "tarpit": []}

    def read(self, lines: Iterable[str], wanted: Wanted) -> None:
        """Take in the lines of a log, in any order."""
        for line in lines:
            try:
                entry = json.loads(line)
                if wanted.period_of(entry) == NOW:
                    self._add(entry)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                self.unreadable += bool(line.strip())

    def _add(self, entry: dict[str, Any]) -> None:
        if "action" not in entry:
            self.sent += entry.get("outcome") == "sent"
            return
        outcome, answer = str(entry.get("outcome", "")), self._answer_in(entry)
        self.asked += 1
        self.answers[answer] += 1
        if outcome:
            self.outcomes.add(outcome)
        waited = entry.get("waited")
        if outcome in self.waits and isinstance(waited, (int, float)):
            kept = self.waits[outcome]
            if len(kept) < MOST_WAITS:
                kept.append(float(waited))
        self.rules.add(entry.get("rule") or NO_RULE, answer)
        address = entry.get("client_address")
        if isinstance(address, str):
            name = entry.get("client_name")
            name = "" if name == "unknown" else name
            helo = str(entry.get("helo_name") or "")
            self.clients.add(address, str(name) if name is not None else None, helo, answer)

    @staticmethod
    def _answer_in(entry: dict[str, Any]) -> int:
        if entry.get("outcome") in _AGAIN or entry.get("want") == "defer":
            return DEFERRED
        if entry.get("want") == "reject":
            return REFUSED
        return WAITED if entry.get("outcome") == "tarpit" else PASSED

    def section(self, anonymous: bool = False) -> Section:
        """The figures; no figure if nobody asked. `anonymous` leaves the hosts out."""
        if anonymous:
            self.clients.hosts = Split(policy_names)
        return Section("policy", text("Before the mail came"), tuple(self._figures()))

    def as_object(self) -> dict[str, Any]:
        """The counts for programs."""
        names = ("passed", "tarpit", "come_again", "refused")
        return {
            "recipients": self.asked,
            "told": dict(zip(names, self.answers, strict=True)),
            "outcomes": dict(self.outcomes.most(_SHOWN)),
            "sent_after_tarpit": self.sent,
            "median_wait": median(self.waits["back"]) if self.waits["back"] else None,
            "unreadable": self.unreadable,
        }

    def steps(self) -> list[tuple[str, int]]:
        """What is left after each step that there was."""
        found = self.outcomes.counts
        left = self.asked
        steps = [(text("asked"), left)]
        left -= self.answers[REFUSED]
        if self.answers[REFUSED]:
            steps.append((text("not refused by a rule"), left))
        tarpit = found.get("tarpit", 0)
        if tarpit:
            left -= max(0, tarpit - self.sent)
            steps.append((text("did not leave the tarpit"), left))
        if self.answers[DEFERRED]:
            left -= self.answers[DEFERRED]
            steps.append((text("did not have to come again, or had done so"), left))
        return steps

    def _figures(self) -> Iterator[object]:
        if not self.asked:
            return
        yield Funnel("policy-funnel", text("From asking to sending"), tuple(self.steps()))
        yield from self._greylisting()
        yield from self._waits()
        yield self.rules.bars(
            "policy-rules", text("Rules of the policy"), text("rule"), _SHOWN,
            shown, unit=text("recipients"),
        )  # fmt: skip
        yield from self.clients.figures("policy", text("recipients"))

    def _greylisting(self) -> Iterator[Bars]:
        names = {
            "new": text("seen for the first time: come again"),
            "early": text("came again too early"),
            "late": text("came again too late"),
            "back": text("came again in time"),
            "known": text("sender and recipient were known"),
            "proven": text("the client had proven itself"),
            "exempt": text("never has to wait"),
            "tarpit": text("had to wait for the answer"),
            "waited": text("had waited already"),
            "unstored": text("passed, as nothing could be stored"),
        }
        counts = self.outcomes.counts
        rows = tuple((name, counts[key]) for key, name in names.items() if counts.get(key))
        if rows:
            yield Bars("greylisting", text("Greylisting and tarpit"), text("outcome"), rows,
                       unit=text("recipients"))  # fmt: skip

    def _waits(self) -> Iterator[Facts]:
        if back := self.waits["back"]:
            value = f"{median(back):,.0f} s"
            yield Facts("policy-waits", text("Until a client came again"), (
                (text("median"), value, ""),
                (text("longest"), f"{max(back):,.0f} s", ""),
            ))  # fmt: skip
