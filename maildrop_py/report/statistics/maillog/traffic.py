"""traffic: what Postfix's log says of messages: received, delivered, deferred, bounced, refused.

The numbers are those of pflogsumm 1.1.5 for the same log. Known differences: a message's queue
id is forgotten when the queue manager removes the message, so that a short queue id that
is used again counts as the new message that it is; an IPv6 client of smtpd has its name.
"""

from __future__ import annotations

import re
from datetime import date

from maildrop_py.report.statistics.maillog.connections import Connections
from maildrop_py.report.statistics.maillog.hosts import Domains
from maildrop_py.report.statistics.maillog.refusals import cut, refusal_of, shortened
from maildrop_py.report.statistics.maillog.stamps import Minute, Stamps
from maildrop_py.report.statistics.maillog.sums_by_name import SumsByName
from maildrop_py.report.statistics.top import Top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from maildrop_py.message import ip

    Value = TypeVar("Value")

RECEIVED, DELIVERED, DEFERRED, BOUNCED, REJECTED = range(5)
FAR = float("inf")
MOST_IN_QUEUE = 200_000
"""Messages whose senders and sizes are remembered until they are removed."""
MOST_DAYS = 20_000
SECONDS = (1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0, 4 * 3600.0, 86400.0)
"""Upper bounds of how long a message took until it was delivered."""

_QUEUED = re.compile(r"from=<([^>]*)>, size=(\d+)", re.ASCII)
_DELIVERY = re.compile(
    r"to=<([^>]*)>, (?:orig_to=<[^>]*>, )?relay=([^,]+), (?:conn_use=[^,]+, )?"
    r"delay=([\d.]+), (?:delays=[^,]+, )?(?:dsn=([^,]+), )?status=(\S+)(.*)",
    re.DOTALL,
)
_CONTENT = re.compile(
    r"(?:milter-)?(reject|warning|hold|discard): (header|body|END-OF-MESSAGE) (.*)"
)
_SENDER = re.compile(r"( from \S+?)?; from=<.*")
_CODE = re.compile(r"\d{3} ", re.ASCII)
_INSIDE = ("smtps/", "submission/")
_REFUSING = ("reject", "reject_warning", "hold", "discard")


