"""rules_file: finds and compiles the rules for the commands that people run.

Unlike delivery these never go on with old rules: every mistake is printed, and
the status is 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from maildrop_py.errors import RuleError
from maildrop_py.paths import UserPaths
from maildrop_py.rules.program.cache import compile_program, fresh_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.rules.language.rule_set import RuleSet
    from maildrop_py.rules.program.program import Program


def rule_set_of(path: str | None) -> RuleSet:
    """The rules at `path` or the default place; prints every mistake and exits with 1."""
    from maildrop_py.rules.language.reader import read_rules

    with _mistakes_printed():
        return read_rules(path or UserPaths(os.environ).rules)


def program_of(path: str | None) -> Program:
    """The same, compiled; from the cache where that is still good."""
    places = UserPaths(os.environ)
    path = path or places.rules
    program = fresh_program(path, places.cache)
    if program is not None:
        return program
    with _mistakes_printed():
        return compile_program(path, places.cache, _say)


@contextmanager
def _mistakes_printed() -> Iterator[None]:
    try:
        yield
    except RuleError as error:
        for problem in error.problems:
            _say(str(problem))
        count = len(error.problems)
        _say(f"{count} mistake{'s' if count > 1 else ''}")
        sys.exit(1)


def _say(line: str) -> None:
    print(line, file=sys.stderr)
