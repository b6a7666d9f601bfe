"""parser: a procmailrc into its tree, as procmail 3.22's main loop goes through it.

Guarantee: never raises, whatever the file holds; what procmail skips is `Skipped`.
"""

from __future__ import annotations

from maildrop_py.convert.procmail.characters import Characters
from maildrop_py.convert.procmail.tree import (
    Assignment,
    Block,
    Folder,
    Forward,
    Line,
    Pipe,
    Recipe,
    Skipped,
)
from maildrop_py.convert.procmail.word_reader import ONE_WORD, WORDS, WordReader, is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.tree import Node

FLAGS = "HBDAahbfcwWiEer"
_CHAINED = "AaEe"
_DEEPEST = 100


def parse(text: str) -> tuple[Node, ...]:
    """The file's statements from top to bottom."""
    return tuple(_Parser(text).nodes(0))


class _Parser:
    def __init__(self, text: str) -> None:
        self._source = Characters(text)
        self._comments: list[str] = []

    def nodes(self, depth: int) -> list[Node]:
        """The statements up to the end of the file, or of the block at `depth`."""
        found: list[Node] = []
        while self._skip_to_statement():
            line = self._source.line
            if self._source.peek() == "}":
                self._source.next()
                if depth:
                    return found
                found.append(Skipped(line, "}"))
            elif self._source.takes(":"):
                found += self._recipes(line, depth)
            else:
                found.append(self._assignment(line))
            self._comments = []
        return found

    def _skip_to_statement(self) -> bool:
        """Pass blanks, empty lines and comments; whether anything is left."""
        while True:
            self._source.skip_blanks()
            if self._source.takes("#"):
                self._comments.append(self._source.skip_line().strip(" \t#"))
            elif self._source.takes("\n"):
                if self._source.peek() == "\n":
                    self._comments = []
            else:
                return self._source.peek() != ""

    def _assignment(self, line: int) -> Node:
        start = self._source.at
        name = self._variable_name()
        if not name:
            return self._skipped(line, start)
        self._source.skip_blanks()
        value = None
        if self._source.takes("="):
            words = WordReader(self._source, ONE_WORD).read()
            value = words[0] if words else ()
        return Assignment(line, name, value, self._since(start))

    def _skipped(self, line: int, start: int) -> Skipped:
        """A word first, then the rest of the line."""
        if self._source.at == start:
            self._source.skip_line()
        return Skipped(line, self._since(start))

    def _variable_name(self) -> str:
        """A name behind which blanks, the line's end or `=` stand; else "", and all is read."""
        name = ""
        if not self._source.peek().isdigit():
            while is_name(self._source.peek()):
                name += self._source.next()
        return name if name and self._source.peek() in (" ", "\t", "\n", "=") else ""

    def _since(self, start: int) -> str:
        return self._source.text[start : self._source.at].strip("\n")

    def _recipes(self, line: int, depth: int) -> list[Node]:
        """The recipe behind a `:`; a missing action makes the next one follow at once."""
        found: list[Node] = []
        while True:
            recipe, again = self._recipe(line, depth)
            found.append(recipe)
            if not again:
                return found
            line = self._source.line
            self._source.next()
            self._comments = []

    def _recipe(self, line: int, depth: int) -> tuple[Recipe, bool]:
        start = self._source.at - 1
        count, flags, lock = self._flags()
        comments = tuple(self._comments)
        if count < 0:
            count = int(not set(flags) & set(_CHAINED))
        conditions, missing = self._conditions(count)
        at = self._source.line
        if missing:
            recipe = Recipe(line, flags, lock, conditions, None, at, comments, self._since(start))
            return recipe, True
        action = self._action(depth)
        source = self._since(start) if not isinstance(action, Block) else ""
        return Recipe(line, flags, lock, conditions, action, at, comments, source), False

    def _flags(self) -> tuple[int, str, str | None]:
        """The number, flags and lock file of a recipe's first line."""
        rest = self._source.skip_line()
        while rest.endswith("\\") and self._source.peek():
            rest = rest[:-1] + self._source.skip_line()
        rest = rest.partition(" #")[0]
        digits = len(rest) - len(rest.lstrip("0123456789"))
        number = int(rest[:digits]) if digits else -1
        flags, rest = "", rest[digits:].lstrip(" \t")
        while rest and rest[0] in FLAGS:
            flags, rest = flags + rest[0], rest[1:].lstrip(" \t")
        lock = rest[1:].strip() if rest.startswith(":") else None
        return number, flags, lock

    def _conditions(self, count: int) -> tuple[tuple[Line, ...], bool]:
        """The lines with `*`; whether a `:` comes where the action should be."""
        found: list[Line] = []
        seen_empty = False
        while True:
            self._source.skip_blanks()
            count -= 1
            line = self._source.line
            if not self._source.takes("*") and count < 0:
                if self._source.takes("#"):
                    self._source.skip_line()
                    continue
                if self._source.takes("\n"):
                    seen_empty = True
                    continue
                return tuple(found), seen_empty and self._source.peek() == ":"
            self._source.skip_blanks()
            found.append(Line(line, self._source.continued_line()))

    def _action(self, depth: int) -> Forward | Pipe | Folder | Block | None:
        if self._source.takes("!"):
            return Forward(WordReader(self._source, WORDS).read())
        if self._source.takes("|"):
            return Pipe(self._pipe())
        if self._source.peek() == "":
            return None
        start = self._source.at
        name = self._variable_name()
        if name:
            self._source.skip_blanks()
            if self._source.takes("="):
                self._source.skip_blanks()
                if self._source.takes("|"):
                    return Pipe(self._pipe(), name)
        self._source.at = start
        if self._starts_block() and depth < _DEEPEST:
            self._comments = []
            return Block(tuple(self.nodes(depth + 1)))
        return Folder(WordReader(self._source, WORDS).read())

    def _pipe(self) -> str:
        self._source.skip_blanks()
        return self._source.continued_line()

    def _starts_block(self) -> bool:
        if self._source.peek() != "{":
            return False
        found = self._source.text[self._source.at + 1 : self._source.at + 2] in (" ", "\t", "\n")
        self._source.at += 2 * found
        return found
