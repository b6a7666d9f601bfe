"""cli_mailbox: a user with filed mail, and the commands that move it run in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app

RULES = r"""
rules:
  - name: lists
    when: {list_id: '^(?P<list>[\w-]+)\.'}
    then: {file: "Lists/{list}"}
  - name: spam
    when: {subject: junk}
    then: {discard: true}
  - name: work
    when: {subject: work}
    then: {file: Work, flags: [flagged, $Work]}
  - name: from the archive
    when: {folder: Archive, flags: [seen]}
    then: {file: Done}
  - name: read
    when: {subject: read}
    then: {flags: [seen]}
"""
SUBJECTS = ("work", "junk", "other", "read")


class Mailbox:
    """A home with rules and a Maildir."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.maildir = home / "Maildir"
        self.rules = home / ".config/maildrop-py/rules.yaml"
        self.rules.parent.mkdir(parents=True, mode=0o700)
        self.rules.write_text(RULES)
        for part in ("tmp", "new", "cur"):
            (self.maildir / part).mkdir(parents=True)
        monkeypatch.setenv("HOME", str(home))
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(variable, raising=False)

    def put(self, name: str, subject: str, folder: str = "", more: str = "") -> Path:
        """A message at `folder/name`, where name is `cur/…` or `new/…`; whole at once."""
        for part in ("tmp", "new", "cur"):
            (self.maildir / folder / part).mkdir(parents=True, exist_ok=True)
        draft = self.maildir / folder / "tmp" / name[4:]
        draft.write_text(f"{more}Subject: {subject}\nMessage-ID: <{name[4:]}@x>\n\nbody\n")
        return draft.rename(self.maildir / folder / name)

    def fill(self) -> None:
        for number, subject in enumerate(SUBJECTS):
            self.put(f"new/{number}", subject)

    def run(self, *arguments: object) -> Result:
        return CliRunner().invoke(app, [*map(str, arguments)])

    def json(self, *arguments: object) -> list[dict[str, object]]:
        result = self.run(*arguments, "--json")
        return [json.loads(line) for line in result.stdout.splitlines()]

    def subjects(self) -> dict[str, list[str]]:
        """What is in each folder's new/ and cur/, by subject."""
        found: dict[str, list[str]] = {}
        for path in self.maildir.rglob("*"):
            if path.parent.name in ("new", "cur") and path.is_file():
                place = str(path.parent.relative_to(self.maildir))
                found.setdefault(place, []).append(_subject_of(path))
        return {place: sorted(found[place]) for place in sorted(found)}


def _subject_of(path: Path) -> str:
    """The subject of a message; "(moved)" if that happened since it was listed."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return "(moved)"
    return text.partition("Subject: ")[2].partition("\n")[0]
