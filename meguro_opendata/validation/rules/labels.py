"""Rules on what a file says of itself: the period in its name, its sheet and its title against that of its data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.japan.calendar import FISCAL_YEAR_START
from meguro_opendata.recipe.series import column_periods, may_be_same, name_periods
from meguro_opendata.recipe.series.periods import Period, periods_in
from meguro_opendata.sources import Table
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, rule_data

__all__ = ["file_names", "labels"]


@dataclass(frozen=True)
class _Label:
    text: str
    period: Period


def file_names(path: Path) -> Iterator[Hit]:
    """Yield a file's name that says that it is a copy, or that holds a date which the calendar lacks.

    >>> [hit.code for hit in file_names(Path("131105_aed_20210401 - コピー.csv"))]
    ['name-of-copy']
    >>> [hit.code for hit in file_names(Path("131105_pharmacy_new_202100301.csv"))]
    ['period-unreadable']
    """
    words = rule_data()["labels"]
    if re.search(words["copy"], path.name):
        yield Hit("name-of-copy", params={"name": path.name})
    for digits in re.findall(words["date"], path.stem):
        if not periods_in(digits):
            yield Hit("period-unreadable", params={"name": path.name, "date": digits})


def labels(table: Table, rows: Rows, *, named: bool) -> Iterator[Hit]:
    """Yield labels whose period is not that of the data, or, where the data has none, not that of the other label.

    Args:
        table: The source, with its path, its sheet and the lines above its header.
        rows: Its rows.
        named: Whether the name of the file counts; for a file of a series it is compared there.
    """
    told = [*_labels(table, named=named)]
    field = first_of(rule_data()["labels"]["fields"], rows)
    data = column_periods(rows[field], None, FISCAL_YEAR_START) if field else ()
    if field is None or len(data) != 1:
        yield from _unlike(told)
        return
    for label in told:
        if not may_be_same(label.period, data[0], FISCAL_YEAR_START):
            at = int((rows[field] != "").arg_true()[0])
            params = {"label": label.text, "period": label.period.label, "found": data[0].label}
            yield Hit("period-differs", at, field, rows[field][at], params=params)


def _labels(table: Table, *, named: bool) -> Iterator[_Label]:
    """Yield the labels that name exactly one period."""
    above = table.grid.head(max(table.header_row - 1, 0))
    lines = [" ".join(filter(None, cells)) for cells in above]
    found = [(table.grid.sheet or "", _periods(table.grid.sheet or "")), *((line, _periods(line)) for line in lines)]
    if named and len(table.grid.sheets) <= 1:  # the sheets of one file may be of several periods
        found.insert(0, (table.path.name, list(name_periods(table.path.name, None, FISCAL_YEAR_START))))
    for text, periods in found:
        if len(periods) == 1:
            yield _Label(text.strip(), periods[0])


def _periods(text: str) -> list[Period]:
    return periods_in(text) if text else []


def _unlike(told: list[_Label]) -> Iterator[Hit]:
    for other in told[1:]:
        if not may_be_same(told[0].period, other.period, FISCAL_YEAR_START):
            params = {"label": told[0].text, "period": told[0].period.label}
            params |= {"other": other.text, "found": other.period.label}
            yield Hit("period-labels-differ", params=params)
