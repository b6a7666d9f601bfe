"""characters: a procmailrc's text, character by character, with the line it is in."""

from __future__ import annotations


class Characters:
    """A place in `text`, which moves on; `first_line` is the number of its first line."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self.text = text
        self.at = 0
        self._first_line = first_line
        self._counted = (0, first_line)

    @property
    def line(self) -> int:
        """The number of the line in which the next character stands."""
        at, line = self._counted
        if at > self.at:
            at, line = 0, self._first_line
        line += self.text.count("\n", at, self.at)
        self._counted = (self.at, line)
        return line

    def next(self) -> str:
        """The next character; "" at the end."""
        char = self.text[self.at : self.at + 1]
        self.at += len(char)
        return char

    def peek(self) -> str:
        """The next character, which stays the next one."""
        return self.text[self.at : self.at + 1]

    def back(self, char: str) -> None:
        """Let `char`, which `next` gave, be the next one again."""
        self.at -= len(char)

    def takes(self, char: str) -> bool:
        """Whether the next character is `char`; if so it is passed."""
        found = self.peek() == char
        self.at += found
        return found

    def skip_blanks(self) -> bool:
        """Pass blanks and tabs; whether there were any."""
        start = self.at
        while self.peek() in (" ", "\t"):
            self.at += 1
        return self.at > start

    def skip_line(self) -> str:
        """Pass the rest of the line and its end; the rest that was passed."""
        end = self.text.find("\n", self.at)
        start, end = self.at, len(self.text) if end < 0 else end
        self.at = min(end + 1, len(self.text))
        return self.text[start:end]

    def continued_line(self) -> str:
        """The rest of the line, with the lines that a backslash at its end joins.

        As procmail keeps it: backslash and newline stay, but for a line that is a
        backslash alone.
        """
        found = ""
        while True:
            piece = self.skip_line()
            if not piece.endswith("\\") or self.at >= len(self.text):
                return found + piece
            found += (piece if piece != "\\" else "") + "\n"
