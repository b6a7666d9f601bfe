"""lines: lines as Postfix writes them, for tests that need few."""

from __future__ import annotations

DAY = "Oct  5"


def line(service: str, text: str, clock: str = "03:12:55", pid: int = 100, day: str = DAY) -> str:
    """One line of the traditional form."""
    return f"{day} {clock} mx postfix/{service}[{pid}]: {text}\n"


def message(queue_id: str, sender: str, recipient: str, *, pid: int = 100, size: int = 700) -> str:
    """All lines of a message that came by SMTP and was delivered."""
    client = "mail.example.org[192.0.2.1]"
    to = (
        f"to=<{recipient}>, relay=virtual, delay=0.5, delays=0/0/0/0.5, dsn=2.0.0, status=sent (ok)"
    )
    return "".join(
        (
            line("smtpd", f"connect from {client}", pid=pid),
            line("smtpd", f"{queue_id}: client={client}", pid=pid),
            line("cleanup", f"{queue_id}: message-id=<1@example.org>"),
            line("qmgr", f"{queue_id}: from=<{sender}>, size={size}, nrcpt=1 (queue active)"),
            line("smtpd", f"disconnect from {client} ehlo=1 mail=1 commands=5", "03:12:57", pid),
            line("virtual", f"{queue_id}: {to}"),
            line("qmgr", f"{queue_id}: removed"),
        )
    )
