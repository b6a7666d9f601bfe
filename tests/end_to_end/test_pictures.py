"""The pictures in README.md, and the pages that the quick start ends with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PICTURES = ("month.svg", "dry-run.svg")
LARGEST = 25_000  # bytes
SVG = "{http://www.w3.org/2000/svg}"


def words_and_shapes(picture: Path) -> tuple[str, int]:
    """All that is written in a picture, and how much is drawn."""
    root = ElementTree.parse(picture).getroot()
    style = root.find(".//{http://www.w3.org/1999/xhtml}style")
    assert style is not None
    style.text = ""
    shapes = [shape for kind in ("rect", "path") for shape in root.iter(f"{SVG}{kind}")]
    return " ".join(root.itertext()), len(shapes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pictures")
    script = EXAMPLES / "statistics/pictures.py"
    subprocess.run([sys.executable, script, directory], check=True)
    return directory


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_what_the_pages_show_today(made: Path, name: str) -> None:
    assert words_and_shapes(EXAMPLES / "statistics" / name) == words_and_shapes(made / name)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_loads_nothing(name: str) -> None:
    text = (EXAMPLES / "statistics" / name).read_text()
    assert len(text.encode()) < LARGEST
    assert re.search(r"url\(|href|<script|@import", text) is None
    assert "prefers-color-scheme: dark" in text


def test_the_quick_start_ends_with_the_path_of_its_report(tmp_path: Path) -> None:
    if not Path(sys.prefix, "bin/maildrop-py").exists():
        pytest.skip("maildrop-py is not installed into this environment")
    environment = {**os.environ, "VENV": sys.prefix, "TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", EXAMPLES / "quickstart.sh"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    *_, dry_run, report = done.stdout.decode().splitlines()
    pages = [Path(line.removeprefix("wrote ")).read_text() for line in (dry_run, report)]
    assert pages[0].count('<details class="message">') == 5
    assert "Lists/gardeners" in pages[0] and "Lists/gardeners" in pages[1]
