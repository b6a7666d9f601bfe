"""parser: a Sieve script's text as commands (RFC 5228, section 8.2).

Raises BadScript where the grammar does not allow what stands there, and where
blocks or tests are nested deeper than any person would write.
"""

from __future__ import annotations

from maildrop_py.convert.sieve.lexer import BadScript, Token, tokens_of
from maildrop_py.convert.sieve.tree import Command, Tag, Test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.sieve.tree import Argument

DEEPEST = 32
MOST_COMMANDS = 20_000


def parse(text: str) -> tuple[Command, ...]:
    """The commands of the script."""
    return _Parser(text).script()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._depth = 0
        self._count = 0

    def script(self) -> tuple[Command, ...]:
        return self._commands(until="")

    def _comments(self) -> tuple[str, ...]:
        """Pass comments; those that stand right before the next token."""
        found: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "comment":
            token = self._tokens[self._at]
            found += _lines_of(token.text)
            self._at += 1
        return tuple(found)

    def _peek(self) -> Token | None:
        self._comments()
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            last = self._tokens[-1].line if self._tokens else 1
            raise BadScript(last, f"the script ends where {wanted} is expected")
        self._at += 1
        return token

    def _is_sign(self, sign: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "sign" and token.text == sign

    def _commands(self, until: str) -> tuple[Command, ...]:
        found: list[Command] = []
        while True:
            comments = self._comments()
            token = self._peek()
            if token is None and not until:
                return tuple(found)
            if token is not None and token.kind == "sign" and token.text == until:
                return tuple(found)
            found.append(self._command(comments))

    def _command(self, comments: tuple[str, ...]) -> Command:
        name = self._next("a command")
        if name.kind != "name":
            raise BadScript(name.line, f"a command is expected here, not {name.text!r}")
        self._count += 1
        if self._count > MOST_COMMANDS:
            raise BadScript(name.line, f"there are more than {MOST_COMMANDS:,} commands")
        arguments, tests = self._arguments()
        end = self._next("; or {")
        block, head = None, self._text[name.start : end.start]
        if end.kind == "sign" and end.text == "{":
            self._deeper(name.line)
            block = self._commands(until="}")
            end = self._next("}")
            self._depth -= 1
        elif end.text != ";":
            raise BadScript(end.line, f"; or {{ is expected here, not {end.text!r}")
        source = self._text[name.start : end.end]
        return Command(
            name.text.lower(), name.line, arguments, tests, block, comments, source, head
        )

    def _deeper(self, line: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadScript(line, f"blocks or tests are nested more than {DEEPEST} deep")

    def _arguments(self) -> tuple[tuple[Argument, ...], tuple[Test, ...]]:
        found: list[Argument] = []
        while (token := self._peek()) is not None:
            if token.kind == "tag":
                found.append(Tag(self._next("").text[1:].lower()))
            elif token.kind == "number":
                found.append(self._next("").number)
            elif token.kind == "string":
                found.append((self._next("").text,))
            elif token.kind == "sign" and token.text == "[":
                found.append(self._strings())
            else:
                break
        return tuple(found), self._tests()

    def _strings(self) -> tuple[str, ...]:
        self._next("[")
        found: list[str] = []
        while not self._is_sign("]"):
            token = self._next("a text")
            if token.kind != "string":
                raise BadScript(token.line, f"a text is expected here, not {token.text!r}")
            found.append(token.text)
            if not self._is_sign("]"):
                self._comma()
        self._next("]")
        return tuple(found)

    def _comma(self) -> None:
        token = self._next(",")
        if token.text != ",":
            raise BadScript(token.line, f", is expected here, not {token.text!r}")

    def _tests(self) -> tuple[Test, ...]:
        token = self._peek()
        if token is None:
            return ()
        if token.kind == "name":
            return (self._test(),)
        if not self._is_sign("("):
            return ()
        self._next("(")
        found = [self._test()]
        while not self._is_sign(")"):
            self._comma()
            found.append(self._test())
        self._next(")")
        return tuple(found)

    def _test(self) -> Test:
        name = self._next("a test")
        if name.kind != "name":
            raise BadScript(name.line, f"a test is expected here, not {name.text!r}")
        self._deeper(name.line)
        arguments, tests = self._arguments()
        self._depth -= 1
        return Test(name.text.lower(), name.line, arguments, tests)


def _lines_of(comment: str) -> list[str]:
    if comment.startswith("#"):
        return [comment[1:].strip()]
    lines = (line.strip(" \t*") for line in comment[2:-2].splitlines())
    return [line for line in lines if line]
