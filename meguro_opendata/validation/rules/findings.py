"""The standard's meaning as rules: what frictionless cannot see, since it looks at one cell of one schema at a time.

``rules.toml`` declares them; each test of this package yields hits, and here these become findings with their place. A
hit on a cell that has an error already is dropped, unless its rule says more than that error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from meguro_opendata.findings import Finding, NotChecked
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, Standard
from meguro_opendata.validation.rules import addressparts, labels, misplaced, places, points, rowwise, values
from meguro_opendata.validation.rules.data import Hit, Rows, rule_data, rules
from meguro_opendata.validation.rules.earlier import moved_ids
from meguro_opendata.validation.rules.places import Place
from meguro_opendata.validation.rules.precedence import settled

__all__ = ["identifier_findings", "rule_findings", "without_unchecked"]

_Test = Callable[[Rows], Iterator[Hit]]
_TESTS: Mapping[str, _Test] = {
    "codes": values.codes,
    "ids": values.ids,
    "names": rowwise.names,
    "readings": values.readings,
    "addresses": rowwise.addresses,
    "parts": addressparts.misplaced_parts,
    "points": points.points,
    "heaps": points.heaps,
    "shapes": values.shapes,
    "orders": rowwise.orders,
    "sums": rowwise.sums,
    "kept sums": rowwise.kept_sums,
    "licences": values.licences,
    "columns": misplaced.columns,
}


def rule_findings(
    table: Table,
    frame: pl.DataFrame,
    fields: Sequence[Field],
    judged: Iterable[Finding] = (),
    origins: Mapping[str, str | None] | None = None,
    standard: Standard | None = None,
    *,
    cleaned: bool = False,
    named: bool = True,
    place: Place | None = None,
    home: str = "",
) -> list[Finding]:
    """Return the findings of the rules in a table, by place.

    Args:
        table: The source, which knows the places.
        frame: The columns that are checked, one row for each of the source's.
        fields: The schema's fields.
        judged: The judge's findings on the same table.
        origins: The source column of each field; without it, each has its own name.
        standard: The standard that the file is said to follow, if its header is to be compared.
        cleaned: Whether the table was cleaned, which tells some of this itself.
        named: Whether the period in the file's name is compared; of a series that is done elsewhere.
        place: Where the points should lie, if that is known.
        home: The municipality of rows that name none; empty if it is not known.
    """
    known = rules()
    rows = Rows.of(frame, fields)
    homes = origins if origins is not None else {name: name for name in frame.columns}
    errors = [found for found in judged if found.check]
    hits = [*_hits(rows, _by_position(table, errors), cleaned=cleaned), *_of_places(rows, place, home)]
    hits += _of_other_columns(frame, rows, cleaned=cleaned)
    hits = [*labels.file_names(table.path), *labels.labels(table, rows, named=named), *hits]
    if standard is not None:
        hits = [*misplaced.standards(table.labels, standard), *hits]
    taken = {(found.row, found.field) for found in errors}
    hits = list(_one_cause(hits))
    made = [_finding(table, hit, homes) for hit in hits if _is_told(hit, table, homes, cleaned=cleaned)]
    kept = [found for found in made if known[found.code].beside or (found.row, found.field) not in taken]
    return settled(sorted(kept, key=lambda found: found.row or 0))


def _one_cause(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield the hits without those that only say otherwise what another one says of the same cell or row."""
    known = rules()
    cells = {(code, hit.position, hit.field) for hit in hits for code in known[hit.code].hides_cell}
    lines = {(code, hit.position) for hit in hits for code in known[hit.code].hides_row}
    for hit in hits:
        if (hit.code, hit.position, hit.field) not in cells and (hit.code, hit.position) not in lines:
            yield hit


def _of_places(rows: Rows, place: Place | None, home: str) -> Iterator[Hit]:
    """What points say against the place that is given, or else against what is known of their municipality."""
    if place is not None:
        yield from places.places(rows, place)
    elif rows.of_kind("latitude"):
        from meguro_opendata.validation.rules.surroundings import surroundings

        yield from surroundings(rows, home)


