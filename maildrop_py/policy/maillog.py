"""maillog: Postfix's own log, read for `replay`: who came, from where, and who was let in.

Two kinds of lines tell of a recipient: `NOQUEUE: reject: RCPT from …`, which has all
there is, and the lines of a message that was taken (`client=`, then `from=` of qmgr and
`to=` of the delivery). Time stamps are those of syslog or of ISO 8601.

Known limits: of a message that was taken Postfix does not log what the client said in
HELO, unless smtpd's `connect` lines are followed by a rejection in the same session.
A recipient that an alias changed is the one that stands in `orig_to`, where there is one.
"""

from __future__ import annotations

import re
import time
from calendar import timegm
from typing import NamedTuple

from maildrop_py.policy.protocol import Request
from maildrop_py.policy.replay import Logged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?P<zone>Z|[-+]\d\d:?\d\d)?"
    r"|(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) (?P<clock>\d\d:\d\d:\d\d))"
    r" \S+ (?P<program>\S+?)\[(?P<pid>\d+)\]: (?P<rest>.*)"
)
_CLIENT = re.compile(r"(?P<name>[^\[ ]*)\[(?P<address>[0-9A-Fa-f.:]+)\]")
_REJECTED = re.compile(r"NOQUEUE: reject: RCPT from ([^ ]*\](?::\d+)?): (\d)\d\d ")
_ENVELOPE = re.compile(r"; from=<([^>]*)>,? to=<([^>]*)>,? proto=\w+,?(?: helo=<([^>]*)>)?")
_TAKEN = re.compile(r"([0-9A-Za-z]{6,}): client=(.*)")
_QUEUED = re.compile(r"([0-9A-Za-z]{6,}): from=<([^>]*)>, size=(\d+)")
_DELIVERED = re.compile(r"([0-9A-Za-z]{6,}): to=<([^>]*)>,(?: orig_to=<([^>]*)>,)? ")
_SASL = re.compile(r"sasl_username=(\S+)")


class Taken(NamedTuple):
    """A message that was taken: its client's attributes and session, and what is known since."""

    time: float
    attributes: dict[str, str]
    sender: str | None = None
    size: str = ""
    recipients: tuple[str, ...] = ()


class MailLog:
    """Reads lines in their order; `year` is that of the last line, where lines have none."""

    def __init__(self, until: float) -> None:
        self._last = time.gmtime(until)
        self._sessions: dict[str, int] = {}
        self._helo: dict[str, str] = {}
        self._taken: dict[str, Taken] = {}
        self.found: list[Logged] = []
        self.lines = 0

    def read(self, lines: Iterable[str]) -> None:
        """Take in the lines of one file."""
        for line in lines:
            match = _LINE.match(line)
            if match is not None and "postfix" in match["program"]:
                moment = self._time(match)
                if moment is not None:
                    self.lines += 1
                    self._one(moment, match["program"], match["pid"], match["rest"])

    def finished(self) -> list[Logged]:
        """Every recipient that was named, in the order of time."""
        for taken in self._taken.values():
            self.found += _recipients(taken)
        self._taken.clear()
        return sorted(self.found, key=lambda one: one.time)

    def _one(self, moment: float, program: str, pid: str, rest: str) -> None:
        if rest.startswith("connect from "):
            self._sessions[pid] = self._sessions.get(pid, 0) + 1
            self._helo.pop(pid, None)
        elif rest.startswith("NOQUEUE: reject: RCPT"):
            self._rejected(moment, pid, rest)
        elif "smtpd" in program and (match := _TAKEN.match(rest)):
            attributes = self._client(match[2], pid)
            if attributes:
                self._taken[match[1]] = Taken(moment, attributes)
        elif match := _QUEUED.match(rest):
            taken = self._taken.get(match[1])
            if taken is not None:
                self._taken[match[1]] = taken._replace(sender=match[2], size=match[3])
        elif match := _DELIVERED.match(rest):
            self._delivered(match[1], match[3] or match[2])
        elif rest.endswith(": removed") and rest[:-9] in self._taken:
            self.found += _recipients(self._taken.pop(rest[:-9]))

    def _rejected(self, moment: float, pid: str, rest: str) -> None:
        refusal, envelope = _REJECTED.match(rest), _ENVELOPE.search(rest)
        if refusal is None or envelope is None:
            return
        attributes = self._client(refusal[1], pid)
        self._helo[pid] = envelope[3] or ""
        more = {"sender": envelope[1], "recipient": envelope[2], "helo_name": envelope[3] or ""}
        was = "defer" if refusal[2] == "4" else "reject"
        if attributes:
            self.found.append(Logged(moment, Request(attributes | more), was=was))

    def _delivered(self, queue_id: str, recipient: str) -> None:
        taken = self._taken.get(queue_id)
        if taken is not None and recipient not in taken.recipients:
            self._taken[queue_id] = taken._replace(recipients=(*taken.recipients, recipient))

    def _client(self, text: str, pid: str) -> dict[str, str]:
        match = _CLIENT.search(text)
        if match is None:
            return {}
        found = {
            "request": "smtpd_access_policy",
            "protocol_state": "RCPT",
            "client_name": match["name"],
            "client_address": match["address"],
            "instance": f"{pid}.{self._sessions.get(pid, 0)}.0.0",
        }
        if helo := self._helo.get(pid):
            found["helo_name"] = helo
        sasl = _SASL.search(text)
        return found | {"sasl_username": sasl[1]} if sasl else found

    def _time(self, match: re.Match[str]) -> float | None:
        if match["iso"]:
            numbers = [int(number) for number in re.split("[-T:]", match["iso"])]
            return timegm((*numbers, 0, 0, 0)) - _offset(match["zone"])
        if match["month"] not in MONTHS:
            return None
        month = MONTHS.index(match["month"]) + 1
        day = int(match["day"])
        later = (month, day) > (self._last.tm_mon, self._last.tm_mday)
        year = self._last.tm_year - later
        hour, minute, second = map(int, match["clock"].split(":"))
        return float(timegm((year, month, day, hour, minute, second, 0, 0, 0)))


def _offset(zone: str | None) -> int:
    """Seconds by which a zone such as +09:00 is ahead."""
    if not zone or zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _recipients(taken: Taken) -> Iterator[Logged]:
    if taken.sender is None:
        return
    for recipient in taken.recipients:
        more = {"sender": taken.sender, "recipient": recipient, "size": taken.size}
        yield Logged(taken.time, Request(taken.attributes | more), was="pass")
