"""texts_put_together: texts for people that are made in English where they arise.

Evidence gives reasons, and errors say what is wrong; logs have these in English. `translation.text`
knows them again by an entry with numbers in the place of values: f"{path} is empty" is
"{0} is empty". They are found here in the source, so that none is without its Japanese.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

ROOMS_OF_REASONS = ("evidence/", "decision/silence.py", "decision/answering.py", "convert/")
"""All that is said there is a reason."""

NO_TEXTS = (
    r"(SELECT|INSERT|DELETE|CREATE|PRAGMA|BEGIN|UPDATE|age)\b",  # SQL
    r"(tried|wrong) (spam|ham|\{0\})$|dnsbl zone$|taught by a (move|run)$|not believed$"
    r"|self forged$|reverse name$|sent mail read$",  # names in a store
    r"(silent|failing) (offline|\{0\})$|failing it",  # how the store has what a list answered
    r"POST |\{0\} SPAMC|Content-length|Message-class|Remove: |Set: |User: |: OK$"
    r"|(add header|rewrite subject|soft reject)$",  # what is said to scanners, and by them
    r"\((no name|letters of two scripts)\)$|Auto: |no such table$",  # tokens, headers, SQLite
    r"Received: |from \{0\}\{1\}$|, by \{0\}|\(helo",  # as a header has it
    r"\{0\} as \{1\}$|nothing was learnt",  # watch speaks to logs
    r"SPF pass|Authentication-Results of|(spam|ham|tokens): \{0\}$",  # the same in both languages
    r"\{0\} of \{1\}: \{2\}$|(postconf|smtpd|update-exim4.conf): ",  # DNS; another program
    r"(tuple|list|dict|Callable)\[|[A-Z]\w+ \| |(str|bool) \| ",  # types
    r"\^|\(\?P<|\(\(\(|\(\^|\\\+ add|formail\W+b|\s*xa0 ",  # regular expressions
    r"#!|mail_location = |\{0\}(/sendmail)? -oi |Pigeonhole Sieve$|atch on|; or \{$",
    r"\\b|# no log$|test \$\(|\"\$@|echo ",  # of maildrop
    r"made for line |(From|To|Subject|Message-ID): |A line of text",  # messages for a proof
    r"try again later$|refused by a rule$|There is new mail|reformail -r$",  # what rules send
    r"forward to \{0\}$|line \{0\}$|\nrules: |# Made from|#   maildrop-py",  # of rules files
    r"message-id:\(|received:with|\(answer to nothing\)$",  # what the Bayes filter counts
    r"a borrowed store forgets",  # only a mistake of a programmer shows it
)
"""Strings that nobody reads, or that are alike in every language."""

ROOMS_IN_ENGLISH = {
    "lmtp/": "serve speaks to logs",
    "serve/": "serve speaks to logs",
    "metrics/": "serve and policy speak to logs",
    "policy/": "policy speaks to logs",
    "rules/program/": "compiled rules that cannot be read are compiled again, and nothing is said",
    "cli/deliver_options.py": "deliver speaks to mail servers and logs",
    "intake/server_environment.py": "deliver speaks to mail servers and logs",
    "cli/deliver.py": "deliver speaks to mail servers and logs",
    "delivery/": "deliver speaks to mail servers and logs",
    "maildir/": "what fails there is in the log of deliveries",
    "report/log_file.py": "deliver speaks to mail servers and logs",
    "record.py": "only a mistake of a programmer shows it",
}
"""Where what goes wrong is told in English, and why."""

ERRORS = re.compile(r"\w*(Error|Exception|Failed|Temporary|Permanent|Unusable|Interrupted)$")
OF_PROGRAMMERS = ("TypeError", "AttributeError", "NotImplementedError", "RuntimeError")


def put_together(tree: ast.Module, where: str) -> Iterator[tuple[str, int]]:
    """The texts of a module, and their lines."""
    found = [*_texts_in(tree)] if where.startswith(ROOMS_OF_REASONS) else []
    if not where.startswith(tuple(ROOMS_IN_ENGLISH)):
        found += _errors(tree)
    if where.startswith("refile/"):
        found += _given_to("warn", tree)
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


def _given_to(name: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            for argument in node.args:
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


PRINTING = ("echo", "secho", "print", "say", "_say", "warn", "agree", "confirm", "prompt", "fail")
PRINTED_IN_ENGLISH = {
    "report/delivery_log.py": "what went wrong after a delivery is in its log",
    "policy/": "policy speaks to logs",
    "cli/deliver.py": "deliver speaks to mail servers and logs",
    "refile/learning_thread.py": "watch speaks to logs",
    "decision/": "what went wrong in a delivery is in its log",
    "delivery/": "what went wrong in a delivery is in its log",
    "rules/program/": "what went wrong in a delivery is in its log",
    "rules/language/": "`mistake` and `warn` translate",
    "refile/": "`warn` of `report.standard_error` knows these again",
    "lmtp/": "serve speaks to logs",
    "serve/": "serve speaks to logs",
}
"""Where lines with words of their own are printed that are not translated, and why."""


def printed_as_they_are(tree: ast.Module, where: str) -> Iterator[tuple[str, int]]:
    """What a module prints with words in it that do not go through `translation.text`."""
    if where.startswith(tuple(PRINTED_IN_ENGLISH)):
        return
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if isinstance(node, ast.Call) and name in PRINTING:
            for argument in node.args:
                yield from _own_words(argument)


def _own_words(node: ast.expr) -> Iterator[tuple[str, int]]:
    """Texts with a word in a value that is printed; what a function is given does not count."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        text = numbered(node)
        if re.search("[A-Za-z]{2}", re.sub(r"{\w+}", "", text)):
            yield text, node.lineno
    elif isinstance(node, ast.IfExp | ast.BinOp):
        sides = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node.left, node.right)
        for side in sides:
            yield from _own_words(side)
