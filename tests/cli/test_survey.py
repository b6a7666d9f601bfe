"""`survey`: a table, or JSON, of what conditions catch of one's own mail; nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from maildrop_py.report.json_schemas import schema_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for folder, head in (("", "Subject: hello"), (".Junk", "X-Spam-Flag: YES\nSubject: win")):
        for part in ("tmp", "new", "cur"):
            (tmp_path / "Maildir" / folder / part).mkdir(parents=True)
        for n in range(10):
            path = tmp_path / "Maildir" / folder / f"cur/{n}.x:2,S"
            path.write_text(f"From: a@b.example\n{head}\n\nbody\n")
    return tmp_path


def survey(home: Path, *options: str) -> Result:
    places = [str(home / "Maildir"), "--spam", str(home / "Maildir/.Junk"), "--offline"]
    return CliRunner().invoke(app, ["survey", *places, *options])


def test_a_table_shows_rates_and_points(home: Path) -> None:
    lines = survey(home).stdout.splitlines()
    assert lines[0] == "10 ham, 10 spam"
    (flag,) = (line for line in lines if line.startswith("{spam_flag: true}"))
    assert "10 = 100.0 % (72.2-100.0)" in flag and "0 = 0.0 % (0.0-27.8)" in flag


def test_the_folder_of_spam_may_be_called_by_its_name(home: Path) -> None:
    words = ["survey", str(home / "Maildir"), "--offline", "--spam"]
    found = CliRunner().invoke(app, [*words, "Junk"])
    assert found.stdout == survey(home).stdout
    missing = CliRunner().invoke(app, [*words, "Nowhere"])
    assert missing.exit_code == 1 and "Nowhere: no such folder" in missing.output
    assert CliRunner().invoke(app, [*words, "../../nowhere"]).exit_code == 1


def test_json_has_the_same(home: Path) -> None:
    found = [json.loads(line) for line in survey(home, "--json").stdout.splitlines()]
    (flag,) = (one for one in found if one["condition"] == "{spam_flag: true}")
    assert flag["spam"]["held"] == 10 and flag["ham"]["held"] == 0 and flag["points"] > 0


def test_json_fits_its_schema(home: Path) -> None:
    schema = schema_of("survey")
    lines = [json.loads(line) for line in survey(home, "--json").stdout.splitlines()]
    assert lines
    for line in lines:
        jsonschema.validate(line, schema)
        assert set(line) == set(schema["properties"])
        for kind in ("ham", "spam"):
            assert set(line[kind]) == set(schema["properties"][kind]["properties"])


def test_nothing_is_made_or_learnt(home: Path) -> None:
    before = sorted(home.rglob("*"))
    survey(home)
    assert sorted(home.rglob("*")) == before


def test_without_spam_there_is_nothing_to_say(home: Path) -> None:
    for path in (home / "Maildir/.Junk/cur").iterdir():
        path.unlink()
    result = survey(home)
    assert result.exit_code == 1 and "there must be ham and spam" in result.output
