"""subject: short for header Subject."""

from __future__ import annotations

from tests.support.rules_reading import asked, held, seen, when

ISO_2022_JP = "Subject: =?ISO-2022-JP?B?GyRCMnE1RBsoQg==?= =?ISO-2022-JP?B?GyRCO3FOQRsoQg==?="


def test_it_is_a_test_of_the_decoded_subject() -> None:
    assert held("{subject: 会議資料}", ISO_2022_JP)
    assert held("{subject: {exists: true}}", "Subject:")
    assert not held("{subject: x}", "X-Subject: x")
    assert when("{subject: x}").describe() == "header Subject matches /x/"


def test_it_marks_characters_not_bytes() -> None:
    assert seen(asked("{subject: 資.}", ISO_2022_JP)) == "資料"


def test_raw_eight_bit_subjects_are_decoded() -> None:
    assert held("{subject: 会議}", b"Subject: " + "次の会議のお知らせ".encode("shift_jis"))
    assert held("{subject: grüße}", "Subject: Grüße aus München".encode("latin-1"))
