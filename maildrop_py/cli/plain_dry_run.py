"""plain_dry_run: `dry-run` of whole Maildirs, and no more than a summary wanted.

click and rich take as long to load as two thousand messages to decide. So the
most usual command line of that kind is read here: Maildirs, `--rules`,
`--folder`, `--all-folders` and `--offline`, each written in full. All else is
left to the command in `dry_run`, which reads the same and does the same.
"""

from __future__ import annotations

import os
from collections import Counter

from maildrop_py.cli.dry_run_messages import LONGEST_TABLE, Messages, Trial, print_counts
from maildrop_py.cli.rules_file import program_of
from maildrop_py.cli.standard_error import say
from maildrop_py.intake.message_files import is_maildir
from maildrop_py.message.envelope import Envelope
from maildrop_py.refile.maildir_messages import ListedMaildirs, globs_of

_SWITCHES = ("--offline", "--all-folders")
_OPTIONS = ("--rules", "--folder")


def plain_dry_run(arguments: list[str]) -> bool:
    """Prints the summary and returns True; does nothing, False, if this is not the way to it."""
    told, paths = _sorted_out(arguments)
    if not paths or not all(map(is_maildir, paths)):
        return False
    program = program_of(told["--rules"][-1] if "--rules" in told else None)
    globs = globs_of(tuple(told.get("--folder", ())), "--all-folders" in told)
    walk = ListedMaildirs(program.settings, globs, say)
    messages = Messages(tuple(paths), walk)
    if (messages.total or 0) <= LONGEST_TABLE:
        return False
    trial = Trial(program, Envelope(), "--offline" in told)
    print_counts(Counter(messages.each(trial.place)))
    return True


def _sorted_out(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Options with their values, and paths; none at all of a command line for `dry_run`."""
    told: dict[str, list[str]] = {}
    paths: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word in _SWITCHES:
            told[word] = []
        elif word in _OPTIONS:
            value = next(waiting, "-")
            if value.startswith("-") or (word == "--rules" and os.path.isdir(value)):
                return {}, []  # click says what is wrong
            told.setdefault(word, []).append(value)
        elif word.startswith("-"):
            return {}, []
        else:
            paths.append(word)
    return told, paths
