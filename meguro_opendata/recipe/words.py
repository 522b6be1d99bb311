"""The words of ``dataset.yaml``, parsed strictly; :mod:`meguro_opendata.recipe.checks` checks them together."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from meguro_opendata.files.declarations import Declared
from meguro_opendata.geo.gis.words import GisFormat
from meguro_opendata.recipe.blockwords import NamedBlock, SkippedRow
from meguro_opendata.recipe.sourcewords import (
    FileSettings,
    Filled,
    IdSettings,
    PeriodSettings,
    SeriesSettings,
    Sources,
    Texts,
)
from meguro_opendata.workspace.city import WebAddress

__all__ = [
    "Allowance",
    "Extension",
    "Geocode",
    "GisSettings",
    "MappingRule",
    "Metadata",
    "RecipeFile",
    "SourceSettings",
    "Split",
    "Waiver",
]


class SourceSettings(FileSettings):
    """The source file, or the files of a series, and the settings for reading them.

    Attributes:
        file: The file's name, in the recipe's folder.
        kind: ``table``, or ``catalog`` for a catalogue of datasets.
        series: The pattern of the names of a series' files.
        period: The words on the period of a series' file.
        leave_out: Files that match the pattern and do not belong to the series, each with the reason.
    """

    file: str = ""
    kind: Literal["table", "catalog"] = "table"
    series: Filled | None = None
    period: PeriodSettings | None = None
    leave_out: dict[str, Filled] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _file_or_series(self) -> Self:
        if ("file" in self.model_fields_set) == (self.series is not None):
            raise ValueError("source-file-or-series")
        return self


def _column_rule(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class Split(Declared):
    """The part of a cell that a field gets.

    Attributes:
        by: A separator; the field gets one of the parts between separators.
        part: The number of the part, or of the pattern's group, counted from 1.
        pattern: A regular expression; the field gets one of its groups.
        address: A part of the address in the cell.
    """

    by: Filled | None = None
    part: int = Field(default=1, ge=1, le=50)
    pattern: Filled | None = None
    address: Literal["prefecture", "city", "town", "town_id", "lot", "building"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.by, self.pattern, self.address)) != 1:
            raise ValueError("split-one-way")
        # The parts of an address have names; a number beside one is a mistake for a separator.
        if self.address is not None and "part" in self.model_fields_set:
            raise ValueError("split-address-part")
        return self


class MappingRule(Declared):
    """The origin of one field's values.

    Attributes:
        column: A source column.
        join: Source columns whose values are joined.
        separator: The text between joined values.
        constant: One value for all rows.
        city: A fact of the city profile.
        split: The part of the column's cell that the field gets.
        lookup: Values of the column, and the values that replace them.
        zero_fill: The number of digits up to which leading zeros are restored.
        default: The value for empty cells.
        keep: Rules of cleaning that are switched off.
    """

    column: str | None = None
    join: Annotated[tuple[Filled, ...], Field(strict=False, min_length=2)] | None = None
    separator: str = ""
    constant: str | None = None
    city: Literal["code", "name", "prefecture", "full_name"] | None = None
    split: Split | None = None
    lookup: dict[str, str] | None = None
    zero_fill: int | None = Field(default=None, ge=1, le=20)
    default: Filled | None = None
    keep: Texts = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the source columns that the rule reads; empty for a constant and a fact of the city profile."""
        return self.join if self.join is not None else () if self.column is None else (self.column,)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.join, self.constant, self.city)) != 1:
            raise ValueError("mapping-one-origin")
        if self.column is None and any(word is not None for word in (self.lookup, self.zero_fill, self.split)):
            raise ValueError("mapping-needs-column")
        if self.join is None and "separator" in self.model_fields_set:
            raise ValueError("separator-needs-join")
        if not self.columns and self.default is not None:
            raise ValueError("default-needs-column")
        return self


class Extension(Declared):
    """An extra column of the city, published after the standard's fields."""

    name: str
    column: str
    description: str
    kind: str = "text"
    keep: Texts = ()


class Waiver(Declared):
    """A finding that the city accepts for a stated reason; an error then counts as a warning."""

    code: str
    field: str
    reason: Filled


class Bounds(Declared):
    """The lowest and the highest accepted number; either can be left open."""

    min: float | None = None
    max: float | None = None


class Expectations(Declared):
    """The expectations on the published table.

    Attributes:
        rows: Bounds of the number of rows.
        change: The largest share by which rows and totals of a series' file may differ from the previous period.
        totals: Bounds of the totals, by field.
        earlier: A file with an earlier state of the table, whose IDs the table should have kept.
    """

    rows: Bounds | None = None
    change: Annotated[float, Field(gt=0)] | None = None
    totals: dict[str, Bounds] = Field(default_factory=dict)
    earlier: Filled | None = None


