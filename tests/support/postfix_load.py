"""postfix_load: a Postfix that has much to do, and all that its log can say of it.

Clients come from many places (XCLIENT), with good and bad names; what they send is
delivered, forwarded, deferred, bounced, refused for now and for good, held, warned of
and thrown away. Needs root and Postfix.
"""

from __future__ import annotations

import random
import smtplib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.end_to_end.postfix import BOUNCES, DOMAIN, Postfix
from tests.support.end_to_end.smtp import free_port
from tests.support.waiting import wait_until

CHECKS = """\
/^Subject: refuse me/ REJECT not wanted here
/^Subject: warn me/ WARN look at this
/^Subject: hold me/ HOLD for later
/^Subject: drop me/ DISCARD
"""
SENDERS = (
    "inline:{ { bad.test = REJECT you are not welcome }"
    " { grey.test = DEFER 4.2.0 Greylisted, try later }"
    " { hold.test = HOLD suspicious } { drop.test = DISCARD unwanted } }"
)
TRANSPORTS = (
    "inline:{{ {{ {bounces} = bounces: }} {{ later.test = smtp:[127.0.0.1]:1 }}"
    " {{ never.test = smtp:[127.0.0.1]:{refusing} }} {{ fan@{domain} = local: }} }}"
)
SUBJECTS = ("hello", "refuse me", "warn me", "hold me", "drop me", "hello again", "one more")
SEND_TO = ("anna", "ben", "fan", "nobody-here", "Chris")
LINES = ("dsl-{0}-{1}.isp.example", "mail{1}.example.co.jp", "unknown", "mx.example.org", "a.b.c.d")
HELOS = ("friend", "[192.0.2.1]", "mx.example.org", "localhost", "192.0.2.77")


class Load:
    """Clients of `postfix`; the same ones for the same `seed`."""

    def __init__(self, postfix: Postfix, seed: int = 1) -> None:
        self.postfix = postfix
        self.port, self._refusing = free_port(), free_port()
        self._chance = random.Random(seed)

    def prepare(self) -> None:
        """Set Postfix up."""
        checks = self.postfix.folder / "checks"
        checks.write_text(CHECKS)
        self.postfix.service(f"127.0.0.1:{self.port} inet n - n - - smtpd")
        self.postfix.set(
            mynetworks="127.0.0.0/32",
            header_checks=f"regexp:{checks}",
            transport_maps=TRANSPORTS.format(
                bounces=BOUNCES, domain=DOMAIN, refusing=self._refusing
            ),
            relay_domains=f"{BOUNCES} later.test never.test",
            local_transport="discard:",
            alias_maps=f"inline:{{ {{ fan = anna@{DOMAIN}, b@later.test }} }}",
            local_recipient_maps="inline:{ { anna = x } { ben = x } { fan = x } }",
            smtpd_sender_restrictions=f"check_sender_access {SENDERS}",
            smtpd_helo_required="yes",
            smtpd_helo_restrictions="warn_if_reject reject_invalid_helo_hostname",
            smtpd_recipient_restrictions="reject_non_fqdn_sender, reject_unauth_destination",
            smtpd_client_connection_count_limit="0",
            smtpd_hard_error_limit="100",
            message_size_limit="20000",
            maillog_file_permissions="0644",
        )

    def run(self, sessions: int, at_once: int = 8) -> Path:
        """The log after so many sessions, when Postfix has done all it can."""
        plans = [self._plan() for _ in range(sessions)]
        refusing = ["smtp-sink", "-u", "nobody", "-f", "RCPT", f"127.0.0.1:{self._refusing}", "50"]
        with subprocess.Popen(refusing, stderr=subprocess.DEVNULL) as server:
            with ThreadPoolExecutor(at_once) as pool:
                list(pool.map(self._session, plans))
            self._locally(max(1, sessions // 50))
            wait_until(self._is_quiet, "Postfix has nothing to do", seconds=120)
            server.kill()
        return self.postfix.folder / "log"

    def _plan(self) -> tuple[dict[str, str], str, str, str, int]:
        chance = self._chance
        numbers = [chance.randrange(1, 255) for _ in range(2)]
        address = f"198.51.{chance.randrange(100, 104)}.{numbers[0] % 20 + 1}"
        name = chance.choice(LINES).format(*numbers)
        client = {"ADDR": address, "NAME": "[UNAVAILABLE]" if name == "unknown" else name}
        client["HELO"] = chance.choice(HELOS)
        where = chance.choice(
            ("bad.test", "grey.test", "hold.test", "drop.test", *["Sender.Example"] * 8, "")
        )
        sender = f"someone{numbers[1] % 9}@{where}" if where else ""
        sender = "nodomain" if numbers[0] == 7 else sender
        domain = chance.choice(
            (DOMAIN, DOMAIN, DOMAIN.upper(), "later.test", "never.test", "far.off")
        )
        recipient = f"{chance.choice(SEND_TO)}@{domain}"
        size = 25_000 if chance.random() < 0.05 else chance.randrange(200, 5000)
        return client, sender, recipient, chance.choice(SUBJECTS), size

    def _session(self, plan: tuple[dict[str, str], str, str, str, int]) -> None:
        client, sender, recipient, subject, size = plan
        told = " ".join(f"{name}={value}" for name, value in client.items())
        try:
            with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.test") as smtp:
                smtp.ehlo()
                smtp.docmd("XCLIENT", told)
                smtp.ehlo(client["HELO"])
                message = f"Subject: {subject}\n\n{'x' * size}\n"
                smtp.sendmail(sender, [recipient, "ben@" + DOMAIN], message)
        except smtplib.SMTPException:
            pass  # that is what many of them are for

    def _locally(self, messages: int) -> None:
        """Mail of a user of the machine, which pickup takes in."""
        for number in range(messages):
            subprocess.run(
                ["/usr/sbin/sendmail", "-C", self.postfix.config, "-f", f"me{number % 3}@{DOMAIN}",
                 f"anna@{DOMAIN}"],
                input=b"Subject: from here\n\nhello\n",
                check=True,
            )  # fmt: skip

    def _is_quiet(self) -> bool:
        busy = ("active", "incoming", "maildrop")
        return not any(one["queue_name"] in busy for one in self.postfix.queue())
