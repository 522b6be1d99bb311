"""Tables in the form of CKAN's DataStore: typed columns with short names, the data dictionary, and changed rows.

Column names are Japanese and long, and PostgreSQL takes 63 bytes (21 kanji). A longer name gets a short one, the same
in every run; the data dictionary has the full name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TypeAlias

from meguro_opendata.catalog.package import Json, JsonObject, Part, list_of
from meguro_opendata.files.csvrows import read_csv_rows
from meguro_opendata.files.whole import sha256
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "Column",
    "Record",
    "RowChanges",
    "StoredTable",
    "chunks",
    "page_size",
    "row_changes",
    "same_rows",
    "schema_columns",
    "short_name",
    "stored_table",
    "tells_apart",
]

Record: TypeAlias = JsonObject
_TEXT = "text"


@dataclass(frozen=True)
class Column:
    """A column of a DataStore table: name, PostgreSQL type, full name (label) and description (notes)."""

    name: str
    type: str
    label: str
    notes: str

    def to_dict(self) -> JsonObject:
        """Return the column in the JSON that ``datastore_create`` takes."""
        return {"id": self.name, "type": self.type, "info": {"label": self.label, "notes": self.notes}}


@dataclass(frozen=True)
class StoredTable:
    """A table as the DataStore will have it; ``key`` is empty if no columns distinguish all rows."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def shape(self) -> tuple[tuple[str, str], ...]:
        """Return the name and type of each column."""
        return tuple((column.name, column.type) for column in self.columns)

    @property
    def short_names(self) -> dict[str, str]:
        """Return the full names of the columns that got a shorter name, by the short names."""
        return {column.name: column.label for column in self.columns if column.name != column.label}


@dataclass(frozen=True)
class RowChanges:
    """The rows to send (``upserts``) and the keys of the rows to delete (``removed``) to bring a table up to date."""

    upserts: tuple[Record, ...]
    removed: tuple[Record, ...]


def stored_table(data: bytes, schema: Mapping[str, Json], key: Sequence[str]) -> StoredTable:
    """Return a published CSV as a table for the DataStore.

    Args:
        data: The bytes of the CSV.
        schema: The CSV's Table Schema.
        key: The columns that distinguish rows.
    """
    header, rows = read_csv_rows(data)
    described = {field.needed("name"): field for field in schema_columns(schema)}
    fields = [described.get(label, Part({})) for label in header]
    typed = [_typed(field, [row[at] for row in rows]) for at, field in enumerate(fields)]
    columns = tuple(
        Column(short_name(label), kind, label, str(field.fields.get("description", "")))
        for label, field, (kind, _) in zip(header, fields, typed, strict=True)
    )
    records = _records([column.name for column in columns], [values for _, values in typed])
    wanted = tuple(short_name(name) for name in key)
    return StoredTable(columns, wanted if tells_apart(wanted, records) else (), records)


def schema_columns(schema: Mapping[str, Json]) -> Iterator[Part]:
    """Yield the fields of a Table Schema."""
    return map(Part.from_ckan, list_of(schema.get("fields", ())))


