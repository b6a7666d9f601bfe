"""commands: command lines of a procmailrc as programs with arguments.

Where procmail would call a shell (a metacharacter stands in the line), so do the
rules: `/bin/sh -c` gets the line as it is, and variables in its environment, so
that nothing of a message is ever part of what the shell reads as a command.
"""

from __future__ import annotations

import re
from typing import Any

from maildrop_py.convert.procmail.characters import Characters
from maildrop_py.convert.procmail.environment import Unknown, as_template, is_marked
from maildrop_py.convert.procmail.word_reader import WORDS, WordReader
from maildrop_py.convert.working_directory import FIRST, in_maildir, names_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.environment import Environment

METACHARACTERS = "&|<>~;?*["
_NAMES = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_SAFE_SHELLS = ("sh", "bash", "dash", "ksh", "zsh")
SHELLS_OWN = ("HOME", "PATH", "USER", "SHELL")


def is_for_shell(command: str, environment: Environment) -> bool:
    """Whether procmail has a shell read the line."""
    signs = environment.get("SHELLMETAS")
    return any(sign in command for sign in (METACHARACTERS if signs is None else signs))


def simple_words(command: str, environment: Environment) -> list[str] | None:
    """The words of a command without a shell, marks kept; None where a shell reads it."""
    if is_for_shell(command, environment):
        return None
    return environment.words(WordReader(Characters(command), WORDS).read())


def program(command: str, environment: Environment, part: str = "") -> Any:
    """What stands behind `pipe`, `filter`, `command` or `output`; raises Unknown."""
    words = simple_words(command, environment)
    if words is not None and (not words or not words[0] or is_marked(words[0])):
        raise Unknown("which program runs here is not known")
    maildir = environment.known("MAILDIR", "")
    if words is not None:
        argv = in_maildir([as_template(word) for word in words], as_template(maildir))
        return _whole(argv if maildir else [as_template(word) for word in words], {}, part)
    shell = environment.get("SHELL") or "/bin/sh"
    if shell.rpartition("/")[2] not in _SAFE_SHELLS:
        shell = "/bin/sh"
    line = command.strip()
    used = {
        name: as_template(environment.get(name) or "")
        for name in dict.fromkeys(_NAMES.findall(line))
        if name in environment.own and name not in SHELLS_OWN
    }
    if maildir and names_files(line):
        line, used = FIRST + line, {**used, "MAILDIR": as_template(maildir)}
    return _whole([shell, "-c", as_template(line)], used, part)


def _whole(argv: list[str], environment: dict[str, str], part: str) -> Any:
    if not environment and not part:
        return argv
    found: dict[str, Any] = {"run": argv}
    if environment:
        found["environment"] = environment
    if part:
        found["part"] = part
    return found


def formail_options(words: list[str]) -> list[tuple[str, str]] | None:
    """Options of a formail that edits headers, as (letter, value); None for any other use."""
    if not words or words[0].rpartition("/")[2] != "formail":
        return None
    found: list[tuple[str, str]] = []
    rest = words[1:]
    while rest:
        option = rest.pop(0)
        letter = option[1:2]
        if not option.startswith("-") or letter not in ("A", "a", "I", "i", "R", "f", "b"):
            return None
        if letter in "fb":
            continue
        value = option[2:] or (rest.pop(0) if rest else "")
        if letter == "R":
            value = f"{value.rstrip(':')}\n{(rest.pop(0) if rest else '').rstrip(':')}"
        found.append((letter, value.strip(" ") if letter == "R" else value))
    return found or None
