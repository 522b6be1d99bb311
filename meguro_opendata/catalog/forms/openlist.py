"""Our form → オープンデータ一覧 under the national standard's item names; one row a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from meguro_opendata.catalog.entry import CatalogEntry, Distribution
from meguro_opendata.catalog.licences import find_licence
from meguro_opendata.catalog.lines import read_entries
from meguro_opendata.catalog.publisher import Publisher, publisher_of
from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.files.tables import csv_bytes
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.model import load_standard
from meguro_opendata.workspace.city import City

__all__ = ["list_csv", "list_frame", "list_table"]

STANDARD = "open_data_list"
_WORDS = "words"


def list_table(path: Path, city: City) -> Table:
    """オープンデータ一覧 made from a file in our catalogue form, as a source of a recipe.

    Raises:
        SourceError: As :func:`read_entries`.
    """
    entries = read_entries(path)
    header = [name for part, names in _crosswalk().items() if part != _WORDS for name in names]
    rows = [(number, row) for number, entry in enumerate(entries, start=1) for row in _rows(entry, city)]
    records = [header, *([row[name] for name in header] for _, row in rows)]
    lines = [0, *(number for number, _ in rows)]
    return cut_table(Grid.of_records(path, "jsonl", records, encoding="utf-8", lines=lines), 1)


def list_frame(entries: Sequence[CatalogEntry], city: City) -> pl.DataFrame:
    """オープンデータ一覧 of some datasets: the items in their order; a dataset without files has one row."""
    names = [field.name for field in load_standard(STANDARD).fields]
    rows = [row for entry in entries for row in _rows(entry, city)]
    return pl.DataFrame({name: [row[name] for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String))


def list_csv(entries: Sequence[CatalogEntry], city: City) -> bytes:
    """The list as it is published: CSV that opens rightly in Japanese Excel."""
    return csv_bytes(list_frame(entries, city))


def _rows(entry: CatalogEntry, city: City) -> Iterator[dict[str, str]]:
    for part in entry.distributions or (Distribution("", "", ""),):
        yield _row(entry, part, publisher_of(entry, city), city)


def _row(entry: CatalogEntry, part: Distribution, publisher: Publisher, city: City) -> dict[str, str]:
    holders: dict[str, Any] = {
        "publisher": publisher,
        "city": city if publisher.code == city.code else None,
        "dataset": entry,
        "contact": entry.contact,
        "file": part,
        "unsaid": None,
    }
    return {
        item: _as_text(name, getattr(holder, name, None))
        for kind, holder in holders.items()
        for item, name in _crosswalk()[kind].items()
    }


def _as_text(name: str, value: object) -> str:
    """A value as the list has it: languages, licences and standards by their names, lists with semicolons."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        separator: str = _crosswalk()[_WORDS]["separator"]
        return separator.join(map(str, value))
    return _NAMED[name](str(value)) if name in _NAMED else str(value)


def _language_name(language: str) -> str:
    named: str = _crosswalk()[_WORDS]["language"].get(language, language)
    return named


def _licence_name(licence_id: str) -> str:
    found = find_licence(licence_id)
    return found.name if found else licence_id


def _standard_name(written: str) -> str:
    """A standard of the nation's by its title, any other as it stands."""
    try:
        standard = load_standard(written)
    except UnknownStandardError:
        return written
    forms: dict[str, str] = _crosswalk()[_WORDS]["standard"]
    return forms.get(standard.version or "", forms["newer"]).format(title=standard.title)


_NAMED: Mapping[str, Callable[[str], str]] = {
    "language": _language_name,
    "license_id": _licence_name,
    "standard": _standard_name,
}


@cache
def _crosswalk() -> dict[str, dict[str, Any]]:
    return packaged_toml(__package__, "open_data_list.toml")
