"""text: words where spaces part them, pairs of characters where nothing does."""

from __future__ import annotations

from maildrop_py.evidence.bayes.text import LONGEST, MIXED, words


def test_words_are_folded_and_stand_between_marks() -> None:
    assert words("Buy NOW, (really) at example.com!") == ["buy", "now", "really", "example.com!"]
    assert words("$99.95 off 50% - don't wait.") == ["$99.95", "off", "50%", "don't", "wait"]


def test_short_ascii_words_do_not_count_where_they_say_little() -> None:
    assert words("it is a fine day") == ["fine", "day"]
    assert words("Re: it is a", 2) == ["re", "it", "is"]


def test_long_words_count_by_their_beginning_and_length() -> None:
    (word,) = words("x" * 1000)
    assert word == "xxxxxx~125" and len(word) <= LONGEST


def test_japanese_counts_by_pairs_of_characters() -> None:
    assert words("未承諾広告") == ["未承", "承諾", "諾広", "広告"]
    assert words("副業。在宅") == ["副業", "在宅"]
    assert words("円") == ["円"]


def test_scripts_without_spaces_count_by_pairs() -> None:
    assert words("免费代开") == ["免费", "费代", "代开"]
    assert words("광고입니다")[:2] == ["광고", "고입"]
    assert len(words("สวัสดีครับ")) == 9


def test_widths_and_cases_are_one() -> None:
    assert words("ＦＲＥＥ ﾒｰﾙ") == ["free", "メー", "ール"]
    assert words("Straße") == words("STRASSE")


def test_mixed_runs_are_parted_by_script() -> None:
    assert words("iPhone当選、100万円") == ["iphone", "当選", "100", "万円"]
    assert words("Öffnen Sie ДЕНЬГИ") == ["öffnen", "sie", "деньги"]


def test_what_nobody_sees_parts_no_words() -> None:
    assert words("via\u200bgra cia\u00adlis che\u2060ap\ufeff") == ["viagra", "cialis", "cheap"]
    assert words("激\u200b安") == ["激安"]


def test_letters_that_look_like_latin_ones_are_read_so_and_said() -> None:
    assert words("vi\u0430gra p\u03b1ypal") == ["viagra", MIXED, "paypal", MIXED]
    assert words("деньги λόγος") == ["деньги", "λόγοσ"], "a word of one script stays"
    assert words("ｖｉａｇｒａ") == ["viagra"]


def test_words_that_are_spelt_letter_by_letter_are_read() -> None:
    assert words("buy V I A G R A or c*i*a*l*i*s") == ["buy", "viagra", "cialis"]
    assert words("an a b c list - - - -") == ["list"]
