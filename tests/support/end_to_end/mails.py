"""mails: the messages and the rules that the tests deliver, and what must come of them."""

from __future__ import annotations

from dataclasses import dataclass
from email.header import Header

from tests.support.end_to_end.postfix import BOUNCES

ANNA = f"anna@{BOUNCES}"

RULES = """\
maildir: ~/Maildir
rules:
  - name: refused
    when: {subject: '^no such thing'}
    then: {reject: Nothing of this kind is wanted here}

  - name: spam
    when: {spam_score: ">= 5"}
    then: {file: Junk, flags: [seen]}

  - name: bounces, already read
    when: {bounce: true}
    then: {file: Daemon, flags: [seen]}

  - name: each list its folder
    when: {list_id: '^(?P<list>[\\w-]+)\\.'}
    then: {file: "Lists/{list}"}

  - name: meetings
    when: {subject: '会議|打ち合わせ'}
    then: {file: 会議, flags: [flagged, $Work]}

  - name: by extension
    when: {extension: '^shop$'}
    then: {file: Shops}
"""


@dataclass(frozen=True)
class Mail:
    """One message, the sender it is submitted with, and where the rules put it.

    `folder` is the IMAP name with `/`; `flags` are as IMAP shows them.
    """

    name: str
    message: bytes
    folder: str
    flags: frozenset[str] = frozenset()
    sender: str = ANNA
    extension: str = ""


def message(subject: str, *fields: str, body: str = "Hello.", sender: str = ANNA) -> bytes:
    """A small message with LF line ends; the subject encoded as mail programs do."""
    head = [
        f"From: {sender}",
        "To: me@example.org",
        f"Subject: {subject if subject.isascii() else Header(subject, 'iso-2022-jp').encode()}",
        "Date: Tue, 21 Nov 2023 17:00:00 +0000",
        f"Message-ID: <{len(subject)}.{len(fields)}@{BOUNCES}>",
        *fields,
    ]
    return "\n".join([*head, "", body, ""]).encode()


MAILS = [
    Mail("plain", message("Lunch on Friday?"), "INBOX"),
    Mail(
        "spam",
        message("Cheap watches", "X-Spam-Status: Yes, score=7.3 required=5.0 tests=BAYES_99"),
        "Junk",
        frozenset({"\\Seen"}),
    ),
    Mail(
        "bounce",
        message("Undelivered Mail", sender=f"MAILER-DAEMON@{BOUNCES}"),
        "Daemon",
        frozenset({"\\Seen"}),
        sender="",
    ),
    Mail(
        "list",
        message("[dev] release", "List-Id: Developers <python-dev.example.org>"),
        "Lists/python-dev",
    ),
    Mail(
        "japanese",
        message("明日の会議について"),
        "会議",
        frozenset({"\\Flagged", "$Work"}),
    ),
    Mail("extension", message("Your parcel"), "Shops", extension="shop"),
]

REFUSED = message("no such thing as a free lunch")
