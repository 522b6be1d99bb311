"""The periods of a series' files, and whether two periods can be the same."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.recipe.series.members import column_periods, may_be_same
from meguro_opendata.recipe.series.periods import Period

years = st.integers(1950, 2100)
months = st.integers(1, 12)


@pytest.mark.parametrize(
    ("values", "periods"),
    [
        (["2020-11-01", "2020-11-30", ""], (Period(2020, 11),)),
        (["2020-11-01", "2020-11-01"], (Period(2020, 11, 1),)),
        (["2020-11-01", "2020-11"], (Period(2020, 11),)),
        (["2020-11-01", "2020-12-01"], (Period(2020, 11, 1), Period(2020, 12, 1))),
        (["2020年", "2020年度"], (Period(2020), Period(2020, fiscal=True))),
        (["2020-11-01", "未定"], ()),
        (["", " "], ()),
    ],
)
def test_days_of_one_month_are_that_month(values: list[str], periods: tuple[Period, ...]) -> None:
    """A single day stays a day, days of two months are two periods, and years are not joined."""
    assert column_periods(pl.Series(values), None, 4) == periods


@given(years, months, months)
def test_a_month_lies_in_one_fiscal_year(year: int, month: int, start: int) -> None:
    """In that of its own year from the first month of the fiscal year on, before that in that of the year before."""
    fits = [
        other
        for other in range(year - 2, year + 3)
        if may_be_same(Period(other, fiscal=True), Period(year, month), start)
    ]
    assert fits == [year if month >= start else year - 1]


@given(years, months)
def test_a_calendar_year_lies_in_two_fiscal_years(year: int, start: int) -> None:
    """Its months do, and nothing says which is meant; the order of the two periods does not matter."""
    around = range(year - 2, year + 3)
    assert [o for o in around if may_be_same(Period(o, fiscal=True), Period(year), start)] == [year - 1, year]
    assert [o for o in around if may_be_same(Period(year), Period(o, fiscal=True), start)] == [year - 1, year]
