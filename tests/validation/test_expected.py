"""Expectations of a recipe: bounds of rows and totals, changes within a series, and copied tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from meguro_opendata.validation.rules.data import limits
from meguro_opendata.validation.rules.expected import copied_tables, expectation_findings, moved_tables


def bounds(least: float | None = None, most: float | None = None) -> Any:
    """Return bounds as a recipe declares them; either can be open."""
    return SimpleNamespace(min=least, max=most)


def expected(rows: Any = None, change: float | None = None, **totals: Any) -> Any:
    """Return expectations as a recipe declares them."""
    return SimpleNamespace(rows=rows, change=change, totals=totals)


def column(*values: str) -> pl.DataFrame:
    """Return a table with one column of text."""
    return pl.DataFrame({"人数": list(values)}, schema={"人数": pl.String})


@pytest.mark.parametrize(
    ("height", "least", "most", "codes"),
    [
        (1, 2, None, ["expect-rows"]),
        (2, 2, None, []),
        (3, 2, 3, []),
        (4, None, 3, ["expect-rows"]),
        (0, 0, 0, []),
        (0, 1, None, ["expect-rows"]),
        (9, None, None, []),
    ],
)
def test_the_bounds_of_the_number_of_rows_are_allowed_themselves(
    height: int, least: float | None, most: float | None, codes: list[str]
) -> None:
    """A number of rows at a bound is allowed; one row less or more is an error."""
    found = list(expectation_findings(column(*["1"] * height), expected(bounds(least, most))))
    assert [one.code for one in found] == codes
    assert all(one.severity == "error" and one.params["count"] == height for one in found)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (["4", "5"], ["expect-total"]),
        (["4", "6"], []),
        (["4", "8.5"], []),
        (["4", "8.6"], ["expect-total"]),
        (["10", "不明", ""], []),
        ([], ["expect-total"]),
    ],
)
def test_a_total_counts_numbers_only_and_its_bounds_are_allowed(values: list[str], codes: list[str]) -> None:
    """A total at a bound is allowed, and cells without a number add nothing."""
    found = list(expectation_findings(column(*values), expected(人数=bounds(10, 12.5))))
    assert [(one.code, one.field) for one in found] == [(code, "人数") for code in codes]
    assert all(one.params["bounds"] == "10 .. 12.5" for one in found)


def test_a_table_without_expectations_or_without_the_field_of_a_total_has_no_finding() -> None:
    """Without an expectation, or without its field, there is nothing to compare."""
    assert list(expectation_findings(column("1"), None)) == []
    assert list(expectation_findings(column("1"), expected(面積=bounds(5)))) == []


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (["10"] * 10, ["10"] * 12, []),
        (["10"] * 10, ["10"] * 8, []),
        (["10"] * 10, ["10"] * 13, ["expect-change", "expect-total-change"]),
        (["10"] * 10, ["10"] * 7, ["expect-change", "expect-total-change"]),
        (["10"] * 10, ["13"] * 10, ["expect-total-change"]),
        ([], ["0"], ["expect-change"]),
    ],
)
def test_a_change_is_found_beyond_the_expected_share_of_the_earlier_table(
    before: list[str], after: list[str], codes: list[str]
) -> None:
    """A change by exactly the expected share is allowed; any change from zero exceeds it."""
    tables = [("1月", column(*before)), ("2月", column(*after))]
    found = moved_tables(tables, expected(change=0.2, 人数=bounds()))
    assert [(one.code, one.file, one.params["other"]) for one in found] == [(code, "2月", "1月") for code in codes]


def test_changes_are_not_compared_without_an_expected_share() -> None:
    """Without a share, tables of a series can differ by any number of rows."""
    tables = [("1月", column("1")), ("2月", column("1", "2"))]
    assert moved_tables(tables, None) == moved_tables(tables, expected()) == []


def test_a_copy_names_the_first_equal_table_and_ignores_the_fields_of_the_period() -> None:
    """Fields of the period differ even in a copy, so they are left out of the comparison."""
    rows = [str(at) for at in range(limits("copy_rows"))]
    tables = [(f"{month}月", column(*rows).with_columns(月=pl.lit(str(month)))) for month in (1, 2, 3)]
    assert copied_tables(tables) == []
    found = copied_tables(tables, without=["月", "年"])
    assert [(one.code, one.file, one.params["other"]) for one in found] == [
        ("series-copy", "2月", "1月"),
        ("series-copy", "3月", "1月"),
    ]


def test_tables_below_the_least_number_of_rows_or_without_compared_columns_are_no_copies() -> None:
    """Short tables are often equal by chance, so the rule skips them."""
    small = column(*["1"] * (limits("copy_rows") - 1))
    large = column(*["1"] * limits("copy_rows"))
    assert copied_tables([("1月", small), ("2月", small)]) == []
    assert copied_tables([("1月", large), ("2月", large)], without=["人数"]) == []
