"""Every text has its Japanese counterpart, and both say the same things by name."""

from __future__ import annotations

import ast
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildrop_py.rules.condition import Outcome
from maildrop_py.rules.language.reader import load_text
from maildrop_py.translation import DIRECTORY, choose, language_of, read_catalogue, text
from tests.support.marked_texts import PACKAGE, marked_texts
from tests.support.texts_put_together import printed_as_they_are

PO = Path(DIRECTORY, "ja.po").read_text(encoding="utf-8")
JAPANESE = read_catalogue(PO)
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def in_japanese() -> Iterator[None]:
    choose("ja")
    yield
    choose("en")


def _values(template: str) -> set[str]:
    """The names or numbers of values in a text, with their formats; of one without, none."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return set()
    named = (part for part in parts if part[1] and (part[1].isidentifier() or part[1].isdigit()))
    return {f"{name}!{conversion}:{spec}" for _, name, spec, conversion in named}


OF_CONVERT = set(re.findall(r'^#: convert/.*\nmsgid "(.*)"$', PO, re.M))
"""What filters of other programs say that has no equal: there is always more of that."""


def test_every_text_is_translated_and_nothing_is_left_over() -> None:
    marked = marked_texts()
    missing = {text: where for text, where in marked.items() if text not in JAPANESE}
    of_convert = {text for text, where in missing.items() if where.startswith("convert/")}
    assert set(missing) - of_convert == set(), "add them to maildrop_py/translations/ja.po"
    assert len(of_convert) < 60, of_convert
    assert sorted(set(JAPANESE) - set(marked) - OF_CONVERT) == []
    assert len(marked) > 1_500


def test_nothing_is_printed_to_people_without_going_through_the_catalogue() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}": printed
        for path in PACKAGE.rglob("*.py")
        for printed, line in printed_as_they_are(
            ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(PACKAGE))
        )
    }
    assert found == {}, "give it to translation.text"


def test_both_name_the_same_values() -> None:
    for english, japanese in JAPANESE.items():
        assert _values(english) == _values(japanese), english


def test_blanks_at_the_ends_of_pieces_are_kept_or_made_unnecessary() -> None:
    for english, japanese in JAPANESE.items():
        assert japanese.strip(), english
        assert english[:1] == " " or japanese[:1] != " ", english


def test_the_catalogue_is_one_that_gettext_reads(tmp_path: Path) -> None:
    """Nothing is fuzzy or there twice, and each text is as gettext's own reader has it."""
    assert "fuzzy" not in PO
    assert PO.count("\nmsgid ") == len(JAPANESE) + 1
    messages = pytest.importorskip("babel.messages.pofile")
    with Path(DIRECTORY, "ja.po").open("rb") as file:
        found = messages.read_po(file, locale="ja")
    assert {it.id: it.string for it in found if it.id} == JAPANESE


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "ja:en"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LANGUAGE": "ja"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_a_text_comes_in_english_where_it_cannot_be_told_otherwise(in_japanese: None) -> None:
    assert text("no such text {name}", name="{x}") == "no such text {x}"
    assert text("did you mean `{name}`?", name="{x}") == "もしかして `{x}`"


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("no name server answered in time", "時間内に答えた DNS サーバーがない"),
        ("client a.example [192.0.2.1], said the mail server", "接続元 a.example [192.0.2.1]"),
        (
            "name server ::1: no answer in time; it is empty",
            "DNS サーバー ::1: 時間内に答えがない; 空",
        ),
        (
            "the store does not answer: no reply in time; the local file is used meanwhile",
            "store が答えない: 時間内に応答がない。その間は手元のファイルを使う",
        ),
        ("{0} is a mystery", "{0} is a mystery"),
        ("Error: /x {y}: Permission denied", "エラー: /x {y}: 権限がありません"),
    ],
)
def test_a_text_with_its_values_in_it_is_known_again(
    in_japanese: None, english: str, japanese: str
) -> None:
    assert text(english).startswith(japanese)
    assert text("no {kind}: {reason}", kind="x", reason=english).startswith(
        f"x はしない: {japanese}"
    )


def test_a_value_is_not_taken_for_a_text(in_japanese: None) -> None:
    """What a message says stays as it is, even if we would say it too."""
    assert text("header {name} is there", name="no answer in time") == (
        "ヘッダー no answer in time がある"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "; or { is expected here, not {x}",
        " of the".join(["a"] * 200),
        "no answer in time; " * 5000,
        "there are more than " * 5000 + " commands",
        ": exit status : " * 5000,
        "{0} {1}: {2} " * 5000,
    ],
)
def test_a_text_that_a_sender_made_up_takes_no_time_and_raises_nothing(
    in_japanese: None, hostile: str
) -> None:
    """With an expression for each entry this took longer than anybody would wait."""
    assert text(hostile)
    assert text("no {kind}: {reason}", kind="x", reason=hostile)


