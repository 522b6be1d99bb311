"""Anomalies of a catalogue: names that several datasets share, and impossible dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.catalog.forms.dates import day_range
from meguro_opendata.catalog.package import JsonObject
from meguro_opendata.findings import Finding
from meguro_opendata.ledger.packages import reading_words

__all__ = ["OddDate", "Oddities", "doubled_names", "odd_dates", "oddities", "oddity_findings"]

_FILE = "files."
_FINDINGS = {
    "unreadable": ("catalog-date-unreadable", "error"),
    "early": ("catalog-date-implausible", "warning"),
    "future": ("catalog-date-implausible", "warning"),
}


@dataclass(frozen=True)
class OddDate:
    """An impossible date.

    Attributes:
        dataset: Name of its dataset.
        file: Name of the file that it is of; empty for the dataset itself.
        field: ``issued`` or ``modified``; with ``files.`` before it for a file.
        value: As it is written.
        kind: ``unreadable``, ``early`` (before there were catalogues) or ``future``.
    """

    dataset: str
    file: str
    field: str
    value: str
    kind: str


@dataclass(frozen=True)
class Oddities:
    """The anomalies of a catalogue: number of datasets by doubled name, and impossible dates in their order."""

    doubled: Mapping[str, int]
    dates: Sequence[OddDate]

    def to_dict(self) -> JsonObject:
        """Return doubled names and dates as JSON."""
        return {
            "doubled": [{"name": name, "count": count} for name, count in self.doubled.items()],
            "odd_dates": [asdict(odd) for odd in self.dates],
        }


def oddities(entries: Sequence[CatalogEntry], as_of: date) -> Oddities:
    """Return the anomalies of a catalogue.

    Args:
        entries: The datasets.
        as_of: The day after which no date can lie.
    """
    return Oddities(doubled_names(entries), [odd for entry in entries for odd in odd_dates(entry, as_of)])


def doubled_names(entries: Iterable[CatalogEntry]) -> dict[str, int]:
    """Return the names that several datasets have, each with their number."""
    names = Counter(entry.name for entry in entries)
    return {name: count for name, count in names.items() if count > 1}


def odd_dates(entry: CatalogEntry, as_of: date) -> Iterator[OddDate]:
    """Yield the impossible dates of a dataset and its files; a date copied from a file to its dataset comes once."""
    of_files = [
        (part.name, f"{_FILE}{name}", value)
        for part in entry.distributions
        for name, value in _distinct(part.issued, part.modified)
    ]
    seen = {value for _, _, value in of_files}
    own = [("", name, value) for name, value in _distinct(entry.issued, entry.modified) if value not in seen]
    for file, name, value in (*own, *of_files):
        kind = _oddness(value, as_of)
        if kind:
            yield OddDate(entry.name, file, name, value, kind)


def _distinct(issued: str | None, modified: str | None) -> Iterator[tuple[str, str]]:
    """Yield the given dates, without a date of update that repeats the date of issue."""
    if issued:
        yield "issued", issued
    if modified and modified != issued:
        yield "modified", modified


def oddity_findings(entry: CatalogEntry, doubled: Mapping[str, int], as_of: date) -> Iterator[Finding]:
    """Yield findings on a dataset's name and dates; a doubled name and an unreadable date are errors."""
    if entry.name in doubled:
        count = doubled[entry.name]
        yield Finding("catalog-name-doubled", "error", field="name", value=entry.name, params={"count": count})
    for odd in odd_dates(entry, as_of):
        code, severity = _FINDINGS[odd.kind]
        params = {"place": odd.file or entry.title}
        yield Finding(code, severity, field=odd.field, value=odd.value, file=entry.name, params=params)


def _oddness(value: str, as_of: date) -> str:
    days = day_range(value)
    if days is None:
        return "unreadable"
    first, last = days
    if last.year < reading_words()["earliest_year"]:
        return "early"
    return "future" if first > as_of else ""
