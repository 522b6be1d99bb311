"""A file with addresses → its rows with their parts and points, so named that no one takes these for measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from meguro_opendata import messages
from meguro_opendata.errors import ExitCode, SourceError
from meguro_opendata.files.declarations import suggest
from meguro_opendata.files.tables import csv_bytes
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.features import point_features
from meguro_opendata.geo.gis.geojson import shape_collection
from meguro_opendata.geo.gis.table import propose_table
from meguro_opendata.geo.gis.words import LayerWords
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.geo.places.geocoding import COLUMNS, Geocoder
from meguro_opendata.geo.places.whose import Whose, whose
from meguro_opendata.japan.folding import folded
from meguro_opendata.sources import Table

__all__ = ["GEOCODE_FORMAT", "OUT_ENDINGS", "GeocodedFile", "geocode_file"]


OUT_ENDINGS = (".csv", ".geojson")
_ESTIMATED_IN = "JGD2011"
GEOCODE_FORMAT = "meguro-opendata/geocode@1"


@dataclass(frozen=True)
class GeocodedFile:
    """Result of geocoding the addresses of a file.

    Attributes:
        file: The file as the user named it.
        column: The column of the addresses.
        table: The source.
        found: One row an address, with the columns of :data:`meguro_opendata.geo.places.geocoding.COLUMNS`.
        owner: The municipality of the addresses that name none, and why it is that.
    """

    file: str
    column: str
    table: Table
    found: pl.DataFrame
    owner: Whose

    @property
    def addresses(self) -> pl.Series:
        """Return the addresses unchanged."""
        return self.table.frame[self.column]

    @property
    def levels(self) -> dict[str, int]:
        """Return how many addresses have a point of each level, or none; empty cells are not counted."""
        counted = Counter(self.found.filter(self.addresses.str.strip_chars() != "")["level"].to_list())
        return {level: counted[level] for level in gazetteer_data()["levels"]["order"]}

    @property
    def problems(self) -> dict[str, int]:
        """Return how many addresses go no further, by reason."""
        filled = self.found.filter(self.addresses.str.strip_chars() != "")
        return dict(sorted(Counter(filled.filter(pl.col("problem") != "")["problem"].to_list()).items()))

    @property
    def exit_code(self) -> ExitCode:
        """Return 0 if no address is doubtful, else 1."""
        return ExitCode.of(clean=not self.problems)

    def to_bytes(self, out: Path, lang: str) -> bytes:
        """Return the file that a name asks for: ``.csv``, or ``.geojson`` with each row as a feature."""
        return self.to_geojson(lang) if out.suffix.lower() == ".geojson" else self.to_csv(lang)

    def to_geojson(self, lang: str) -> bytes:
        """Return the rows as features at their estimated points, with level and error."""
        lat, lon = (self._names(lang)[name] for name in ("lat", "lon"))
        features = point_features(self._frame(lang), lat, lon, self.table.path.stem, parse_crs(_ESTIMATED_IN))
        return shape_collection(features).encode("utf-8")

    def to_csv(self, lang: str) -> bytes:
        """Return the source's columns, then the parts and points, under names of their own."""
        return csv_bytes(self._frame(lang))

    def _names(self, lang: str) -> dict[str, str]:
        """Return the names of the new columns."""
        here = set(self.table.frame.columns)
        return {name: _free(messages.word(f"geocode-{name}", lang), here) for name in COLUMNS}

    def _frame(self, lang: str) -> pl.DataFrame:
        shown = self.found.with_columns(
            pl.col("level").replace_strict(_words("level", gazetteer_data()["levels"]["order"], lang)),
            pl.col("problem").replace_strict(_words("address", [*self.problems, "address-empty"], lang), default=""),
        )
        text = shown.select(pl.all().cast(pl.String).fill_null("")).rename(self._names(lang))
        return pl.concat([self.table.frame, text], how="horizontal")

    def to_dict(self, lang: str) -> dict[str, Any]:
        """Return the result as the JSON of ``geocode@1``."""
        rows = zip(self.table.rows, self.addresses.to_list(), self.found.iter_rows(named=True), strict=True)
        return {
            "format": GEOCODE_FORMAT,
            "file": self.file,
            "column": self.column,
            "rows": self.found.height,
            "levels": self.levels,
            "problems": self.problems,
            "addresses": [
                {"row": row, "address": address, **found, "readings": [*filter(None, found["readings"].split(" / "))]}
                for row, address, found in rows
            ],
        }


def geocode_file(
    path: Path, geocoder: Geocoder, column: str | None = None, words: LayerWords | None = None
) -> GeocodedFile:
    """Read a table and find its addresses.

    Args:
        path: A CSV, TSV, workbook or GIS file.
        geocoder: Geocoder of the addresses; without a municipality, it takes the one that the file shows.
        column: The column of the addresses; default the first that is named as such.
        words: Declarations about a GIS file.

    Raises:
        MeguroOpendataError: If addresses lack their municipality and more than one comes into question.
        SourceError: If the file cannot be read, or has no such column.
    """
    known: list[str] = gazetteer_data()["address_columns"]
    table = propose_table(path, known if column is None else [*known, column], words=words)
    name = _column(table, path, column)
    owner = Whose(geocoder.home) if geocoder.home is not None else _owner(table, path)
    geocoder.at_home(owner.home)
    return GeocodedFile(str(path), name, table, geocoder.frame(table.frame[name]), owner)


def _owner(table: Table, path: Path) -> Whose:
    """Return the municipality that the file itself shows, for addresses that name none."""
    title = table.proposed.title if table.proposed else ""
    return whose(table.frame, {"title": title, "sheet": table.grid.sheet or "", "file": path.stem})


def _column(table: Table, path: Path, named: str | None) -> str:
    """Return the column that is named, or the first with a usual name."""
    here = table.frame.columns
    if named is not None:
        if named in here:
            return named
        raise SourceError("geocode-no-column", file=path, column=named, columns=suggest(named, here) or here)
    usual = [folded(name) for name in gazetteer_data()["address_columns"]]
    found = sorted((usual.index(folded(name)), at) for at, name in enumerate(here) if folded(name) in usual)
    if not found:
        raise SourceError("geocode-no-addresses", file=path, columns=here)
    return here[found[0][1]]


def _words(group: str, codes: Sequence[str], lang: str) -> dict[str, str]:
    return {code: messages.word(f"{group}-{code}", lang) for code in codes}


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no column has."""
    return name if name not in taken else _free(f"{name}_", taken)
