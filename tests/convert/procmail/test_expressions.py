"""Expressions: what procmail's mean, in RE2's words; and both over made-up texts."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from maildrop_py.convert.procmail.expression_examples import example
from maildrop_py.convert.procmail.expressions import NotTranslatable, translate
from maildrop_py.rules.matching.engine import compiled
from tests.convert.proving import need


@pytest.mark.parametrize(
    ("procmail", "re2"),
    [
        (r"^Subject:.*spam", r"^Subject:.*spam"),
        (r"\d", "d"),
        (r"[^x]", r"[^x\n]"),
        (r"[\.]", r"[\\.]"),
        ("a{1}", r"a\{1\}"),
        (".*?", r".*\?"),
        ("()foo", "foo"),
        ("a$b", r"a(?:\n|\A|\z)b"),
        ("^^ab^^", r"\Aab\z"),
        (r"\<a", r"(?:\W|\A|\z)a"),
        ("[c-a]", "[ca]"),
        (r"^List-Id:.*<\/[^.]*", r"^List-Id:.*?<(?P<match>[^.\n]*)"),
        ("é", "(?-i:\\xe9)"),
    ],
)
def test_words_of_procmail_in_those_of_re2(procmail: str, re2: str) -> None:
    assert translate(procmail).alternatives == (re2,)


def test_what_its_owner_may_not_know_is_remarked() -> None:
    assert "the letter d" in translate(r"\d+").remarks[0]
    assert "dot" in translate("example.com").remarks[0]
    assert translate(r"example\.com").remarks == ()


def test_what_has_no_equal_says_why() -> None:
    with pytest.raises(NotTranslatable, match="repeated"):
        translate(r"(a\/b)*")


@pytest.mark.parametrize("text", ["^Subject:.*[^a]b+(c|dd)", r"\<x\>", "^TO_me", "[]a]?x"])
def test_an_example_matches(text: str) -> None:
    pattern = compiled("(?m)" + translate(text).alternatives[0], latin1=True)
    assert pattern.spans(example(text).encode("latin-1")) is not None


SIGNS = [
    "a",
    "b",
    "A",
    " ",
    ":",
    "-",
    "@",
    "1",
    ".com",
    ".",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[]a]",
    "[^-a]",
]
SIGNS += ["^", "$", r"\<", r"\>", r"\.", r"\d", r"\*", "{1}", r"[\.]", "()", "[c-a]"]
TEXT = ["a", "b", "c", "A", " ", "\n", ".", ":", "-", "@", "1", "d", "*", "\\"]


def made(random: random.Random, depth: int = 0) -> str:
    found = ""
    for _ in range(random.randint(1, 4)):
        sign = random.choice(SIGNS)
        if depth < 2 and random.random() < 0.2:
            sign = (
                "(" + "|".join(made(random, depth + 1) for _ in range(random.randint(1, 3))) + ")"
            )
        found += sign + (random.choice("*+?") if random.random() < 0.3 else "")
    return found


def asked_of_procmail(expression: str, texts: list[str], place: Path) -> list[str]:
    """Whether it matches each text, and what MATCH is then."""
    lines = ["SHELL=/bin/sh", "LOGABSTRACT=no", f"LOGFILE={place}/log"]
    for text in texts:
        lines += [f"MATCH=NONE\nR=no\nX='{text}'\n:0\n* X ?? {expression}\n{{ R=yes }}"]
        lines += ['LOG="$R<$MATCH>\x01"']
    rcfile = place / "rc"
    rcfile.write_text("\n".join([*lines, ":0", "/dev/null", ""]))
    rcfile.chmod(0o600)
    (place / "log").unlink(missing_ok=True)
    subprocess.run(["timeout", "3", "procmail", "-m", rcfile], input=b"A: b\n\n", check=False)
    return re.findall("((?:yes|no)<.*?)>\x01", (place / "log").read_text(), re.S)


@pytest.mark.parametrize("seed", range(6))
def test_made_up_expressions_say_the_same(seed: int, tmp_path: Path) -> None:
    """Two newlines at the end of a text are the known limit: none is asked for twice."""
    need("procmail")
    source = random.Random(seed)
    for _ in range(40):
        expression = "x" + made(source)
        if source.random() < 0.4:
            expression += "\\/" + made(source, 2)
        if expression != expression.strip() or expression.endswith("\\"):
            continue
        if len(re.findall(r"[$^]|\\[<>]", expression)) > 1:
            continue
        texts = ["".join(source.choices(TEXT, k=source.randint(0, 12))) + "x" for _ in range(3)]
        texts += ["x" + "".join(source.choices(TEXT, k=8)) for _ in range(3)]
        answers = asked_of_procmail(expression, texts, tmp_path)
        patterns = [
            compiled("(?m)" + one, latin1=True) for one in translate(expression).alternatives
        ]
        for text, answer in zip(texts, answers, strict=False):
            spans = [one.spans(text.encode("latin-1")) for one in patterns]
            assert any(spans) == answer.startswith("yes"), (expression, text)
