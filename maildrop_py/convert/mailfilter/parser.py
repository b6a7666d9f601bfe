"""parser: a mailfilter's text as statements; raises BadFilter."""

from __future__ import annotations

from maildrop_py.convert.mailfilter.lexer import BadFilter, Token, tokens_of
from maildrop_py.convert.mailfilter.tree import (
    Branch,
    Call,
    Operation,
    Output,
    Pattern,
    Statement,
    Text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.mailfilter.tree import Expression

DEEPEST = 32
LEVELS = (
    ("||",),
    ("&&",),
    ("<", "<=", ">", ">=", "==", "!=", "lt", "le", "gt", "ge", "eq", "ne"),
    ("|",),
    ("&",),
    ("+", "-"),
    ("*", "/"),
    ("=~",),
)
WITH_VALUE = ("to", "cc", "xfilter", "include", "log", "logfile", "echo", "import", "system")
WITH_BLOCK = ("exception", "flock", "dotlock", "while", "foreach")
FUNCTIONS = frozenset(
    [
        *("escape", "getaddr", "hasaddr", "length", "lookup", "substr", "time", "tolower"),
        *("toupper", "gdbmopen", "gdbmclose", "gdbmfetch", "gdbmstore"),
    ]
)


def parse(text: str) -> tuple[Statement, ...]:
    """The statements of the file."""
    return _Parser(text).statements(False)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._depth = 0

    # tokens

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            raise BadFilter(self._line, f"the file ends where {wanted} is expected")
        self._at += 1
        return token

    @property
    def _line(self) -> int:
        return self._tokens[min(self._at, len(self._tokens) - 1)].line if self._tokens else 1

    def _is(self, kind: str, *texts: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == kind and (not texts or token.text in texts)

    def _take(self, kind: str, *texts: str) -> bool:
        found = self._is(kind, *texts)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        token = self._next(sign)
        if token.kind != "sign" or token.text != sign:
            raise BadFilter(token.line, f"{sign} is expected here, not {token.text.strip()!r}")

    def _ends(self) -> tuple[str, ...]:
        """Pass ends of lines and comments; the comments right before what follows."""
        comments: list[str] = []
        while (token := self._peek()) is not None:
            if token.kind == "comment":
                comments.append(token.text)
            elif not (token.kind == "end" or (token.kind == "sign" and token.text == ";")):
                break
            self._at += 1
        return tuple(comments)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadFilter(self._line, f"blocks or brackets are nested more than {DEEPEST} deep")

    # statements

    def statements(self, in_block: bool) -> tuple[Statement, ...]:
        found: list[Statement] = []
        while True:
            comments = self._ends()
            if self._peek() is None and not in_block:
                return tuple(found)
            if in_block and self._take("sign", "}"):
                return tuple(found)
            found.append(self._statement(comments))

    def _statement(self, comments: tuple[str, ...]) -> Statement:
        token = self._next("a statement")
        start = token.start
        name = token.text if token.kind == "word" and not self._is("sign", "=") else ""
        if name == "if":
            return self._if(token, comments)
        if token.kind == "sign" and token.text == "{":
            self._at -= 1
            return Statement("{", token.line, block=self._block(), comments=comments)
        if name in WITH_BLOCK:
            return self._with_block(name, token, comments)
        if name in WITH_VALUE:
            value = self._expression()
            return Statement(name, token.line, value, comments=comments, source=self._since(start))
        if name == "exit":
            return Statement("exit", token.line, comments=comments, source="exit")
        if token.kind in ("word", "text", "fixed") and self._take("sign", "="):
            value = self._expression()
            return Statement(
                "=", token.line, value, token.text, comments=comments, source=self._since(start)
            )
        self._at -= 1
        value = self._expression()
        return Statement("value", token.line, value, comments=comments, source=self._since(start))

    def _since(self, start: int) -> str:
        return self._text[start : self._tokens[self._at - 1].end]

    def _block(self) -> tuple[Statement, ...]:
        """A block, or the one statement that stands for it."""
        comments = self._ends()
        self._deeper()
        is_block = self._take("sign", "{")
        found = self.statements(True) if is_block else (self._statement(comments),)
        self._depth -= 1
        return found

    def _if(self, first: Token, comments: tuple[str, ...]) -> Statement:
        branches = [self._branch(first, True)]
        while True:
            at = self._at
            self._ends()
            token = self._peek()
            word = token.text if token is not None and token.kind == "word" else ""
            if word not in ("elsif", "else") or token is None:
                self._at = at
                break
            self._at += 1
            branches.append(self._branch(token, word == "elsif"))
        return Statement("if", first.line, branches=tuple(branches), comments=comments)

    def _branch(self, token: Token, has_condition: bool) -> Branch:
        condition = None
        if has_condition:
            self._expect("(")
            condition = self._expression()
            self._expect(")")
        source = self._since(token.start)
        return Branch(token.line, condition, self._block(), source)

    def _with_block(self, name: str, token: Token, comments: tuple[str, ...]) -> Statement:
        value = None if name == "exception" else self._expression()
        block = self._block()
        source = self._since(token.start)
        return Statement(name, token.line, value, block=block, comments=comments, source=source)

    # expressions

    def _expression(self, level: int = 0) -> Expression:
        if level == len(LEVELS):
            return self._operand()
        left = self._expression(level + 1)
        while (token := self._peek()) is not None and token.text in LEVELS[level]:
            if token.kind not in ("sign", "word"):
                break
            self._at += 1
            while self._take("end"):
                pass
            left = Operation(token.text, (left, self._expression(level + 1)))
        return left

    def _operand(self) -> Expression:
        token = self._next("a value")
        found: Expression
        if token.kind == "sign" and token.text in ("!", "~", "-"):
            self._deeper()
            found = Operation(token.text + "x", (self._operand(),))
            self._depth -= 1
            return found
        if token.kind == "sign" and token.text == "(":
            self._deeper()
            found = self._assignment() or self._expression()
            self._expect(")")
            self._depth -= 1
            return found
        if token.kind == "pattern":
            return _pattern(token)
        if token.kind == "word" and token.text.lower() in FUNCTIONS:
            return self._call(token)
        return self._texts(token)

    def _assignment(self) -> Expression | None:
        """`NAME=value` in brackets, whose value is that of the variable."""
        at = self._at
        name = self._peek()
        self._at += 1
        if name is not None and name.kind == "word" and self._take("sign", "="):
            return Operation("=", (Text(name.text), self._expression()))
        self._at = at
        return None

    def _call(self, name: Token) -> Expression:
        arguments: list[Expression] = []
        if self._take("sign", "("):
            while not self._take("sign", ")"):
                arguments.append(self._expression())
                self._take("sign", ",")
        elif self._is("word") or self._is("text"):
            arguments.append(self._operand())
        return Call(name.text.lower(), tuple(arguments))

    def _texts(self, first: Token) -> Expression:
        found = [_text(first)]
        while self._is("text") or self._is("fixed"):
            found.append(_text(self._next("a text")))
        return found[0] if len(found) == 1 else Operation(".", tuple(found))


def _text(token: Token) -> Expression:
    if token.kind == "output":
        return Output(token.text)
    if token.kind not in ("text", "fixed", "word"):
        raise BadFilter(token.line, f"a value is expected here, not {token.text.strip()!r}")
    return Text(token.text, token.kind == "fixed")


def _pattern(token: Token) -> Pattern:
    options, *numbers = token.options.lstrip(":").split(",")
    try:
        weights = [float(number) for number in numbers]
    except ValueError:
        raise BadFilter(token.line, f"these are no weights: {token.options}") from None
    weight = weights[0] if weights else None
    return Pattern(token.text, options, weight, weights[1] if len(weights) > 1 else 1.0)