def test_a_condition_can_be_told_in_either_language(in_japanese: None) -> None:
    rules = load_text("rules: [{when: {subject: [a, {is: b}]}, then: {file: A}}]")
    when, (action,) = rules.rules[0].when, rules.rules[0].then.actions
    assert when is not None
    assert when.describe() == "header Subject matches /a/ or is 'b'"
    assert when.describe(text) == "ヘッダー Subject が /a/ に一致 または 'b' と同じ"
    assert (action.describe(), action.describe(text)) == ("file into A", "A に入れる")
    remark = Outcome(True, why="fits {entry}", values={"entry": "{a}"}).remark
    assert (remark(), remark(text)) == ("fits {a}", "{a} に合う")


RULES = "rules: [{name: x, when: {subject: hello}, then: {file: A}}]\n"
MESSAGE = "From: a@b.example\nSubject: hello\n\nhello\n"


def _run(folder: Path, *arguments: str, locale: str = "ja_JP.UTF-8", given: str = "") -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": locale}
    command = [sys.executable, "-m", "maildrop_py", *arguments]
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    return tmp_path


def test_an_explanation_is_japanese_where_the_locale_is(home: Path) -> None:
    rules = str(home / "rules.yaml")
    shown = _run(home, "dry-run", "--rules", rules, given=MESSAGE)
    assert "成立: ヘッダー Subject が /hello/ に一致" in shown
    assert "結果: A（ルール 'x' による）" in shown
    assert "fires" in _run(home, "dry-run", "--rules", rules, given=MESSAGE, locale="C.UTF-8")


def test_mistakes_are_japanese_where_the_locale_is(home: Path) -> None:
    (home / "rules.yaml").write_text(RULES.replace("subject", "subjct"))
    shown = _run(home, "check", str(home / "rules.yaml"))
    assert ":1:26: 'subjct' という条件はありません (もしかして `subject`)\n間違い 1 件\n" in shown


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dry-run --nope", "エラー: '--nope' というオプションはありません。"),
        ("stats --days abc", "エラー: '--days' の値の誤り: 'abc' は数ではありません。"),
        ("country show", "説明は 'maildrop-py country show --help' で表示できます。"),
        ("stats --log /none", "エラー: /none: まだ配送したメールがありません"),
        ("refile --help", "[既定: Trash]"),
        ("policy check --policy x", "使い方: maildrop-py policy check"),
        ("serve --nope", "No such option '--nope'."),
    ],
)
def test_words_of_the_command_line_are_japanese_but_for_services(
    home: Path, line: str, said: str
) -> None:
    assert said in _run(home, *line.split())


def test_a_rules_file_made_of_another_says_in_japanese_what_became_no_rule(home: Path) -> None:
    (home / ".procmailrc").write_text(":0\n* 1^1 ? test -f x\n| formail -r | sendmail -t\n")
    shown = _run(home, "convert", str(home / ".procmailrc"))
    assert "# .procmailrc から maildrop-py convert で作成。変換できない所が 1 個" in shown
    assert "# GAP, 1 行目: 重み付きのプログラム" in shown


def test_json_stays_english(home: Path) -> None:
    rules = str(home / "rules.yaml")
    shown = _run(home, "dry-run", "--json", "--rules", rules, given=MESSAGE)
    assert '"reasons": ["x: header Subject matches /hello/"]' in shown
    assert shown.isascii()
    assert _run(home, "doctor", "--json", "--offline").isascii()


def test_the_delivery_log_stays_english(home: Path) -> None:
    maildir, rules = str(home / "Maildir"), str(home / "rules.yaml")
    _run(home, "deliver", "--maildir", maildir, "--rules", rules, given=MESSAGE)
    (log,) = home.rglob("deliveries.jsonl")
    assert '"x: header Subject matches /hello/"' in log.read_text()
    assert log.read_text().isascii()


def test_why_tells_in_japanese_what_was_logged_in_english(home: Path) -> None:
    maildir, rules = str(home / "Maildir"), str(home / "rules.yaml")
    _run(home, "deliver", "--maildir", maildir, "--rules", rules, given=MESSAGE)
    shown = _run(home, "why", "hello")
    assert "  deliver による配送\n    件名       hello\n" in shown
    assert "理由       x: header Subject matches /hello/" in shown
    assert "ログに 'none' がありません" in _run(home, "why", "none")


def test_what_refile_and_undo_log_stays_english(home: Path) -> None:
    (home / "Maildir/new/1.M1P1.host").write_text(MESSAGE)
    maildir, rules = str(home / "Maildir"), str(home / "rules.yaml")
    assert "変更" in _run(home, "refile", maildir, "--rules", rules)
    assert "戻した" in _run(home, "undo")
    (log,) = home.rglob("deliveries.jsonl")
    assert len(log.read_text().splitlines()) == 2 and log.read_text().isascii()


def test_remarks_side_by_side_are_told_each(in_japanese: None) -> None:
    each = (("rule {number}: it {says}", {"number": 0, "says": "has no verified name"}),) * 2
    remark = Outcome(True, why="{each}", values={"each": each}).remark
    assert remark() == "rule 0: it has no verified name; rule 0: it has no verified name"
    assert remark(text).startswith("ルール 0: ")
