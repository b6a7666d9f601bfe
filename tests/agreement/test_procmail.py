"""FROM_DAEMON, FROM_MAILER, TO_ and TO are what Debian's procmail takes them for.

On every message of the corpora, and on messages made up at the borders of the
expressions. TO_ is asked for the message's own recipient, for the same without
its first letter (which must not match), and for the corpus's most frequent
recipients.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests.agreement.oracle import SAFE, classify, judge, need_procmail
from tests.agreement.ours import first_recipient, letters

CR_ALONE = "lines end in CR alone: procmail knows LF only, and sees one line without an end"
CR_LF = "lines end in CR LF: procmail finds no empty line, and takes the body for header"

KNOWN_DIFFERENCES = {
    "dsn/maildir/mac/": CR_ALONE,
    "dsn/maildir/bsd/lhost-barracuda-02.eml": "lines end in CR LF: for procmail the CR is a "
    "part of `From: MAILER-DAEMON`, behind which the line must end",
    "dsn/maildir/bsd/lhost-dragonfly-27.eml": CR_LF,
    "dsn/maildir/bsd/lhost-dragonfly-28.eml": CR_LF,
}
"""Files, or folders of them, and why. No mail server hands such lines to a
delivery agent; with line ends as a server gives them, the verdicts agree."""

EVERY, FREQUENT = 6, 4
"""One of so many messages is asked for its own recipient; the others for one of
so many frequent ones. Each recipient costs a call of the oracle."""


def test_every_message_of_the_corpora_is_judged_as_procmail_judges_it(
    shared: Path, tmp_path: Path
) -> None:
    need_procmail()
    files = _corpus(shared, "spamassassin") + _corpus(shared, "dsn/maildir")
    assert len(files) >= 6_046
    addresses = _addresses(files)
    theirs = classify(shared, addresses)
    assert theirs.keys() == addresses.keys()
    differing = [path for path in files if letters(path, addresses[path]) != theirs[path]]
    known = {path: _known(path.relative_to(shared / "corpora")) for path in differing}
    unknown = [path for path in differing if not known[path]]
    assert not unknown, [(str(p), theirs[p], letters(p, addresses[p])) for p in unknown]
    assert set(known.values()) == set(KNOWN_DIFFERENCES), "a known difference is one no more"
    _agree_with_line_feeds(shared, differing, addresses, tmp_path)


def test_each_macro_was_true_of_some_and_false_of_others(shared: Path) -> None:
    """Else the agreement would prove nothing."""
    seen = Counter(
        letter
        for path in _corpus(shared, "spamassassin/easy-ham-2")
        for letter in letters(path, first_recipient(path) or "x@example.com")
    )
    assert 0 < seen["M"] < seen["D"] < 1400
    assert 0 < seen["T"] < 1400


def test_made_up_senders_are_judged_as_procmail_judges_them(tmp_path: Path) -> None:
    _compare_made_up(tmp_path, _SENDER_FIELDS, _SENDER_WORDS, 700)


def test_made_up_recipients_are_judged_as_procmail_judges_them(tmp_path: Path) -> None:
    _compare_made_up(tmp_path, _RECIPIENT_FIELDS, _RECIPIENT_WORDS, 500)


def _corpus(shared: Path, folder: str) -> list[Path]:
    return sorted(path for path in (shared / "corpora" / folder).rglob("*") if path.is_file())


def _addresses(files: list[Path]) -> dict[Path, str]:
    """One address for each file: its own, its own cut, or a frequent one, in turn."""
    own = {path: first_recipient(path) for path in files}
    counted = Counter(address for address in own.values() if SAFE.fullmatch(address))
    frequent = [address for address, _ in counted.most_common(FREQUENT)]
    chosen = {}
    for number, (path, address) in enumerate(own.items()):
        turn = number % EVERY
        wanted = {0: address, 1: address[1:]}.get(turn, "")
        chosen[path] = wanted if SAFE.fullmatch(wanted) else frequent[turn % FREQUENT]
    return chosen


def _known(path: Path) -> str | None:
    return next((known for known in KNOWN_DIFFERENCES if str(path).startswith(known)), None)


def _agree_with_line_feeds(
    shared: Path, files: list[Path], addresses: dict[Path, str], folder: Path
) -> None:
    """The same messages with line ends of LF: there no difference may be left."""
    copies = {}
    for number, path in enumerate(files):
        data = path.read_bytes()
        assert b"\r" in data, path
        copy = folder / str(number)
        copy.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        copies[copy] = addresses[path]
    theirs = classify(shared, copies)
    assert {path: letters(path, address) for path, address in copies.items()} == theirs


ME = "me@example.com"
_SENDER_FIELDS = (
    "From: |From:|from: |Sender: |Resent-From: |Resent-Sender:\t|X-Envelope-From: |From |>From "
    "|Reply-To: |X-From: |Precedence: |precedence: |Mailing-List: |To: Multiple recipients of "
)
_SENDER_WORDS = (
    "Postmaster|Postmasn|Postmastr|Posmn|Postoffice|Mail|sendmail|mailer|daemon|mmdf|majordomo"
    "|nuucp|uucp|list|listserv|listproc|netserv|owner|ops|request|response|root|bounce|bbs.smtp"
    "|echo|mirror|service|services|server|smtperror|smtp|system|admin|administrator|ammgr"
    "|autoanswer|auto|junk|bulk|noreply|customer|é"
)
_RECIPIENT_FIELDS = (
    "To: |To:|to: |Cc: |Bcc:|Original-To: |Original-Resent-Cc: |Resent-Bcc:|X-Envelope-To: "
    "|Apparently-To: |Apparently-Resent-To: |X-To: |Delivered-To: |Resent-X-Envelope-To: "
)
_RECIPIENT_WORDS = f"{ME}|{ME}|{ME}|{ME.upper()}|me|example.com|x|Y|5"
_BETWEEN = [*' .-_@%<>()"\t!:+=/,', "", "\n ", "\n\t", ">\n", "\n>", "\n\n", "@example.com"]
_ENDS = ["\n", "\n\n", "\n\nbody\nFrom: root@example.com\n", "\n>\n\nbody\n"]


def _compare_made_up(folder: Path, fields: str, words: str, number: int) -> None:
    need_procmail()
    choose = random.Random(number)
    files = []
    for name in range(number):
        files.append(folder / str(name))
        files[-1].write_text(_made_up(choose, fields.split("|"), [*words.split("|"), ""]))
    theirs = judge(files, ME, folder)
    assert {path: letters(path, ME, "DMTW") for path in files} == theirs
    assert len(set(theirs.values())) > 1


def _made_up(choose: random.Random, fields: list[str], words: list[str]) -> str:
    """One to three header lines of words in odd company, and perhaps a body."""
    lines = []
    for _ in range(choose.randint(1, 3)):
        line = choose.choice(fields)
        for _ in range(choose.randint(0, 5)):
            line += choose.choice(_BETWEEN) + choose.choice(words)
        lines.append(line + choose.choice(_BETWEEN))
    return "\n".join(lines) + choose.choice(_ENDS)
