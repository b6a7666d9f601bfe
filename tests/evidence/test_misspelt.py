"""misspelt: what spammers write for a word is found, what honest people write is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.evidence import misspelt
from maildrop_py.message.headers import Headers

WORDS = ("viagra", "cialis", "casino", "mortgage", "pharmacy", "medication", "rolex")


def word_in(text: str, distance: int = 1) -> str | None:
    found = misspelt.find(text, WORDS, distance)
    return found.word if found else None


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Viagara", "viagra"), ("Viarga", "viagra"), ("Vigra", "viagra"), ("Viiagra", "viagra"),
        ("V1agra", "viagra"), ("V!@gra", "viagra"), ("VIAGR4", "viagra"), ("Vlagra", "viagra"),
        ("v.i.a.g.r.a", "viagra"), ("V-I-A-G-R-A", "viagra"), ("V i a g r a", "viagra"),
        ("Vìágrâ", "viagra"), ("Viаgrа", "viagra"), ("V*iagra", "viagra"), ("via_gra", "viagra"),
        ("C1al1s", "cialis"), ("Ciallis", "cialis"), ("c|alis", "cialis"), ("Ciaalis", "cialis"),
        ("Cassino", "casino"), ("ca$ino", "casino"), ("Kasino", None), ("r0lex", "rolex"),
        ("Rollex", None), ("mortgege", "mortgage"), ("mortagge", "mortgage"),
        ("Ｖｉａｇｒａ", "viagra"), ("pharmaccy", "pharmacy"), ("medicatoin", "medication"),
    ],
)  # fmt: skip
def test_ways_to_write_a_word(written: str, word: str | None) -> None:
    assert word_in(f"Cheap {written}, today!") == word


@pytest.mark.parametrize("joint", ["/", ":", ",", "-", "&"])
def test_words_joined_to_others(joint: str) -> None:
    assert word_in(f"now{joint}Viagara{joint}here") == "viagra"
    assert word_in(f"now{joint}V1@gra{joint}here") == "viagra"


@pytest.mark.parametrize(
    "text",
    ["Viagra", "VIAGRA!", "(viagra)", "Niagara Falls", "casinos", "Casino's", "mortgaged",
     "mortgages", "meditation", "medications", "casing", "pharmacies", "role", "relax", "Cecilia",
     "via Granada", "vi agra", "Calais", "", "....", "1 2 3 4 5 6", "a b c d e f g"],
)  # fmt: skip
def test_right_spelling_and_innocent_neighbours(text: str) -> None:
    assert word_in(text) is None


def test_two_changes_only_where_asked_and_in_long_words() -> None:
    assert word_in("meddicattion", distance=1) is None
    assert word_in("meddicattion", distance=2) == "medication"
    assert word_in("viaaggra", distance=2) is None
    assert word_in("viagara", distance=0) is None
    assert word_in("v1agra", distance=0) == "viagra"


def test_innocent_words_are_left_alone() -> None:
    assert word_in("Casio watches") == "casino"
    assert misspelt.find("Casio watches", WORDS, 1, innocent=("Casio",)) is None


def test_says_what_was_written() -> None:
    found = misspelt.find("Buy V1agra", WORDS)
    assert found == misspelt.Misspelling("viagra", "V1agra")


@given(st.text(max_size=80))
def test_any_text_will_do(text: str) -> None:
    misspelt.find(text, WORDS, 2)


def test_long_texts_are_cut() -> None:
    assert misspelt.find("a" * 5_000_000, WORDS) is None
    assert misspelt.find("v " * 1_000_000, WORDS) is None


def test_real_subjects(shared: Path) -> None:
    """No subject of honest mail is taken for a misspelling, some of spam are."""
    caught = {}
    for folder, most in (("easy-ham-1", 1000), ("hard-ham-1", 250), ("spam-1", 500)):
        paths = sorted((shared / "corpora" / "spamassassin" / folder).iterdir())[:most]
        subjects = [Headers(path.read_bytes()).first("Subject") or "" for path in paths]
        caught[folder] = [one for one in subjects if misspelt.find(one, WORDS)]
    assert caught["easy-ham-1"] == caught["hard-ham-1"] == []
    assert caught["spam-1"]
