"""What spam filters write, and which of several filters counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.message import spam
from maildrop_py.message.headers import Headers
from maildrop_py.message.spam import FILTERS, Verdict, verdict

OURS = "Received: from b by a; date"


def of(*lines: str, filters: tuple[str, ...] = ()) -> Verdict:
    """The verdict, where the lines behind BORDER are below it, and all others above."""
    head = "\n".join([*lines, "", ""]).encode()
    border = head.find(b"Received: border")
    return verdict(Headers(head), lambda: border if border >= 0 else len(head), filters)


@pytest.mark.parametrize(
    ("line", "score", "flag"),
    [
        ("X-Spam-Status: No, score=-1.9 required=5.0 tests=BAYES_00 autolearn=ham", -1.9, False),
        ("X-Spam-Status: Yes, hits=12.5 required=5.0 tests=A,B version=2.50-cvs", 12.5, True),
        ("X-Spam-Status: No, score=0.1 tagged_above=-999 required=5.3 tests=[A=0.1]", 0.1, False),
        ("X-Spam-Status: Yes, score=7 tests=score=9", 7.0, True),
        ("X-Spam-Status: No, score= required=5.0 tests=none", None, False),
        ("X-Spam-Status: No", None, False),
        ("X-Spam-Status: Yes", None, True),
        ("X-Spam-Status: not scanned: too big", None, None),
        ("X-Spam-Status: Nothing", None, None),
        ("X-Spam-Status:", None, None),
        ("X-Spam-Flag: YES", None, True),
        ("X-Spam-Flag: No", None, False),
        ("X-Spam-Flag: maybe", None, None),
        ("X-Spam: Yes", None, True),
        ("X-Spam: spam BIG_FONT", None, None),
        ("X-Spam-Score: 3.1 (+++)", 3.1, None),
        ("X-Spam-Score: 0.2 (/)", 0.2, None),
        ("X-Spam-Score: -0.309", -0.309, None),
        ("X-Spam-Score:", None, None),
        ("X-Spam-Score: high", None, None),
        ("X-Spam-Score: 1.2.3", None, None),
        ("X-Spam-Score: " + "9" * 400, None, None),
        ("X-Spam-Level: *****", 5.0, None),
        ("X-Spam-Level:", None, None),
        ("X-Spam-Level: low", None, None),
        ("X-Spamd-Result: default: False [2.77 / 25.00]; R(3.00)[]; S(-0.23)[x]", 2.77, False),
        ("X-Spamd-Result: default: True [-1.50 / 15.00]", -1.5, True),
        ("X-Spamd-Result: nonsense", None, None),
        ("X-Rspamd-Score: 8.5 / 15 / 15", 8.5, None),
        ("X-Spamd-Bar: ++++", 4.0, None),
        ("X-Spamd-Bar: --", -2.0, None),
        ("X-Spamd-Bar: /", 0.0, None),
        ("X-Spam_score: -4.2", -4.2, None),
        ("X-Spam_score_int: -41", -4.1, None),
        ("X-Spam_bar: +++", 3.0, None),
        ("X-MS-Exchange-Organization-SCL: 5", 5.0, True),
        ("X-MS-Exchange-Organization-SCL: -1", -1.0, False),
        ("X-MS-Exchange-Organization-SCL: 77", None, None),
        ("X-Forefront-Antispam-Report: CIP:192.0.2.1; SCL:9; SFV:SPM; CAT:SPM;", 9.0, True),
        ("X-Forefront-Antispam-Report: CIP:192.0.2.1;SRV:;SFV:NSPM", None, None),
        ("X-Barracuda-Spam-Status: Yes, SCORE=8.81 using scores of KILL_LEVEL=6.2", 8.81, True),
        ("X-Bogosity: Spam, tests=bogofilter, spamicity=0.999999, version=1.2.5", None, True),
        ("X-Bogosity: Ham, tests=bogofilter, spamicity=0.000000, version=1.2.5", None, False),
        ("X-Bogosity: Unsure, tests=bogofilter, spamicity=0.500000", None, None),
        ("Subject: X-Spam-Score: 9", None, None),
    ],
)
def test_each_filter_is_understood(line: str, score: float | None, flag: bool | None) -> None:
    found = of(line)
    assert found.score == (None if score is None else pytest.approx(score))
    assert found.flag is flag
    spoke = score is not None or flag is not None
    assert found.header == (line.partition(":")[0] if spoke else "")


def said(found: Verdict) -> tuple[float | None, bool | None, str]:
    return found.score, found.flag, found.header


def test_folded_status_is_read() -> None:
    line = "X-Spam-Status: No, hits=-6.6\n\trequired=7.0\n\ttests=A,\n\t      B"
    assert said(of(line)) == (-6.6, False, "X-Spam-Status")


def test_a_number_goes_before_stars_whatever_stands_first() -> None:
    found = of("X-Spam-Flag: YES", "X-Spam-Level: *******", "X-Spam-Status: Yes, score=7.9")
    assert said(found) == (7.9, True, "X-Spam-Status")


def test_stars_go_before_the_levels_of_exchange() -> None:
    found = of("X-MS-Exchange-Organization-SCL: 6", "X-Spam-Level: **")
    assert said(found) == (2.0, True, "X-Spam-Level")


def test_an_empty_score_leaves_room_for_another_field_of_the_set() -> None:
    found = of("X-Spam-Status: No, score=", "X-Spam-Level:", "X-Spam_score_int: 12")
    assert said(found) == (1.2, False, "X-Spam_score_int")


def test_the_set_above_a_received_field_wins() -> None:
    found = of(
        "Received: from b by a; date",
        "X-Spam-Status: No",
        "Received: from c by b; date",
        "X-Spam-Flag: YES",
        "X-Spam-Score: 20",
    )
    assert said(found) == (None, False, "X-Spam-Status")


def test_of_two_stacked_sets_the_upper_one_wins() -> None:
    found = of("X-Spam-Status: No, score=", "X-Spam-Status: Yes, score=20", "X-Spam-Flag: YES")
    assert said(found) == (None, False, "X-Spam-Status")


def test_filters_beside_each_other_are_one_set() -> None:
    found = of("X-Bogosity: Ham, spamicity=0.1", "X-Spam-Status: Yes, score=6.0")
    assert said(found) == (6.0, False, "X-Spam-Status")


def test_no_filter_says_nothing() -> None:
    assert of("Subject: x") == Verdict()


BORDER = "Received: border"
"""Where the border is; what is below may be the sender's."""


