"""own_settings: what a user's rules file sets, for commands that work without its rules too."""

from __future__ import annotations

import os
from collections.abc import Callable

from maildrop_py.rule_error import RuleError
from maildrop_py.rules.language.settings import Settings
from maildrop_py.translation import marked, text

TRUST = marked("trusted networks are not known: {why}")
"""What is not known where the rules are broken, if it is this that is needed."""
ME = marked("`me` is not known: {why}")


def own_settings(path: str, warn: Callable[[str], None], missing: str = TRUST) -> Settings:
    """The settings in the rules file at `path`; the defaults where there is none.

    Where it is broken too, and `warn` gets the text `missing`, with the first mistake.
    """
    from maildrop_py.rules.language.reader import read_rules

    if not os.path.exists(path):
        return Settings()
    try:
        return read_rules(path).settings
    except RuleError as error:
        warn(text(missing, why=str(error.problems[0])))
        return Settings()