class Traffic:
    """Adds up lines; `today` says which year lines without one are of.

    `period` are the first minute that counts and the one behind the last, in seconds as
    `seconds_of` gives them; `country` says where an address is.
    """

    def __init__(
        self,
        today: date,
        period: tuple[float, float] = (0, FAR),
        country: Callable[[ip.Address], str] | None = None,
    ) -> None:
        self._period = period
        self.lines = self.others = 0
        self.first = self.last = ""
        self.totals = dict.fromkeys(
            ("received", "delivered", "forwarded", "deferred", "deferrals", "bounced", "rejected",
             "reject_warnings", "held", "discarded", "bytes_received", "bytes_delivered"), 0
        )  # fmt: skip
        self.days: dict[str, list[int]] = {}
        self.hours = [[0] * 5 for _ in range(24)]
        self.week = [[0] * 24 for _ in range(7)]
        self.sender_domains, self.senders = SumsByName(2), SumsByName(2)
        self.recipient_domains, self.recipients = SumsByName(5), SumsByName(2)
        self.deferrals, self.bounces, self.codes = Top(), Top(), Top()
        self.refusals = {
            name: Top(20_000 if name == "reject" else 4_000, 300) for name in _REFUSING
        }
        self.problems = {name: Top() for name in ("warning", "fatal", "panic", "master")}
        self.unsized = 0
        self.seconds = [0] * (len(SECONDS) + 1)
        self.connections = Connections(country)
        self._stamps, self._domains = Stamps(today), Domains()
        self._received: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._deferred: dict[str, None] = {}
        self._unsized: dict[str, None] = {}
        self._programs: dict[str, str] = {}
        self._minute: Minute | None = None
        self._day: list[int] = [0] * 5

    def read(self, lines: Iterable[str]) -> None:
        """Take in lines, with or without their ends."""
        minute_of, handle = self._stamps.minute, self._line
        for line in lines:
            head, found, rest = line.partition("]: ")
            _, program, service = head.partition(" postfix/")
            if not found or not program or (minute := minute_of(line)) is None:
                self.others += 1
                continue
            if not self._period[0] <= minute.seconds < self._period[1]:
                continue
            if minute is not self._minute:
                self._minute, self._day = minute, self._day_of(minute)
            if rest.startswith("[ID "):
                rest = rest.partition("] ")[2]
            handle(line, service, rest.rstrip("\n"), minute)

    def _day_of(self, minute: Minute) -> list[int]:
        day = minute.day
        self.first = min(self.first or day, day)
        self.last = max(self.last, day)
        if day not in self.days and len(self.days) >= MOST_DAYS:
            return [0] * 5
        return self.days.setdefault(day, [0] * 5)

    def _line(self, line: str, service: str, rest: str, minute: Minute) -> None:
        self.lines += 1
        service, _, pid = service.partition("[")
        program = service.removeprefix(_INSIDE[0]).removeprefix(_INSIDE[1])
        queue_id, _, text = rest.partition(": ")
        if program in ("smtpd", "postscreen"):
            self._smtpd(line, pid, queue_id, text, minute)
        elif text.startswith("to=<"):
            self._delivery(program, queue_id, text)
        elif text == "removed":
            self._forget(queue_id)
        elif text.startswith("from=<"):
            self._queued(queue_id, text)
        elif program == "pickup" and text.startswith(("uid=", "sender=")):
            self._count("received", RECEIVED)
            self._received[queue_id] = "pickup"
        elif program == "cleanup" and _CONTENT.match(text):
            self._content(text)
        elif queue_id in ("warning", "fatal", "panic"):
            self._problem(queue_id, program, rest)
        elif program == "master":
            self.problems["master"].add(rest.rpartition(": ")[2])

    def _count(self, total: str, column: int) -> None:
        assert self._minute is not None
        self.totals[total] += 1
        hour = self._minute.hour
        self.hours[hour][column] += 1
        self._day[column] += 1
        if column == RECEIVED:
            self.week[self._minute.weekday][hour] += 1

    def _smtpd(self, line: str, pid: str, queue_id: str, text: str, minute: Minute) -> None:
        if text.startswith("client="):
            client = text[7:].partition(",")[0]
            self._count("received", RECEIVED)
            self._received[queue_id] = self._domains.of(client)
            self.connections.took(pid)
        elif queue_id.startswith(("connect from ", "disconnect from ")):
            at = minute.second_at
            seconds = minute.seconds + int(line[at : at + 2])
            self.connections.line(pid, queue_id, seconds, minute, self._domains)
        elif queue_id in ("warning", "fatal", "panic"):
            self._problem(queue_id, "smtpd", f"{queue_id}: {text}")
        else:
            kind, _, refused = text.partition(": ")
            if kind in _REFUSING:
                self._refused(pid, kind, refused)
            elif queue_id in _REFUSING:
                self._refused(pid, queue_id, text)

    def _refused(self, pid: str, kind: str, text: str) -> None:
        total = {"reject_warning": "reject_warnings", "hold": "held", "discard": "discarded"}
        self._count(total.get(kind, "rejected"), REJECTED)
        refusal = refusal_of(text, self._domains)
        if refusal is None:
            return
        self.refusals[kind].add(f"{refusal.command}\t{refusal.reason}\t{refusal.whom}")
        if kind == "reject":
            self.connections.refused(pid, refusal)

    def _content(self, text: str) -> None:
        match = _CONTENT.match(text)
        assert match is not None
        kind, part, rest = match.groups()
        name, total = {
            "reject": ("reject", "rejected"),
            "warning": ("reject_warning", "reject_warnings"),
            "hold": ("hold", "held"),
            "discard": ("discard", "discarded"),
        }[kind]
        self._count(total, REJECTED)
        rest = cut(_SENDER.sub("", rest, count=1), 64)
        self.refusals[name].add(f"cleanup\t{part}\t{rest}")

    def _problem(self, kind: str, program: str, rest: str) -> None:
        said = rest.rpartition(f"{kind}: ")[2]
        self.problems[kind].add(f"{program}\t{cut(said, 66)}")

    def _queued(self, queue_id: str, text: str) -> None:
        match = _QUEUED.match(text)
        if match is None or self._sizes.get(queue_id):
            return
        sender, size = _lowered(match[1]) if match[1] else "from=<>", int(match[2])
        _remember(self._sizes, queue_id, size)
        whence = self._received.pop(queue_id, None)
        if whence is None:
            return
        local, _, domain = sender.partition("@")
        if not (local and domain):
            domain = sender if whence == "pickup" else whence
        for row in (self.sender_domains.row(domain), self.senders.row(sender)):
            row[0] += 1
            row[1] += size
        self.totals["bytes_received"] += size

    def _delivery(self, program: str, queue_id: str, text: str) -> None:
        match = _DELIVERY.match(text)
        if match is None:
            return
        address, relay, delay, code, status, rest = match.groups()
        address = _lowered(address)
        local, at, domain = address.partition("@")
        domain = domain if local and at else address
        if code:
            self.codes.add(f"{status}\t{code}")
        if status == "sent":
            self._sent(queue_id, address, domain, float(delay), rest)
        elif status == "deferred":
            self._put_off(program, queue_id, domain, float(delay), rest)
        elif status == "bounced":
            self._count("bounced", BOUNCED)
            reason = shortened(rest.partition("(")[2].rpartition(")")[0], 66)
            self.bounces.add(f"{relay}\t{_without_code(reason)}")

    def _sent(self, queue_id: str, address: str, domain: str, delay: float, rest: str) -> None:
        if "forwarded as " in rest:
            self.totals["forwarded"] += 1
            return
        self._count("delivered", DELIVERED)
        size = self._sizes.get(queue_id, 0)
        row = self.recipient_domains.row(domain)
        row[0] += 1
        row[1] += size
        row[3] += delay
        row[4] = max(row[4], delay)
        row = self.recipients.row(address)
        row[0] += 1
        row[1] += size
        self.totals["bytes_delivered"] += size
        self.seconds[sum(delay > bound for bound in SECONDS)] += 1
        if not size and queue_id not in self._unsized:
            _remember(self._unsized, queue_id, None)
            self.unsized += 1

    def _put_off(self, program: str, queue_id: str, domain: str, delay: float, rest: str) -> None:
        self._count("deferrals", DEFERRED)
        if queue_id not in self._deferred:
            _remember(self._deferred, queue_id, None)
            self.totals["deferred"] += 1
        row = self.recipient_domains.row(domain)
        row[2] += 1
        row[4] = max(row[4], delay)
        reason = shortened(rest.partition("(")[2].partition(")")[0], 65)
        reason = _without_code(reason).removeprefix("connect to ")
        self.deferrals.add(f"{program}\t{reason}")

    def _forget(self, queue_id: str) -> None:
        for known in (self._received, self._sizes, self._deferred, self._unsized):
            known.pop(queue_id, None)


def _remember(known: dict[str, Value], queue_id: str, value: Value) -> None:
    if len(known) >= MOST_IN_QUEUE:
        del known[next(iter(known))]
    known[queue_id] = value


def _lowered(address: str) -> str:
    """The address with its domain in small letters."""
    local, at, domain = address.partition("@")
    return f"{local}{at}{domain.lower()}"


def _without_code(reason: str) -> str:
    return reason[4:] if _CODE.match(reason) else reason
