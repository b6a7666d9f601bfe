"""lexer: a mailfilter as tokens, the ends of its lines among them.

Raises BadFilter for what no token begins with, and beyond its limits.
"""

from __future__ import annotations

import re

from maildrop_py.record import record

MOST_CHARACTERS = 4_000_000
LONGEST_TEXT = 1_000_000
_BLANK = re.compile(r"(?:[ \t\r]|\\[ \t\r]*\n)+")
_SIGN = re.compile(r"\|\||&&|<=|>=|==|!=|=~|[-=<>|&+*/!~(){};,]")
_WORD = re.compile(r"[A-Za-z0-9_.:$@{}/-]+")
_NAME = re.compile(r"\$\{[^}\n]*\}[A-Za-z0-9_.:/@$-]*|(?:[A-Za-z0-9_.:@-]|\$(?!\{))+")
_OPTIONS = re.compile(r":([a-zA-Z]*)((?:,[-+0-9.]+){0,2})")
_ENDS_OPERAND = ("text", "fixed", "output", "word", "pattern")


class BadFilter(Exception):
    """The file is no mailfilter; says where and why."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")


@record
class Token:
    """`kind`: text, fixed, output, word, pattern, sign, end (of a line) or comment."""

    kind: str
    text: str
    line: int
    start: int
    end: int
    options: str = ""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a mailfilter."""
    if len(text) > MOST_CHARACTERS:
        raise BadFilter(1, f"the file is longer than {MOST_CHARACTERS:,} characters")
    found: list[Token] = []
    at, line = 0, 1
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank:
            line += blank[0].count("\n")
            at = blank.end()
            continue
        token = _token(text, at, line, found)
        if len(token.text) > LONGEST_TEXT:
            raise BadFilter(line, f"a text is longer than {LONGEST_TEXT:,} characters")
        found.append(token)
        line += text.count("\n", at, token.end)
        at = token.end
    return found


def _token(text: str, at: int, line: int, before: list[Token]) -> Token:
    char = text[at]
    if char == "\n":
        return Token("end", "\n", line, at, at + 1)
    if char == "#":
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        return Token("comment", text[at + 1 : end].strip(), line, at, end)
    if char in "\"'`":
        return _quoted(text, at, line, char)
    if char == "/" and _is_pattern(text, at, before):
        return _pattern(text, at, line)
    if char == "/" and before and before[-1].kind == "sign" and before[-1].text == "=":
        word = re.compile(r"[^\s;]+").match(text, at)
        assert word is not None
        return Token("word", word[0], line, at, word.end())
    word = _NAME.match(text, at)
    if word and char != "-":
        end = _path(text, word.end())
        return Token("word", text[at:end], line, at, end)
    sign = _SIGN.match(text, at)
    if sign:
        return Token("sign", sign[0], line, at, sign.end())
    if word:
        return Token("word", word[0], line, at, word.end())
    raise BadFilter(line, f"this is no mailfilter: {text[at : at + 20].splitlines()[0]!r}")


def _path(text: str, end: int) -> int:
    """The end of an unquoted text: slashes and `${…}` in it belong to it."""
    more = re.compile(r"(?:[A-Za-z0-9_.:@$/-]|\$\{[^}\n]*\})*").match(text, end)
    return more.end() if more else end


def _is_pattern(text: str, at: int, before: list[Token]) -> bool:
    """Whether a slash begins a pattern: where a value is expected, and no blank follows."""
    if text[at + 1 : at + 2] in (" ", "\t", "\n", ""):
        return False
    last = before[-1] if before else None
    if last is None or last.kind in ("end", "comment"):
        return True
    if last.kind == "sign":
        return last.text not in (")", "}", "=")
    return last.kind == "word" and last.text in ("foreach", "if", "elsif", "while")


def _quoted(text: str, at: int, line: int, quote: str) -> Token:
    found, end = "", at + 1
    while end < len(text) and text[end] != quote:
        if text[end] == "\\" and end + 1 < len(text):
            follows = text[end + 1]
            if follows == "\n":
                end += 2
                while text[end : end + 1] in (" ", "\t"):
                    end += 1
                continue
            keeps = follows not in (quote, "\\") and not (follows == "$" and quote == '"')
            found += ("\\" if keeps or follows == "$" else "") + follows
            end += 2
            continue
        found += text[end]
        end += 1
    if end >= len(text):
        raise BadFilter(line, f"a text has no end: {quote} is missing")
    kind = {'"': "text", "'": "fixed", "`": "output"}[quote]
    return Token(kind, found, line, at, end + 1)


def _pattern(text: str, at: int, line: int) -> Token:
    end, in_class = at + 1, False
    while end < len(text) and text[end] != "\n" and (text[end] != "/" or in_class):
        in_class = (in_class or text[end] == "[") and text[end] != "]"
        end += 2 if text[end] == "\\" else 1
    if text[end : end + 1] != "/":
        raise BadFilter(line, "a pattern has no end: / is missing")
    options = _OPTIONS.match(text, end + 1)
    body = text[at + 1 : end]
    last = options.end() if options else end + 1
    return Token("pattern", body, line, at, last, options[0] if options else "")
