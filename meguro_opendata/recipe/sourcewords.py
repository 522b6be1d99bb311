"""The recipe's words for more than one source: series, sources that are stacked or joined, and the register of IDs."""

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
_CELL = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
_MOST_MATCHED = 4
_CONTROL = re.compile("[\x00-\x1f]")


class FileSettings(Declared):
    """How a file is read; what is not said is decided from the file and shown.

    ``sheets`` are sheets of one layout, ``"*"`` all that are visible; their rows are read one below another.
    ``sheet_column`` is a column with the sheet's name, for the mapping to use.
    ``confirm`` says what has to be confirmed. ``crs`` is the system of its coordinates, which are then published in
    JGD2011; ``axes`` says that its columns of latitude and longitude are the wrong way round, ``notation`` what values
    such as ``35.3829`` are.
    """

    sheet: str | None = None
    sheets: Annotated[tuple[Filled, ...], Field(strict=False, min_length=1)] | Literal["*"] | None = None
    sheet_column: Filled | None = None
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=5)
    encoding: Literal["utf-8", "cp932", "utf-16"] | None = None
    crs: Filled | None = None
    axes: Literal["swapped"] | None = None
    notation: Literal["decimal", "dms"] | None = None
    allow_approximate: bool = False
    confirm: Literal["header"] | None = None


class PeriodSettings(Declared):
    """Where the period of a series' file stands, and how it is checked.

    ``confirm`` is a published field whose values must lie in the file's period.
    """

    origin: Literal["name", "cell", "column"] = Field(default="name", alias="from")
    pattern: Filled | None = None
    cell: Filled | None = None
    column: Filled | None = None
    step: Literal["day", "month", "quarter", "half-year", "year", "fiscal-year"] | None = None
    confirm: Filled | None = None


class SeriesSettings(Declared):
    """How the files of a series are published: the title of each, and the newest under a name that stays."""

    title: Filled | None = None
    latest: bool = False


class NamedSource(FileSettings):
    """One of several sources, under a name of its own."""

    name: Filled
    file: str


class JoinedSource(NamedSource):
    """A source whose columns are added to those of the first, by key columns: of the first → of this one."""

    by: dict[str, Filled]
    relation: Literal["one-to-one", "many-to-one"] = "one-to-one"
    unmatched: Literal["error", "warning", "info"] = "warning"

    @property
    def words(self) -> JoinWords:
        """As :func:`meguro_opendata.sources.joining.join` takes it."""
        return JoinWords(self.name, self.file, self.by, self.relation, self.unmatched)


class Sources(Declared):
    """Several sources: stacked one below another, or a first one that others join."""

    stack: Annotated[tuple[NamedSource, ...], Field(strict=False)] = ()
    name_column: Filled | None = None
    first: NamedSource | None = None
    join: Annotated[tuple[JoinedSource, ...], Field(strict=False)] = ()

    @property
    def every(self) -> tuple[NamedSource, ...]:
        """Return all of them, in the order of the recipe."""
        return tuple(source for _, source in self.places())

    def places(self) -> Iterator[tuple[str, NamedSource]]:
        """Yield all of them, each with its place in the recipe."""
        yield from ((f"sources.stack.{number}", source) for number, source in enumerate(self.stack))
        if self.first is not None:
            yield "sources.first", self.first
        yield from ((f"sources.join.{number}", source) for number, source in enumerate(self.join))


class IdSettings(Declared):
    """IDs that are minted once and kept: the field, the fields that tell rows apart, and the form."""

    field: Filled
    match: Texts
    form: Filled

    @property
    def minting(self) -> Minting:
        """As :func:`meguro_opendata.recipe.identifiers.read_register` takes it."""
        return Minting(self.field, self.match, self.form)


def point_faults(place: str, settings: FileSettings, with_points: bool) -> Iterator[Fault]:
    """What is wrong with the words on coordinates; ``with_points``: whether the published fields have any."""
    said = settings.model_fields_set & {"crs", "axes", "notation", "allow_approximate"}
    if said and isinstance(settings, JoinedSource):
        yield Fault(f"{place}.{min(said)}", "crs-of-joined", {"key": min(said)})
        return
    needless = said - ({"crs"} if _may_be_geo(settings) else set())
    if needless and not with_points:
        yield Fault(f"{place}.{min(needless)}", "crs-without-coordinates", {"key": min(needless)})
    if settings.crs is None:
        if settings.allow_approximate or settings.notation:
            yield Fault(f"{place}.crs", "key-missing", {"key": "crs"})
        return
    yield from crs_faults(f"{place}.crs", settings.crs)


def setting_faults(place: str, settings: FileSettings) -> Iterator[Fault]:
    """What is wrong with how a file is read: what is not confirmed, and words that exclude each other."""
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
    """What is wrong with the name of a coordinate reference system, if anything."""
    try:
        parse_crs(crs)
    except UnknownCrsError as error:
        yield Fault(place, error.code, error.params)


def _may_be_geo(settings: FileSettings) -> bool:
    """Whether the name is that of a GIS file, whose system has to be known even if its points are not published."""
    name: str = getattr(settings, "file", "").lower()
    return name.endswith((".kmz", ".json", ".zip", *file_words()["archives"]["endings"]))


def series_faults(
    pattern: str | None,
    period: PeriodSettings | None,
    series: SeriesSettings | None,
    fields: Sequence[str],
) -> Iterator[Fault]:
    """What is wrong with the words of a series; ``fields`` are the published ones."""
    if pattern is None:
        if period is not None:
            yield Fault("source.period", "word-needs-series", {"key": "period"})
        if series is not None:
            yield Fault("series", "word-needs-series", {"key": "series"})
        return
    if not is_plain_name(pattern):
        yield Fault("source.series", "path-not-inside", {"value": pattern})
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
    wrong = unknown_words(title) if title else []
    if wrong or _CONTROL.search(title or ""):
        yield Fault("series.title", "series-title-words", {"value": wrong or [title]})
    elif title and "{period" not in title:
        yield Fault("series.title", "series-title-without-period", {"value": title})


def sources_faults(sources: Sources) -> Iterator[Fault]:
    """What is wrong with the words of several sources."""
    yield from _shape_faults(sources)
    if sources.name_column is not None and not sources.stack:
        yield Fault("sources.name_column", "name-column-without-stack", {})
    yield from _named_faults(sources)
    for number, source in enumerate(sources.join):
        if not source.by:
            yield Fault(f"sources.join.{number}.by", "join-without-key", {"value": source.name})


def _shape_faults(sources: Sources) -> Iterator[Fault]:
    """Yield sources are stacked, two or more, or others join a first one."""
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
    """What is wrong with the words of the register; ``fields`` are the published ones, ``mapping`` the filled ones."""
    for place, name in (("ids.field", ids.field), *((f"ids.match.{at}", name) for at, name in enumerate(ids.match))):
        if name not in fields:
            yield unknown(place, "field-unknown", name, fields)
    if not 1 <= len(ids.match) <= _MOST_MATCHED:
        yield Fault("ids.match", "ids-match-count", {"most": _MOST_MATCHED})
    if ids.field in ids.match:
        yield Fault("ids.match", "ids-match-field", {"value": ids.field})
    if len(set(ids.match)) < len(ids.match):
        yield Fault("ids.match", "ids-match-twice", {"value": list(ids.match)})
    if ids.field in mapping:
        yield Fault(f"mapping.{ids.field}", "ids-field-mapped", {"value": ids.field})
    if form_fault(ids.form):
        yield Fault("ids.form", "ids-form-number", {"value": ids.form})
