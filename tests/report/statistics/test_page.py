"""The page in a real browser: nothing overlaps or is too wide, nothing fails, all has a text.

With MAILDROP_PY_SCREENSHOTS=DIRECTORY what is seen is kept there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.browser import faults_of, needs_chromium
from tests.support.statistics import month, stats

RULES = """\
rules:
  - {name: certain spam, when: {spam_score: ">= 15"}, then: {discard: true}}
  - {name: spam, when: {spam_score: ">= 5"}, then: {file: Junk}}
  - {name: doubtful, when: {spam_score: ">= 4.5"}, then: {file: Doubtful}}
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return month(tmp_path_factory.mktemp("log") / "deliveries.jsonl")


def page_of(home: Path, log: Path, *options: str) -> str:
    rules = home / "rules.yaml"
    rules.write_text(RULES)
    result = stats(home, "--log", log, "--rules", rules, "--html", "-", *options)
    assert result.exit_code == 0, result.output
    return result.stdout


@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1400])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_overlaps_or_is_too_wide(
    log: Path, tmp_path: Path, width: int, dark: bool, language: str
) -> None:
    page = page_of(tmp_path, log, "--since", "2026-10-16", "--language", language)
    assert faults_of(page, tmp_path, width, dark=dark, name=f"month-{language}") == []


def test_the_page_needs_nothing_else(log: Path, tmp_path: Path) -> None:
    page = page_of(tmp_path, log)
    assert "<script" not in page and "http://" not in page and "https://" not in page
    assert not re.search(r"url\(|@import", page)
    assert len(page.encode()) < 300_000


def test_every_picture_has_a_text_and_every_shape_its_value(log: Path, tmp_path: Path) -> None:
    page = page_of(tmp_path, log)
    pictures = re.findall(r"<svg[^>]*>", page)
    assert len(pictures) > 50
    assert all('role="img"' in it and re.search(r'aria-label="[^"]+"', it) for it in pictures)
    shapes = re.findall(r'<rect[^>]*class="(\w+)"[^>]*>(<title>)?', page)
    assert {kind for kind, title in shapes if not title} == {"grid"}


def test_a_screen_reader_finds_what_it_is_told_of(log: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    request = '{"time": "2026-10-20T03:12:55Z", "client_address": "192.0.2.9", "client_name": "a.b"'
    policy.write_text(f'{request}, "helo_name": "x", "action": "DUNNO", "want": "pass"}}\n')
    page = page_of(tmp_path, log, "--policy-log", str(policy), "--since", "2026-10-16")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {*re.findall(r'aria-labelledby="([^"]+)"', page)} <= set(ids)
    assert {*re.findall(r'href="#([^"]+)"', page)} <= set(ids)
    assert all("scope=" in heading for heading in re.findall(r"<th[ >][^>]*", page))
    assert re.findall(r"<h[1-6]", page)[:2] == ["<h1", "<h2"]


def test_thresholds_are_those_of_the_rules(log: Path, tmp_path: Path) -> None:
    page = page_of(tmp_path, log)
    for words in ("certain spam 15", "spam 5", "doubtful 4.5"):
        assert f">{words}</span>" in page


def test_a_new_page_is_for_its_owner_alone_and_an_old_one_keeps_its_mode(
    log: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    assert stats(tmp_path, "--log", log, "--html", page).exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o600
    page.chmod(0o644)
    assert stats(tmp_path, "--log", log, "--html", page, "--language", "ja").exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o644
    assert 'lang="ja"' in page.read_text()
    assert [it.name for it in tmp_path.iterdir() if it.name.startswith(".")] == []
