"""Cleaning of a table: every rewrite is a ``Change``, every value without a certain meaning a ``Doubt``.

``value_kinds.yaml`` names the rules of each kind of value and, as ``settled``, a pattern of the values that all of
them leave unchanged. One vectorised pass over the table finds the other values, and the rules run once for each
distinct one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from meguro_opendata.cleaning.cells import Cells, columns_of
from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.cleaning.groups import moves
from meguro_opendata.cleaning.points import point_doubts
from meguro_opendata.findings import Change
from meguro_opendata.standard.model import Field

__all__ = ["Cleaned", "Doubt", "clean"]


@dataclass(frozen=True)
class Doubt:
    """A value that was left unchanged because its meaning is uncertain.

    Attributes:
        position: The row of the frame, counted from 0.
        field: The field's name.
        rule: The code of the finding that reports the value.
        value: The value after the rules that were certain.
        readings: The possible meanings, the likeliest first.
        partial: Whether the readings leave out something that the value contains.
    """

    position: int
    field: str
    rule: str
    value: str
    readings: tuple[str, ...]
    partial: bool = False


@dataclass(frozen=True)
class Cleaned:
    """A table after cleaning: the frame, in the same shape, the rewritten values and the doubtful ones."""

    frame: pl.DataFrame
    changes: list[Change]
    doubts: list[Doubt]


def clean(
    frame: pl.DataFrame,
    fields: Sequence[Field],
    origins: Mapping[str, str | None],
    rows: Sequence[int],
    keep: Mapping[str, Collection[str]] | None = None,
) -> Cleaned:
    """Return the frame with every field's rules applied.

    Args:
        frame: The table, one text column for each field.
        fields: The fields of the columns, in their order.
        origins: The source column of each field.
        rows: The record number in the source of each row.
        keep: By field, the rules that the recipe switches off.

    Returns:
        A frame of the same shape; the changes by field, rule and row, those that move a part of a value to another
        field last; the doubts by field and row.
    """
    off = keep or {}
    cells = columns_of(frame, fields, off)
    changes = [
        Change(rows[at], column, name, rule, before, after)
        for name, column in ((field.name, origins.get(field.name) or "") for field in fields)
        for at, rule, before, after in cells[name].steps()
    ]
    changes += _moved(cells, fields, origins, rows, off)
    after = pl.DataFrame([cells[name].series() for name in frame.columns])
    unsure = (*_doubts(cells), *point_doubts(after, fields))
    return Cleaned(
        after,
        changes,
        [Doubt(at, name, found.code, value, found.readings, found.partial) for name, at, value, found in unsure],
    )


def _moved(
    cells: Mapping[str, Cells],
    fields: Sequence[Field],
    origins: Mapping[str, str | None],
    rows: Sequence[int],
    off: Mapping[str, Collection[str]],
) -> list[Change]:
    """Apply the rules that work on several fields of a row, and return their changes."""
    touched = {name: column.positions for name, column in cells.items()}
    made: list[Change] = []
    for move in moves(fields, touched, lambda name, at: cells[name][at], off):
        before = cells[move.field][move.position]
        cells[move.field][move.position] = move.after
        made.append(
            Change(rows[move.position], origins.get(move.field) or "", move.field, move.rule, before, move.after)
        )
    return made


def _doubts(cells: Mapping[str, Cells]) -> Iterator[tuple[str, int, str, Unsure]]:
    for name, column in cells.items():
        for at, value, found in column.doubts():
            yield name, at, value, found
