from __future__ import annotations

from maildrop_py.report.dry_run_page.samples import MOST, Samples, share_out


def test_a_group_that_is_alone_keeps_the_first_of_its_texts() -> None:
    samples = Samples(room=10_000_000)
    for number in range(MOST + 50):
        samples.add("lists", str(number))
    assert samples.of("lists") == tuple(map(str, range(MOST)))
    assert not samples.wants("lists")


def test_many_groups_share_the_room_and_a_large_one_pushes_no_other_out() -> None:
    samples = Samples(room=1000)
    for number in range(200):
        samples.add("large", f"{number:010}")
    for number in range(40):
        samples.add(f"small {number}", "x" * 10)
    assert all(samples.of(f"small {number}") for number in range(40))
    assert samples.of("large")[0] == "0000000000"


def test_what_is_kept_is_bounded_however_many_groups_there_are() -> None:
    samples = Samples(room=10_000)
    for number in range(5000):
        for _ in range(3):
            samples.add(number, "x" * 100)
    kept = sum(len(text) for number in range(5000) for text in samples.of(number))
    assert 5000 < kept <= 10_100
    assert not samples.wants("a new one")


def test_room_is_shared_out_one_of_each_first() -> None:
    shared = share_out([("aa", "bb", "cc"), ("dd",), ("ee", "ff")], room=8)
    assert shared == [("aa", "bb"), ("dd",), ("ee",)]


def test_room_is_counted_in_bytes() -> None:
    assert share_out([("会議",), ("ok",)], room=5) == [(), ("ok",)]