@pytest.mark.parametrize(
    ("lines", "score", "flag"),
    [
        (["X-Spam-Status: Yes, score=20"], 20.0, True),
        (["X-Spam-Status: No, score=-20"], None, None),
        (["X-Spam-Status: No, score=0"], None, None),
        (["X-Spam-Flag: NO"], None, None),
        (["X-Spam-Score: 2", "X-Spam-Score: 9", "X-Spam-Score: -5"], 9.0, None),
        (["X-Spam-Flag: NO", "Received: x", "X-Spam-Flag: YES"], None, True),
        (["X-Spam-Level: ***", "X-Spam-Level: ********"], 8.0, None),
    ],
)
def test_what_is_below_the_border_adds_suspicion_and_takes_none_away(
    lines: list[str], score: float | None, flag: bool | None
) -> None:
    found = of(BORDER, *lines)
    assert (found.score, found.flag) == (score, flag)
    assert found.believed is (score is None)


@pytest.mark.parametrize("below", ["X-Spam-Status: No, score=-50", "X-Spam-Status: Yes, score=50"])
def test_the_sites_own_verdict_counts_before_any_from_below(below: str) -> None:
    found = of("X-Spam-Status: Yes, score=6", BORDER, below)
    assert (found.score, found.flag, found.believed) == (6.0, True, True)


MINE = ["X-Spam-Status: No, score=-1.5 required=5 tests=A", "X-Spam-Level:"]


def test_a_filter_that_is_named_is_believed_below_the_border() -> None:
    assert said(of(BORDER, *MINE))[:2] == (None, None)
    found = of(BORDER, *MINE, filters=("spamassassin",))
    assert (found.score, found.flag, found.believed) == (-1.5, False, True)
    assert of(BORDER, *MINE, filters=("bogofilter",)).score is None


@pytest.mark.parametrize("senders_own_first", [True, False])
def test_of_several_sets_of_a_named_filter_the_one_counts_that_says_more(
    senders_own_first: bool,
) -> None:
    own, sites = "X-Spam-Status: No, score=-50", "X-Spam-Status: Yes, score=7"
    lines = (own, sites) if senders_own_first else (sites, own)
    found = of(BORDER, *lines, filters=("spamassassin",))
    assert (found.score, found.flag) == (7.0, True)


def test_the_border_is_not_asked_for_where_all_sets_are_above_every_received() -> None:
    def nobody_asks() -> int:
        raise AssertionError

    headers = Headers(f"X-Spam-Score: 3\n{OURS}\n\n".encode())
    assert verdict(headers, nobody_asks).score == 3.0


NAMES = st.sampled_from(
    ["X-Spam-Status", "X-Spam-Score", "X-Spam-Level", "Received", "X-Spamd-Result"]
)
LINES = st.tuples(NAMES, st.text(alphabet="yesno,score=-.0129[]/*+ ", max_size=20))


@given(st.lists(LINES, max_size=8))
def test_nothing_raises(lines: list[tuple[str, str]]) -> None:
    found = of(*(f"{name}: {value}" for name, value in lines))
    assert bool(found.header) == (found.score is not None or found.flag is not None)


def test_every_field_of_a_filter_is_read() -> None:
    assert {name for names in FILTERS.values() for name in names} == set(spam._READERS)


def test_the_quick_look_lets_every_field_through() -> None:
    for name in spam._READERS:
        assert name.encode().startswith(spam._BEGINNINGS), name


@pytest.mark.parametrize("filters", [(), ("rspamd",)])
def test_a_sender_s_no_in_the_same_set_hides_no_yes_of_a_milter(filters: tuple[str, ...]) -> None:
    """rspamd takes out the sender's X-Spam and appends its own: no name is twice in the set."""
    found = of(
        *("Received: border", "X-Spam-Status: No, score=-99 required=5", "X-Spam-Flag: NO"),
        *(
            "X-Spam-Score: -99",
            "Subject: x",
            "X-Spam: Yes",
            "X-Spamd-Result: default: True [20 / 15]",
        ),
        filters=filters,
    )
    assert (found.flag, found.score) == (True, 20.0)
