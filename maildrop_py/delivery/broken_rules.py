"""broken_rules: one message in INBOX that says that the rules have been broken for a while.

Mail goes on by the last rules that compiled, so nobody would notice. The first
delivery that finds them broken notes the time in the state directory; a delivery
that finds them the same `after` seconds later puts the message into INBOX. Guarantee:
once for each state of the file, also where many deliveries run at once; whatever
goes wrong here is reported by a warning and is in nobody's way.
"""

from __future__ import annotations

import os
import time

from maildrop_py.decision.decision import Decision, Filing
from maildrop_py.delivery.deliver import deliver
from maildrop_py.delivery.spool import Spool
from maildrop_py.errors import MaildropError
from maildrop_py.message.envelope import Envelope
from maildrop_py.paths import PROGRAM
from maildrop_py.private_file import read_private, replace_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maildrop_py.maildir.maildir import Maildir

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_INBOX = Decision((Filing("INBOX"),))


def notify_of_broken_rules(
    rules: str,
    mistakes: Sequence[str],
    state: str,
    maildir: Maildir,
    after: float,
    now: float,
    warn: Callable[[str], None],
) -> None:
    """The file `rules` has `mistakes`, found at `now`; 0 as `after` means no message at all."""
    if not after:
        return
    try:
        if _is_due(f"{state}/broken-rules", _version(rules), after, now):
            _deliver(_text(rules, mistakes, after, now), maildir)
    except (OSError, MaildropError) as error:
        warn(f"the message about broken rules could not be delivered: {error}")


def _version(rules: str) -> str:
    """What is another one whenever the file has been changed."""
    try:
        found = os.stat(rules)
    except OSError:
        return "missing"
    return f"{found.st_ino:x}-{found.st_mtime_ns:x}"


def _is_due(note: str, version: str, after: float, now: float) -> bool:
    """Whether the file has been broken for long, and this process is the first to say so.

    `NOTE.told` is there once the message was: its name is that of older versions too.
    """
    known, _, since = read_private(note).decode("ascii", "replace").partition(" ")
    if known != version:
        replace_file(note, f"{version} {now:.0f}".encode())
        _remove(f"{note}.told")
        return False
    if not since.isdigit() or now - int(since) < after:
        return False
    try:
        os.close(os.open(f"{note}.told", _CREATE, 0o600))
    except FileExistsError:
        return False
    return True


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _deliver(text: str, maildir: Maildir) -> None:
    with Spool(maildir) as spool:
        spool.write(text.encode("utf-8", "replace"))
        deliver(_INBOX, spool.finish(), maildir, Envelope())


def _text(rules: str, mistakes: Sequence[str], after: float, now: float) -> str:
    listed = "\n".join(f"    {_plain(mistake)}" for mistake in mistakes)
    name = _plain(os.path.basename(rules))
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now))
    return f"""\
From: {PROGRAM} <{PROGRAM}@localhost>
To: undisclosed-recipients:;
Subject: Your mail rules have a mistake: {name}
Date: {when}
Message-ID: <{now:.6f}.{os.getpid()}.broken-rules@{PROGRAM}.localhost>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Your rules for mail have been broken for more than {_duration(after)}:

{listed}

Until they are right, mail is filed by the last rules that were right, or goes to
INBOX if there were none. No mail is lost. This shows all mistakes:

    {PROGRAM} check {_plain(rules)}

This message comes once. To get none: `broken_rules_notice: false` in the rules.
"""


def _duration(seconds: float) -> str:
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
    return "a moment"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:500]
