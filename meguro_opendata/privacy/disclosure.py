"""Hits as findings on a table before publication, their approval by the recipe, and their list in the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import polars as pl

from meguro_opendata.findings import Change, Finding, Rejection
from meguro_opendata.privacy.data import BLOCKING, CODES, mask, privacy_data
from meguro_opendata.privacy.leftovers import leftovers
from meguro_opendata.privacy.screen import CellHit, screen
from meguro_opendata.sources import Table

__all__ = [
    "Allowance",
    "allowed",
    "disclosed",
    "disclosures",
    "masked",
    "masked_changes",
    "masked_rejections",
    "secrets",
]

# A small number is not a secret text: masking each «1» would make other findings unreadable.
_NO_SECRET = frozenset({"small-count"})
_NOTES: str = privacy_data()["fields"]["any_note"]


class Allowance(Protocol):
    """Permission to publish the findings of one code, in one field or in the table as a whole, for a stated reason."""

    @property
    def code(self) -> str:
        """Return the code of the findings."""

    @property
    def field(self) -> str | None:
        """Return the field of the findings; ``None`` permits them for the table as a whole."""

    @property
    def reason(self) -> str:
        """Return the reason why they may be published."""


def disclosures(
    table: Table,
    hits: Iterable[CellHit],
    origins: Mapping[str, str | None],
    read: Iterable[str] = (),
) -> list[Finding]:
    """Return a warning for each cell or part of a table that may be personal, with the words masked.

    Args:
        table: The source.
        hits: The hits in the rows as they will be published.
        origins: The column of the source for each field; ``None`` for a field without one.
        read: Columns of the source that are published beside those of ``origins``, such as joined ones.
    """
    used = {column for column in origins.values() if column is not None}.union(read)
    cells = (_finding(found, table, origins.get(found.column)) for found in hits)
    return [*cells, *leftovers(table, used)]


def secrets(
    table: Table, frame: pl.DataFrame, hits: Iterable[CellHit], origins: Mapping[str, str | None]
) -> dict[int, set[str]]:
    """Return the texts of personal cells by row of the source, both as published and as in the source."""
    found: dict[int, set[str]] = {}
    for hit in hits:
        if hit.hit.code in _NO_SECRET:
            continue
        cells = found.setdefault(table.rows[hit.position], set())
        cells.add(frame[hit.column][hit.position])
        column = origins.get(hit.column)
        if column in table.frame.columns:
            cells.add(table.frame[str(column)][hit.position])
    return found


def _finding(found: CellHit, table: Table, column: str | None) -> Finding:
    more: dict[str, Any] = {"field": found.column, "value": found.hit.masked}
    if column is not None and column in table.frame.columns:
        return table.cell_finding(found.hit.code, "warning", found.position, column, **more)
    row, line = table.rows[found.position], table.line_of(found.position)
    return Finding(found.hit.code, "warning", sheet=table.grid.sheet, row=row, line=line, **more)


def masked(findings: Iterable[Finding], cells: Mapping[int, Collection[str]]) -> list[Finding]:
    """Return findings of other checks with personal cells masked in their values and parameters.

    Args:
        findings: The findings.
        cells: The result of :func:`secrets`. A finding without a row is masked by the cells of all rows.

    >>> found = Finding("key-repeated", "error", row=2, value="佐藤様 / 1")
    >>> masked([found], {2: ["佐藤様"]})[0].value
    '佐＊ / 1'
    """
    every = frozenset().union(*cells.values()) if cells else frozenset()
    return [_hidden(found, every if found.row is None else cells.get(found.row, every)) for found in findings]


def _hidden(found: Finding, cells: Collection[str]) -> Finding:
    value = None if found.value is None else _shown(found.value, cells)
    params = {name: _shown_param(param, cells) for name, param in found.params.items()}
    if value == found.value and params == found.params:
        return found
    return replace(found, value=value, params=params, suggestion=None)


def _shown(text: str, cells: Collection[str]) -> str:
    """Return a text masked if it is one of the cells; of a text of several parts, mask each such part."""
    if text in cells:
        return mask(text)
    return " / ".join(mask(part) if part in cells else part for part in text.split(" / "))


def _shown_param(param: object, cells: Collection[str]) -> object:
    if isinstance(param, str):
        return _shown(param, cells)
    return [_shown_param(one, cells) for one in param] if isinstance(param, list) else param


def masked_changes(changes: Sequence[Change], findings: Iterable[Finding]) -> list[Change]:
    """Return changes for a page that others read, with personal values masked.

    A rewritten value can be in another field than the finding, so all changes of a row with a finding are screened.

    >>> change = Change(2, "備考", "備考", "trim", " 佐藤様", "佐藤様")
    >>> masked_changes([change], [Finding("personal-name", "warning", row=2, field="備考")])[0].before
    '佐＊'
    """
    cells = {(found.file, found.row, found.field) for found in findings if found.code in BLOCKING}
    rows = {cell[:2] for cell in cells}
    near = [change for change in changes if not rows.isdisjoint([(change.file, change.row), (None, change.row)])]
    personal = _personal([f"{change.before} {change.after}" for change in near])
    hidden = {change for at, change in enumerate(near) if at in personal or _is_one_of(change, cells)}
    return [
        replace(change, before=mask(change.before), after=mask(change.after)) if change in hidden else change
        for change in changes
    ]


def _is_one_of(change: Change, cells: Collection[tuple[str | None, int | None, str | None]]) -> bool:
    """Return whether a change belongs to one of the cells; cells name a file only where there are several files."""
    return any((file, change.row, change.field) in cells for file in (change.file, None))


def masked_rejections(rejected: Sequence[Rejection]) -> list[Rejection]:
    """Return rejected rows for a page that others read, with texts masked that may be personal.

    >>> rows = [Rejection(9, "note", "担当 佐藤花子"), Rejection(10, "total", "合計 2")]
    >>> [row.text for row in masked_rejections(rows)]
    ['担＊', '合計 2']
    """
    personal = _personal([row.text for row in rejected])
    return [replace(row, text=mask(row.text)) if at in personal else row for at, row in enumerate(rejected)]


def _personal(texts: Sequence[str]) -> set[int]:
    """Return the positions of texts that may be personal."""
    frame = pl.DataFrame({_NOTES: texts}, schema={_NOTES: pl.String})
    return {found.position for found in screen(frame) if found.hit.code in BLOCKING}


def allowed(findings: Iterable[Finding], allowances: Sequence[Allowance]) -> list[Finding]:
    """Return the findings; one that an allowance permits becomes info and carries the allowance's reason."""
    reasons = {(allowance.code, allowance.field): allowance.reason for allowance in allowances}
    judged = ((found, reasons.get(_allowed_as(found, reasons))) for found in findings)
    return [replace(found, severity="info", waived=reason) if reason else found for found, reason in judged]


def _allowed_as(found: Finding, reasons: Mapping[tuple[str, str | None], str]) -> tuple[str, str | None]:
    """Return code and field under which a finding may be allowed; some codes also for the table as a whole."""
    whole = (found.code, None)
    return whole if found.code in privacy_data()["whole"] and whole in reasons else (found.code, found.field)


def disclosed(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return code, field, count and reason of each kind of finding, for the release's description.

    The reason is ``None`` where the recipe does not allow the finding. Codes that do not block publication are listed
    only where the recipe allows them.

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
