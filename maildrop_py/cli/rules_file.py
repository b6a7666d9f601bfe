"""rules_file: finds and compiles the rules for the commands that people run.

Unlike a delivery, these commands never use older rules: every mistake is printed, and
the status is 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from maildrop_py.errors import UsageError
from maildrop_py.paths import UserPaths
from maildrop_py.report.tables import counted
from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language.own_settings import TRUST, own_settings
from maildrop_py.rules.language.settings import Settings
from maildrop_py.rules.program.cache import compile_program, fresh_program
from maildrop_py.translation import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.rule_set import RuleSet
    from maildrop_py.rules.program.program import Program


def rule_set_of(path: str | None) -> RuleSet:
    """The rules at `path`, or the user's own; prints every mistake and exits with 1."""
    from maildrop_py.rules.language.reader import read_rules

    with mistakes_printed():
        return read_rules(path or _default())


def program_of(path: str | None) -> Program:
    """The same, compiled; from the cache where that is still good."""
    cache = UserPaths(os.environ).cache
    path = path or _default()
    program = fresh_program(path, cache)
    if program is not None:
        return program
    with mistakes_printed():
        return compile_program(path, cache, _say)


def _default() -> str:
    """The user's own rules; UsageError, with what helps, where there are none yet."""
    path = UserPaths(os.environ).rules
    if not os.path.lexists(path):
        raise UsageError(
            text("{path}: there are no rules yet; `maildrop-py init` writes some", path=path)
        )
    return path


@contextmanager
def mistakes_printed() -> Iterator[None]:
    """Prints every mistake of rules that are read in it, and exits with 1."""
    try:
        yield
    except RuleError as error:
        for problem in error.problems:
            _say(str(problem))
        _say(counted(len(error.problems), "mistake"))
        sys.exit(1)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def settings_of_user(missing: str = TRUST) -> Settings:
    """The user's settings; the defaults, and that is said, where the rules are broken."""
    return own_settings(UserPaths(os.environ).rules, _say, missing)
