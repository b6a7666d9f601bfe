"""`dry-run --html`: what rules would do to an archive, as a page."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from maildrop_py.cli.app import app
from tests.support.browser import faults_of, needs_chromium

QUICK_START = Path(__file__).resolve().parent.parent.parent / "examples/quickstart"
RULES = r"""
rules:
  - name: spam
    when: {spam_score: ">= 5"}
    then: {file: Junk, flags: [seen]}
  - name: meetings
    when: {subject: '会議'}
    then: {file: 会議}
  - name: lists
    when: {list_id: '^(?P<list>[\w-]+)\.'}
    then: {file: "Lists/{list}"}
"""
SPAM = "X-Spam-Status: Yes, score={score}\nSubject: buy {number}\n\n"
LIST = "List-Id: <list{number}.example.org>\nSubject: beans\n\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


def other(rules: Path, text: str) -> Path:
    path = rules.with_name("other.yaml")
    path.write_text(text)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["dry-run", "--offline", *map(str, arguments)])


def page_of(*arguments: object) -> Page:
    result = run(*arguments, "--html", "-")
    assert result.exit_code == 0, result.output
    return Page(result.output)


class Page(HTMLParser):
    """A page: the rows of its tables, its folded ways, and all its text."""

    VOID = ("meta",)

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []
        self.ways: list[str] = []
        self.text = ""
        self.feed(source)
        assert self.open == [], "an element was not closed"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in self.VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag == "summary":
            self.ways.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        if "style" in self.open:
            return
        self.text += text
        if "tr" in self.open and "small" not in self.open and "svg" not in self.open:
            self.rows[-1][-1] += text
        elif "summary" in self.open:
            self.ways[-1] += text

    def flows(self) -> dict[tuple[str, str], int]:
        """The rows of the table beside the picture."""
        rows = [row for row in self.rows if len(row) == 3 and row[1]]
        numbers = [row[2].replace(",", "") for row in rows]
        found = zip(rows, numbers, strict=True)
        return {(row[0], row[1]): int(number) for row, number in found if number.isdigit()}


def write(folder: Path, messages: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(messages):
        (folder / f"{number:05}").write_bytes(message.encode())
    return folder


def maildir(root: Path, inbox: list[str], junk: dict[str, str]) -> Path:
    for folder in (root, root / ".Junk"):
        for part in ("new", "cur", "tmp"):
            (folder / part).mkdir(parents=True)
    write(root / "new", inbox)
    for name, message in junk.items():
        (root / ".Junk/cur" / name).write_text(message)
    return root


def test_mail_flows_from_its_directory_to_where_rules_put_it(rules: Path, tmp_path: Path) -> None:
    spam = [SPAM.format(score=9, number=number) for number in range(3)]
    archive = write(tmp_path / "archive", [*spam, LIST.format(number=1), "Subject: hi\n\n"])
    page = page_of("--rules", rules, archive)
    assert page.flows() == {
        ("archive", "Junk"): 3,
        ("archive", "Lists/list1"): 1,
        ("archive", "INBOX"): 1,
    }
    assert "What rules.yaml would do" in page.text
    assert any(way.startswith("3 archive → Junk (seen)") for way in page.ways)


def test_every_message_has_its_explanation_folded(rules: Path) -> None:
    page = page_of("--rules", QUICK_START / "rules.yaml", QUICK_START / "mail")
    assert page.source.count('<details class="message">') == 5
    assert "header Subject matches /会議|打ち合わせ/" in page.text
    assert "<mark>会議</mark>" in page.source
    assert "result: 会議 (flagged, $Work) (by rule '会議のお知らせ')" in page.text


def test_why_no_rule_fires_is_told_too(rules: Path, tmp_path: Path) -> None:
    page = page_of("--rules", rules, write(tmp_path / "archive", ["Subject: hi\n\n"]))
    assert "no: header Subject matches /会議/" in page.text


def test_a_filed_message_that_is_where_it_belongs_stays(rules: Path, tmp_path: Path) -> None:
    spam = SPAM.format(score=9, number=1)
    root = maildir(tmp_path / "Maildir", [spam, "Subject: hi\n\n"], {"1:2,S": spam, "2:2,": spam})
    page = page_of("--rules", rules, "--all-folders", root)
    assert page.flows() == {("INBOX", "INBOX"): 1, ("INBOX", "Junk"): 1, ("Junk", "Junk"): 2}
    ways = [way.split("  ")[0] for way in page.ways if " → " in way]
    assert sorted(ways) == ["1 INBOX → Junk (seen) spam", "1 Junk → Junk (seen) spam"]
    assert re.search(r"would change\s*2\s*would stay as they are\s*2", page.text)


def test_two_rule_files_are_compared_as_in_the_text(rules: Path, tmp_path: Path) -> None:
    then = other(rules, RULES.replace(">= 5", ">= 8").replace("Lists/", "L/"))
    scores = [SPAM.format(score=score, number=score) for score in range(1, 13)]
    archive = write(tmp_path / "archive", [*scores, LIST.format(number=1)])
    page = page_of("--rules", rules, "--against", then, archive)
    assert page.flows() == {
        ("INBOX", "INBOX"): 4,
        ("Junk", "Junk"): 5,
        ("Junk", "INBOX"): 3,
        ("Lists/list1", "L/list1"): 1,
    }
    assert "4 would change, 9 would not" in run("--rules", rules, "--against", then, archive).output
    assert re.search(r"would change\s*4\s*would stay as they are\s*9", page.text)
    assert page.source.count("<h4>rules.yaml</h4>") == 4
    assert page.source.count("<h4>other.yaml</h4>") == 4
    assert "spam → (no rule)" in page.text


def test_text_of_a_message_is_text_on_the_page(rules: Path, tmp_path: Path) -> None:
    evil = "</pre><script>alert(1)</script>\"'&lt;\u202e\x1b[31m"
    head = f"List-Id: <{evil}.example.org>\nFrom: {evil}\nDate: {evil}\n"
    message = f"{head}Subject: 会議 {evil}\nX-Spam-Status: {evil}\n\n{evil}"
    archive = write(tmp_path / "<b>archive</b>", [message])
    evil_rules = RULES.replace("meetings", "'</title><img src=x onerror=alert(1)>'")
    page = page_of("--rules", other(rules, evil_rules), archive)
    assert page.tags.isdisjoint({"script", "img", "a:href"})
    assert "<b>archive" not in page.source
    assert "<script>alert(1)</script>" in page.text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", page.source)


@pytest.mark.parametrize("lists", [30, 700])
def test_a_long_archive_makes_a_bounded_page_that_counts_all(
    lists: int, rules: Path, tmp_path: Path
) -> None:
    subject = "<&" * 300
    lines = [f"List-Id: <l{number % lists}.example.org>\n" for number in range(2100)]
    many = [f"{line}Subject: {subject}\n\n" for line in lines]
    spam = [SPAM.format(score=9, number=subject) for number in range(900)]
    page = page_of("--rules", rules, write(tmp_path / "archive", many + spam))
    assert len(page.source.encode()) < 750_000
    assert sum(page.flows().values()) == 3000
    shown = page.source.count('<details class="message">')
    assert shown > 190, "there was room for more"
    left = [int(it.replace(",", "")) for it in re.findall(r"([\d,]+) more are left out", page.text)]
    rarer = re.search(r"([\d,]+) more messages, in rarer ways", page.text)
    assert (rarer is not None) == (lists == 700)
    assert shown + sum(left) + (int(rarer[1].replace(",", "")) if rarer else 0) == 3000


def test_no_escapes_of_a_terminal_are_on_the_page(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    page = page_of("--rules", rules, write(tmp_path / "archive", [LIST.format(number=1)]))
    assert "\x1b" not in page.source


def test_what_cannot_be_read_is_counted(rules: Path, tmp_path: Path) -> None:
    archive = write(tmp_path / "archive", ["Subject: hi\n\n"])
    (archive / "gone").symlink_to(tmp_path / "nowhere")
    assert re.search(r"could not be read\s*1", page_of("--rules", rules, archive).text)


def test_a_new_page_is_for_its_owner_alone(rules: Path, tmp_path: Path) -> None:
    archive = write(tmp_path / "archive", ["Subject: hi\n\n"])
    target = tmp_path / "page.html"
    result = run("--rules", rules, archive, "--html", target)
    assert (result.exit_code, result.stderr) == (0, f"wrote {target}\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_page_that_cannot_be_written_is_said_in_one_line(rules: Path, tmp_path: Path) -> None:
    archive = write(tmp_path / "archive", ["Subject: hi\n\n"])
    result = run("--rules", rules, archive, "--html", tmp_path / "none/page.html")
    assert result.exit_code == 1
    assert "none/page.html: No such file or directory" in result.stderr


def test_json_and_html_are_alternatives(rules: Path, tmp_path: Path) -> None:
    archive = write(tmp_path / "archive", ["Subject: hi\n\n"])
    result = run("--rules", rules, archive, "--html", "-", "--json")
    assert result.exit_code == 2
    assert "alternatives" in result.stderr


def test_the_page_is_in_the_language_of_the_user(rules: Path, tmp_path: Path) -> None:
    archive = write(tmp_path / "archive", ["Subject: hi\n\n"])
    command = [sys.executable, "-m", "maildrop_py", "dry-run", "--rules", str(rules)]
    done = subprocess.run(
        [*command, "--html", "-", str(archive)],
        env={**os.environ, "LC_ALL": "ja_JP.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert b'<html lang="ja">' in done.stdout


@needs_chromium
@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_overlaps_in_a_browser(rules: Path, tmp_path: Path, width: int, dark: bool) -> None:
    """Of two sets of rules over many folders with long names, with some messages unfolded."""
    then = other(rules, RULES.replace(">= 5", ">= 8").replace("Lists/", "L/" + "long" * 30))
    spam = [SPAM.format(score=number % 12, number=number) for number in range(60)]
    lists = [LIST.format(number=number % 20) for number in range(100)]
    archive = write(tmp_path / "archive", [*spam, *lists])
    page = page_of("--rules", rules, "--against", then, archive).source
    page = page.replace('<details class="message"', '<details open class="message"', 4)
    assert faults_of(page, tmp_path, width, dark=dark, name="dry-run") == []