def _records(names: Sequence[str], columns: Sequence[Sequence[Json]]) -> tuple[Record, ...]:
    return tuple(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def short_name(name: str) -> str:
    """Return a column's name as the DataStore takes it: no ``_`` in front, no quotation marks, at most 63 bytes.

    >>> short_name("名称"), short_name("_id")
    ('名称', 'x_id')
    >>> short_name("対応可能な言語のうち手話その他の特別な手段によるもの")
    '対応可能な言語のうち手話その他の特別_ad3e1027'
    """
    # CKAN refuses a quotation mark and a leading underscore: both are its own in SQL (`_id`, `_full_text`).
    plain = name.replace('"', "'").strip()
    fitted = f"x{plain}" if plain.startswith("_") or not plain else plain
    rules = _rules()
    if len(fitted.encode("utf-8")) <= rules.longest_name:
        return fitted
    kept = fitted.encode("utf-8")[: rules.kept_of_a_long_name].decode("utf-8", "ignore")
    return f"{kept}_{sha256(name.encode('utf-8'))[:8]}"


def _typed(field: Part, texts: Sequence[str]) -> tuple[str, list[Json]]:
    """Return a column's PostgreSQL type and values; the type is text if one value does not fit the schema's type."""
    kind = _rules().types.get(field.text("type"), _TEXT)
    if any(field.fields.get(key) not in (None, "default") for key in _rules().text_if):
        kind = _TEXT
    try:
        return kind, [_READERS[kind](text) if text else None for text in texts]
    except (ValueError, InvalidOperation):
        return _TEXT, [text or None for text in texts]


def _number(text: str) -> str:
    """Return a finite number unchanged as text, so that no digit is rounded on the way.

    Raises:
        ValueError: If the number is infinite or NaN, which JSON cannot carry.
    """
    if not Decimal(text).is_finite():
        raise ValueError(text)
    return text


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


_READERS: Mapping[str, Callable[[str], Json]] = {
    _TEXT: str,
    "int8": int,
    "numeric": _number,
    "bool": _truth,
    "date": _date,
}


def tells_apart(key: Sequence[str], records: Sequence[Record]) -> bool:
    """Return whether the columns of a key are filled in every row and their values differ between any two rows."""
    if not key or not all(name in record and record[name] is not None for record in records for name in key):
        return False
    return len({tuple(record[name] for name in key) for record in records}) == len(records)


def row_changes(held: Sequence[Record], table: StoredTable) -> RowChanges:
    """Return the rows to send and the rows to delete, matched by the table's key.

    Args:
        held: The rows in the DataStore.
        table: The wanted table.
    """
    numeric = {column.name for column in table.columns if column.type == "numeric"}
    known = {_key(record, table.key): _steady(record, numeric) for record in held}
    wanted = {_key(record, table.key): record for record in table.records}
    upserts = tuple(record for key, record in wanted.items() if known.get(key) != _steady(record, numeric))
    removed = tuple(
        {name: record[name] for name in table.key} for record in held if _key(record, table.key) not in wanted
    )
    return RowChanges(upserts, removed)


def _key(record: Record, key: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(record.get(name)) for name in key)


def _steady(record: Record, numeric: set[str]) -> dict[str, Json | Decimal]:
    """Return a row for comparison: decimal numbers by value, and without ``_id``, the DataStore's row number."""
    return {
        name: Decimal(str(value)) if name in numeric and value is not None else value
        for name, value in record.items()
        if name != "_id"
    }


def same_rows(held: Sequence[Record], table: StoredTable) -> bool:
    """Return whether the DataStore has exactly the rows of a table, in any order.

    Args:
        held: The rows in the DataStore, decimal numbers as text.
        table: The wanted table.
    """
    numeric = {column.name for column in table.columns if column.type == "numeric"}
    return _counted(held, numeric) == _counted(table.records, numeric)


def _counted(records: Sequence[Record], numeric: set[str]) -> Counter[str]:
    rows = ({name: _canonical(value) for name, value in sorted(_steady(one, numeric).items())} for one in records)
    return Counter(repr(row) for row in rows)


def _canonical(value: Json | Decimal) -> Json:
    """Return a value in its canonical form: 35.10 and 35.1 are both ``"35.1"``."""
    return str(value.normalize()) if isinstance(value, Decimal) else value


def page_size() -> int:
    """Return the number of rows in one request."""
    return _rules().chunk


def chunks(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Yield rows in lists of at most :func:`page_size`, in order; nothing for no rows."""
    size = page_size()
    for start in range(0, len(records), size):
        yield list(records[start : start + size])


@dataclass(frozen=True)
class _Rules:
    """The rules of ``datastore.toml``, which has the reason of each number."""

    longest_name: int
    kept_of_a_long_name: int
    chunk: int
    types: Mapping[str, str]
    text_if: Sequence[str]


@cache
def _rules() -> _Rules:
    loaded = packaged_toml(__package__, "datastore.toml")
    return _Rules(**{**loaded, "text_if": loaded["text_if"]["keys"]})
