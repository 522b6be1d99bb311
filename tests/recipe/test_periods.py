"""Periods are read from names and cells in whatever form they are written."""

import re
from datetime import date

import pytest
from hangs import at_most
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.recipe.series import name_periods
from meguro_opendata.recipe.series.ownpattern import matches_in
from meguro_opendata.recipe.series.periods import Period, pattern_fault, periods_in


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("131105_population_20201101.csv", "2020-11-01"),
        ("131105_population_202011.csv", "2020-11"),
        ("人口_2020-11.csv", "2020-11"),
        ("人口　令和６年４月.xlsx", "2024-04"),
        ("人口(令和元年5月1日).csv", "2019-05-01"),
        ("R6.4人口.csv", "2024-04"),
        ("R0604人口.csv", "2024-04"),
        ("H310401.csv", "2019-04-01"),
        ("平成31年4月.csv", "2019-04"),
        ("決算_2024年度.csv", "FY2024"),
        ("決算_令和6年度.csv", "FY2024"),
        ("決算令和6年度3月分.csv", "2025-03"),
        ("FY2024.csv", "FY2024"),
        ("202011_人口_2024.csv", "2024"),
        ("2024年.csv", "2024"),
        ("2024_4_1.csv", "2024-04-01"),
    ],
)
def test_a_period_is_read_in_whatever_form_it_is_written(text: str, label: str) -> None:
    """Western and Japanese years, with and without signs between, days, months, years and fiscal years."""
    assert [period.label for period in name_periods(text, None, 4)] == [label]


@pytest.mark.parametrize(
    "name",
    ["131105_population_202100301.csv", "131105_population_20201301.csv", "131105_population.csv", "20230230.csv"],
)
def test_a_period_that_the_calendar_does_not_have_is_not_guessed(name: str) -> None:
    """A digit too many, a thirteenth month or a thirtieth of February is no period."""
    assert name_periods(name, None, 4) == ()


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    """Whatever day is in a name of the standard's form is that day, and its name is written the same."""
    (period,) = name_periods(f"131105_population_{day:%Y%m%d}.csv", None, 4)
    assert (period, period.compact) == (Period(day.year, day.month, day.day), f"{day:%Y%m%d}")
    assert periods_in(period.written()) == [period]


def test_a_pattern_of_the_recipe_is_obeyed() -> None:
    """Names that say the period in a way of their own are read by the recipe's pattern."""
    pattern = "(?P<year>R[0-9]+)jinko(?P<month>[0-9]+)"
    assert [period.label for period in name_periods("R6jinko10.xlsx", pattern, 4)] == ["2024-10"]
    assert name_periods("R6jinko13.xlsx", pattern, 4) == ()


PIECES = st.sampled_from(["R6", "2024", "年", "10", "月", "a", "_", "-", " ", "令和", "\n"])
PATTERNS = [
    "(?P<year>R[0-9]+)jinko(?P<month>[0-9]+)",
    "(?P<year>[0-9]{4})",
    "(?P<year>[0-9]{2,4})年?(?P<month>[0-9]{1,2})?",
    "^(?P<year>R6)|(?P<month>10)(?P<day>a)?",
    r"\b(?P<year>[0-9]+)\b",
    "(?P<year>[0-9]*)",
    "(?:年|(?P<year>[^年]+))(?P<month>[0-9]+)$",
]


@given(st.sampled_from(PATTERNS), st.lists(PIECES, max_size=12).map("".join))
def test_an_own_pattern_finds_what_python_finds(pattern: str, text: str) -> None:
    """The linear search finds the same matches in the same order as Python's own."""
    text = text.rstrip("\n")  # before a last line break the two differ in what ends a text
    assert list(matches_in(pattern, text)) == [found.groupdict() for found in re.finditer(pattern, text)]


@pytest.mark.parametrize("pattern", [r"(?P<year>(\d+)+)x", "(?P<year>(1|11)*)x", "(?P<year>1*1*1*1*1*1*)x"])
def test_an_own_pattern_ends_on_any_name(pattern: str) -> None:
    """Patterns on which Python's search does not end within a lifetime."""
    with at_most(20, "the search"):
        assert periods_in("1" * 400, pattern) == []


@pytest.mark.parametrize("pattern", ["(?P<year>[0-9]{4})(?=年)", r"(?P<year>([0-9])\2)", "(?<!a)(?P<year>[0-9]{4})"])
def test_a_pattern_that_cannot_be_searched_in_linear_time_is_refused(pattern: str) -> None:
    """Looking ahead, looking back, and references to groups."""
    assert pattern_fault(pattern) == "pattern-not-linear"
