"""replay_words: the account of a replay, as lines for people and as an object for programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from maildrop_py.policy.replay import Account, as_rows
from maildrop_py.translation import text as translated


def account_as_object(account: Account) -> dict[str, Any]:
    """Counts of recipients; `median_wait` in seconds, null if nobody came back."""
    waits = account.came_back()
    return {
        "requests": account.requests,
        "rules": {rule: dict(counts) for rule, counts in as_rows(account)},
        "deferred": len(account.triplets),
        "came_back": len(waits),
        "median_wait": account.median_wait(),
        "never_came_back": account.never(),
        "let_in_then": account.cannot_tell(),
    }


def account_in_words(account: Account) -> Iterator[str]:
    """A table of rules by what they decided, and what became of those that had to wait."""
    days = [time.strftime("%Y-%m-%d", time.gmtime(one)) for one in (account.begins, account.ends)]
    wording = "{number} recipients, {first} to {last}; nothing was changed"
    yield translated(wording, number=account.requests, first=days[0], last=days[1])
    columns = ("pass", "greylist", "tarpit", "defer", "reject")
    yield ""
    yield _padded(translated("rule")) + "".join(f"{name:>10}" for name in columns)
    for rule, counts in as_rows(account):
        yield _padded(rule[:40]) + "".join(f"{counts[name] or '':>10}" for name in columns)
    median = account.median_wait()
    yield ""
    wording = "would have been deferred: {number} clients, senders and recipients"
    yield translated(wording, number=len(account.triplets))
    waited = translated(", after {seconds} s (median)", seconds=f"{median:.0f}") if median else ""
    yield (
        "  "
        + translated("came back and passed: {number}", number=len(account.came_back()))
        + waited
    )
    yield "  " + translated("never came back: {number}", number=account.never())
    wording = "were let in at once then, so nobody can tell: {number}"
    yield "  " + translated(wording, number=account.cannot_tell())


def _padded(text: str) -> str:
    """`text` with blanks behind it, 40 columns wide; Chinese and Japanese letters take two."""
    return text + " " * (40 - len(text) - sum(it >= "\u2e80" for it in text))
