"""letters: the kinds of mail that a server is given while something fails, and its rules.

In one case each user gets one message. Every message has one session to itself;
those of a case come at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.cases import DISCARD_DUPLICATES, LARGE, RULES, SMALL
from tests.support.serving.lmtp_client import SENDER

DOMAIN = "example.com"
WARM = "wilma"
"""Gets mail before and after, to warm the server and to see that it lives."""


@dataclass(frozen=True)
class Letter:
    """One message and whom it is for."""

    recipients: tuple[str, ...]
    message: bytes = SMALL

    def forms(self, user: str, added: bytes) -> tuple[bytes, ...]:
        """What may lie in `user`'s Maildir of it: a file of several names none of them."""
        returned = f"Return-Path: <{SENDER}>\n".encode()
        delivered = f"Delivered-To: {user}@{DOMAIN}\n".encode()
        tops = [returned + delivered, returned][: len(self.recipients)]
        return tuple(top + added + self.message for top in tops)


@dataclass(frozen=True)
class Case:
    """What comes, and what the rules make of it.

    `folder`, by its name on disk, and `flags` are where and how it is to be filed,
    `added` is what the rule puts above the message, `piped` a file in the user's
    home that a program writes the message to. `ready`: folders and caches are
    there. `warm`: the processes have delivered before. `struck` says whose calls
    are to fail; "worker" alone delivers for itself, the others are of a server
    that was started as root.
    """

    name: str
    letters: tuple[Letter, ...] = (Letter(("anna",)),)
    then: str = "file: Hello, flags: [seen]"
    first: str = ""
    folder: str = ".Hello"
    flags: str = ""
    added: bytes = b""
    piped: str = ""
    ready: bool = True
    warm: bool = True
    struck: str = "worker"

    @property
    def rules(self) -> str:
        """The rules file, for all users."""
        text = RULES.format(first=self.first, then=self.then)
        return text.replace("maildir: ~/Maildir\n", "")

    @property
    def as_root(self) -> bool:
        """Whether the server is to be started as root, for users with uids of their own."""
        return self.struck != "worker"

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody who gets mail."""
        return tuple(user for letter in self.letters for user in letter.recipients)


SEVERAL = (Letter(("anna", "bert", "carl")),)
LARGE_FOR_TWO = (Letter(("anna", "bert"), LARGE),)
AT_ONCE = (Letter(("anna",)), Letter(("bert", "carl")), Letter(("dora",), LARGE))

INTO_HOME = """[sh, -c, 'exec cp /dev/stdin "$HOME/piped"']"""

CASES = (
    Case("one", flags="S"),
    Case("cold", flags="S", warm=False),
    Case("new folders", then="file: Hello/World", folder=".Hello.World", ready=False),
    Case("several", SEVERAL, flags="S"),
    Case("large", LARGE_FOR_TWO, flags="S"),
    Case(
        "header added",
        LARGE_FOR_TWO,
        then="file: Hello, add_header: {X-Seen: ours}",
        added=b"X-Seen: ours\n",
    ),
    Case("keywords", then="file: Hello, flags: [flagged, $Work]", flags="F"),
    Case("duplicates", first=DISCARD_DUPLICATES, then="file: Hello"),
    Case("piped", then=f"pipe: {INTO_HOME}, continue: true", folder="", piped="piped"),
    Case("at once", AT_ONCE, flags="S"),
    Case("as root, worker", SEVERAL, flags="S", struck="root's worker"),
    Case("as root, recipient", flags="S", struck="recipient"),
    Case("as root, large, recipient", LARGE_FOR_TWO, flags="S", struck="recipient"),
    Case("as root, spawner", SEVERAL, flags="S", warm=False, struck="spawner"),
)
