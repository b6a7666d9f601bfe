"""decision: what is to be done with one message, as a value.

A Decision is made by `decide`, printed by `report` and carried out by
`delivery`; the three see the same object, so a dry run cannot lie.
"""

from __future__ import annotations

from maildrop_py.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.other_actions import Action, Answer
    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.message.source import Source
    from maildrop_py.rules.language.rule import Rule


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
    message: Source | None = None


@record
class Reason:
    """Why one rule fired: its name, and what its conditions ask, in words."""

    fired: Rule

    @property
    def rule(self) -> str:
        """The rule's name."""
        return self.fired.name

    @property
    def because(self) -> str:
        """What its conditions ask."""
        when = self.fired.when
        return when.describe() if when is not None else "it is for every message"


@record
class Decision:
    """Everything to be done with one message.

    `actions` are carried out in order. With `reject` the sender gets that
    text, after the copies in `actions` are made. With `defer` nothing is done, and
    the mail server is told that text and tries again. None of them means: discarded.
    `last_headers` are added at the header's end; `replaced_headers` get another text in
    their place. `filters` are the programs that changed the message, in words; each action
    has the message as it was when its rule fired, None where that is the message as it came.
    `rule` names the rule that ended the run, None for the default. `score` is
    what rules added to the spam score. `trace` is empty unless an explanation was
    asked for. `learn` says as what the Bayes filter learns it: spam, ham, or (None)
    not at all. `answers` are sent after the message is delivered.
    """

    actions: tuple[Action, ...]
    reject: str | None = None
    add_headers: tuple[tuple[str, str], ...] = ()
    remove_headers: tuple[str, ...] = ()
    rule: str | None = None
    score: float | None = None
    reasons: tuple[Reason, ...] = ()
    trace: tuple[RuleTrace, ...] = ()
    learn: bool | None = None
    rename_headers: tuple[tuple[str, str], ...] = ()
    last_headers: tuple[tuple[str, str], ...] = ()
    defer: str | None = None
    filters: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    replaced_headers: tuple[tuple[str, str], ...] = ()

    @property
    def filings(self) -> tuple[Filing, ...]:
        """The actions that put a copy into a folder."""
        return tuple(action for action in self.actions if isinstance(action, Filing))
