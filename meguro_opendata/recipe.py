"""``dataset.yaml``: where a dataset's source lies and how it becomes the published table; parsed strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from meguro_opendata import messages
from meguro_opendata.declarations import Declared, check, read_yaml, unknown
from meguro_opendata.errors import ConfigurationError, Fault, UnknownStandardError
from meguro_opendata.files import is_plain_name
from meguro_opendata.schemafile import read_schema
from meguro_opendata.standard import Field as StandardField
from meguro_opendata.standard import Standard, load_standard, schema_fields, value_kinds
from meguro_opendata.workspace import WebAddress, Workspace

__all__ = [
    "Extension",
    "MappingRule",
    "Metadata",
    "Recipe",
    "SourceSettings",
    "Waiver",
    "one_shot_recipe",
    "open_recipe",
]

Filled = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]


class SourceSettings(Declared):
    """The source file and how to read it; what is not said is decided from the file and shown."""

    file: str
    kind: Literal["table", "catalog"] = "table"
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    header_rows: int = Field(default=1, ge=1, le=5)
    encoding: Literal["utf-8", "cp932", "utf-16"] | None = None


def _column_rule(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class MappingRule(Declared):
    """Where the values of one field come from: a source column, a constant, or a fact of the city profile."""

    column: str | None = None
    constant: str | None = None
    city: Literal["code", "name", "prefecture", "full_name"] | None = None
    lookup: dict[str, str] | None = None
    zero_fill: int | None = Field(default=None, ge=1, le=20)
    keep: Texts = ()

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.column, self.constant, self.city)) != 1:
            raise ValueError("mapping-one-origin")
        if self.column is None and (self.lookup is not None or self.zero_fill is not None):
            raise ValueError("mapping-needs-column")
        return self


class Extension(Declared):
    """A column of the city's own, kept after the standard's fields."""

    name: str
    column: str
    description: str
    kind: str = "text"
    keep: Texts = ()


class SkippedRow(Declared):
    """A row of the source that is no record."""

    row: int = Field(ge=1)
    reason: Filled


class Waiver(Declared):
    """A finding that the city accepts for a stated reason; it then counts as a warning."""

    code: str
    field: str
    reason: Filled


class Metadata(Declared):
    """What the catalogue says of the dataset."""

    description: Filled
    department: str
    frequency: Filled
    keywords: Texts = ()
    issued: date | None = None
    modified: date | None = None
    landing_page: WebAddress | None = None
    spatial: str | None = None
    temporal: str | None = None
    provenance: str | None = None
    contact: str | None = None


class _File(Declared):
    title: Filled
    standard: str | None = None
    schema_file: str | None = Field(default=None, alias="schema")
    source: SourceSettings
    mapping: dict[str, Annotated[MappingRule, BeforeValidator(_column_rule)]] = Field(default_factory=dict)
    extensions: Annotated[tuple[Extension, ...], Field(strict=False)] = ()
    drop: dict[str, Filled] = Field(default_factory=dict)
    skip_rows: Annotated[tuple[SkippedRow, ...], Field(strict=False)] = ()
    key: Texts = ()
    waive: Annotated[tuple[Waiver, ...], Field(strict=False)] = ()
    formats: Annotated[tuple[Literal["csv", "xlsx", "geojson"], ...], Field(strict=False)] = ("csv", "xlsx")
    metadata: Metadata

    @model_validator(mode="after")
    def _one_schema(self) -> Self:
        if (self.standard is None) == (self.schema_file is None):
            raise ValueError("standard-or-schema")
        return self


@dataclass(frozen=True)
class Recipe:
    """A checked recipe.

    Attributes:
        slug: The dataset's folder name.
        path: The file.
        standard: The national standard that it follows, or ``None`` if it carries its own schema.
        schema_path: Its own schema file, or ``None``.
        schema: The Table Schema of the published table, extension columns included.
        base_fields: Names of the fields without the extensions.
        key: The columns by which rows are told apart from one release to the next; may be empty.
        key_is_own: Whether the recipe names them itself; then no two rows may have the same.
        same_names: Whether no mapping is written; then each column that is named like a field fills that field.
    """

    slug: str
    path: Path
    title: str
    standard: Standard | None
    schema_path: Path | None
    schema: dict[str, Any]
    base_fields: tuple[str, ...]
    source: SourceSettings
    mapping: dict[str, MappingRule]
    extensions: tuple[Extension, ...]
    drop: dict[str, str]
    skip_rows: dict[int, str]
    key: tuple[str, ...]
    key_is_own: bool
    waive: tuple[Waiver, ...]
    formats: tuple[str, ...]
    metadata: Metadata
    same_names: bool = False

    @property
    def source_path(self) -> Path:
        """The source file, always inside the dataset's own folder."""
        return self.path.parent / self.source.file

    def file_stem(self, municipality: str) -> str:
        """Name of the published files without extension; without a municipality's code, the slug alone."""
        if not municipality:
            return self.slug
        return self.standard.file_stem(municipality) if self.standard else f"{municipality}_{self.slug}"


