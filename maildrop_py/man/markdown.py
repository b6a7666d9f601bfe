"""markdown: the documents of the project as parts of a manual page.

Read are headings, paragraphs, lists, tables, code blocks, `code`, **strong**, *stressed*
and [links](…), as far as the documents of this project use them (CommonMark). The rows of a
table become definitions: the first column is the term.
"""

from __future__ import annotations

import re

from maildrop_py.man.roff import Page, bold, italic

_ITEM = re.compile(r"(?P<indent> *)(?:[-*]|(?P<number>\d+)\.) +(?P<text>.*)")
_HEADING = re.compile(r"(#+) +(.*)")
_SPAN = re.compile(r"(`+)(.+?)\1|\*\*(.+?)\*\*|\*([^*\s][^*]*)\*|!?\[([^\]]*)\]\([^)]*\)")
_BREAK = re.compile(r"(?<=[\u3000-\uffef]) (?=[\u3000-\uffef])")
_RULE = re.compile(r"\|?[\s|:-]+\|?$")


def add(page: Page, document: str, top: int = 2) -> None:
    """Add a document to the page; headings of the level `top` become sections of it."""
    lines = document.split("\n")
    at = 0
    while at < len(lines):
        at = _add_block(page, lines, at, top)


def plain(text: str) -> str:
    """The text of one paragraph, its marks of Markdown made those of roff."""
    return _SPAN.sub(_marked, text).replace(r"\|", "|")


def _marked(match: re.Match[str]) -> str:
    if match[2]:
        return bold(match[2].strip())
    if match[3]:
        return bold(_SPAN.sub(lambda inner: inner[2] or inner[5] or inner[0], match[3]))
    return italic(match[4]) if match[4] else plain(match[5])


def _add_block(page: Page, lines: list[str], at: int, top: int) -> int:
    """Add what begins at line `at`; where the next block begins."""
    line = lines[at]
    if not line.strip() or line.startswith("<!--"):
        return at + 1
    if line.lstrip().startswith("```"):
        return _add_code(page, lines, at)
    if heading := _HEADING.match(line):
        _add_heading(page, len(heading[1]), plain(heading[2]), top)
        return at + 1
    if line.lstrip().startswith("|"):
        return _add_table(page, lines, at)
    if _ITEM.match(line):
        return _add_item(page, lines, at)
    end = at + 1
    while end < len(lines) and _continues(lines[end]):
        end += 1
    page.paragraph(plain(_joined(lines[at:end])))
    return end


def _joined(lines: list[str]) -> str:
    """One line of several; where both sides of a break are Japanese, no blank is between them."""
    return _BREAK.sub("", " ".join(it.strip() for it in lines))


def _add_heading(page: Page, level: int, text: str, top: int) -> None:
    if level == top:
        page.heading(text)
    elif level > top:
        page.subheading(text)


def _add_code(page: Page, lines: list[str], at: int) -> int:
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and not lines[end].lstrip().startswith("```"):
        end += 1
    page.literal([line[indent:] for line in lines[at + 1 : end]])
    return end + 1


def _add_item(page: Page, lines: list[str], at: int) -> int:
    match = _ITEM.match(lines[at])
    assert match is not None
    words = [match["text"]]
    end = at + 1
    while end < len(lines) and _continues(lines[end]):
        words.append(lines[end].strip())
        end += 1
    page.item(plain(_joined(words)), f"{match['number']}." if match["number"] else "")
    return end


def _add_table(page: Page, lines: list[str], at: int) -> int:
    end = at
    while end < len(lines) and lines[end].lstrip().startswith("|"):
        end += 1
    headings, *rows = [_cells(line) for line in lines[at:end] if not _RULE.match(line.strip())]
    for term, *cells in rows:
        said = [cell for cell in cells if cell]
        if len(headings) > 2:
            named = zip(headings[1:], cells, strict=False)
            said = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
        page.definition(plain(term) or "-", plain("; ".join(said)))
    return end


def _cells(line: str) -> list[str]:
    """The cells of a row; a `|` in one is written with a backslash."""
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [cell.strip() for cell in cells]


def _continues(line: str) -> bool:
    """Whether a line belongs to the paragraph above it."""
    stripped = line.lstrip()
    return bool(stripped) and not (
        stripped.startswith(("|", "```", "#")) or _ITEM.match(line) is not None
    )
