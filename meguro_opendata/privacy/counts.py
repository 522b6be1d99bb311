"""Small counts in statistics by town and age: one or two persons, who can be recognised."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from meguro_opendata.privacy.data import pattern, plain, privacy_data

__all__ = ["small_counts"]

_DATA = privacy_data()["statistics"]


def small_counts(frame: pl.DataFrame) -> Iterator[tuple[str, int, str]]:
    """Yield column, row and value of each cell that counts one or two persons by town and age.

    >>> table = pl.DataFrame({"町名": ["上目黒"], "0-4歳": ["2"], "5-9歳": ["40"], "10-14歳": ["38"]})
    >>> list(small_counts(table)), list(small_counts(table.drop("町名")))
    ([('0-4歳', 0, '2')], [])
    """
    if not any(_says(name, "town") for name in frame.columns):
        return
    for name in _counting(frame.columns):
        texts = frame[name]
        for at in texts.str.strip_chars().is_in(_DATA["small"]).arg_true():
            yield name, at, texts[at]


def _counting(columns: list[str]) -> list[str]:
    """Return the columns that count persons by age.

    These are columns named by ages, or, where a column contains the age, the columns that count people.
    """
    ages = [name for name in columns if _says(name, "age")]
    if len(ages) >= _DATA["fewest_ages"]:
        return ages
    if any(_says(name, "age_column") for name in columns):
        return [name for name in columns if _says(name, "count_column") and not _says(name, "age_column")]
    return []


def _says(name: str, kind: str) -> bool:
    return bool(pattern("statistics", kind).search(plain(name)))
