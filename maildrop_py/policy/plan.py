"""plan: the decision about a client, as a value: what its rules want done with it.

A Plan is made by `decide`, shown by `explain`, tried by a dry run and turned into an
answer by `decide_answer`; all see the same object. It does not know what is remembered of
the client: that is for `decide_answer`.
"""

from __future__ import annotations

from typing import NamedTuple

from maildrop_py.policy.greylist import Terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.decision.decision import Reason
    from maildrop_py.decision.rule_trace import RuleTrace
    from maildrop_py.translation import Text

VERDICTS = ("pass", "accept", "reject", "defer", "greylist", "tarpit", "both")


class Tarpit(NamedTuple):
    """`seconds` to wait; `at_most` clients at a time; with `instead`, greylisting does too."""

    seconds: int
    at_most: int
    instead: Terms | None = None


class Plan(NamedTuple):
    """What is to be done with a client that wants to send to one recipient.

    `verdict` is one of VERDICTS, "pass" where no rule ended the run; `text` is what the
    client is told by `reject` and `defer`; `prepend` a header's name and value.
    """

    verdict: str = "pass"
    text: str = ""
    greylist: Terms | None = None
    tarpit: Tarpit | None = None
    prepend: tuple[str, str] | None = None
    rule: str | None = None
    score: float | None = None
    reasons: tuple[Reason, ...] = ()
    trace: tuple[RuleTrace, ...] = ()

    def in_words(self, text: Text = str.format) -> str:
        """What is wanted, for explanations; by `translation.text` for people."""
        if self.verdict in ("reject", "defer"):
            return f"{self.verdict}: {self.text}"
        wanted = []
        if self.greylist:
            wanted.append(text("greylist for {delay} s", delay=self.greylist.delay))
        if self.tarpit:
            seconds, instead = self.tarpit.seconds, self.tarpit.instead
            wanted.append(text("tarpit for {seconds} s", seconds=seconds))
            if instead:
                wording = "tarpit for {seconds} s or greylist for {delay} s"
                wanted[-1] = text(wording, seconds=seconds, delay=instead.delay)
        return text(" and ").join(wanted) or text("let it pass")
