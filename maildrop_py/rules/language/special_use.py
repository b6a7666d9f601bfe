r"""special_use: which folder `\Junk`, `\Trash` and the like are (RFC 6154).

The setting `special_use` says it. If it does not, the mail server's own configuration
does: Dovecot's, with the files that it includes. If there is none, it is the folder that
most servers have. The stamps of all that was read are in the compiled rules, so that
they are made again when the server's configuration changes.

Known limits: folders that a mail reader made with a special use of its own (IMAP's
CREATE with USE) are not known; of two folders for one use the first counts.
"""

from __future__ import annotations

import re
from os.path import dirname, join

from maildrop_py.paths import DOVECOT
from maildrop_py.rules.language.document import Node, suggestion
from maildrop_py.rules.language.scope import Scope

SIGN = "\\"
USUAL = {
    "all": "",
    "archive": "Archive",
    "drafts": "Drafts",
    "flagged": "",
    "important": "",
    "junk": "Junk",
    "sent": "Sent",
    "trash": "Trash",
}
"""Each use in lower case, and the folder that it usually has."""

_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_MAILBOX = re.compile(r'\bmailbox\s+(?:"([^"\n]+)"|([^\s{"]+))\s*\{([^{}]*)\}')
_USE = re.compile(r"\bspecial_use\s*=\s*([^\n}]*)")
_INCLUDE = re.compile(r"(?m)^\s*!include(?:_try)?\s+(\S+)\s*$")
_DEEPEST = 5
_MOST_FILES = 50


def folder_for(node: Node, scope: Scope) -> str:
    r"""The folder for a use such as `\Junk`; raises Mistake where none is known."""
    written = node.text()
    use = written.removeprefix(SIGN)
    if use.lower() not in USUAL:
        raise node.mistake("unknown special use {written}", suggestion(use, USUAL), written=written)
    use = use.lower()
    found = dict(scope.settings.special_use).get(use) or _of_dovecot(scope).get(use) or USUAL[use]
    if not found:
        hint = f"say it at the top: `special_use: {{{use.capitalize()}: NAME}}`"
        raise node.mistake("nobody says which folder {written} is", hint, written=written)
    return found


def _of_dovecot(scope: Scope) -> dict[str, str]:
    """What Dovecot's configuration says, read once for a set of rules."""
    if scope.dovecot_uses is None:
        found: dict[str, str] = {}
        for text in _texts(scope, DOVECOT, _DEEPEST):
            for quoted, plain, block in _MAILBOX.findall(text):
                for uses in _USE.findall(block):
                    for use in uses.replace('"', " ").split():
                        found.setdefault(use.removeprefix(SIGN).lower(), quoted or plain)
        scope.dovecot_uses = found
    return scope.dovecot_uses


def _texts(scope: Scope, path: str, depth: int) -> list[str]:
    """A file without comments, and what it includes; nothing for what may not be read."""
    try:
        text = _COMMENT.sub("", scope.sources.read(path))
    except (OSError, UnicodeDecodeError):
        return []
    found = [text]
    for pattern in _INCLUDE.findall(text) if depth else ():
        whole = join(dirname(path), pattern)
        paths = scope.sources.matching(whole) if set("*?[") & set(whole) else [whole]
        for one in paths[:_MOST_FILES]:
            found += _texts(scope, one, depth - 1)
    return found
