"""Quarters and halves of a fiscal year: first and last days, names, and the strategy's plan for them."""

from datetime import date, timedelta

import pytest

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.followup_period import Period, period_of
from meguro_opendata.kpi.strategy import Focus


@pytest.mark.parametrize(
    ("start", "number", "first", "last"),
    [
        (4, 1, "2025-04-01", "2025-06-30"),
        (4, 2, "2025-07-01", "2025-09-30"),
        (4, 3, "2025-10-01", "2025-12-31"),
        (4, 4, "2026-01-01", "2026-03-31"),
        (1, 1, "2025-01-01", "2025-03-31"),
        (1, 4, "2025-10-01", "2025-12-31"),
        (10, 2, "2026-01-01", "2026-03-31"),
    ],
)
def test_a_quarter_begins_with_its_first_month(start: int, number: int, first: str, last: str) -> None:
    """Without a number it is the quarter of the day, from its first day to its last."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    period = Period(2025, number, (number,), begin, end)
    for day in (begin, end):
        assert period_of(2025, start, day) == period
        assert period_of(2025, start, day, quarter=number) == period
    assert not period.half


@pytest.mark.parametrize(
    ("half", "quarters", "first", "last"),
    [(1, (1, 2), "2025-04-01", "2025-09-30"), (2, (3, 4), "2025-10-01", "2026-03-31")],
)
def test_a_half_is_two_quarters(half: int, quarters: tuple[int, ...], first: str, last: str) -> None:
    """It goes before a quarter that is given as well."""
    period = period_of(2025, 4, date(2026, 3, 31), quarter=1, half=half)
    assert period == Period(2025, half, quarters, date.fromisoformat(first), date.fromisoformat(last))
    assert period.half


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_quarter_is_refused_until_the_day_on_which_it_begins(number: int) -> None:
    """The message names year, quarter and day."""
    first = period_of(2025, 4, date.max, quarter=number).first
    assert period_of(2025, 4, first, quarter=number).number == number
    with pytest.raises(MeguroOpendataError) as refused:
        period_of(2025, 4, first - timedelta(days=1), quarter=number)
    params = {"half": None, "quarter": number, "year": 2025, "day": first}
    assert (refused.value.code, refused.value.params) == ("quarter-not-begun", params)


def test_a_half_is_refused_until_the_day_on_which_it_begins() -> None:
    """The first half with the year, the second with its third quarter."""
    for half, first in ((1, date(2025, 4, 1)), (2, date(2025, 10, 1))):
        assert period_of(2025, 4, first, half=half).first == first
        with pytest.raises(MeguroOpendataError) as refused:
            period_of(2025, 4, first - timedelta(days=1), half=half)
        assert (refused.value.code, refused.value.params["half"]) == ("half-not-begun", half)


def test_a_period_has_a_name_in_both_languages() -> None:
    """With the fiscal year and its era."""
    quarter, half = (period_of(2025, 4, date.max, quarter=3), period_of(2025, 4, date.max, half=2))
    assert quarter.name("ja") == "2025年度（令和7年度）第3四半期"
    assert half.name("ja") == "2025年度（令和7年度）第2半期"
    assert quarter.name("en") == "Fiscal year 2025 (Reiwa 7), quarter 3"
    assert half.name("en") == "Fiscal year 2025 (Reiwa 7), half 2"


SCHEDULE = {"q1": ["設計"], "q2": ["設計", "試行"], "q3": [], "q4": ["評価"]}


@pytest.mark.parametrize(
    ("quarter", "half", "plan"),
    [
        (1, None, ("設計",)),
        (2, None, ("設計", "試行")),
        (3, None, ()),
        (4, None, ("評価",)),
        (None, 1, ("設計", "試行")),
        (None, 2, ("評価",)),
    ],
)
def test_a_plan_has_each_task_of_the_period_once(quarter: int | None, half: int | None, plan: tuple[str, ...]) -> None:
    """In the document's order; a task of both quarters of a half stands once."""
    focus = Focus.model_validate({"number": 1, "name": "重点取組", "schedule": SCHEDULE})
    assert period_of(2025, 4, date.max, quarter, half).plan(focus) == plan


def test_a_plan_that_is_not_known_gives_its_reason() -> None:
    """The document's schedule is a picture."""
    focus = Focus.model_validate({"number": 1, "name": "取組", "schedule": None, "schedule_reason": "図のため"})
    assert period_of(2025, 4, date.max, 1).plan(focus) == ("図のため",)
