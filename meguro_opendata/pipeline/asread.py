"""Changes that reading made to cells, listed under their fields, and numbers as the spreadsheet shows them.

A number whose format adds something to its digits (``0000000000``) is published as the spreadsheet shows it if the
field is one of codes or text: people who see 0000000001 in a cell mean that. In any other field the number counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence

from meguro_opendata.findings import Change
from meguro_opendata.mapping import Mapped
from meguro_opendata.sources import Table
from meguro_opendata.sources.joining import JoinedTable
from meguro_opendata.standard.model import Field, counts_as_shown

__all__ = ["SHOWN", "as_shown", "reading_changes"]

SHOWN = "shown"  # the rule of such a change in changes.csv


def reading_changes(table: Table, origins: Mapping[str, str | None]) -> Iterator[Change]:
    """Yield a change for each cell of a mapped column that the reader rewrote, by field and row."""
    # The reader worked on the file's own columns, before any other source was joined to them.
    own = _own(table)
    if not own.grid.rewritten:
        return
    rows = set(own.rows)
    for field, column in origins.items():
        place = own.places.get(column or "")
        for one in own.grid.rewritten:
            if one.column == place and one.row + 1 in rows:
                yield Change(one.row + 1, column or "", field, one.rule, one.before, one.after)


def as_shown(
    table: Table, mapped: Mapped, fields: Sequence[Field], named: Collection[str]
) -> tuple[Mapped, tuple[Change, ...]]:
    """Return the mapped table with numbers as the spreadsheet shows them, and a change for each of them.

    Args:
        table: The source.
        mapped: The source's values by field.
        fields: The definitions of the fields.
        named: The fields of the standard; in other fields only numbers that look like codes count as shown.
    """
    frame, changes = mapped.frame, list[Change]()
    for field in fields:
        column, is_named = mapped.origins.get(field.name), field.name in named
        shown = {
            at: (before, after)
            for at, before, after in _own(table).shown_in(column)
            # A value that the mapping has changed already (split, lookup) is no longer the cell's number.
            if counts_as_shown(field, after, is_named=is_named) and frame[field.name][at] == before
        }
        if shown:
            texts = frame[field.name].clone().scatter(list(shown), [after for _, after in shown.values()])
            frame = frame.with_columns(texts)
            changes += (Change(table.rows[at], column or "", field.name, SHOWN, *made) for at, made in shown.items())
    return dataclasses.replace(mapped, frame=frame), tuple(changes)


def _own(table: Table) -> Table:
    """Return the table of the file itself, without the columns of joined sources."""
    return table.own or table if isinstance(table, JoinedTable) else table
