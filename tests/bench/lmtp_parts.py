"""lmtp_parts: `serve` with the recommended rules, beside Dovecot with Sieve that does the same.

    python -m tests.bench.lmtp_parts [MESSAGES [ROUNDS]]

Messages of 5 KB and 50 KB with a text and two attachments, sixteen sessions. Our
rules are the recommended set (rules/README.md); the Sieve script looks at the same
names with foreverypart and at the same texts with body. The messages have no
Received lines, so that no DNS server is asked, and no Message-ID: the set's rule
about duplicates passes them.

The disk is let settle first (`settled`). The servers take turns, the other first in
every second round; all processes have had mail before. Figures are medians; the ratio
of each round is printed too.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from base64 import encodebytes
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from tests.bench.lmtp_servers import DovecotTwo, LmtpServer, MaildropPy, dovecot
from tests.bench.parts import RECOMMENDED
from tests.bench.place import environment, home_of
from tests.bench.settled import settle
from tests.bench.table import markdown, verdict
from tests.bench.user import as_user, hand_over, measuring

SESSIONS = 16
SIZES = (5_000, 50_000)  # bytes
ASKED = 2.0  # times Dovecot's rate
WARM = 200  # messages that are not measured
Rates = dict[str, dict[str, list[float]]]  # by server and size, of each round

SIEVE = """\
require ["fileinto", "body", "mime", "foreverypart", "duplicate"];
if duplicate { fileinto "Duplicates"; stop; }
foreverypart {
  if anyof (
    header :mime :param "filename" :matches "Content-Disposition" [NAMES],
    header :mime :param "name" :matches "Content-Type" [NAMES]
  ) { fileinto "Quarantine"; stop; }
}
if header :contains "X-Spam-Flag" "YES" { fileinto "Junk"; stop; }
if allof (header :contains "Subject" ["virus", "banned", "blocked"],
          body :text :contains ["your message", "your mail"]) { fileinto "Backscatter"; stop; }
if exists "List-Id" { fileinto "Lists"; stop; }
if header :contains "From" ["MAILER-DAEMON", "postmaster"] { fileinto "Daemon"; stop; }
""".replace("NAMES", '"*.exe", "*.scr", "*.pif", "*.bat", "*.vbs", "*.js", "*.lnk"')


class Recommended(MaildropPy):
    """This program, with the recommended rules."""

    name = "maildrop-py serve, recommended rules"
    rules = RECOMMENDED


class DovecotParts(DovecotTwo):
    """Dovecot with a script that looks at parts."""

    name = "Dovecot + Sieve with body and foreverypart"
    script = SIEVE


def message(size: int) -> bytes:
    """A text and two attachments, `size` bytes in all."""
    text = b"All work and no play makes mail a dull thing to deliver all day long.\n" * 10
    each = encodebytes(bytes(range(256)) * (size // 500))[: (size - 1700) // 2]
    head = b"From: a@example.net\nTo: b@example.org\nSubject: two files\nMIME-Version: 1.0\n"
    kind = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
    file = b"--b\nContent-Type: application/pdf; name=%s\nContent-Transfer-Encoding: base64\n"
    shown = b'Content-Disposition: attachment; filename="%s"\n\n'
    files = [file % name + shown % name + each + b"\n" for name in (b"one.pdf", b"two.pdf")]
    return b"".join((head, kind, text, *files, b"--b--\n"))


def report(messages: int = 2000, rounds: int = 5) -> str:
    """A table of messages a second, and whether the promise was kept."""
    kinds = [Recommended, *([DovecotParts] if dovecot() else [])]
    environment()
    place = home_of("lmtp-parts")
    for size in SIZES:
        (place / f"{size}.eml").write_bytes(message(size))
    hand_over(place)
    rates, disk = as_user(lambda: _measured(kinds, place, messages, rounds))
    rows = [
        [name, *(f"{statistics.median(found[str(size)]):,.0f}" for size in SIZES)]
        for name, found in rates.items()
    ]
    headings = ["messages/s, 16 sessions", *(f"{size // 1000} KB" for size in SIZES)]
    said = [disk]
    if DovecotParts.name in rates:
        said += [_said(rates, str(size)) for size in SIZES]
    return "\n".join([markdown(headings, rows), "", *said])


def _said(rates: Rates, size: str) -> str:
    """Whether the promise was kept, and by what margin in each round."""
    ours, theirs = rates[Recommended.name][size], rates[DovecotParts.name][size]
    ratio = statistics.median(ours) / statistics.median(theirs)
    each = ", ".join(f"{one / other:.2f}" for one, other in zip(ours, theirs, strict=True))
    kept = verdict(ratio, ASKED, at_least=True)
    return f"{int(size) // 1000} KB, times Dovecot: {kept}; by round {each}"


def _measured(
    kinds: list[type[LmtpServer]], place: Path, messages: int, rounds: int
) -> tuple[Rates, str]:
    taken: Rates = {kind.name: {str(size): [] for size in SIZES} for kind in kinds}
    disk = settle(place)
    with ExitStack() as stack:
        servers = []
        for number, kind in enumerate(kinds):
            servers.append(kind(place / str(number)))
            stack.callback(servers[-1].stop)
        for turn in range(rounds):
            for size in SIZES:
                for server in servers[:: -1 if turn % 2 else 1]:
                    file = place / f"{size}.eml"
                    user = f"user{turn}x{size}"
                    _send(server, user, file, WARM, SESSIONS)
                    rate = _send(server, user, file, messages, SESSIONS)
                    taken[server.name][str(size)].append(rate)
    return taken, disk


def _send(server: LmtpServer, user: str, file: Path, messages: int, sessions: int) -> float:
    """Messages a second."""
    before = server.delivered(user)
    command = ["smtp-source", "-L", "-F", str(file), "-m", str(messages), "-s", str(sessions)]
    addresses = ["-f", "sender@example.org", "-t", f"{user}@example.org"]
    start = perf_counter()
    subprocess.run([*command, *addresses, f"unix:{server.socket}"], check=True)
    seconds = perf_counter() - start
    arrived = server.delivered(user) - before
    if arrived != messages:
        raise OSError(f"{server.name}: {messages} messages were sent and {arrived} delivered")
    return messages / seconds


if __name__ == "__main__":
    with measuring():
        print(report(*map(int, sys.argv[1:])))
