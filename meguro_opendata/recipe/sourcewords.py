"""The recipe's words for reading files, for series, for stacked or joined sources, and for the register of IDs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from meguro_opendata.errors import Fault, UnknownCrsError
from meguro_opendata.files.declarations import Declared, unknown
from meguro_opendata.files.whole import is_plain_name
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.words import file_words
from meguro_opendata.recipe.identifiers import Minting, form_fault
from meguro_opendata.recipe.series.periods import pattern_fault, unknown_words
from meguro_opendata.sources.joining import JoinWords

__all__ = [
    "FileSettings",
    "Filled",
    "IdSettings",
    "JoinedSource",
    "NamedSource",
    "PeriodSettings",
    "SeriesSettings",
    "Sources",
    "Texts",
    "crs_faults",
    "id_faults",
    "point_faults",
    "series_faults",
    "setting_faults",
    "sources_faults",
]

Filled = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]
_CELL = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")  # up to XFD1048576, the last cell of a worksheet
_MOST_MATCHED = 4  # each further field makes more partial matches; name, address and two more identify any facility
_CONTROL = re.compile("[\x00-\x1f]")


class FileSettings(Declared):
    """The settings with which a file is read; missing ones are decided from the file and shown.

    Attributes:
        sheet: The sheet, if only one is read.
        sheets: Sheets of one layout, ``"*"`` for all visible ones; their rows are read one sheet after another.
        sheet_column: The name of a column with the sheet's name, for use in the mapping.
        header_row: The lowest line of the header, counted from 1.
        header_rows: The number of lines of the header.
        encoding: The encoding of a text file.
        crs: The reference system of the coordinates, which are then published in JGD2011.
        axes: ``swapped`` if the columns of latitude and longitude are exchanged.
        notation: The meaning of values such as ``35.3829``: decimal degrees, or degrees, minutes and seconds.
        allow_approximate: Whether a datum transformation without its grid may be used.
        confirm: The setting that a person still has to confirm.
    """

    sheet: str | None = None
    sheets: Annotated[tuple[Filled, ...], Field(strict=False, min_length=1)] | Literal["*"] | None = None
    sheet_column: Filled | None = None
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=5)  # more lines are a table of their own, not a header
    encoding: Literal["utf-8", "cp932", "utf-16"] | None = None
    crs: Filled | None = None
    axes: Literal["swapped"] | None = None
    notation: Literal["decimal", "dms"] | None = None
    allow_approximate: bool = False
    confirm: Literal["header"] | None = None


class PeriodSettings(Declared):
    """The place of the period of a series' file, and its check.

    Attributes:
        origin: Where the period is: in the file's name, in a cell, or in a column (``from`` in the recipe).
        pattern: A regular expression for the period, with the groups ``year``, ``month`` and ``day``.
        cell: The cell, as ``B2``.
        column: The column's name.
        step: The rhythm of the series.
        confirm: A published field whose values must lie in the file's period.
    """

    origin: Literal["name", "cell", "column"] = Field(default="name", alias="from")
    pattern: Filled | None = None
    cell: Filled | None = None
    column: Filled | None = None
    step: Literal["day", "month", "quarter", "half-year", "year", "fiscal-year"] | None = None
    confirm: Filled | None = None


class SeriesSettings(Declared):
    """The settings for publishing a series: the title of each file, and a copy of the newest under a fixed name."""

    title: Filled | None = None
    latest: bool = False


class NamedSource(FileSettings):
    """One of several sources, with its name."""

    name: Filled
    file: str


class JoinedSource(NamedSource):
    """A source whose columns are added to those of the first.

    Attributes:
        by: The key columns: name in the first source → name in this one.
        relation: Whether one row of this source can belong to several rows of the first.
        unmatched: The severity of the finding on a row without a partner, in either source.
    """

    by: dict[str, Filled]
    relation: Literal["one-to-one", "many-to-one"] = "one-to-one"
    unmatched: Literal["error", "warning", "info"] = "warning"

    @property
    def words(self) -> JoinWords:
        """Return the words in the form of :func:`meguro_opendata.sources.joining.join`."""
        return JoinWords(self.name, self.file, self.by, self.relation, self.unmatched)


class Sources(Declared):
    """Several sources: stacked one below another, or a first source to which others are joined."""

    stack: Annotated[tuple[NamedSource, ...], Field(strict=False)] = ()
    name_column: Filled | None = None
    first: NamedSource | None = None
    join: Annotated[tuple[JoinedSource, ...], Field(strict=False)] = ()

    @property
    def every(self) -> tuple[NamedSource, ...]:
        """Return all sources, in the order of the recipe."""
        return tuple(source for _, source in self.places())

    def places(self) -> Iterator[tuple[str, NamedSource]]:
        """Yield each source with its place in the recipe."""
        yield from ((f"sources.stack.{number}", source) for number, source in enumerate(self.stack))
        if self.first is not None:
            yield "sources.first", self.first
        yield from ((f"sources.join.{number}", source) for number, source in enumerate(self.join))


class IdSettings(Declared):
    """The settings for IDs that are minted once and kept: the field, the fields that identify a row, and the form."""

    field: Filled
    match: Texts
    form: Filled

    @property
    def minting(self) -> Minting:
        """Return the settings in the form of :func:`meguro_opendata.recipe.identifiers.read_register`."""
        return Minting(self.field, self.match, self.form)


def point_faults(place: str, settings: FileSettings, with_points: bool) -> Iterator[Fault]:
    """Yield the faults in the words on coordinates.

    Args:
        place: The place of the settings in the recipe.
        settings: The settings of one file.
        with_points: Whether the published fields include coordinates.
    """
    given = settings.model_fields_set & {"crs", "axes", "notation", "allow_approximate"}
    # A joined table adds columns to rows whose place the first source gives: two systems in a row are undecidable.
    if given and isinstance(settings, JoinedSource):
        yield Fault(f"{place}.{min(given)}", "crs-of-joined", {"key": min(given)})
        return
    needless = given - ({"crs"} if _may_be_geo(settings) else set())
    if needless and not with_points:
        yield Fault(f"{place}.{min(needless)}", "crs-without-coordinates", {"key": min(needless)})
    if settings.crs is None:
        if settings.allow_approximate or settings.notation:
            yield Fault(f"{place}.crs", "key-missing", {"key": "crs"})
        return
    yield from crs_faults(f"{place}.crs", settings.crs)


def setting_faults(place: str, settings: FileSettings) -> Iterator[Fault]:
    """Yield the faults in the settings of a file: an unconfirmed header, and words that exclude each other."""
    if settings.confirm is not None:
        yield Fault(f"{place}.confirm", "header-unconfirmed", {"row": settings.header_row})
    if settings.sheet is not None and settings.sheets is not None:
        yield Fault(f"{place}.sheets", "sheet-and-sheets", {})
    named = settings.sheets if isinstance(settings.sheets, tuple) else ()
    if len(set(named)) < len(named):
        yield Fault(f"{place}.sheets", "sheet-twice", {"value": next(name for name in named if named.count(name) > 1)})
    if settings.sheet_column is not None and settings.sheets is None:
        yield Fault(f"{place}.sheet_column", "key-missing", {"key": "sheets"})


def crs_faults(place: str, crs: str) -> Iterator[Fault]:
    """Yield a fault for an unknown reference system."""
    try:
        parse_crs(crs)
    except UnknownCrsError as error:
        yield Fault(place, error.code, error.params)


def _may_be_geo(settings: FileSettings) -> bool:
    """Return whether a file is a GIS file by its name: its CRS must be known even if no points are published."""
    name: str = getattr(settings, "file", "").lower()
    return name.endswith((".kmz", ".json", ".zip", *file_words()["archives"]["endings"]))


def series_faults(
    pattern: str | None,
    period: PeriodSettings | None,
    series: SeriesSettings | None,
    fields: Sequence[str],
) -> Iterator[Fault]:
    """Yield the faults in the words of a series.

    Args:
        pattern: The pattern of the files' names, ``None`` if the source is no series.
        period: The words on the period.
        series: The words on publishing.
        fields: The names of the published fields.
    """
    if pattern is None:
        if period is not None:
            yield Fault("source.period", "word-needs-series", {"key": "period"})
        if series is not None:
            yield Fault("series", "word-needs-series", {"key": "series"})
        return
    if not is_plain_name(pattern):
        yield Fault("source.series", "path-not-inside", {"value": pattern})
    # Without a wildcard the pattern is one file, and next month's file would never be found.
    elif not set(pattern) & set("*?"):
        yield Fault("source.series", "series-without-star", {"value": pattern})
    yield from _period_faults(period or PeriodSettings(), fields)
    yield from _title_faults(series.title if series else None)


def _period_faults(period: PeriodSettings, fields: Sequence[str]) -> Iterator[Fault]:
    for origin in ("cell", "column"):
        given = getattr(period, origin) is not None
        if given != (period.origin == origin):
            yield Fault(f"source.period.{origin}", "period-origin", {"origin": period.origin, "key": origin})
    if period.cell is not None and not _CELL.fullmatch(period.cell):
        yield Fault("source.period.cell", "cell-address", {"value": period.cell})
    if period.pattern:
        yield from _period_pattern_faults(period.pattern)
    if period.confirm is not None and period.confirm not in fields:
        yield unknown("source.period.confirm", "field-unknown", period.confirm, fields)


def _period_pattern_faults(pattern: str) -> Iterator[Fault]:
    code = pattern_fault(pattern)
    shown: dict[str, object] = {"value": pattern}
    if code == "pattern-broken":
        yield Fault("source.period.pattern", "pattern-broken", shown)
    elif code == "pattern-not-linear":
        yield Fault("source.period.pattern", "pattern-not-linear", shown)
    elif code:
        yield Fault("source.period.pattern", "pattern-without-year", shown)


def _title_faults(title: str | None) -> Iterator[Fault]:
    # A title is one line of the catalogue; control characters in it would reach terminals and portals.
    wrong = unknown_words(title) if title else []
    if wrong or _CONTROL.search(title or ""):
        yield Fault("series.title", "series-title-words", {"value": wrong or [title]})
    # Otherwise all files have one title, and people cannot distinguish the years on the portal.
    elif title and "{period" not in title:
        yield Fault("series.title", "series-title-without-period", {"value": title})


def sources_faults(sources: Sources) -> Iterator[Fault]:
    """Yield the faults in the words of several sources."""
    yield from _shape_faults(sources)
    if sources.name_column is not None and not sources.stack:
        yield Fault("sources.name_column", "name-column-without-stack", {})
    yield from _named_faults(sources)
    for number, source in enumerate(sources.join):
        if not source.by:
            yield Fault(f"sources.join.{number}.by", "join-without-key", {"value": source.name})


def _shape_faults(sources: Sources) -> Iterator[Fault]:
    """Yield a fault unless two or more sources are stacked, or others are joined to a first one."""
    stacked, joined = bool(sources.stack), bool(sources.first or sources.join)
    if stacked == joined:
        yield Fault("sources", "stack-or-join", {})
    elif len(sources.stack) == 1:
        yield Fault("sources.stack", "stack-of-one", {})
    elif joined and not (sources.first and sources.join):
        yield Fault("sources", "join-incomplete", {})


def _named_faults(sources: Sources) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, source in sources.places():
        if not is_plain_name(source.file):
            yield Fault(f"{place}.file", "path-not-inside", {"value": source.file})
        if source.name in seen:
            yield Fault(f"{place}.name", "source-name-twice", {"value": source.name})
        seen.add(source.name)


def id_faults(ids: IdSettings, fields: Sequence[str], mapping: Mapping[str, object]) -> Iterator[Fault]:
    """Yield the faults in the words of the register.

    Args:
        ids: The words.
        fields: The names of the published fields.
        mapping: The mapping; it must not fill the field of the ID.
    """
    for place, name in (("ids.field", ids.field), *((f"ids.match.{at}", name) for at, name in enumerate(ids.match))):
        if name not in fields:
            yield unknown(place, "field-unknown", name, fields)
    # Without fields to match, each build would mint new IDs for every facility.
    if not 1 <= len(ids.match) <= _MOST_MATCHED:
        yield Fault("ids.match", "ids-match-count", {"most": _MOST_MATCHED})
    if ids.field in ids.match:
        yield Fault("ids.match", "ids-match-field", {"value": ids.field})
    if len(set(ids.match)) < len(ids.match):
        yield Fault("ids.match", "ids-match-twice", {"value": list(ids.match)})
    # An ID that comes from the source would be overwritten by the register's, or the other way round.
    if ids.field in mapping:
        yield Fault(f"mapping.{ids.field}", "ids-field-mapped", {"value": ids.field})
    if form_fault(ids.form):
        yield Fault("ids.form", "ids-form-number", {"value": ids.form})
