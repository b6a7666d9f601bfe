"""library: the rule files that ship, for the tests of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from maildrop_py.rules.language.library import builtin_names, builtin_path
from maildrop_py.rules.language.reader import load_text, read_rules
from maildrop_py.rules.language.rule_set import RuleSet

FOLDER = Path(builtin_path(""))
FILES = sorted(FOLDER.glob("*.yaml"))
INCLUDED = builtin_names()

RECOMMENDED = [
    "duplicates",
    "attachments",
    "known",
    "spf",
    "s25r",
    "helo",
    "dnsbl",
    "forged",
    "spelling",
    "spam",
    "backscatter",
    "lists",
    "daemons-apart",
    "from-daemon",
]
"""The order that rules/README.md advises."""

POINTS = ["known", "spf", "s25r", "helo", "dnsbl", "forged", "spelling"]
"""The files that only give points."""

SCANNED = ["spamassassin", "rspamd", "clamav", "bkaspil"]
"""The files that take a scanner, or learning, and stand in place of `spam` or beside it."""

POLICY = "policy"
"""Takes the place of `spam`, and includes POINTS: so it stands beside none of them."""


@cache
def alone(name: str) -> RuleSet:
    """The rules of one file, nothing around them."""
    return read_rules(builtin_path(name))


@cache
def included(*names: str) -> RuleSet:
    """The rules of several files in this order, as a user's file gets them."""
    return load_text(f"include: [{', '.join(f'builtin:{name}' for name in names)}]\n")
