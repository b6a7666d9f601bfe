"""The tree of a procmailrc: what procmail reads where, with its lines."""

from __future__ import annotations

from maildrop_py.convert.procmail.parser import parse
from maildrop_py.convert.procmail.tree import (
    Assignment,
    Block,
    Folder,
    Forward,
    Output,
    Pipe,
    Recipe,
    Skipped,
    Variable,
)


def recipe(text: str) -> Recipe:
    (found,) = parse(text)
    assert isinstance(found, Recipe)
    return found


def test_flags_lock_conditions_and_lines() -> None:
    found = recipe("\n# name\n:0 fhw: my.lock\n* ^A\n# no\n\n* ! ^B\n| cat\n")
    assert (found.line, found.flags, found.lock) == (3, "fhw", "my.lock")
    assert [(one.line, one.text) for one in found.conditions] == [(4, "^A"), (7, "! ^B")]
    assert found.action == Pipe("cat")
    assert found.comments == ("name",)


def test_actions() -> None:
    assert recipe(":0\n! a@b c\n").action == Forward((("a@b",), ("c",)))
    assert recipe(":0\nX=| wc -l\n").action == Pipe("wc -l", "X")
    assert recipe(":0\n$D/a\\ b/\n").action == Folder(((Variable("D", True), "/a b/"),))
    block = recipe(":0\n{\n X=1\n :0\n a/\n}\n").action
    assert isinstance(block, Block) and len(block.nodes) == 2


def test_a_missing_action_and_lines_passed_over() -> None:
    first, second = parse(":0\n* ^A\n\n:0\n* ^B\nb/\n")
    assert isinstance(first, Recipe) and first.action is None
    assert isinstance(second, Recipe) and second.line == 4
    assert isinstance(parse("!what\n")[0], Skipped)


def test_values_end_at_the_first_blank_and_quotes_keep_them() -> None:
    assert parse("A=b # c\n")[0] == Assignment(1, "A", ("b",), "A=b ")
    assert parse('A="b c$D"\n')[0] == Assignment(1, "A", ("b c", Variable("D")), 'A="b c$D"')
    assert parse("A='$D'\n")[0] == Assignment(1, "A", ("$D",), "A='$D'")
    assert parse("A=`date +%Y`\n")[0] == Assignment(1, "A", (Output("date +%Y"),), "A=`date +%Y`")
    assert parse("A\n")[0] == Assignment(1, "A", None, "A")


def test_alternatives_in_braces() -> None:
    (found,) = parse("A=${B:-c$D}\n")
    assert isinstance(found, Assignment)
    assert found.value == (Variable("B", how=":-", other=("c", Variable("D"))),)


def test_nothing_raises() -> None:
    for text in (":0", ":0\n*", ":0\n{", "}", "A=`", 'A="', "A=${", ":0\n| a \\", "A=$", "\\"):
        parse(text)
        parse(":0\n{\n" * 300 + text)
