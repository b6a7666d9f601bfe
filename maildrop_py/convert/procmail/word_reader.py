"""word_reader: procmail's reading of words, quotes, backslashes, `$` and backquotes.

What it does is what procmail 3.22's own reader does, which is nearly the shell's: in
double quotes a backslash counts before `"`, `\\`, `$` and a backquote alone; outside
them it takes any character as it is; a `#` at the start of a word ends the line.

Known limit: `$@` and the positional parameters `$1` … are variables by these names.
"""

from __future__ import annotations

from maildrop_py.convert.procmail.tree import Output, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from maildrop_py.convert.procmail.characters import Characters
    from maildrop_py.convert.procmail.tree import Part, Text

WORDS, ONE_WORD, WHOLE_LINE = 0, 1, 2
"""How far to read: all words up to the line's end; up to the first blank, as in
assignments; or the line as one text with single blanks, as in conditions."""

_SPECIAL = {"$": "PID", "?": "STATUS", "#": "ARGC", "=": "SCORE", "_": "RCFILE", "-": "LASTFOLDER"}
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"


def is_name(char: str) -> bool:
    """Whether `char` may stand in a variable's name."""
    return char != "" and char in _NAME


class WordReader:
    """Reads one line's words from `source`; used once."""

    def __init__(self, source: Characters, mode: int, quoted: bool = False) -> None:
        self._source = source
        self._mode = mode
        self._quote = '"' if quoted else ""
        self._started = quoted
        self._ended = False
        self._words: list[list[Part]] = [[]] if quoted else []

    def read(self) -> tuple[Text, ...]:
        """The words; empty parts are left out, and an empty quoted word is ()."""
        while not self._ended:
            self._step(self._source.next())
        return tuple(tuple(word) for word in self._words)

    def _step(self, char: str) -> None:
        if char == "":
            self._ended = True
        elif self._quote == "'":
            self._in_single(char)
        elif char == "\\":
            self._escaped(self._source.next())
        elif char == "`":
            self._add(Output(self._command(), self._splits))
        elif char == "$":
            self._dollar(self._source.next())
        elif self._quote:
            self._in_double(char)
        else:
            self._plain(char)

    @property
    def _splits(self) -> bool:
        return self._mode == WORDS and not self._quote

    def _in_single(self, char: str) -> None:
        if char == "'":
            self._quote = ""
        else:
            self._add(char)

    def _in_double(self, char: str) -> None:
        if char == '"':
            self._quote = ""
        else:
            self._add(char)

    def _plain(self, char: str) -> None:
        if char in "\"'":
            self._quote = char
            self._begin()
        elif char == "#" and not self._started:
            self._source.skip_line()
            self._ended = True
        elif char == "\n":
            self._ended = True
        elif char in " \t":
            self._blank()
        else:
            self._add(char)

    def _blank(self) -> None:
        if not self._started:
            return
        if self._mode == ONE_WORD:
            self._ended = True
        elif self._mode == WHOLE_LINE:
            self._words[-1].append(" ")
            self._started = False
        else:
            self._started = False

    def _escaped(self, char: str) -> None:
        if char == "\n":
            return
        keeps = (char in " \t'" and self._quote == '"') or (char == "#" and self._started)
        if (keeps or char not in "\"\\$` \t'#") and self._quote == '"':
            self._add("\\")
        elif char == "#" and self._started:
            pass
        if char:
            self._add(char)

    def _begin(self) -> None:
        """A word starts here unless one is at hand."""
        if not self._started:
            if self._mode != WHOLE_LINE or not self._words:
                self._words.append([])
            self._started = True

    def _add(self, part: Part) -> None:
        self._begin()
        word = self._words[-1]
        if isinstance(part, str) and word and isinstance(word[-1], str):
            word[-1] += part
        elif part != "":
            word.append(part)

    def _command(self) -> str:
        """The text up to the closing backquote."""
        found = []
        while (char := self._source.next()) not in ("`", ""):
            if char == "\\":
                char = self._source.next()
                if char == "\n":
                    continue
                if char not in "\\$`" and not (char == '"' and self._quote):
                    found.append("\\")
            found.append(char)
        return "".join(found)

    def _dollar(self, char: str) -> None:
        if char == "{":
            self._braced()
        elif char in _SPECIAL and char != "":
            self._add(Variable(_SPECIAL[char], self._splits))
        elif char.isascii() and char.isdigit():
            self._add(Variable(char, self._splits))
        elif char == "@" and self._quote == '"':
            self._add(Variable("@", True))
        elif char == "\\" and is_name(self._source.peek()):
            self._add(Variable(self._name(), literal=True))
        elif is_name(char):
            self._add(Variable(char + self._name(), self._splits))
        else:
            self._add("$")
            self._source.back(char)

    def _name(self) -> str:
        name = ""
        while is_name(self._source.peek()):
            name += self._source.next()
        return name

    def _braced(self) -> None:
        """What stands behind `${`."""
        name = self._name()
        how = self._source.next()
        if how == ":":
            how += self._source.next()
        if how == "}":
            self._add(Variable(name, self._splits))
        elif how in ("-", ":-", "+", ":+"):
            self._add(Variable(name, self._splits, how=how, other=self._alternative()))

    def _alternative(self) -> Text:
        """The text up to the `}` that closes a `${name:-`."""
        inner = WordReader(self._source, WHOLE_LINE)
        inner._quote = self._quote
        inner._words, inner._started = [[]], True
        while not inner._ended and not (self._source.peek() == "}" and inner._quote != "'"):
            inner._step(self._source.next())
        self._source.next()
        return tuple(inner._words[0])
