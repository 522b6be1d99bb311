"""One small normaliser for each kind of value; every value that it rewrites becomes a ``Change``.

A normaliser runs once for each distinct value of a column, in the order that ``value_kinds.yaml`` names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import polars as pl

from meguro_opendata.cleaning.codes import municipality_code
from meguro_opendata.cleaning.dates import to_iso, to_year
from meguro_opendata.cleaning.text import half_width, half_width_digits, trim
from meguro_opendata.findings import Change
from meguro_opendata.standard import Field, value_kinds

__all__ = ["NORMALISERS", "clean", "clean_column", "half_width", "municipality_code", "trim"]

NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "trim": trim,
    "half_width": half_width,
    "half_width_digits": half_width_digits,
    "date": to_iso,
    "year": to_year,
    "municipality_code": municipality_code,
}


def clean(
    frame: pl.DataFrame,
    fields: Sequence[Field],
    origins: Mapping[str, str | None],
    rows: Sequence[int],
    keep: Mapping[str, Collection[str]] | None = None,
) -> tuple[pl.DataFrame, list[Change]]:
    """The frame with every field's normalisers applied, and each rewritten value.

    Args:
        frame: One text column a field.
        fields: Their definitions, in order.
        origins: The source column of each field.
        rows: The source's record number of each row.
        keep: Rules that the recipe switches off, by field.

    Returns:
        A frame of the same shape, and the changes by field, rule and row.
    """
    columns: list[pl.Series] = []
    changes: list[Change] = []
    for field in fields:
        off = (keep or {}).get(field.name, ())
        rules = [rule for rule in value_kinds()[field.kind]["clean"] if rule not in off]
        values, rewritten = clean_column(frame[field.name], rules, field.name, origins.get(field.name) or "", rows)
        columns.append(values)
        changes += rewritten
    return pl.DataFrame(columns), changes


def clean_column(
    values: pl.Series, rules: Sequence[str], field: str, column: str, rows: Sequence[int]
) -> tuple[pl.Series, list[Change]]:
    """One column after the named normalisers, and the changes of each."""
    changes: list[Change] = []
    for rule in rules:
        normalise = NORMALISERS[rule]
        rewritten = {value: after for value in values.unique() if (after := normalise(value)) != value}
        if not rewritten:
            continue
        touched = values.is_in(list(rewritten)).arg_true()
        changes += [Change(rows[at], column, field, rule, values[at], rewritten[values[at]]) for at in touched]
        values = values.replace(rewritten)
    return values, changes
