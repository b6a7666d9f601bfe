"""The documents in Japanese say what those in English say, and show the same.

Who changes one changes the other: headings, code, names, rows of tables and figures are compared.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maildrop_py.report.documents import GUARANTEES, LOG, chapters
from maildrop_py.rules.language.reader import load_text

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (".", "rules", "maildrop_py")
FIGURE = re.compile(r"[\d,.]+( (ms|s|MB))?( \([\d,.]+ ms\))?")
ONLY_JAPANESE = {"LANG=ja_JP.UTF-8"}
"""What only a reader of the Japanese page has to know."""


def _document(folder: str, language: str = "") -> str:
    """README.md; of maildrop_py/README.md only what manual pages have is in Japanese too."""
    if folder == "maildrop_py" and not language:
        return f"# Chapters\n{chapters((LOG, *GUARANTEES))}"
    return (ROOT / folder / f"README{language}.md").read_text(encoding="utf-8")


def _both(folder: str) -> tuple[str, str]:
    return _document(folder), _document(folder, ".ja")


def _blocks(document: str) -> list[tuple[str, list[str]]]:
    """The language of each block of code, and its lines without comments."""
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", document, re.M | re.S)
    return [(language, _without_comments(code)) for language, code in found]


def _without_comments(code: str) -> list[str]:
    return [re.sub(r"( {2,}|^)# \S.*$", "", line) for line in code.split("\n")]


def _sections(document: str) -> list[tuple[str, str]]:
    """The sign of each heading ("##"), and what stands below it, without blocks of code."""
    bare = re.sub(r"^ *```.*?^ *```$", "", document, flags=re.M | re.S)
    signs = re.findall(r"^(#+) ", bare, re.M)
    return list(zip(signs, re.split(r"^#+ .*$", bare, flags=re.M)[1:], strict=True))


def _spans(text: str) -> set[str]:
    return {span.strip() for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)}


def _rows(text: str) -> list[list[str]]:
    rows = re.findall(r"^ *\|(.*)\|$", text, re.M)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows]


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_heading_has_its_counterpart(folder: str) -> None:
    english, japanese = map(_sections, _both(folder))
    assert [sign for sign, _ in english] == [sign for sign, _ in japanese]


@pytest.mark.parametrize("folder", FOLDERS)
def test_commands_rules_and_output_are_the_same(folder: str) -> None:
    english, japanese = map(_blocks, _both(folder))
    assert english == japanese


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_section_names_the_same_words_of_the_program(folder: str) -> None:
    english, japanese = map(_sections, _both(folder))
    for (_, ours), (_, theirs) in zip(english, japanese, strict=True):
        assert _spans(ours) == _spans(theirs) - ONLY_JAPANESE


@pytest.mark.parametrize("folder", FOLDERS)
def test_tables_have_the_same_rows_and_figures(folder: str) -> None:
    english, japanese = map(_rows, _both(folder))
    assert len(english) == len(japanese)
    for ours, theirs in zip(english, japanese, strict=True):
        assert len(ours) == len(theirs), theirs
        figures = [(mine, its) for mine, its in zip(ours, theirs, strict=True) if _is_figure(mine)]
        assert [mine for mine, _ in figures] == [its for _, its in figures]


def _is_figure(cell: str) -> bool:
    return FIGURE.fullmatch(cell) is not None


@pytest.mark.parametrize("folder", FOLDERS)
def test_links_lead_somewhere(folder: str) -> None:
    document = _document(folder, ".ja")
    headings = re.findall(r"^#+ (.*)$", document, re.M)
    anchors = {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", document)) <= anchors
    for path in re.findall(r"\]\((?!https?:|#)([^)#]+)", document):
        assert (ROOT / folder / path).exists(), path


@pytest.mark.parametrize("folder", [".", "rules"])
def test_rules_in_japanese_documents_load(folder: str, tmp_path: Path) -> None:
    for name in ("known.txt", "vip.txt"):
        (tmp_path / name).write_text("mika@example.com\n")
    found = re.findall(r"^```yaml\n(.*?)^```$", _document(folder, ".ja"), re.M | re.S)
    assert found
    for block in found:
        load_text(block, str(tmp_path / "rules.yaml"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_japanese_sentences_are_polite_throughout(folder: str) -> None:
    """です and ます in what is said; rows of tables and items may end in a plain form."""
    for line in _document(folder, ".ja").split("\n"):
        end = re.sub(r"（[^（）]*）。$", "。", line)
        if line.startswith(("|", " ", "`", "- ", "#", "**")) or not end.endswith("。"):
            continue
        assert re.search(r"(です|ます|ません|ました|ください|でした)。$", end), line
