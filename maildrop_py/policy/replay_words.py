"""replay_words: the account of a replay, as lines for people and as an object for programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from maildrop_py.policy.replay import Account, as_rows


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
    yield f"{account.requests} recipients, {days[0]} to {days[1]}; nothing was changed"
    if not account.requests:
        return
    columns = ("pass", "greylist", "tarpit", "defer", "reject")
    yield ""
    yield f"{'rule':40}" + "".join(f"{name:>10}" for name in columns)
    for rule, counts in as_rows(account):
        yield f"{rule[:40]:40}" + "".join(f"{counts[name] or '':>10}" for name in columns)
    median = account.median_wait()
    yield ""
    yield f"would have been deferred: {len(account.triplets)} clients, senders and recipients"
    waited = f", after {median:.0f} s (median)" if median is not None else ""
    yield f"  came back and passed: {len(account.came_back())}{waited}"
    yield f"  never came back: {account.never()}"
    yield f"  were let in at once then, so nobody can tell: {account.cannot_tell()}"
