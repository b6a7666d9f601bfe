"""shares: how many of a worker's sessions each local user may have, and who must wait.

Whoever connects to a Unix socket is known by uid (SO_PEERCRED, unix(7)). An ordinary uid may
have `of_uid` sessions; one more is refused. Root and the owner of the socket, which is the mail
server, may have `sessions`; one more waits, for a mail server that is refused holds its mail
back for minutes. There is an eighth more than that: it is left to everybody else whatever one
of these does, and as many are left to these whatever everybody else does. Clients on a TCP
port, whose uids are not known, count as one user who may have `sessions`.

Known limits: a user with many uids can have the shares of all of them. A program that runs
with the uid of the mail server shares with it: only another uid separates them.
"""

from __future__ import annotations

from maildrop_py.record import record

RESERVED = 8  # one session more for so many

UNKNOWN = -1  # a client on a TCP port, or one whom the system does not name


@record
class User:
    """Who connected: a uid, and whether it is root's, the socket's owner's or a TCP client's."""

    uid: int
    trusted: bool = False

    def __str__(self) -> str:
        return "TCP" if self.uid == UNKNOWN else f"uid {self.uid}"


class Shares:
    """Who has how many sessions. `total` is how many there may be together."""

    def __init__(self, sessions: int, of_uid: int) -> None:
        self.total = sessions + sessions // RESERVED
        self._sessions, self._of_uid = sessions, of_uid
        self._held: dict[tuple[int, bool], int] = {}  # by uid, and whether that is trusted

    def has_enough(self, user: User) -> str:
        """What limit `user` has reached, in words; nothing if one more session is theirs."""
        limit = self._sessions if user.trusted else self._of_uid
        held = self._held.get((user.uid, user.trusted), 0)
        if held >= limit:
            return f"{user} has {held} sessions"
        if not user.trusted:
            others = sum(held for (_, trusted), held in self._held.items() if not trusted)
            if others >= self._sessions:
                return f"{user} and other users have {others} sessions"
        return ""

    def take(self, user: User) -> None:
        """One session more for this user."""
        key = user.uid, user.trusted
        self._held[key] = self._held.get(key, 0) + 1

    def give_back(self, user: User) -> None:
        """One session less."""
        key = user.uid, user.trusted
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]

    def __str__(self) -> str:
        most = sorted(self._held.items(), key=lambda item: -item[1])[:3]
        return ", ".join(f"{User(*key)} has {held}" for key, held in most)
