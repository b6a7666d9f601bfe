"""What `top` shows, of any server whatever it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maildrop_py.metrics.openmetrics import samples_in
from maildrop_py.report.live import COUNTS, GAUGES, figures_of, lines_of_figures, rate_of
from maildrop_py.report.visible import visible

NAMES = [*(f"{name}_total" for name in COUNTS), *GAUGES, "delivery_seconds_bucket"]
LABEL = st.dictionaries(st.just("label"), st.text(max_size=8) | st.just("0.5"), max_size=1)
SAMPLES = st.lists(st.tuples(st.sampled_from(NAMES), LABEL, st.floats()), max_size=20)


@given(SAMPLES, SAMPLES, st.just(0.0) | st.floats(0.1, 10), st.integers(1, 200))
def test_nothing_that_a_server_says_ends_it(
    now: list[tuple[str, dict[str, str], float]],
    before: list[tuple[str, dict[str, str], float]],
    seconds: float,
    width: int,
) -> None:
    figures, earlier = figures_of(now), figures_of(before)
    rates = [rate_of(figures, earlier, seconds), 0.0]
    for line, _ in lines_of_figures(figures, earlier, seconds, width, rates):
        assert visible(line) == line, "it does nothing to the terminal"


@given(st.text())
def test_no_text_ends_it(said: str) -> None:
    figures = figures_of(samples_in(said))
    assert [*lines_of_figures(figures, figures, 1.0)]


def test_rates_are_by_the_second_and_half_of_the_messages_have_a_bound() -> None:
    def figures(count: float) -> dict[str, dict[str, float]]:
        buckets = [("0.5", count / 2), ("2.0", count), ("+Inf", count)]
        told = [("delivery_seconds_bucket", {"le": bound}, number) for bound, number in buckets]
        return figures_of([("messages_total", {"result": "delivered"}, count), *told])

    lines = [line for line, _ in lines_of_figures(figures(30), figures(10), 4.0)]
    assert "half of the messages within 0.5 s, 99 % within 2 s" in lines
    assert lines[-1].split()[:3] == ["delivered", "30", "5.0/s"]
    assert rate_of(figures(30), figures(10), 4.0) == 5.0
    assert rate_of(figures(1), figures(10), 4.0) == 0.0, "the server was started again"
