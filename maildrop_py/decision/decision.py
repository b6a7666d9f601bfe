"""decision: what is to be done with one message, as a value.

A Decision is made by `decide`, printed by `report` and carried out by
`delivery`; the three see the same object, so a dry run cannot lie.
"""

from __future__ import annotations

from maildrop_py.record import record


@record
class Filing:
    """Put one copy into `folder`, a safe `/`-separated name; "INBOX" is the root.

    `flags` are Maildir flag letters in ASCII order ("", "S", "FS"); `keywords`
    are IMAP keywords such as "$Work".
    """

    folder: str
    flags: str = ""
    keywords: tuple[str, ...] = ()
    rule: str | None = None


@record
class Forward:
    """Send the message on to `address` through sendmail."""

    address: str
    rule: str | None = None


@record
class Pipe:
    """Feed the message to the command `argv`, which is run without a shell."""

    argv: tuple[str, ...]
    rule: str | None = None


@record
class Reason:
    """Why one rule fired, in words: what it did and what its conditions saw."""

    rule: str
    because: str
    did: str


Action = Filing | Forward | Pipe


@record
class Decision:
    """Everything to be done with one message.

    `actions` are carried out in order. A message that is rejected has no
    actions and `reject` holds the text for the sender; a discarded one has
    neither. `rule` names the rule that ended the run, None for the default.
    """

    actions: tuple[Action, ...]
    reject: str | None = None
    add_headers: tuple[tuple[str, str], ...] = ()
    remove_headers: tuple[str, ...] = ()
    rule: str | None = None
    spam_score: float | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def filings(self) -> tuple[Filing, ...]:
        """The actions that put a copy into a folder."""
        return tuple(action for action in self.actions if isinstance(action, Filing))
