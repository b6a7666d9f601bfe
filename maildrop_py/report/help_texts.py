"""help_texts: the help of commands in the language of the user, in lines that fit the terminal.

click breaks lines at blanks, and takes every character for one column. Japanese has no blanks,
and its characters take two columns; so help in it is set here.
"""

from __future__ import annotations

import copy
import inspect
import io
from collections.abc import Iterable

import click

from maildrop_py.report.tables import width_of
from maildrop_py.report.wrapped import wrapped
from maildrop_py.translation import language, text

ENGLISH = "en"


class Formatter(click.HelpFormatter):
    """Lines by columns instead of characters, with the headings in the language too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, f"{text('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(text(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs, with an empty line between."""
        blanks = " " * self.current_indent
        paragraphs = (wrapped(it, self.width - self.current_indent) for it in text.split("\n\n"))
        self.write("\n\n".join("\n".join(blanks + line for line in it) for it in paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Terms, and what they mean beside them."""
        rows = list(rows)
        behind = min(max(width_of(term) for term, _ in rows), col_max) + col_spacing
        for term, meaning in rows:
            column = self.current_indent + behind
            lines = wrapped(_in_words(meaning), max(self.width - column, 10))
            shown = " " * self.current_indent + term
            if width_of(term) > behind - col_spacing:
                self.write(shown + "\n")
                shown = ""
            self.write(shown + " " * (column - width_of(shown)) + lines[0] + "\n")
            for line in lines[1:]:
                self.write(" " * column + line + "\n")


class Context(click.Context):
    formatter_class = Formatter


def in_language(command: click.Command) -> click.Command:
    """The command with its help in the language chosen, and so the commands in it."""
    if language() == ENGLISH:
        return command
    translated = copy.copy(command)
    translated.context_class = Context
    paragraphs = [text(it) for it in paragraphs_of(command)]
    translated.help = "\n\n".join(paragraphs)
    translated.short_help = paragraphs[0].partition("。")[0] if paragraphs else ""
    translated.params = [_option(it) for it in command.params]
    if isinstance(translated, click.Group):
        translated.commands = {name: in_language(it) for name, it in translated.commands.items()}
    return translated


def paragraphs_of(command: click.Command) -> list[str]:
    """The paragraphs of a command's help, each in one line."""
    found = inspect.cleandoc(command.help or "").split("\n\n")
    return [" ".join(it.split()) for it in found if it.strip()]


def _option(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    translated = copy.copy(parameter)
    translated.help = text(parameter.help)
    return translated


def _in_words(meaning: str) -> str:
    """What an option means, with what click adds: [default: 5; x>=1]."""
    meant, bracket, added = meaning.rpartition("  [")
    if not bracket:
        return text(meaning)
    pieces = (text(it) for it in added.removesuffix("]").split("; "))
    return f"{text(meant)}  [{'; '.join(pieces)}]"


def shown(error: click.ClickException) -> str:
    """What click says of an error, with the usage of the command, in English."""
    printed = io.StringIO()
    error.show(printed)
    return printed.getvalue().rstrip("\n")


def lines_in_language(lines: str) -> str:
    """What went wrong, put together in English, in the language chosen."""
    return "\n".join(text(line) if line else "" for line in lines.split("\n"))
