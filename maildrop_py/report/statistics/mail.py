"""mail: a message with the statistics as text, and the page attached, for sendmail.

Mail readers leave out pictures that are drawn in the message itself, so the text has the
tables, and the page is a file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


def message_with(
    recipient: str, title: str, body: str, page: str, now: datetime | None = None
) -> str:
    """The message to `recipient`, as sendmail reads it; raises ValueError if that is no address."""
    message = EmailMessage(policy=SMTP.clone(linesep="\n", cte_type="7bit"))
    try:
        message["To"] = _address(recipient)
    except (ValueError, IndexError, TypeError) as error:
        raise ValueError(f"{recipient!r} is no address, such as me@example.com") from error
    now = now or datetime.now(UTC)
    message["Subject"] = f"{title}, {now.astimezone():%Y-%m-%d}"
    message["Date"] = format_datetime(now)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message.add_attachment(page, subtype="html", filename="statistics.html")
    return message.as_string()


def _address(recipient: str) -> Address:
    """`me@example.com`, or the name of a user of this machine."""
    if recipient.isascii() and recipient.replace("-", "").replace("_", "").isalnum():
        return Address(username=recipient)
    return Address(addr_spec=recipient)
