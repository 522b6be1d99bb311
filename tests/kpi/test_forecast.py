"""Forecasts, standings and gaps: each limit at, just below and just above its value."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.kpi.figures import Count, Indicator, held_against
from meguro_opendata.kpi.forecast import Course, Forecast, Silence, forecast_of, recent_days
from meguro_opendata.kpi.gaps import Gap, gaps_of
from meguro_opendata.kpi.next_steps import Step
from meguro_opendata.kpi.standing import Standing, sign_of, standing_of
from meguro_opendata.kpi.strategy import Comparison, Target

COMPARISONS: tuple[Comparison, ...] = ("at_least", "more_than", "at_most", "reduction")


def course(**changed: float) -> Course:
    """A figure of 10 on the 200th of 365 days, two of it in the last 91."""
    values: dict[str, float] = {"actual": 10, "gained": 2, "gone": 200, "recent": 91, "days": 365, "event_days": 4}
    return Course(**{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"gone": -1}, Silence.NOT_BEGUN),
        ({"gone": 0}, Silence.NOT_BEGUN),
        ({"gone": 1, "recent": 1}, Silence.EARLY),
        ({"gone": 36, "recent": 18}, Silence.EARLY),
        ({"gone": 37, "recent": 18}, Forecast(46, 99)),
        ({"gone": 36, "recent": 18, "event_days": 0}, Silence.EARLY),
        ({"event_days": 0}, Silence.FEW),
        ({"event_days": 1}, Silence.FEW),
        ({"event_days": 2}, Forecast(13, 19)),
        ({"gone": 364}, Forecast(10, 11)),
        ({"gone": 365}, Silence.OVER),
        ({"gone": 366}, Silence.OVER),
        ({"gone": 365, "event_days": 0}, Silence.OVER),
    ],
)
def test_a_forecast_needs_a_tenth_of_the_year_and_events_on_two_days(
    changed: dict[str, float], expected: Forecast | Silence
) -> None:
    """Of several reasons against it, the first in the order of the year is given."""
    assert forecast_of(course(**changed)) == expected


@pytest.mark.parametrize(
    ("gone", "days", "recent"),
    [
        (0, 365, 1),
        (1, 365, 1),
        (3, 365, 1),
        (4, 365, 2),
        (181, 365, 90),
        (182, 365, 91),
        (183, 365, 91),
        (364, 366, 91),
    ],
)
def test_the_last_quarter_is_91_days_or_half_of_the_days_gone(gone: int, days: int, recent: int) -> None:
    """It has at least one day, so that a pace can be divided by it."""
    assert recent_days(gone, days) == recent


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"gained": 10}, Forecast(18.2, 28.2)),
        ({"actual": 0.05, "gained": 0}, Forecast(0.05, 0.1)),
        ({"actual": 10.25, "gained": -3}, Forecast(10.25, 18.8)),
        ({"actual": 12, "gained": 0}, Forecast(12, 21.9)),
    ],
)
def test_a_range_of_fractions_has_one_place_and_is_rounded_outward(
    changed: dict[str, float], expected: Forecast
) -> None:
    """It is never below the figure, which can have more places."""
    assert forecast_of(Course(**{**vars(course(**changed)), "whole": False})) == expected


@given(st.integers(0, 500), st.integers(0, 500), st.integers(37, 364), st.floats(0, 1, allow_nan=False), st.booleans())
def test_a_range_holds_both_paces_and_never_begins_below_the_figure(
    actual: int, gained: int, gone: int, part: float, whole: bool
) -> None:
    """At the end of the remaining days the straight lines reach the range, and at their beginning the figure."""
    gained = min(gained, actual)
    found = forecast_of(Course(actual=actual, gained=gained, gone=gone, recent=91, days=365, event_days=2, whole=whole))
    assert isinstance(found, Forecast)
    paces = [actual + pace * (365 - gone) for pace in (actual / gone, gained / 91)]
    assert actual <= found.lower <= min(paces) + 1e-6
    assert found.upper >= max(paces) - 1e-6
    assert found.upper - max(paces) < 1.000001
    assert found.after(1, actual, whole=whole) == found
    assert found.after(0, actual, whole=whole) == Forecast(actual, actual)
    between = found.after(part, actual, whole=whole)
    assert actual <= between.lower <= between.upper <= found.upper


def target(value: float, comparison: Comparison = "at_least", unit: str = "件") -> Target:
    """A target of a strategy."""
    values = {"id": "a.b", "name": "指標", "target": value, "unit": unit, "comparison": comparison, "text": "文"}
    return Target.model_validate({**values, "definition": "数え方"})


@pytest.mark.parametrize(
    ("comparison", "actual", "running", "over"),
    [
        ("at_least", 9, "under_way", "missed"),
        ("at_least", 10, "reached", "reached"),
        ("at_least", 11, "reached", "reached"),
        ("more_than", 10, "under_way", "missed"),
        ("more_than", 10.01, "reached", "reached"),
        ("reduction", 9.99, "under_way", "missed"),
        ("reduction", 10, "reached", "reached"),
        ("reduction", -3, "under_way", "missed"),
        ("at_most", 9, "under_way", "reached"),
        ("at_most", 10, "under_way", "reached"),
        ("at_most", 10.01, "missed", "missed"),
        ("at_most", None, "not_recorded", "not_recorded"),
        ("at_least", None, "not_recorded", "not_recorded"),
        ("at_least", 0, "under_way", "missed"),
    ],
)
def test_the_status_of_a_figure_on_either_side_of_its_target(
    comparison: Comparison, actual: float | None, running: str, over: str
) -> None:
    """During the year and after it: a limit is reached only when the year is over, and is broken at once."""
    statuses = [held_against(target(10, comparison), Count(actual), over=ended).status for ended in (False, True)]
    assert statuses == [running, over]
    assert held_against(None, Count(actual), over=True).status == "no_target"


@pytest.mark.parametrize(
    ("comparison", "actual", "status"),
    [("at_least", 75, "missed"), ("at_least", 76, "reached"), ("at_most", 75, "missed"), ("at_most", 74, "reached")],
)
def test_a_figure_that_is_only_about_its_target_has_not_reached_it(
    comparison: Comparison, actual: float, status: str
) -> None:
    """約75% can be 74.6 %: it has to be beyond the target."""
    found = held_against(target(75, comparison, "%"), Count(actual, qualifier="about"), over=True)
    assert found.status == status
    at_least = held_against(target(75, comparison, "%"), Count(75, qualifier="at_least"), over=True)
    assert at_least.status == "reached"


@pytest.mark.parametrize(
    ("comparison", "value", "actual", "rate"),
    [
        ("at_least", 8, 4, 0.5),
        ("at_least", 8, 0, 0.0),
        ("at_least", 0, 4, None),
        ("at_least", 8, None, None),
        ("at_most", 8, 4, None),
        ("more_than", 3, 2, 0.667),
        ("reduction", 10, -3, -0.3),
        ("at_least", 10000, 9999, 0.9999),
        ("at_least", 10000, 1, 0.0001),
    ],
)
def test_a_rate_has_three_places_or_as_many_as_keep_it_from_0_and_1(
    comparison: Comparison, value: float, actual: float | None, rate: float | None
) -> None:
    """Without target, figure or a direction in which more is better there is no rate."""
    assert held_against(target(value, comparison), Count(actual), over=False).rate == rate


@pytest.mark.parametrize(
    ("official", "held"), [("files", 5), ("all", 5), ("tables", 3), ("without_routine", 2), (None, 5)]
)
def test_the_strategy_names_the_count_that_is_compared(official: str | None, held: int) -> None:
    """Of a figure without such counts there is only one."""
    wanted = target(10).model_copy(update={"official": official}) if official else None
    assert Count(5, without_routine=2, tables=3).held(wanted) == held
    assert Count(5).held(wanted) == 5


def indicator(
    status: str, comparison: Comparison = "at_least", value: float | None = 10, **changed: object
) -> Indicator:
    """An indicator with a status."""
    found = Indicator("a.b", "指標", value, 5, 0.5, "件", "", status, "", comparison=comparison)
    return Indicator(**{**vars(found), **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "comparison", "lower", "standing"),
    [
        ("reached", "at_least", None, Standing.REACHED),
        ("reached", "at_most", None, Standing.REACHED),
        ("under_way", "at_least", 9, Standing.ACTION),
        ("under_way", "at_least", 10, Standing.EXPECTED),
        ("under_way", "at_least", 11, Standing.EXPECTED),
        ("under_way", "more_than", 10, Standing.ACTION),
        ("under_way", "more_than", 10.1, Standing.EXPECTED),
        ("under_way", "at_least", None, Standing.ACTION),
        ("under_way", "reduction", None, Standing.ACTION),
        ("under_way", "at_most", None, Standing.EXPECTED),
        ("missed", "at_least", 11, Standing.ACTION),
        ("missed", "at_most", None, Standing.ACTION),
        ("not_recorded", "at_least", None, Standing.UNRECORDED),
        ("not_recorded", "at_most", None, Standing.UNRECORDED),
    ],
)
def test_the_lower_end_of_the_forecast_decides_what_is_expected(
    status: str, comparison: Comparison, lower: float | None, standing: Standing
) -> None:
    """The upper end never does, and no forecast is no reason to expect anything."""
    forecast = Silence.FEW if lower is None else Forecast(lower, 99)
    assert standing_of(indicator(status, comparison), forecast) == standing


@pytest.mark.parametrize(("status", "comparison"), list(product(["reached", "missed", "no_target"], COMPARISONS)))
def test_a_figure_without_a_target_has_no_standing(status: str, comparison: Comparison) -> None:
    """Whatever its status is."""
    assert standing_of(indicator(status, comparison, None), Silence.FEW) is None


def test_a_status_without_a_rule_is_an_error() -> None:
    """A new status needs a rule in kpi.toml."""
    with pytest.raises(LookupError, match="unheard-of"):
        standing_of(indicator("unheard-of"), Silence.FEW)


def test_each_standing_has_a_sign_of_its_own() -> None:
    """A grey print distinguishes them."""
    assert [sign_of(one) for one in Standing] == ["◎", "○", "▲", "－"]


STEPS = [Step("publish", "a", files=3), Step("build", "b", files=2), Step("update", "c"), Step("record", "d")]


@pytest.mark.parametrize(
    ("figure", "over", "gaps"),
    [
        (indicator("under_way"), False, [(5, None)]),
        (indicator("reached"), False, []),
        (indicator("under_way", "at_most"), False, []),
        (indicator("missed", "at_most"), True, []),
        (indicator("no_target", value=None), False, []),
        (indicator("not_recorded", actual=None), False, []),
        (indicator("under_way", id="opendata.new_datasets"), False, [(5, 2)]),
        (indicator("under_way", id="opendata.new_resources"), False, [(5, 5)]),
        (indicator("missed", id="opendata.new_resources"), True, [(5, None)]),
        (indicator("under_way", id="opendata.on_time", actual=None), False, [(10, None)]),
        (indicator("under_way", value=0.3, actual=0.1), False, [(0.2, None)]),
        (indicator("under_way", "more_than", value=5), False, [(0, None)]),
    ],
)
def test_the_gap_is_the_exact_difference_to_the_target(
    figure: Indicator, over: bool, gaps: list[tuple[float, int | None]]
) -> None:
    """Files that are one step from publication are in reach, while the year goes on."""
    assert gaps_of([figure], STEPS, over=over) == [Gap(figure, missing, reach) for missing, reach in gaps]


def test_without_a_step_that_publishes_nothing_is_in_reach() -> None:
    """0 files are not shown as a number."""
    figure = indicator("under_way", id="opendata.new_datasets")
    assert [gap.in_reach for gap in gaps_of([figure], STEPS[2:], over=False)] == [None]
