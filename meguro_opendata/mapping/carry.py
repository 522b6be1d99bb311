"""Carrying of an older version's values to the fields of the current version of a standard.

Each way of carrying takes the columns of a table and returns one value for each row, or ``None`` if it is uncertain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from meguro_opendata.findings import Change, Finding
from meguro_opendata.japan.addresses.composing import compose_address
from meguro_opendata.japan.folding import folded
from meguro_opendata.mapping.address import split_address
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.values import Made, address_finding
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, Standard
from meguro_opendata.standard.recognition.headernames import loose

__all__ = ["Carried", "carry", "carry_ways"]

Row = Mapping[str, str]
_PARTS = {"所在地_都道府県": "prefecture", "所在地_市区町村": "city", "所在地_町字": "town", "所在地_番地以下": "lot"}
_WHOLE = "所在地_連結表記"
_YES = {"umu": "有", "kahi": "可"}
_SEPARATORS = str.maketrans(dict.fromkeys("；、，,\n・", ";"))


class Carried:
    """One new column.

    Attributes:
        values: The values, empty where they are uncertain.
        changes: The changes that made the values.
        lost: The record numbers of the rows whose value could not be carried.
        findings: The findings on single values.
    """

    def __init__(
        self,
        values: Sequence[str | None] | pl.Series,
        changes: Sequence[Change],
        lost: Sequence[int] = (),
        findings: Sequence[Finding] = (),
    ) -> None:
        known = values if isinstance(values, pl.Series) else pl.Series([value or "" for value in values])
        self.values = known.cast(pl.String)
        self.changes = tuple(changes)
        self.lost = tuple(lost)
        self.findings = tuple(findings)

    @classmethod
    def of(cls, made: Made) -> Carried:
        """Return the column that a mapping rule made."""
        return cls(made.values, made.changes, findings=made.findings)

    @property
    def filled(self) -> bool:
        """Return whether any row has a value."""
        return bool((self.values != "").any())


def carry(proposal: Proposal, table: Table, standard: Standard, older: Standard) -> Carried:
    """Return the new column of a proposal that carries values from an older version."""
    field = next(field for field in standard.fields if field.name == proposal.field)
    way = carry_ways()[proposal.reason]
    context = _roles(table, older)
    rows = [{name: str(value) for name, value in row.items()} for row in table.frame.iter_rows(named=True)]
    before = [" / ".join(filter(None, (row[column] for column in proposal.columns))) for row in rows]
    after = [way(row, proposal.columns, field, context) for row in rows]
    changes = list(_changes(proposal, table.rows, before, after))
    lost = [table.rows[at] for at, value in enumerate(after) if value is None and before[at]]
    findings = _left_addresses(proposal, table, rows, context) if field.name == _WHOLE else ()
    return Carried(after, changes, lost, findings)


def _left_addresses(proposal: Proposal, table: Table, rows: Sequence[Row], roles: Mapping[str, str]) -> list[Finding]:
    """Return a warning for each unchanged address: elsewhere, no address, or in an unknown place."""
    column, found = proposal.columns[0], []
    for at, row in enumerate(rows):
        places = _places(row, roles)
        problem = compose_address(row[column], *places).problem
        if problem:
            found.append(address_finding(table, at, column, proposal.field, problem, places))
    return found


def _changes(
    proposal: Proposal, rows: Sequence[int], before: Sequence[str], after: Sequence[str | None]
) -> Iterator[Change]:
    rule = proposal.reason.replace("-", "_")
    for row, old, new in zip(rows, before, after, strict=True):
        if new is not None and new != old:
            yield Change(row, proposal.columns[0], proposal.field, rule, old, new)


def carry_ways() -> Mapping[str, Callable[[Row, Sequence[str], Field, Mapping[str, str]], str | None]]:
    """Return, by the reason of a proposal, the function that makes a value from a row."""
    return {"old-join": _join, "old-address": _address, "old-features": _feature}


def _roles(table: Table, older: Standard) -> dict[str, str]:
    """Return the source columns of prefecture and municipality, by role."""
    here = {loose(label): column for column, label in zip(table.frame.columns, table.labels, strict=True)}
    known = {"prefecture": "都道府県名", "city": "市区町村名"}
    return {role: here[loose(name)] for role, name in known.items() if loose(name) in here and older.field(name)}


def _join(row: Row, columns: Sequence[str], field: Field, roles: Mapping[str, str]) -> str | None:
    """Return prefecture and municipality joined; ``None`` if one of them is a number, such as that of the row.

    >>> row = {"都道府県名": "愛知県", "市区町村名": "0001"}
    >>> _join(row, list(row), Field("地方公共団体名", "text", "", "", {}), {}) is None
    True
    """
    parts = [row[column].strip() for column in columns]
    return None if any(part.isnumeric() for part in parts) else "".join(parts)


def _address(row: Row, columns: Sequence[str], field: Field, roles: Mapping[str, str]) -> str | None:
    """Return the whole address with prefecture and municipality in front, or one of its parts."""
    written = row[columns[0]].strip()
    if not written:
        return ""
    prefecture, city = _places(row, roles)
    if field.name == _WHOLE:
        return compose_address(written, prefecture, city).text
    parts = split_address(written, prefecture, city)
    name = _PARTS.get(field.name)
    return getattr(parts, name) if parts is not None and name else None


def _places(row: Row, roles: Mapping[str, str]) -> tuple[str, str]:
    """Return the prefecture and the municipality in the other columns of a row."""
    prefecture, city = (row[roles[role]].strip() if role in roles else "" for role in ("prefecture", "city"))
    return prefecture, city


def _feature(row: Row, columns: Sequence[str], field: Field, roles: Mapping[str, str]) -> str | None:
    """Return the word for "yes" if the list names the feature, else an empty text.

    A feature that is not listed is not denied: the older form asked for existing features only.
    """
    named = {folded(part) for part in row[columns[0]].translate(_SEPARATORS).split(";")}
    spellings = {folded(field.name), *(folded(name) for name in field.descriptor.get("mo:synonyms", ()))}
    return _YES.get(field.kind) if named & spellings else ""
