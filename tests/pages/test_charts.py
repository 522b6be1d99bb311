"""Charts: everything lies within the picture, heights are in proportion to values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.pages.charts import bar_chart, line_chart

shares = st.floats(0, 1, allow_nan=False)
values = st.floats(0, 1e9, allow_nan=False)
places = st.lists(st.tuples(shares, values), max_size=6).map(sorted)
spans = st.lists(st.tuples(shares, values, values), max_size=6).map(sorted)


@given(places, spans, st.none() | values, st.integers(1, 12))
def test_everything_lies_within_the_picture(
    actual: list[tuple[float, float]], forecast: list[tuple[float, float, float]], target: float | None, ticks: int
) -> None:
    """No mark lies outside, whatever is greatest; each place has its mark, and lines begin where they should."""
    chart = line_chart(actual, forecast, target, ticks)
    marks = [*chart.actual, *chart.lower, *chart.upper, *chart.ticks, *([chart.target] if chart.target else [])]
    assert all(0 <= mark.x <= chart.width and 0 <= mark.y <= chart.height for mark in marks)
    assert (len(chart.actual), len(chart.ticks)) == (len(actual) + 1, ticks)
    assert (chart.actual[0].x, chart.actual[0].y) == (chart.left, chart.base)
    assert chart.lower[:1] == chart.upper[:1] == (chart.actual[-1:] if forecast else ())


def test_heights_are_in_proportion() -> None:
    """A tenth of the target is a tenth as high, half of the time half as far; the highest line has room above it."""
    chart = line_chart([(0.5, 5)], [], 50, 4)
    assert chart.target is not None
    assert (chart.base - chart.actual[-1].y) / (chart.base - chart.target.y) == pytest.approx(0.1, abs=0.01)
    assert chart.actual[-1].x == (chart.left + chart.right) / 2
    assert 24 < chart.target.y < 60


@pytest.mark.parametrize(("share", "text"), [(0.55, ""), (0.9, "7")])
def test_a_number_that_would_be_written_over_another_is_left_out(share: float, text: str) -> None:
    """A forecast beside the last known figure has no number of its own; one further away has."""
    assert line_chart([(0.5, 5)], [(share, 6, 7)], None, 4).upper[1].text == text


def test_an_empty_chart_has_a_scale() -> None:
    """Without any value the axis still has a height, and the line is its beginning alone."""
    chart = line_chart([], [], None, 4)
    assert chart.line(chart.actual) == "40,220"
    assert (chart.lower, chart.upper, chart.target) == ((), (), None)


def test_a_share_does_not_start_at_nothing() -> None:
    """The line of a figure that is no count begins at its first value."""
    assert [mark.text for mark in line_chart([(0.25, 70.6), (0.5, 72)], [], 75, 4, grows=False).actual] == [
        "70.6",
        "72",
    ]


@given(st.lists(st.tuples(st.just("2025"), values, st.none() | values), max_size=8))
def test_bars_lie_within_the_picture(found: list[tuple[str, float, float | None]]) -> None:
    """Each bar stands on the axis, and no bar or target is higher than the picture."""
    chart = bar_chart(found)
    assert len(chart.bars) == len(found)
    for bar in chart.bars:
        assert chart.left <= bar.x <= bar.x + bar.width <= chart.right
        assert bar.y + bar.height == pytest.approx(chart.base, abs=0.2)
        assert 0 <= bar.y <= chart.base
        assert bar.target is None or 0 <= bar.target <= chart.base
