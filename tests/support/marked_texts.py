"""marked_texts: every text of the program that is shown in the language of the user.

They are found in the source: what is given to `text`, `said` and `marked`, and the texts that
are given to mistakes, warnings, findings, remarks and headings, which pass them on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import click

from maildrop_py.cli.app import app
from maildrop_py.cli.builtin import BELOW
from maildrop_py.evidence.helo import KINDS
from maildrop_py.evidence.reverse_name import RULES
from maildrop_py.man.commands import ENVIRONMENT, FILES, OF_DELIVER
from maildrop_py.report.exit_statuses import STATUSES
from maildrop_py.report.help_texts import paragraphs_of
from maildrop_py.report.log_schema import ALWAYS, SOMETIMES
from maildrop_py.rules.language.library import builtin_names, first_sentence
from tests.support.texts_put_together import put_together

PACKAGE = Path(__file__).resolve().parents[2] / "maildrop_py"

PASSED_ON = {
    "mistake": (0, 1),
    "warn": (1, 2),
    "warn_at": (2, 3),
    "choice": (1,),
    "_wrong": (0,),
    "counted": (1,),
    "Column": (0,),
    "CheckResult": (1, 2, 3),
    "Outcome": (1,),
    "UntrustedFile": (0,),
    "BadFilter": (0, 1),
    "_go_on": (1,),
    "_stop": (1,),
    "Step": (2,),
}
"""Functions and methods that pass on arguments at these positions."""

BY_NAME = ("why", "unknown")
"""Arguments by name that are remarks of evidence and conditions."""

VARIABLES = ("wording", "hint", "remedy", "why", "right", "unverified")
"""Local variables that hold a text for one of the above."""

WITH_VARIABLES = (
    *(
        "cli/",
        "policy/replay_words",
        "policy/plan",
        "convert/converted_rules",
        "convert/proof/report",
    ),
    "rules/",
    "set_up/",
    "report/sender_path",
    "evidence/border",
    "report/log_",
    "refile/undo_selection",
)
"""Where these are looked at."""

CONSTANTS = {
    "rules/conditions/s25r.py": ("WHY",),
    "rules/conditions/helo.py": ("WHY",),
    "evidence/spf.py": ("_SAYS", "_OTHER"),
    "rules/language/limits.py": ("FILES", "BYTES", "VALUES", "LINES", "INSTRUCTIONS"),
    "rules/conditions/client.py": ("AUTHENTICATED",),
    "report/wording.py": ("NO_RULE",),
}
"""Texts in modules that every delivery loads, and that therefore load no translation."""


OF_CLICK = (
    *("Error: {0}", "Try {0} for help.", "default: {0}", "required", "stopped"),
    *("Missing argument {0}.", "Missing option {0}.", "Missing command.", "No such command {0}."),
    *("No such option {0}.", "No such option {0}. Did you mean {1}?"),
    *("No such option {0}. (Did you mean one of: {1}?)", "Option {0} requires an argument."),
    *("Option {0} does not take a value.", "Argument {0} takes {1} values."),
    *("Got unexpected extra argument ({0})", "Got unexpected extra arguments ({0})"),
    *("Invalid value: {0}", "Invalid value for {0}: {1}", "Could not open file {0}: {1}"),
    *("{0} is not a valid integer.", "{0} is not a valid integer range."),
    *("{0} is not a valid float.", "{0} is not a valid float range."),
    *("{0} is not in the range {1}.", "{0} is not one of {1}."),
    *("File {0} does not exist.", "Path {0} does not exist.", "Directory {0} does not exist."),
    *("File {0} is a directory.", "Path {0} is a directory.", "Directory {0} is a file."),
    *("File {0} is not readable.", "Path {0} is not readable."),
    *("Directory {0} is not readable.", "Choose from:"),
)
"""What click says of a command line."""

OF_THE_SYSTEM = (
    *("No such file or directory", "Permission denied", "No space left on device"),
    *("Is a directory", "Not a directory", "File exists", "Connection refused"),
    *("Input/output error", "Disk quota exceeded", "Read-only file system"),
    *("Operation not permitted", "Too many levels of symbolic links", "File name too long"),
)
"""What the C library says of errors, most often."""

IN_STATISTICS = ("(discarded)", "(rejected)", "(no name)", "(nobody)", "yes", "no", "a host name")
"""Values that are counted, and shown as texts."""


LABELS = ("envelope recipient", "envelope extension", "header {0}", "body")
"""What conditions looked at, where it is put together."""

OF_LEARNING = ("learnt", "already learnt", "corrected", "forgotten", "not learnt")
"""What became of a message that was to be learnt, as `evidence.bayes.learning` has it."""


def marked_texts() -> dict[str, str]:
    """Each text, and the place where it is first."""
    counted = (*IN_STATISTICS, *KINDS.values(), *RULES.values())
    found: dict[str, str] = dict.fromkeys(counted, "what statistics count")
    in_pages = (*FILES, *ENVIRONMENT, *OF_DELIVER, *(status[1:] for status in STATUSES))
    found |= {says: "manual pages" for _, says in in_pages}
    found |= dict.fromkeys(LABELS, "rules/conditions")
    ship = (f"{below}{name}" for below in BELOW for name in builtin_names(below))
    found |= {first_sentence(name): "cli/builtin.py" for name in ship}
    fields = (*ALWAYS.values(), *SOMETIMES.values())
    found |= {it["description"]: "report/log_schema.py" for it in fields}
    found |= dict.fromkeys(OF_CLICK, "click") | dict.fromkeys(OF_LEARNING, "evidence/bayes")
    found |= {text: "errno" for it in OF_THE_SYSTEM for text in (it, f"{{0}}: {it}")}
    found |= {"Usage:": "help", "Options": "help", "Commands": "help", "all but deliver": "help"}
    found |= _help_of(app, click.Context(app, info_name="maildrop-py"))
    for path in sorted(PACKAGE.rglob("*.py")):
        where = str(path.relative_to(PACKAGE))
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        for text, line in (*_texts_in(tree, where, _imported(tree)), *put_together(tree, where)):
            if any(char.isalpha() for char in text):
                found.setdefault(text, f"{where}:{line}")
    return found


def _imported(tree: ast.Module) -> tuple[str, ...]:
    """What the module calls the functions of `translation`; `describe` calls its own `text`."""
    found = (it for it in ast.walk(tree) if isinstance(it, ast.ImportFrom))
    names = (it for node in found if node.module == "maildrop_py.translation" for it in node.names)
    own = {"text": "text", "marked": "marked", "Text": "text"}
    return tuple(it.asname or own[it.name] for it in names if it.name in own)


def _help_of(command: click.Command, context: click.Context) -> dict[str, str]:
    """The help of a command, of its options, and of the commands in it."""
    found = dict.fromkeys(paragraphs_of(command), context.command_path)
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option) and parameter.help and not parameter.hidden:
            found[parameter.help] = context.command_path
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        inner = command.get_command(context, name)
        if inner is not None and not inner.hidden:
            found |= _help_of(inner, click.Context(inner, info_name=name, parent=context))
    return found


def _texts_in(tree: ast.Module, where: str, own: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, own, where)
        elif isinstance(node, ast.Assign):
            looked_at = {*CONSTANTS.get(where, ())}
            if where.startswith(WITH_VARIABLES):
                looked_at |= {*VARIABLES}
            if looked_at & {it.id for it in node.targets if isinstance(it, ast.Name)}:
                yield from _constants(node.value)


def _of_call(node: ast.Call, own: tuple[str, ...], where: str) -> Iterator[tuple[str, int]]:
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    is_translated = name in own and isinstance(called, ast.Name)
    if where.startswith("convert/") and not is_translated:
        return
    for at in (0,) if is_translated else PASSED_ON.get(name, ()):
        if at < len(node.args):
            for text, line in _constants(node.args[at]):
                yield from (_numbers(text, line) if name == "counted" else [(text, line)])
    for keyword in node.keywords:
        if keyword.arg in BY_NAME and where.startswith(("rules/", "evidence/")):
            yield from _constants(keyword.value)


def _numbers(noun: str, line: int) -> Iterator[tuple[str, int]]:
    """The noun of one thing, and of several."""
    yield f"{{number}} {noun}", line
    yield f"{{number}} {noun}{'es' if noun.endswith('s') else 's'}", line


def _constants(node: ast.expr) -> Iterator[tuple[str, int]]:
    """A text, or both of `a if … else b`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Dict | ast.BoolOp):
        for value in node.values:
            yield from _constants(value)