class Allowance(Declared):
    """Personal or undisclosable data that the city publishes for a stated reason; ``field`` if it is in one field."""

    code: str
    field: str | None = None
    reason: Filled


class Geocode(Declared):
    """The settings for positions that are estimated from addresses, for rows without coordinates.

    Attributes:
        address: The published field with the address.
        level: The least exact level that is published. Each estimate is flagged with its level and expected error.
        confirm: A question to the office. Removing the line answers it; until then nothing is estimated.
    """

    address: Filled
    level: Literal["residence", "block", "town", "oaza"] = "block"
    confirm: Filled | None = None


def _mail_address(text: str) -> str:
    # Only the mistakes that a reader would notice: RFC 5321 accepts far more than any stricter pattern.
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        raise ValueError("not-a-mail-address")
    return text


class ContactWords(Declared):
    """The ways to reach the department; a text alone is the note."""

    email: Annotated[str, AfterValidator(_mail_address)] | None = None
    phone: Filled | None = None
    extension: Filled | None = None
    form: WebAddress | None = None
    note: Filled | None = None


def _contact_note(value: object) -> object:
    return {"note": value} if isinstance(value, str) else value


def _period(value: object) -> object:
    """Return a day as text: YAML reads ``2025-04-01`` as a date."""
    return value.isoformat() if isinstance(value, date) else value


def _is_period(text: str) -> str:
    """Return a text that is a day, month or year, or two of them with a slash; raise ``ValueError`` for another."""
    parts = text.split("/")
    if len(parts) > 2 or not all(map(_is_moment, parts)) or parts != sorted(parts):  # noqa: PLR2004 (start, end)
        raise ValueError("period-form")
    return text


def _is_moment(text: str) -> bool:
    """Return whether a text is a day, month or year of the calendar.

    >>> _is_moment("2025-04-01"), _is_moment("2025-04"), _is_moment("2025"), _is_moment("2025-02-30"), _is_moment("R7")
    (True, True, True, False, False)
    """
    if not re.fullmatch("[0-9]{4}(-[0-9]{2}){0,2}", text):
        return False
    try:
        date.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        return False
    return True


Days = Annotated[str, BeforeValidator(_period), AfterValidator(_is_period)]


class GisSettings(Declared):
    """The settings for the GIS files of a release.

    Attributes:
        crs: The reference system; EPSG:6668 is JGD2011 in degrees.
        geometry: ``point`` for the rows' points, ``source`` for the areas and lines of the GIS file they come from.
        encoding: The encoding of a shapefile's texts.
    """

    crs: Filled = "EPSG:6668"
    geometry: Literal["point", "source"] = "point"
    encoding: Literal["utf-8", "cp932"] = "utf-8"


class Metadata(Declared):
    """The description of the dataset in the catalogue; facts that the files themselves show are not repeated here."""

    description: Filled
    department: str
    frequency: Filled
    keywords: Texts = ()
    issued: date | None = None
    modified: date | None = None
    landing_page: WebAddress | None = None
    spatial: str | None = None
    temporal: Days | None = None
    provenance: str | None = None
    contact: Annotated[ContactWords | None, BeforeValidator(_contact_note)] = None
    groups: Texts = ()
    subtitle: Filled | None = None
    version: Filled | None = None
    universal_menu: Filled | None = None
    documents: Annotated[tuple[WebAddress, ...], Field(strict=False)] = ()
    language: Literal["ja", "en"] = "ja"
    remarks: Filled | None = None


class RecipeFile(Declared):
    """All words of a recipe."""

    title: Filled
    standard: str | None = None
    schema_file: str | None = Field(default=None, alias="schema")
    source: SourceSettings | None = None
    sources: Sources | None = None
    series: SeriesSettings | None = None
    ids: IdSettings | None = None
    mapping: dict[str, Annotated[MappingRule, BeforeValidator(_column_rule)]] = Field(default_factory=dict)
    extensions: Annotated[tuple[Extension, ...], Field(strict=False)] = ()
    drop: dict[str, Filled] = Field(default_factory=dict)
    skip_rows: Annotated[tuple[SkippedRow, ...], Field(strict=False)] = ()
    blocks: Annotated[tuple[NamedBlock, ...], Field(strict=False)] = ()
    key: Texts = ()
    waive: Annotated[tuple[Waiver, ...], Field(strict=False)] = ()
    allow: Annotated[tuple[Allowance, ...], Field(strict=False)] = ()
    expect: Expectations | None = None
    geocode: Geocode | None = None
    formats: Annotated[tuple[Literal["csv", "xlsx", "geojson", GisFormat], ...], Field(strict=False)] = ("csv", "xlsx")
    gis: GisSettings = GisSettings()
    metadata: Metadata

    @model_validator(mode="after")
    def _one_schema(self) -> Self:
        if (self.standard is None) == (self.schema_file is None):
            raise ValueError("standard-or-schema")
        return self
