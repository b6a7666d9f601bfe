"""texts_put_together: texts for people that are made in English where they arise.

Evidence gives reasons, and errors say what is wrong; logs have these in English. `translation.text`
knows them again by an entry with numbers in the place of values: f"{path} is empty" is
"{0} is empty". They are found here in the source, so that none is without its Japanese.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

ROOMS_OF_REASONS = ("evidence/", "decision/silence.py", "decision/answering.py")
"""All that is said there is a reason."""

NO_TEXTS = (
    r"(SELECT|INSERT|DELETE|CREATE|PRAGMA|BEGIN|UPDATE|age)\b",  # SQL
    r"(tried|wrong) (spam|ham|\{0\})$|dnsbl zone$|taught by a move$|not believed$|self forged$"
    r"|reverse name$|sent mail read$",  # names in a store
    r"(silent|failing) (offline|\{0\})$|failing it",  # how the store has what a list answered
    r"POST |\{0\} SPAMC|Content-length|Message-class|Remove: |Set: |User: |: OK$"
    r"|(add header|rewrite subject|soft reject)$",  # what is said to scanners, and by them
    r"\(no name\)$|Auto: |no such table$",  # tokens, a header, and what SQLite says
    r"Received: |from \{0\}\{1\}$|, by \{0\}|\(helo",  # as a header has it
    r"\{0\} as \{1\}$|nothing was learnt",  # watch speaks to logs
    r"SPF pass|Authentication-Results of|(spam|ham|tokens): \{0\}$",  # the same in both languages
    r"\{0\} of \{1\}: \{2\}$|(postconf|smtpd|update-exim4.conf): ",  # DNS; another program
    r"a borrowed store forgets",  # only a mistake of a programmer shows it
)
"""Strings that nobody reads, or that are alike in every language."""

ROOMS_IN_ENGLISH = {
    "lmtp/": "serve speaks to logs",
    "serve/": "serve speaks to logs",
    "metrics/": "serve and policy speak to logs",
    "policy/": "policy speaks to logs",
    "rules/program/": "compiled rules that cannot be read are compiled again, and nothing is said",
    "cli/startup/": "deliver speaks to mail servers and logs",
    "cli/deliver.py": "deliver speaks to mail servers and logs",
    "delivery/": "deliver speaks to mail servers and logs",
    "maildir/": "what fails there is in the log of deliveries",
    "report/log_file.py": "deliver speaks to mail servers and logs",
    "record.py": "only a mistake of a programmer shows it",
    "convert/": "the proof",
}
"""Where what goes wrong is told in English, and why."""

ERRORS = re.compile(r"\w*(Error|Exception|Failed|Temporary|Permanent|Unusable|Interrupted)$")
OF_PROGRAMMERS = ("TypeError", "AttributeError", "NotImplementedError", "RuntimeError")


def put_together(tree: ast.Module, where: str) -> Iterator[tuple[str, int]]:
    """The texts of a module, and their lines."""
    found = [*_texts_in(tree)] if where.startswith(ROOMS_OF_REASONS) else []
    if not where.startswith(tuple(ROOMS_IN_ENGLISH)):
        found += _errors(tree)
    for text, line in found:
        if not any(re.match(it, text) for it in NO_TEXTS):
            yield text, line


def _errors(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            if ERRORS.match(name) and name not in OF_PROGRAMMERS:
                for argument in node.exc.args:
                    yield from _texts_in(argument)


def _texts_in(node: ast.AST) -> Iterator[tuple[str, int]]:
    """The texts of more than a word in it; documentation is left out."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = numbered(node)
        if " " in text.strip() and re.search("[a-z]{2}", re.sub(r"{\w+}", "", text)):
            yield text, node.lineno
    is_text = isinstance(node, ast.JoinedStr)
    for inner in ast.iter_child_nodes(node):
        is_documentation = isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant)
        if not is_documentation and not (is_text and isinstance(inner, ast.Constant)):
            yield from _texts_in(inner)


def numbered(node: ast.Constant | ast.JoinedStr) -> str:
    """The text with numbers in the place of its values."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    pieces, number = "", 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            pieces += str(value.value)
        else:
            pieces += f"{{{number}}}"
            number += 1
    return pieces
