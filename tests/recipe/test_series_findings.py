"""Series: the rhythm of files, their gaps and duplicates, unreadable periods, and differing headers."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.recipe.series.members import (
    Member,
    cell_periods,
    differing_headers,
    differing_periods,
    found_step,
    month_number,
    period_findings,
)
from meguro_opendata.recipe.series.periods import Period
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table


def members(*periods: Period) -> list[Member]:
    """A file for each period, named after it."""
    return [Member(period.label, (period,)) for period in periods]


def table(header: list[str]) -> Table:
    """A table of one row."""
    records = [header, ["1"] * len(header)]
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=[1, 2]), 1)


def found(*periods: Period, step: str | None = None) -> list[tuple[str, dict[str, object]]]:
    """Code and parameters of each finding on the periods of a series."""
    return [(one.code, dict(one.params)) for one in period_findings(members(*periods), step)]


MONTHS = [Period(2024, month) for month in range(1, 13)]
QUARTERS = [Period(2024, month) for month in (4, 7, 10)]
YEARS = [Period(year) for year in (2022, 2023, 2024)]
FISCAL = [Period(year, fiscal=True) for year in (2022, 2023, 2024)]
DAYS = [Period(2024, 4, day) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("periods", "step"),
    [
        ([], None),
        (MONTHS[:1], None),
        (MONTHS[:2], "month"),
        (MONTHS, "month"),
        ([*MONTHS[:2], *MONTHS[3:5]], "month"),
        (QUARTERS, "quarter"),
        ([Period(2024, 4), Period(2024, 10), Period(2025, 4)], "half-year"),
        (YEARS, "year"),
        (FISCAL, "fiscal-year"),
        ([Period(2022, 4, 1), Period(2023, 4, 1), Period(2024, 4, 1)], "year"),
        ([Period(2024, 1, 31), Period(2024, 2, 29), Period(2024, 3, 31)], "month"),
        (DAYS, "day"),
        ([*DAYS[:2], Period(2024, 5, 1)], "day"),
        # Two of four share a month: half is not most.
        ([*DAYS[:2], Period(2024, 5, 1), Period(2024, 6, 1)], "month"),
        # Equally frequent distances: the shorter one, as a gap makes a distance longer.
        ([Period(2024, 1), Period(2024, 2), Period(2024, 5)], "month"),
        # Each distance once, of three: no rhythm.
        ([Period(2024, 1), Period(2024, 2), Period(2024, 5), Period(2024, 11)], None),
        ([Period(2024, 1), Period(2024, 3), Period(2024, 5)], None),
    ],
)
def test_the_rhythm_that_most_files_follow(periods: list[Period], step: str | None) -> None:
    """At least half of the distances; days only if most files share their month with another."""
    assert found_step(members(*periods)) == step


@given(st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 24))
def test_months_are_counted_across_years(year: int, month: int, more: int) -> None:
    """A day counts as its month, a year as its January."""
    later = Period(year + (month + more - 1) // 12, (month + more - 1) % 12 + 1, 28)
    assert month_number(later) - month_number(Period(year, month)) == more
    assert month_number(Period(year)) == month_number(Period(year, 1))


@pytest.mark.parametrize(
    ("periods", "step", "expected"),
    [
        (MONTHS, None, []),
        (FISCAL, None, []),
        (
            [*MONTHS[:2], *MONTHS[4:6]],
            None,
            [
                (
                    "series-gap",
                    {"file": "2024-05", "other": "2024-02", "missing": ["2024-03", "2024-04"], "count": 2},
                )
            ],
        ),
        (
            [FISCAL[0], FISCAL[2]],
            "fiscal-year",
            [("series-gap", {"file": "FY2024", "other": "FY2022", "missing": ["FY2023"], "count": 1})],
        ),
        (
            [Period(2022), Period(2024)],
            "year",
            [("series-gap", {"file": "2024", "other": "2022", "missing": ["2023"], "count": 1})],
        ),
        (
            [Period(2024, 1), Period(2024, 10)],
            "quarter",
            [("series-gap", {"file": "2024-10", "other": "2024-01", "missing": ["2024-04", "2024-07"], "count": 2})],
        ),
        # Six missing months are listed, of seven six and an ellipsis.
        (
            [Period(2024, 1), Period(2024, 8)],
            "month",
            [
                (
                    "series-gap",
                    {
                        "file": "2024-08",
                        "other": "2024-01",
                        "missing": [f"2024-0{month}" for month in range(2, 8)],
                        "count": 6,
                    },
                )
            ],
        ),
        (
            [Period(2024, 1), Period(2024, 9)],
            "month",
            [
                (
                    "series-gap",
                    {
                        "file": "2024-09",
                        "other": "2024-01",
                        "missing": [*(f"2024-0{month}" for month in range(2, 8)), "..."],
                        "count": 7,
                    },
                )
            ],
        ),
        # Duplicates: the same period; in a declared rhythm the same place.
        (
            [Period(2024, 4), Period(2024, 4)],
            None,
            [("series-double", {"file": "2024-04", "other": "2024-04", "period": "2024-04"})],
        ),
        (
            [Period(2024, 4), Period(2024, 5)],
            "quarter",
            [("series-double", {"file": "2024-05", "other": "2024-04", "period": "2024-05"})],
        ),
        (
            [Period(2024, 4), Period(2024, 5), Period(2024, 8)],
            None,
            [("series-gap", {"file": "2024-08", "other": "2024-05", "missing": ["2024-06", "2024-07"], "count": 2})],
        ),
        (
            [Period(2024, 4, 1), Period(2024, 4, 30)],
            "month",
            [("series-double", {"file": "2024-04-30", "other": "2024-04-01", "period": "2024-04-30"})],
        ),
        (DAYS, None, []),
        ([Period(2024, 4, 1), Period(2024, 4, 30)], "day", []),
        # A calendar year and a fiscal year are no duplicates.
        ([Period(2024), Period(2024, fiscal=True)], "year", []),
    ],
)
def test_gaps_and_duplicates_of_a_series(
    periods: list[Period], step: str | None, expected: list[tuple[str, dict[str, object]]]
) -> None:
    """Each finding names the file, the other one, and the periods."""
    assert found(*periods, step=step) == expected


def test_a_file_without_exactly_one_period_is_an_error() -> None:
    """It is no gap's and no duplicate's cause."""
    files = [Member("a.csv", ()), Member("b.csv", (Period(2023), Period(2024))), Member("c.csv", (Period(2024),))]
    assert [(one.code, one.severity, one.file, dict(one.params)) for one in period_findings(files)] == [
        ("series-period-unreadable", "error", "a.csv", {"file": "a.csv"}),
        ("series-period-several", "error", "b.csv", {"file": "b.csv", "periods": ["2023", "2024"]}),
    ]
    assert [member.period for member in files] == [None, None, Period(2024)]


@pytest.mark.parametrize(
    ("place", "labels"), [((0, 0), ["2024-04"]), ((0, 1), []), ((1, 1), ["FY2024"]), ((2, 0), []), ((0, 2), [])]
)
def test_the_period_in_a_cell(place: tuple[int, int], labels: list[str]) -> None:
    """A cell outside the sheet has none."""
    grid = Grid.of_records(Path("見本.xlsx"), "xlsx", [["令和6年4月", "人口"], ["", "2024年度"]])
    assert [period.label for period in cell_periods(grid, *place, None, 4)] == labels


def test_the_header_of_most_files_is_the_usual_one() -> None:
    """The others are compared with the first file that has it; another order of columns is a finding of its own."""
    tables = {
        "1.csv": table(["a", "b", "c"]),
        "2.csv": table(["a", "b"]),
        "3.csv": table(["a", "b", "c"]),
        "4.csv": table(["c", "b", "a"]),
        "5.csv": table(["a", "b", "d", "c"]),
    }
    assert [(one.code, one.file, one.severity, one.row, dict(one.params)) for one in differing_headers(tables)] == [
        (
            "series-header-differs",
            "2.csv",
            "warning",
            1,
            {"file": "2.csv", "other": "1.csv", "missing": ["c"], "added": ["-"]},
        ),
        (
            "series-header-moved",
            "4.csv",
            "warning",
            1,
            {"file": "4.csv", "other": "1.csv", "missing": ["-"], "added": ["-"]},
        ),
        (
            "series-header-differs",
            "5.csv",
            "warning",
            1,
            {"file": "5.csv", "other": "1.csv", "missing": ["-"], "added": ["d"]},
        ),
    ]
    assert differing_headers({}) == []
    assert differing_headers({"1.csv": table(["a"])}) == []


def test_values_outside_the_period_of_the_file_are_found_once_each() -> None:
    """At their first row; values without a period, or with several, are not compared."""
    values = pl.Series(["2024-04-01", "2024-05-01", "", "2024-05-01", "未定", "2024年4月と5月", "2023-04-30"])
    found = list(differing_periods(Member("a.csv", (Period(2024, 4),)), values, "調査年月日", "error", 4))
    assert [(at, value, one.code, one.severity, dict(one.params)) for at, value, one in found] == [
        (
            6,
            "2023-04-30",
            "series-period-differs",
            "error",
            {"file": "a.csv", "period": "2024-04", "found": "2023-04-30"},
        ),
        (
            1,
            "2024-05-01",
            "series-period-differs",
            "error",
            {"file": "a.csv", "period": "2024-04", "found": "2024-05-01"},
        ),
    ]
    assert list(differing_periods(Member("a.csv", ()), values, "調査年月日", "error", 4)) == []