def open_recipe(slug: str, workspace: Workspace) -> Recipe:
    """The recipe of one dataset of a workspace.

    Raises:
        ConfigurationError: With every fault of the file's form or, once that is right, every fault of its content;
            each with its path and, where there is one, a suggestion.
    """
    path = workspace.recipe_path(slug)
    written = check(path, read_yaml(path), _File)
    standard, schema = _schema_of(path, written)
    faults = list(_faults(written, schema, workspace))
    if faults:
        raise ConfigurationError(path, faults)
    base = tuple(field.name for field in schema_fields(schema))
    return Recipe(
        slug=slug,
        path=path,
        title=written.title,
        standard=standard,
        schema_path=path.parent / written.schema_file if written.schema_file else None,
        schema={**schema, "fields": [*schema["fields"], *map(_extension_field, written.extensions)]},
        base_fields=base,
        source=written.source,
        mapping=dict(written.mapping),
        extensions=written.extensions,
        drop=dict(written.drop),
        skip_rows={skipped.row: skipped.reason for skipped in written.skip_rows},
        key=written.key or _standard_key(schema),
        key_is_own=bool(written.key),
        waive=written.waive,
        formats=written.formats,
        metadata=written.metadata,
        same_names="mapping" not in written.model_fields_set,
    )


def one_shot_recipe(
    path: Path, standard: Standard, header_row: int, sheet: str | None, extensions: tuple[Extension, ...]
) -> Recipe:
    """The recipe of a conversion that has none: every item of the standard, and the columns that are kept."""
    schema = standard.schema or {"fields": []}
    nothing_said = Metadata.model_construct(
        description=standard.title, department="", frequency="", keywords=(), issued=None, modified=None
    )
    return Recipe(
        slug=standard.id,
        path=path,
        title=standard.title,
        standard=standard,
        schema_path=None,
        schema={**schema, "fields": [*schema["fields"], *map(_extension_field, extensions)]},
        base_fields=tuple(field.name for field in standard.fields),
        source=SourceSettings(file=path.name, sheet=sheet, header_row=header_row),
        mapping={},
        extensions=extensions,
        drop={},
        skip_rows={},
        key=_standard_key(schema),
        key_is_own=False,
        waive=(),
        formats=("csv", "xlsx", "geojson"),
        metadata=nothing_said,
    )


def _schema_of(path: Path, written: _File) -> tuple[Standard | None, dict[str, Any]]:
    if written.standard is None:
        name = str(written.schema_file)
        if not is_plain_name(name):
            raise ConfigurationError(path, [Fault("schema", "path-not-inside", {"value": name})])
        return None, read_schema(path.parent / name)
    try:
        standard = load_standard(written.standard)
    except UnknownStandardError as error:
        raise ConfigurationError(path, [Fault("standard", error.code, error.params)]) from None
    return standard, standard.schema or {}


def _standard_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    key = schema.get("mo:key") or schema.get("primaryKey") or ()
    return (key,) if isinstance(key, str) else tuple(map(str, key))


