"""Weights that count (`each`) come to what Debian's procmail makes of them (procmailsc(5))."""

from __future__ import annotations

import subprocess
from itertools import product
from pathlib import Path

from tests.agreement.oracle import need_procmail
from tests.support.rules_reading import held, mail

WEIGHTS = (1, 2, -1, 0.7, 100)
POWERS = (0, 0.5, 0.9, 1, 1.5, 2)
BASES = (-2.5, -1.3, -4, 0.4, 3, -1e6)
COUNTS = (0, 1, 2, 3, 7, 60)
WORD, ANYTHING = "free", "x*"


def _cases() -> list[tuple[float, float, float]]:
    return list(product(WEIGHTS, POWERS, BASES))


def _theirs(folder: Path, body: str, expression: str) -> list[bool]:
    """Which of the cases procmail takes for a match, in one run."""
    recipes = []
    for number, (weight, power, base) in enumerate(_cases()):
        lines = [f"* {base:g}^0", f"* {weight:g}^{power:g} B ?? {expression}"]
        recipes += [":0", *lines, "{ " + f'HITS="$HITS {number}"' + " }", ""]
    file = folder / "rc"
    file.write_text(
        f'MAILDIR={folder}\nSHELL=/bin/sh\nLOGFILE=log\nHITS=""\n'
        + "\n".join(recipes)
        + '\n:0w\n| echo "$HITS" > hits\n'
    )
    message = f"From: a@example.com\n\n{body}".encode()
    subprocess.run(["procmail", str(file)], input=message, check=True, cwd=folder)
    hits = {int(word) for word in (folder / "hits").read_text().split()}
    return [number in hits for number in range(len(_cases()))]


def _ours(body: str, expression: str) -> list[bool]:
    found = []
    for weight, power, base in _cases():
        entries = f"{{size: 0, score: {base}}}, {{raw_body: '{expression}', score: {weight}, "
        entries += f"each: {power}}}"
        found.append(bool(held(f"{{weigh: [{entries}]}}", mail("From: a@example.com", body))))
    return found


def test_so_many_matches_come_to_the_same(tmp_path: Path) -> None:
    need_procmail()
    differing = []
    for count in COUNTS:
        body = f"say {WORD}\n" * count + "the end\n"
        theirs, ours = _theirs(tmp_path, body, WORD), _ours(body, WORD)
        pairs = zip(_cases(), theirs, ours, strict=True)
        differing += [(count, *pair) for pair in pairs if pair[1] != pair[2]]
        assert True in theirs and False in theirs
    assert differing == []


def test_matches_of_nothing_come_to_the_same(tmp_path: Path) -> None:
    """An expression that matches the empty text stops procmail's counting."""
    need_procmail()
    body = "abc\n"
    theirs, ours = _theirs(tmp_path, body, ANYTHING), _ours(body, ANYTHING)
    pairs = zip(_cases(), theirs, ours, strict=True)
    assert [pair for pair in pairs if pair[1] != pair[2]] == []