def _of_other_columns(frame: pl.DataFrame, rows: Rows, *, cleaned: bool) -> Iterator[Hit]:
    """What columns show that no field describes; cleaning has asked those that are published."""
    if not cleaned:
        yield from values.damaged(frame, rows.frame.columns)


def without_unchecked(findings: Iterable[Finding]) -> tuple[list[Finding], tuple[NotChecked, ...]]:
    """Return the findings without those that only say what was not checked, and these as demands.

    >>> without_unchecked([Finding("datum-unchecked", "info", field="緯度", params={"reason": "unchecked-datum-few"})])
    ([], (NotChecked(constraint='datum', field='緯度', reason='unchecked-datum-few'),))
    """
    demands = rule_data()["demands"]
    found = list(findings)
    unchecked = (one for one in found if one.code in demands)
    return (
        [one for one in found if one.code not in demands],
        tuple(NotChecked(demands[one.code], one.field, str(one.params["reason"])) for one in unchecked),
    )


def identifier_findings(
    before: pl.DataFrame,
    table: Table,
    frame: pl.DataFrame,
    fields: Sequence[Field],
    origins: Mapping[str, str | None],
) -> list[Finding]:
    """What has another ID than in an earlier table, and IDs that something else had there.

    Args:
        before: The earlier table, as it was published.
        table: The source of the later one.
        frame: The later one, one row for each of the source's.
        fields: The schema's fields.
        origins: The source column of each field.
    """
    return [_finding(table, hit, origins) for hit in moved_ids(before, frame, fields)]


def _hits(rows: Rows, errors: Mapping[int, Sequence[str]], *, cleaned: bool) -> Iterator[Hit]:
    """What each test finds, those left out that cleaning has made needless."""
    if not rows.frame.height or not rows.frame.width:
        return
    for name, test in _TESTS.items():
        if not (cleaned and all(rule.cleaned for rule in rules().values() if rule.test == name)):
            yield from test(rows)
    yield from misplaced.shifts(rows, errors)


def _is_told(hit: Hit, table: Table, homes: Mapping[str, str | None], *, cleaned: bool) -> bool:
    """Return whether no other step reports the finding, as cleaning does, or the check of absent columns."""
    if cleaned and rules()[hit.code].cleaned:
        return False
    return hit.position is not None or hit.field is None or homes.get(hit.field) in table.frame.columns


def _by_position(table: Table, errors: Iterable[Finding]) -> dict[int, list[str]]:
    """Return the fields with errors, by the position of their row."""
    by_row: dict[int, list[str]] = {}
    for found in errors:
        if found.row is not None and found.field is not None:
            by_row.setdefault(found.row, []).append(found.field)
    if not by_row:
        return {}
    return {at: by_row[number] for at, number in enumerate(table.rows) if number in by_row}


def _finding(table: Table, hit: Hit, homes: Mapping[str, str | None]) -> Finding:
    """Return a hit with its place in the source: a cell, a row, or a column's header."""
    severity = rules()[hit.code].severity
    more: dict[str, Any] = {"field": hit.field, "suggestion": hit.suggestion, "params": dict(hit.params)}
    column = homes.get(hit.field) if hit.field is not None else None
    there = column is not None and column in table.places
    if hit.position is None:
        if column is not None and there:
            return table.header_finding(hit.code, severity, column, value=hit.value, **more)
        return Finding(hit.code, severity, sheet=table.grid.sheet, row=table.header_row, value=hit.value, **more)
    if column is not None and there:
        return table.cell_finding(hit.code, severity, hit.position, column, **{**more, "value": hit.value})
    row, line = table.rows[hit.position], table.line_of(hit.position)
    return Finding(hit.code, severity, sheet=table.grid.sheet, row=row, line=line, value=hit.value, **more)
