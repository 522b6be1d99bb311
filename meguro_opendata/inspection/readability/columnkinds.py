"""Kinds of a table's columns, derived from their labels and values: numbers, dates, codes, text to be read."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from meguro_opendata.japan.folding import filled, folded
from meguro_opendata.packaged import packaged_text
from meguro_opendata.sources import Table

__all__ = ["ColumnView", "columns_of_table", "readability_data"]

_SPACES = " \t\r\n\u3000"


@cache
def readability_data() -> dict[str, Any]:
    """Return the national rule's items and their patterns (``machine_readability.toml``), units filled in.

    >>> len(readability_data()["item"])
    15
    """
    text = packaged_text(__package__, "machine_readability.toml")
    units = tomllib.loads(text)["values"]["units"]
    return tomllib.loads(filled(text.replace("{units}", units)))


@dataclass(frozen=True)
class ColumnView:
    """A column of a table and what it holds.

    Attributes:
        index: Its place, the first column having index 0.
        label: Its label, folded.
        kind: ``blank``, ``code``, ``coordinate``, ``year``, ``date``, ``number``, ``text`` or ``free`` (to be read).
        values: Its cells.
        distinct: Each distinct filled value once.
    """

    index: int
    label: str
    kind: str
    values: pl.Series
    distinct: pl.Series

    def positions(self, hits: pl.Series) -> pl.Series:
        """Return the positions of the cells whose value is one of those."""
        if not len(hits):
            return pl.Series(dtype=pl.UInt32)
        return self.values.is_in(hits.implode()).arg_true()

    def matching(self, pattern: str) -> pl.Series:
        """Return the distinct values that a pattern is found in."""
        return self.distinct.filter(self.distinct.str.contains(pattern))

    def blank(self) -> pl.Series:
        """Return, for each cell, whether it is blank or only spaces."""
        return self.values.str.strip_chars(_SPACES) == ""


def columns_of_table(table: Table) -> list[ColumnView]:
    """Return every column of a table with its kind."""
    return [_view(index, label, table.frame[:, index]) for index, label in enumerate(table.labels)]


def _view(index: int, label: str, values: pl.Series) -> ColumnView:
    counts = values.value_counts(name="times")
    counts = counts.filter(counts[values.name].str.strip_chars(_SPACES) != "")
    name = folded(label)
    distinct = counts[values.name].sort()
    return ColumnView(index, name, column_kind(name, distinct, counts.sort(values.name)["times"]), values, distinct)


def column_kind(label: str, distinct: pl.Series, times: pl.Series) -> str:
    """Return the kind of a column.

    Args:
        label: Its label, folded.
        distinct: Its distinct filled values.
        times: How often each of them stands in it.

    >>> column_kind("面積", pl.Series(["12", "7.5㎡"]), pl.Series([1, 1]))
    'number'
    >>> column_kind("電話番号", pl.Series(["0357229270"]), pl.Series([3]))
    'code'
    >>> column_kind("開設", pl.Series(["平成2年", "令和元年5月"]), pl.Series([1, 1]))
    'date'
    """
    labels = readability_data()["labels"]
    if not len(distinct):
        return "blank"
    texts = pl.Series([label])
    for kind in ("coordinate", "code"):
        if texts.str.contains(labels[kind]).item():
            return kind
    if numeric := _numeric_kind(label, distinct, times):
        return numeric
    if texts.str.contains(labels["free"]).item() or _is_prose(distinct):
        return "free"
    return "date" if texts.str.contains(labels["date"]).item() or _are_dates(distinct, times) else "text"


def _numeric_kind(label: str, distinct: pl.Series, times: pl.Series) -> str | None:
    """Return ``number``, ``year``, ``date`` or ``code`` for a column of numbers, ``None`` for any other."""
    values, labels = readability_data()["values"], readability_data()["labels"]
    written = ~distinct.str.contains(values["symbol"])
    numbers = distinct.str.contains(values["loose"])
    counted = times.filter(written).sum()
    if not counted or times.filter(written & numbers).sum() < values["numeric_share"] * counted:
        return None
    if distinct.str.contains(values["leading_zero"]).any() or distinct.str.contains(values["long_code"]).all():
        return "code"
    named_date = pl.Series([label]).str.contains(labels["date"]).item()
    named_year = pl.Series([label]).str.contains(labels["year"]).item()
    if named_year or distinct.filter(written).str.contains(values["year"]).all():
        return "year"
    if named_date:
        return "date"
    return "code" if set(distinct.to_list()) <= {"0", "1"} else "number"


def _is_prose(distinct: pl.Series) -> bool:
    """Return whether values are sentences, or long on average."""
    values = readability_data()["values"]
    lengths: Sequence[int] = distinct.str.len_chars().to_list()
    sentences = int(distinct.str.contains(values["sentence"]).sum())
    long = sum(lengths) > values["long_text"] * len(lengths)
    return long or bool(sentences > values["sentence_share"] * len(distinct))


def _are_dates(distinct: pl.Series, times: pl.Series) -> bool:
    data = readability_data()
    dates = distinct.str.contains(data["era"]["name"]) | distinct.str.contains(data["era"]["letter"])
    return bool(times.filter(dates).sum() > data["values"]["date_share"] * times.sum())