def _extension_field(extension: Extension) -> dict[str, Any]:
    kind = value_kinds()[extension.kind]
    described = {"name": extension.name, "title": extension.name, "type": kind["type"]}
    described.update({part: kind[part] for part in ("format", "constraints") if part in kind})
    return {**described, "description": extension.description, "mo:kind": extension.kind, "mo:extension": True}


def _faults(written: _File, schema: Mapping[str, Any], workspace: Workspace) -> Iterator[Fault]:
    fields = schema_fields(schema)
    names = [field.name for field in fields]
    every = [*names, *(extension.name for extension in written.extensions)]
    kinds = {field.name: field.kind for field in fields}
    yield from _unknown_names("mapping", list(written.mapping), names)
    yield from _unknown_names("key", list(written.key), every)
    for name, rule in written.mapping.items():
        yield from _unknown_rules(f"mapping.{name}.keep", rule.keep, kinds.get(name, ""))
    yield from _row_faults(written)
    yield from _column_faults(written)
    yield from _format_faults(written, fields)
    yield from _extension_faults(written, names)
    yield from _waiver_faults(written, every)
    departments = workspace.city.departments
    if written.metadata.department not in departments:
        yield unknown("metadata.department", "department-unknown", written.metadata.department, departments)
    if not is_plain_name(written.source.file):
        yield Fault("source.file", "path-not-inside", {"value": written.source.file})


def _unknown_names(place: str, used: list[str], known: list[str]) -> Iterator[Fault]:
    for name in used:
        if name not in known:
            yield unknown(f"{place}.{name}", "field-unknown", name, known)


def _unknown_rules(place: str, keep: tuple[str, ...], kind: str) -> Iterator[Fault]:
    known = value_kinds()[kind]["clean"] if kind in value_kinds() else list(keep)
    for rule in keep:
        if rule not in known:
            yield unknown(place, "rule-unknown", rule, known)


def _extension_faults(written: _File, names: list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, extension in enumerate(written.extensions):
        place = f"extensions.{number}"
        if extension.name in names:
            yield Fault(f"{place}.name", "extension-is-field", {"value": extension.name})
        if extension.name in seen:
            yield Fault(f"{place}.name", "extension-twice", {"value": extension.name})
        seen.add(extension.name)
        if extension.kind not in value_kinds():
            yield unknown(f"{place}.kind", "kind-unknown", extension.kind, list(value_kinds()))
        yield from _unknown_rules(f"{place}.keep", extension.keep, extension.kind)


def _waiver_faults(written: _File, names: list[str]) -> Iterator[Fault]:
    known = messages.codes("findings")
    for number, waiver in enumerate(written.waive):
        if waiver.code not in known:
            yield unknown(f"waive.{number}.code", "code-unknown", waiver.code, known)
        yield from _unknown_names(f"waive.{number}.field", [waiver.field], names)


def _row_faults(written: _File) -> Iterator[Fault]:
    rows = [skipped.row for skipped in written.skip_rows]
    for number, row in enumerate(rows):
        if row in rows[:number]:
            yield Fault(f"skip_rows.{number}.row", "row-twice", {"value": row})
        if row <= written.source.header_row:
            yield Fault(f"skip_rows.{number}.row", "row-in-header", {"value": row})


def _column_faults(written: _File) -> Iterator[Fault]:
    used = {rule.column for rule in written.mapping.values()} | {extension.column for extension in written.extensions}
    for column in written.drop:
        if column in used:
            yield Fault(f"drop.{column}", "dropped-and-used", {"value": column})


def _format_faults(written: _File, fields: tuple[StandardField, ...]) -> Iterator[Fault]:
    if "csv" not in written.formats:
        yield Fault("formats", "formats-need-csv", {})
    kinds = [field.kind for field in fields]
    if "geojson" in written.formats and not (kinds.count("latitude") == kinds.count("longitude") == 1):
        yield Fault("formats", "no-coordinates", {})
