"""opensmtpd: the policy as a filter program of OpenSMTPD (smtpd-filters(7)).

OpenSMTPD tells on standard input what happens in each session, and asks before it
answers RCPT; here that becomes requests and answers of Postfix's protocol, for the same
answerer. A tarpit costs no process there: the answer is only given later.

Guarantees: it does not exit while its input lasts, for OpenSMTPD would end with it; a
line that is not understood is passed over, and every question is answered, with
`proceed` where there is no reason for anything else.

Known limits: no headers are prepended. Protocol versions 0.5 and later.
"""

from __future__ import annotations

import os
from functools import partial

from maildrop_py.lmtp.server.reactor import READ
from maildrop_py.policy.protocol import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from maildrop_py.lmtp.server.reactor import Reactor
    from maildrop_py.policy.answerer import Answerer
    from maildrop_py.policy.service import Setting

REPORTS = (
    *("link-connect", "link-identify", "link-tls", "link-auth", "link-disconnect"),
    *("tx-begin", "tx-mail", "tx-commit"),
)
MOST_SESSIONS = 20_000
LONGEST_LINE = 65536


class Session:
    """One SMTP session: the attributes that Postfix would name, as far as they are known."""

    __slots__ = ("attributes", "messages")

    def __init__(self, name: str) -> None:
        self.messages = 0
        self.attributes = {"request": "smtpd_access_policy", "instance": f"o.{name}.0.0"}


class Filter:
    """Reads OpenSMTPD's lines and answers them; `write` takes a line without its end."""

    def __init__(self, answerer: Answerer, write: Callable[[str], None]) -> None:
        self._answerer, self._write = answerer, write
        self._sessions: dict[str, Session] = {}
        self._asleep: list[tuple[float, str]] = []
        self.now = 0.0

    def line(self, line: str) -> None:
        """One line of input."""
        fields = line.split("|")
        if fields[:2] == ["config", "ready"]:
            self._register()
        elif fields[0] == "report" and len(fields) >= 6:
            self._report(fields[4], fields[5], fields[6:])
        elif fields[0] == "filter" and len(fields) >= 7:
            self._asked(fields[4], fields[5], fields[6], "|".join(fields[7:]))

    def wake(self, now: float) -> None:
        """Answer those who have waited long enough; `now` is monotonic, in seconds."""
        self.now = now
        due = [answer for until, answer in self._asleep if until <= now]
        if due:
            self._asleep = [one for one in self._asleep if one[0] > now]
        for answer in due:
            self._write(f"{answer}|proceed")

    def _register(self) -> None:
        for report in REPORTS:
            self._write(f"register|report|smtp-in|{report}")
        self._write("register|filter|smtp-in|rcpt-to")
        self._write("register|ready")

    def _report(self, what: str, name: str, fields: list[str]) -> None:
        if what == "link-disconnect":
            self._sessions.pop(name, None)
            return
        session = self._session(name)
        attributes = session.attributes
        if what == "link-connect" and len(fields) >= 3:
            attributes |= _connected(*fields[:3])
        elif what == "link-identify" and fields:
            attributes["helo_name"] = fields[-1]
        elif what == "link-tls" and fields:
            attributes["encryption_protocol"] = fields[0].partition(":")[0] or "TLS"
        elif what == "link-auth" and len(fields) >= 2 and "pass" in fields:
            attributes["sasl_username"] = next((one for one in fields if one != "pass"), "pass")
        elif what == "tx-begin":
            session.messages += 1
            attributes["instance"] = f"o.{name}.0.{session.messages}"
        elif what == "tx-mail" and len(fields) >= 3:
            attributes["sender"] = _sender(fields)
        elif what == "tx-commit":
            self._answerer.take(_request(session, "END-OF-MESSAGE"), lambda action: None)

    def _asked(self, phase: str, name: str, token: str, what: str) -> None:
        answer = f"filter-result|{name}|{token}"
        if phase != "rcpt-to":
            self._write(f"{answer}|proceed")
            return
        session = self._session(name)
        request = _request(session, "RCPT", recipient=what.strip("<>"))
        self._answerer.take(request, partial(self._answered, answer))

    def _answered(self, answer: str, action: str) -> None:
        verb, _, rest = action.partition(" ")
        if verb == "SLEEP":
            self._asleep.append((self.now + int(rest), answer))
        elif verb in ("REJECT", "DEFER_IF_PERMIT"):
            self._write(f"{answer}|reject|{'550' if verb == 'REJECT' else '451'} {rest}")
        else:
            self._write(f"{answer}|proceed")

    def _session(self, name: str) -> Session:
        found = self._sessions.get(name)
        if found is None:
            if len(self._sessions) >= MOST_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            found = self._sessions[name] = Session(name)
        return found


def _connected(name: str, verified: str, source: str) -> dict[str, str]:
    host, _, port = source.rpartition(":")
    local = source.startswith("unix:") or not host
    return {
        "client_address": "127.0.0.1" if local else host.strip("[]"),
        "client_port": "" if local else port,
        "client_name": name if verified == "pass" else "unknown",
        "reverse_client_name": name,
    }


def _sender(fields: list[str]) -> str:
    """The address of `tx-mail`, which stands behind its result, or before it in old versions."""
    results = ("ok", "permfail", "tempfail")
    address = fields[1] if fields[2] in results else "|".join(fields[2:])
    return address.strip("<>")


def _request(session: Session, state: str, **more: str) -> Request:
    return Request({**session.attributes, "protocol_state": state, **more})


def serve(setting: Setting, source: BinaryIO, target: BinaryIO, say: Callable[[str], None]) -> None:
    """Be a filter until the input ends."""
    from maildrop_py.policy.service import Worker
    from maildrop_py.policy.tarpits import Shared

    worker = Worker(setting, 0, Shared(1), say)

    def write(line: str) -> None:
        target.write(line.encode("utf-8", "replace") + b"\n")
        target.flush()

    Input(worker.reactor, Filter(worker.answerer, write), source.fileno())
    worker.run()


class Input:
    """Standard input, cut into lines for a Filter; its end ends the loop."""

    def __init__(self, reactor: Reactor, to: Filter, descriptor: int) -> None:
        self._reactor, self._filter, self._fd = reactor, to, descriptor
        self._data = b""
        os.set_blocking(descriptor, False)
        reactor.watch(descriptor, READ, self._ready)
        reactor.ticks.append(lambda: to.wake(reactor.now))

    def _ready(self, events: int) -> None:
        try:
            data = os.read(self._fd, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._reactor.forget(self._fd)
            self._reactor.stop()
            return
        self._filter.wake(self._reactor.now)
        *lines, self._data = (self._data + data).split(b"\n")
        if len(self._data) > LONGEST_LINE:
            self._data = b""
        for line in lines:
            self._filter.line(str(line, "utf-8", "replace"))
