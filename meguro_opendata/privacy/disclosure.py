"""Hits as findings on a table that is to be published, what the recipe allows of them, and what the release says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.privacy.data import BLOCKING, CODES, mask
from meguro_opendata.privacy.leftovers import leftovers
from meguro_opendata.privacy.screen import CellHit, screen
from meguro_opendata.sources import Table

if TYPE_CHECKING:
    from meguro_opendata.recipe import Allowance

__all__ = ["allowed", "disclosed", "disclosures", "masked", "open_disclosures"]


def disclosures(
    table: Table,
    frame: pl.DataFrame,
    origins: Mapping[str, str | None],
    kinds: Mapping[str, str],
    read: Iterable[str] = (),
) -> list[Finding]:
    """A warning for everything in a table that may be personal; the words themselves are masked.

    Args:
        table: The source.
        frame: The rows as they will be published.
        origins: The source's column of each field, where there is one.
        kinds: The kind of value of each field.
        read: Columns of the source that are published beside those of ``origins``, such as joined ones.
    """
    used = {column for column in origins.values() if column is not None}.union(read)
    cells = (_finding(found, table, origins.get(found.column)) for found in screen(frame, kinds))
    return [*cells, *leftovers(table, used)]


def _finding(found: CellHit, table: Table, column: str | None) -> Finding:
    more: dict[str, Any] = {"field": found.column, "value": found.hit.masked}
    if column is not None and column in table.frame.columns:
        return table.cell_finding(found.hit.code, "warning", found.position, column, **more)
    row, line = table.rows[found.position], table.line_of(found.position)
    return Finding(found.hit.code, "warning", sheet=table.grid.sheet, row=row, line=line, **more)


def masked(findings: Iterable[Finding], personal: Sequence[Finding]) -> list[Finding]:
    """Other findings, which do not show the value of a cell that holds something personal either.

    >>> [found.value for found in masked([Finding("type-date", "error", row=2, field="備考", value="佐藤様")],
    ...                                  [Finding("personal-name", "warning", row=2, field="備考")])]
    ['佐＊']
    """
    cells = {(found.row, found.field) for found in personal if found.row is not None}
    return [_hidden(found) if (found.row, found.field) in cells else found for found in findings]


def _hidden(found: Finding) -> Finding:
    params = {name: mask(found.value or "") if value == found.value else value for name, value in found.params.items()}
    return replace(found, value=mask(found.value or ""), suggestion=None, params=params)


def allowed(findings: Iterable[Finding], allowances: Sequence[Allowance]) -> list[Finding]:
    """The findings, with each that the recipe allows as an information that carries the recipe's reason."""
    reasons = {(allowance.code, allowance.field): allowance.reason for allowance in allowances}
    return [
        replace(found, severity="info", waived=reasons[found.code, found.field])
        if (found.code, found.field) in reasons
        else found
        for found in findings
    ]


def disclosed(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What a release's description says: each code and field, how often, and why it is allowed (``None``: it is not).

    Codes that only tell are listed where the recipe allows them.

    >>> disclosed([Finding("personal-name", "warning", field="備考", value="佐＊")])
    [{'code': 'personal-name', 'field': '備考', 'count': 1, 'reason': None}]
    """
    listed = (found for found in findings if found.code in CODES)
    counts = Counter((found.code, found.field, found.waived) for found in listed)
    return [
        {"code": code, "field": field, "count": count, "reason": reason}
        for (code, field, reason), count in counts.items()
        if code in BLOCKING or reason is not None
    ]


def open_disclosures(described: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Of what :func:`disclosed` lists, what still keeps a release from being published: code and field.

    >>> list(open_disclosures([{"code": "personal-name", "field": "備考", "count": 1, "reason": None}]))
    ['personal-name (備考)']
    """
    for entry in described:
        if entry["code"] in BLOCKING and not entry["reason"]:
            yield f"{entry['code']} ({entry['field']})" if entry["field"] else str(entry["code"])
