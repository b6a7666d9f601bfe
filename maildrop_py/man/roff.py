"""roff: the source of a manual page in the man(7) macros, which mandoc and groff read.

Text is given as plain text or with the marks of bold and italic that `bold` and `italic` make;
everything else in it is escaped. Lines are broken at blanks to stay below WIDTH bytes.
"""

from __future__ import annotations

import re

WIDTH = 78
BOLD, ITALIC, PLAIN = "\1", "\2", "\3"
"""Where bold and italic begin, and where either ends; no document has these characters."""

_FONTS = {BOLD: r"\fB", ITALIC: r"\fI", PLAIN: r"\fR"}
_BREAK = re.compile("([、。）」])(?![、。）」])")
"""Behind these a line of Japanese may end; groff finds no other place."""

_ESCAPED = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def bold(text: str) -> str:
    """`text` marked as what is typed as it stands."""
    return f"{BOLD}{text}{PLAIN}"


def italic(text: str) -> str:
    """`text` marked as what is to be replaced, or stressed."""
    return f"{ITALIC}{text}{PLAIN}"


def escaped(text: str) -> str:
    """`text` as roff reads it, marks become fonts; without regard to where a line begins."""
    return "".join(_FONTS.get(char) or _ESCAPED.get(char, char) for char in text)


def quoted(text: str) -> str:
    """`text` as one argument of a macro."""
    return '"' + escaped(text).replace('"', '""') + '"'


class Page:
    """The lines of one page; each method adds some."""

    def __init__(self, name: str, section: int, date: str, source: str, manual: str = "") -> None:
        """`date` is ISO 8601, `source` what the page belongs to, such as "maildrop-py 1.0".

        `manual` stands on top; groff has no name of its own for a section of Japanese pages.
        """
        self.name, self.section = name, section
        title = f".TH {quoted(name.upper())} {section} {date} {quoted(source)}"
        self._lines = [f"{title} {quoted(manual)}" if manual else title]

    def set_without_blanks(self) -> None:
        """For a language without blanks: lines are not filled with them, words stay whole."""
        self._lines += [".ad l", ".nh"]

    def heading(self, text: str) -> None:
        """A section."""
        self._lines.append(f".SH {quoted(text.upper())}")

    def subheading(self, text: str) -> None:
        """A part of a section."""
        self._lines.append(f".SS {quoted(text)}")

    def paragraph(self, text: str) -> None:
        """Filled text."""
        if not self._lines[-1].startswith((".SH", ".SS")):
            self._lines.append(".PP")
        self.text(text)

    def item(self, text: str, sign: str = "") -> None:
        """An item of a list, behind a bullet or `sign`."""
        mark = escaped(sign) if sign else r"\(bu"
        self._lines.append(f".IP {mark} {max(2, len(sign) + 1)}")
        self.text(text)

    def definition(self, term: str, text: str) -> None:
        """A term, and what it means below it."""
        self._lines.append(".TP")
        self._lines.append(_harmless(escaped(term)))
        self.text(text)

    def literal(self, lines: list[str]) -> None:
        """Lines that stay as they are."""
        if not self._lines[-1].startswith((".SH", ".SS")):
            self._lines.append(".PP")
        self._lines += [".RS 4", ".nf"]
        self._lines += [_harmless(escaped(line)) if line.strip() else r"\&" for line in lines]
        self._lines += [".fi", ".RE"]

    def text(self, text: str) -> None:
        """Filled text, in lines that are short enough."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}" if line else word
            if line and len(escaped(longer).encode()) > WIDTH:
                self._lines.append(_harmless(_breakable(escaped(line))))
                line = word
            else:
                line = longer
        if line:
            self._lines.append(_harmless(_breakable(escaped(line))))

    def source(self) -> str:
        """The whole page."""
        return "\n".join(self._lines) + "\n"


def _breakable(source: str) -> str:
    return _BREAK.sub(r"\1\\:", source)


def _harmless(line: str) -> str:
    """A line of text that is no macro, whatever it begins with."""
    return rf"\&{line}" if line.startswith((".", "'", r"\(aq")) else line
