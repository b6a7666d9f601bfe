"""rules/README.md says what is so: its examples load, and it names all there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maildrop_py.decision.examples import run_examples
from maildrop_py.rules.actions import ACTIONS, FINAL
from maildrop_py.rules.conditions import CONDITIONS
from maildrop_py.rules.language.flag_names import LETTERS
from maildrop_py.rules.language.reader import read_rules
from maildrop_py.rules.language.settings_reader import SETTINGS
from maildrop_py.rules.language.warnings import warnings_about
from maildrop_py.rules.program.template import ALWAYS_KNOWN, FILTERS
from tests.bench import catches
from tests.rules_library.library import FILES, FOLDER, POLICY, RECOMMENDED, SCANNED

README = (FOLDER / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S)
SNIPPETS = re.findall(r"`(\{(?:when|then|include):[^`]*\})` \|$", README, re.M)
LISTS = ("known.txt", "vip.txt", "list.txt")
"""Files of addresses that the examples name."""


def _section(heading: str) -> str:
    """What stands below a heading of the second level."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def _first_column(heading: str) -> list[str]:
    """The names in the first column of the first table of a section."""
    table = re.search(r"(?:^\|.*\n)+", _section(heading), re.M)
    assert table is not None
    return re.findall(r"^\| `(\w+)` \|", table[0], re.M)


def test_every_condition_is_listed_once_and_no_other() -> None:
    listed = _first_column("Conditions")
    assert sorted(listed) == sorted(CONDITIONS)


def test_every_action_is_listed_once_and_no_other() -> None:
    listed = _first_column("Actions")
    assert sorted(listed) == sorted([*ACTIONS, "continue", "otherwise"])
    assert tuple(listed[: len(FINAL)]) == FINAL


def test_every_setting_is_listed_once_and_no_other() -> None:
    assert _first_column("Settings") == list(SETTINGS)


def test_every_flag_filter_and_ready_made_name_is_named() -> None:
    assert all(f"`{flag}`" in _section("Actions") for flag in LETTERS)
    assert all(rf"`{{name\|{one}}}`" in README for one in FILTERS)
    assert all(f"`{{{name}}}`" in README for name in ALWAYS_KNOWN)


def test_every_file_that_ships_is_listed_in_the_advised_order() -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]\(\1\.yaml\) \|", README, re.M)
    assert listed == [*RECOMMENDED, POLICY, *SCANNED]
    assert all(f"({path.name})" in README for path in FILES)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_loads_and_its_examples_come_out(number: int, tmp_path: Path) -> None:
    assert _failures(BLOCKS[number], tmp_path) == []


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_translation_loads(snippet: str, tmp_path: Path) -> None:
    written = snippet.replace(r"\|", "|")
    assert _failures(f"allow_commands: true\nrules:\n  - {written}\n", tmp_path) == []


def test_the_tables_of_translations_were_found() -> None:
    """Else nothing of them was tested."""
    assert len(SNIPPETS) > 50
    rows = re.findall(r"^\| .* \| `\{.*$", README, re.M)
    assert len(SNIPPETS) == len([row for row in rows if re.search(r"`\{(when|then|include)", row)])


def test_links_inside_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.M)
    anchors = {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}
    assert set(re.findall(r"\]\(#([\w-]+)\)", README)) <= anchors


def test_the_table_of_catches_is_what_is_caught(shared: Path) -> None:
    """Held against the corpus's smallest folder, so that it takes no time."""
    assert shared in catches.CORPUS.parents
    written = _hard_ham(r"[a-z0-9-]+")
    assert written == {name: catches.caught(name, "hard ham").total() for name in written}
    assert sorted(written) == sorted(RECOMMENDED)


def test_the_table_of_rules_that_fired_is_what_fires(shared: Path) -> None:
    assert shared in catches.CORPUS.parents
    written = _hard_ham(r"[a-z0-9]+: [a-z' ]+")
    assert len(written) > 5
    fired = catches.fired(POLICY, "hard ham")
    assert written == {name: fired[name] for name in written}


def _hard_ham(names: str) -> dict[str, int]:
    """The column in the middle of the tables whose rows begin with such names."""
    row = rf"^\| ({names}) +\| +[\d,]+ \| +([\d,]+) \| +[\d,]+ \|$"
    return {
        name.strip(): int(number.replace(",", "")) for name, number in re.findall(row, README, re.M)
    }


def _failures(text: str, folder: Path) -> list[str]:
    """What is wrong with the rules in `text`, in a folder with the files they name."""
    for name in LISTS:
        (folder / name).write_text("mika@example.com  # a friend\n")
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    rules = read_rules(str(path), enforce_trust=False)
    warnings = [
        text for text in map(str, warnings_about(rules)) if "there is no program" not in text
    ]
    return [*warnings, *map(str, run_examples(rules))]
