"""What README.md and rules/README.md show is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from maildrop_py.cli.app import COMMANDS, app
from maildrop_py.rules.language.reader import load_text

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
RULES = (ROOT / "rules/README.md").read_text()

MISTAKEN = r"""rules:
  - name: a list
    when: {subjct: '\[gardeners\]', list_id: '(?=gardeners)'}
    then: {file: ../gardeners, flags: [sen]}
"""


def blocks(language: str) -> list[str]:
    """The blocks of README.md, and what a terminal shows in rules/README.md."""
    text = README + RULES if language == "console" else README
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0])
def test_output_in_the_readme_is_real(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, *expected = block.splitlines()
    _, program, *arguments = shlex.split(command)
    assert program == "maildrop-py"
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.chdir(ROOT)
    if "rules.yaml" in arguments:
        (tmp_path / "rules.yaml").write_text(MISTAKEN)
        monkeypatch.chdir(tmp_path)
    output = CliRunner().invoke(app, arguments).output.replace(f"{tmp_path}/", "")
    shown = [line.rstrip() for line in output.splitlines()]
    assert [line for line in expected if line not in shown] == []


@pytest.mark.parametrize("block", blocks("yaml"))
def test_rules_in_the_readme_are_right(block: str) -> None:
    load_text(block)


def test_every_command_is_in_the_readme() -> None:
    for command in COMMANDS:
        assert f"| `{command}` |" in README, command


def test_both_commands_are_files_in_the_project() -> None:
    for script in ("examples/quickstart.sh", "tests/run"):
        assert f"sh {script}" in README
        assert (ROOT / script).is_file()
