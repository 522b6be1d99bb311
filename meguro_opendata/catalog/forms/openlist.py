"""Our form → オープンデータ一覧 under the national standard's item names; one row a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from meguro_opendata.catalog.entry import CatalogEntry, Distribution
from meguro_opendata.catalog.licences import find_licence
from meguro_opendata.catalog.publisher import Publisher, publisher_of
from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.files.tables import csv_bytes
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import load_standard
from meguro_opendata.workspace.city import City

__all__ = ["list_csv", "list_frame", "numbered_rows"]

STANDARD = "open_data_list"
_WORDS = "words"


@dataclass(frozen=True)
class _Crosswalk:
    """The source of each item of the list, and the notation of values (``open_data_list.toml``).

    Attributes:
        items_of: For each part of our form, its attributes by the list's items.
        separator: The text between the elements of a list.
        languages: Names of languages by their codes.
        standards: How a standard is named, by its version.
    """

    items_of: Mapping[str, Mapping[str, str]]
    separator: str
    languages: Mapping[str, str]
    standards: Mapping[str, str]


def numbered_rows(entries: Sequence[CatalogEntry], city: City) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the items of the list, and its rows, each with the number of its dataset, counted from 1."""
    header = [name for names in _crosswalk().items_of.values() for name in names]
    numbered = ((number, row) for number, entry in enumerate(entries, start=1) for row in _rows(entry, city))
    return header, [(number, [row[name] for name in header]) for number, row in numbered]


def list_frame(entries: Sequence[CatalogEntry], city: City) -> pl.DataFrame:
    """Return オープンデータ一覧 of some datasets: the items in their order; a dataset without files has one row."""
    names = [field.name for field in load_standard(STANDARD).fields]
    rows = [row for entry in entries for row in _rows(entry, city)]
    return pl.DataFrame({name: [row[name] for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String))


def list_csv(entries: Sequence[CatalogEntry], city: City) -> bytes:
    """Return the published list: CSV that Japanese Excel opens correctly."""
    return csv_bytes(list_frame(entries, city))


def _rows(entry: CatalogEntry, city: City) -> Iterator[dict[str, str]]:
    for part in entry.distributions or (Distribution("", "", ""),):
        yield _row(entry, part, publisher_of(entry, city), city)


def _row(entry: CatalogEntry, part: Distribution, publisher: Publisher, city: City) -> dict[str, str]:
    holders: dict[str, object] = {
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
        for item, name in _crosswalk().items_of[kind].items()
    }


def _as_text(name: str, value: object) -> str:
    """Return a value in the list's notation: languages, licences and standards by name, lists with semicolons."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return _crosswalk().separator.join(map(str, value))
    return _NAMED[name](str(value)) if name in _NAMED else str(value)


def _language_name(language: str) -> str:
    return _crosswalk().languages.get(language, language)


def _licence_name(licence_id: str) -> str:
    found = find_licence(licence_id)
    return found.name if found else licence_id


def _standard_name(written: str) -> str:
    """Return the title of a national standard; any other text unchanged."""
    try:
        standard = load_standard(written)
    except UnknownStandardError:
        return written
    forms = _crosswalk().standards
    return forms.get(standard.version or "", forms["newer"]).format(title=standard.title)


_NAMED: Mapping[str, Callable[[str], str]] = {
    "language": _language_name,
    "license_id": _licence_name,
    "standard": _standard_name,
}


@cache
def _crosswalk() -> _Crosswalk:
    loaded = packaged_toml(__package__, "open_data_list.toml")
    words = loaded[_WORDS]
    items_of = {part: items for part, items in loaded.items() if part != _WORDS}
    return _Crosswalk(items_of, words["separator"], words["language"], words["standard"])
