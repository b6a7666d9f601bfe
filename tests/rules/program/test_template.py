"""Names in texts, and folder names that stay in the Maildir whatever the mail says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maildrop_py.maildir.folder_name import to_disk
from maildrop_py.rules.program.template import Template, safe_level
from tests.support.rules_reading import then, then_problem

FOLDER = Template(("Lists/", ("list", "")))


def folder(value: str, layout: str = "maildir++") -> str:
    return FOLDER.expand_folder({"list": value}, layout == "maildir++")


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("python-dev", "python-dev"),
        ("会議", "会議"),
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        ("...hidden", "hidden"),
        ("~root", "root"),
        ("#news", "news"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a/b\\c", "a_b_c"),
        ("a*b%c", "a_b_c"),
        ("cur", "_"),
        ("new", "_"),
        ("tmp", "_"),
        (" cur ", "_"),
        ("a\0b\nc\x1b[2J", "ab c[2J"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("会議\u3000資料", "会議 資料"),
        ("\udcff", "_"),
        (" \t\n", "_"),
        (". .", "_"),
    ],
)
def test_hostile_values_make_harmless_levels(value: str, level: str) -> None:
    assert safe_level(value, dots_separate=False) == level


def test_dots_make_no_levels_of_their_own_where_they_separate() -> None:
    assert folder("a.b", "maildir++") == "Lists/a_b"
    assert folder("a.b", "fs") == "Lists/a.b"


@pytest.mark.parametrize("char", ["x", "会", "𝒳", "会x"])
def test_long_values_leave_room_on_disk(char: str) -> None:
    for layout in ("maildir++", "fs"):
        for encoding in ("imap-utf-7", "utf-8"):
            assert to_disk(folder(char * 10_000, layout), layout, encoding)


def test_values_cannot_be_put_together_to_a_directory_of_the_maildir() -> None:
    template = Template((("a", ""), ("b", "")))
    assert template.expand_folder({"a": "c", "b": "ur"}, dots_separate=False) == "_cur"
    template = Template(("x/t", ("a", "")))
    assert template.expand_folder({"a": "mp"}, dots_separate=False) == "x/_tmp"


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["maildir++", "fs"]))
@example("..", "/..", "fs")
@example("cu", "r", "fs")
def test_every_value_makes_a_folder_below_its_parent(one: str, two: str, layout: str) -> None:
    template = Template(("A/", ("one", ""), ("two", "lower"), "/", ("two", "upper")))
    name = template.expand_folder({"one": one, "two": two}, layout == "maildir++")
    levels = name.split("/")
    assert levels[0] == "A" and len(levels) == 3
    for level in levels:
        assert level.strip() and level[0] not in ".~"
        assert level.isprintable() and level not in ("cur", "new", "tmp")
    directory = to_disk(name, layout, "imap-utf-7")
    assert directory.startswith(".A." if layout == "maildir++" else "A/")
    assert ".." not in directory.split("/")


def test_filters_change_the_case() -> None:
    template = Template((("x", "lower"), "-", ("x", "upper"), "-", ("x", "")))
    assert template.expand({"x": "Ab"}) == "ab-AB-Ab"
    assert template.describe() == "{x|lower}-{x|upper}-{x}"


def test_names_without_a_value_are_left_empty_and_folders_called_underscore() -> None:
    assert Template(("a", ("x", ""), "b")).expand({}) == "ab"
    assert FOLDER.expand_folder({}, True) == "Lists/_"


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("plain", ("plain",)),
        ("", ()),
        ("{user}", (("user", ""),)),
        ("a{ user | lower }b", ("a", ("user", "lower"), "b")),
        ("{{user}}", ("{user}",)),
        ("{year}-{month}", (("year", ""), "-", ("month", ""))),
        ("{who}", (("who", ""),)),
    ],
)
def test_templates_are_read(written: str, parts: tuple[object, ...]) -> None:
    found = then(f"{{set: {{x: '{written}'}}}}", when="{subject: '(?P<who>.*)'}")
    (setting,) = found.actions
    assert setting.values[0][1].parts == parts  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{lst}", "nothing sets {lst} (did you mean `list`?; (?P<lst>…) in `when` sets it)"),
        ("x{3}", "nothing sets {3}"),
        ("{list", "a `{` without its `}`"),
        ("list}", "a `}` without its `{`"),
        ("{list|lwer}", "unknown filter 'lwer' (did you mean `lower`?)"),
        ("{}", "nothing sets {}"),
    ],
)
def test_mistakes_in_templates_are_found(written: str, said: str) -> None:
    found = then_problem(f"{{file: '{written}'}}", when="{list_id: '(?P<list>.*)'}")
    assert said in found


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("../x", "starts with '.'"),
        ("a/../b", "starts with '.'"),
        ("/etc", "empty level"),
        ("a//b", "empty level"),
        ("a/", "empty level"),
        ("~/Mail", "starts with '~'"),
        ("''", "empty level"),
        ("a.b", "write a/b, or set `layout: fs`"),
        ('"a\\tb"', "cannot be seen"),
        ('"a\\u202eb"', "cannot be seen"),
        ("会" * 100, "too long"),
    ],
)
def test_folders_that_would_leave_the_maildir_are_mistakes(written: str, said: str) -> None:
    for action in ("file", "copy"):
        assert said in then_problem(f"{{{action}: {written}}}")


def test_what_a_folder_may_be_called_depends_on_the_layout() -> None:
    assert then("{file: a.b}", top="layout: fs").actions
    assert then("{file: new}").actions
    assert "cannot be called 'new'" in then_problem("{file: x/new}", top="layout: fs")


def test_wide_blanks_may_stand_in_a_folder_of_the_users_own() -> None:
    assert then("{file: 会議　室}").actions[0].describe() == "file into 会議\u3000室"
