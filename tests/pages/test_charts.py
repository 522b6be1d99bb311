"""Charts: everything lies within the picture, heights are in proportion to values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.pages.charts import line_chart

shares = st.floats(0, 1, allow_nan=False)
values = st.floats(0, 1e9, allow_nan=False)
places = st.lists(st.tuples(shares, values), max_size=6).map(sorted)


@given(places, places, st.none() | values, st.integers(1, 12))
def test_everything_lies_within_the_picture(
    actual: list[tuple[float, float]], forecast: list[tuple[float, float]], target: float | None, ticks: int
) -> None:
    """No mark lies outside, whatever is greatest; each place has its mark, and lines begin where they should."""
    chart = line_chart(actual, forecast, target, ticks)
    marks = [*chart.actual, *chart.forecast, *chart.ticks, *([chart.target] if chart.target else [])]
    assert all(0 <= mark.x <= chart.width and 0 <= mark.y <= chart.height for mark in marks)
    assert (len(chart.actual), len(chart.ticks)) == (len(actual) + 1, ticks)
    assert (chart.actual[0].x, chart.actual[0].y) == (chart.left, chart.base)
    assert chart.forecast[:1] == (chart.actual[-1:] if forecast else ())


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
    assert line_chart([(0.5, 5)], [(share, 7)], None, 4).forecast[1].text == text


def test_an_empty_chart_has_a_scale() -> None:
    """Without any value the axis still has a height, and the line is its beginning alone."""
    chart = line_chart([], [], None, 4)
    assert chart.line(chart.actual) == "40,220"
    assert (chart.forecast, chart.target) == ((), None)
