"""The checked recipe (``dataset.yaml``): the source of a dataset and its conversion to the published table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault, UnknownStandardError
from meguro_opendata.files.declarations import check, read_yaml
from meguro_opendata.files.whole import files_of_series, is_plain_name
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.recipe.blockwords import NamedBlock, SkippedRow
from meguro_opendata.recipe.checks import faults
from meguro_opendata.recipe.identifiers import REGISTER_NAME
from meguro_opendata.recipe.mapping_sheet import read_mapping_sheet
from meguro_opendata.recipe.sourcewords import FileSettings, IdSettings, SeriesSettings, Sources
from meguro_opendata.recipe.words import (
    Allowance,
    Expectations,
    Extension,
    Geocode,
    GisSettings,
    MappingRule,
    Metadata,
    RecipeFile,
    SourceSettings,
    Waiver,
)
from meguro_opendata.standard.model import Standard, load_standard, schema_fields, value_kinds
from meguro_opendata.standard.schemafile import read_schema
from meguro_opendata.workspace.city import Workspace

__all__ = ["Recipe", "one_shot_recipe", "open_recipe"]


@dataclass(frozen=True)
class Recipe:
    """A checked recipe.

    Attributes:
        slug: The name of the dataset's folder.
        path: The recipe's file.
        standard: The national standard of the dataset, ``None`` if the recipe has its own schema.
        schema_path: The file of its own schema, or ``None``.
        schema: The Table Schema of the published table, extension columns included.
        base_fields: Names of the fields without the extensions.
        key: The columns that identify a row from one release to the next; can be empty.
        key_is_own: Whether the recipe itself names the key; two rows with the same key are then an error.
        same_names: Whether the recipe has no mapping, so that each column named like a field fills that field.
        mapping_path: The sheet with the mapping, ``None`` if the mapping is in the recipe.
        source: The source, or the first of several.
        sources: Several sources, stacked or joined, or ``None``.
        series: The settings for publishing the files of a series, or ``None``.
        ids: The settings for minting IDs, or ``None``.
        expect: The expected rows and totals of each published table, or ``None``.
        geocode: The settings for estimating positions from addresses, or ``None``.
        skip_rows: Rows of the source that are no records.
        blocks: Parts of the source that are read or left out.
        gis: The settings for the GIS files of the release.
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
    skip_rows: tuple[SkippedRow, ...]
    key: tuple[str, ...]
    key_is_own: bool
    waive: tuple[Waiver, ...]
    formats: tuple[str, ...]
    metadata: Metadata
    same_names: bool = False
    mapping_path: Path | None = None
    sources: Sources | None = None
    series: SeriesSettings | None = None
    ids: IdSettings | None = None
    expect: Expectations | None = None
    geocode: Geocode | None = None
    allow: tuple[Allowance, ...] = ()
    blocks: tuple[NamedBlock, ...] = ()
    gis: GisSettings = field(default_factory=GisSettings)

    @property
    def source_path(self) -> Path:
        """Return the source file, always inside the dataset's own folder."""
        return self.path.parent / self.source.file

    @property
    def register_path(self) -> Path:
        """Return the register of the dataset's IDs, beside the recipe."""
        return self.path.parent / REGISTER_NAME

    @property
    def earlier_path(self) -> Path | None:
        """Return the file with an earlier state of the table, if the recipe names one."""
        named = self.expect.earlier if self.expect else None
        return self.path.parent / named if named else None

    def source_files(self) -> list[Path]:
        """Return every source file of the dataset that exists now or that the recipe names."""
        folder = self.path.parent
        if self.source.series is not None:
            return [folder / name for name in files_of_series(folder, self.source.series, self.left_out_of_series())]
        if self.sources is not None:
            return [folder / name for name in dict.fromkeys(source.file for source in self.sources.every)]
        return [self.source_path]

    def left_out_of_series(self) -> list[str]:
        """Return the names of files that never belong to the series: those in ``leave_out`` and the recipe's own."""
        # A pattern such as *.csv also matches the register, the mapping sheet and the earlier state in the same folder.
        beside = (self.path, self.schema_path, self.mapping_path, self.earlier_path)
        return [*self.source.leave_out, *(path.name for path in beside if path is not None), REGISTER_NAME]

    def for_file(self, name: str, settings: FileSettings | None = None) -> Recipe:
        """Return the recipe for one of several files."""
        how = settings or self.source
        source = SourceSettings(file=name, **{part: getattr(how, part) for part in FileSettings.model_fields})
        return replace(self, source=source)

    def skipped_in(self, file: str, sheet: str | None) -> dict[int, str]:
        """Return the rows of a sheet that are no records, with the reasons."""
        rows = (row for row in self.skip_rows if row.file in (None, file) and row.sheet in (None, sheet))
        return {row.row: row.reason for row in rows}

    @property
    def named_columns(self) -> set[str]:
        """Return every source column that the recipe names; without a mapping, the names of the fields."""
        mapped = {column for rule in self.mapping.values() for column in rule.columns}
        named = (mapped | {extension.column for extension in self.extensions} | set(self.drop)) - self._made_columns
        return named or ({item.name for item in schema_fields(self.schema)} if self.same_names else set())

    @property
    def _made_columns(self) -> set[str | None]:
        """Return the columns that the program adds: the names of the sheet and the source of a row."""
        return {self.source.sheet_column, self.sources.name_column if self.sources else None}

    def blocks_of(self, file: str, sheet: str | None) -> tuple[NamedBlock, ...]:
        """Return the parts of a sheet that the recipe names."""
        return tuple(block for block in self.blocks if block.is_of(file, sheet))

    def file_stem(self, municipality: str) -> str:
        """Return the name of the published files without extension; without a municipality's code the slug alone."""
        if not municipality:
            return self.slug
        return self.standard.file_stem(municipality) if self.standard else f"{municipality}_{self.slug}"


def open_recipe(slug: str, workspace: Workspace) -> Recipe:
    """Return the recipe of one dataset of a workspace.

    A mapping sheet is read once the form is right, since its columns are compared with the fields of the schema.

    Raises:
        ConfigurationError: If the recipe has faults. It lists every fault of the form or, in a well-formed file, every
            fault of the content, each with its place and, where possible, a suggestion.
    """
    path = workspace.recipe_path(slug)
    data = read_yaml(path)
    sheet = data["mapping"] if isinstance(data.get("mapping"), str) else None
    written = check(path, data if sheet is None else {**data, "mapping": {}}, RecipeFile)
    standard, schema = _schema_of(path, written)
    base = tuple(item.name for item in schema_fields(schema))
    if sheet is not None:
        written = written.model_copy(update={"mapping": read_mapping_sheet(path.parent, sheet, list(base))})
    found = list(faults(written, schema, workspace))
    if found:
        raise ConfigurationError(path, found)
    return Recipe(
        slug=slug,
        path=path,
        title=written.title,
        standard=standard,
        schema_path=_beside(path, written.schema_file),
        schema={**schema, "fields": [*schema["fields"], *_more_fields(written)]},
        base_fields=base,
        source=_main_source(written),
        mapping=dict(written.mapping),
        extensions=written.extensions,
        drop=dict(written.drop),
        skip_rows=written.skip_rows,
        blocks=written.blocks,
        key=written.key or _standard_key(schema),
        key_is_own=bool(written.key),
        waive=written.waive,
        formats=written.formats,
        gis=written.gis,
        metadata=written.metadata,
        same_names="mapping" not in data,
        mapping_path=_beside(path, sheet),
        sources=written.sources,
        series=written.series,
        ids=written.ids,
        expect=written.expect,
        geocode=written.geocode,
        allow=written.allow,
    )


def one_shot_recipe(
    path: Path, standard: Standard, settings: FileSettings, extensions: tuple[Extension, ...]
) -> Recipe:
    """Return the recipe for a conversion without one: every field of the standard, and the columns that are kept."""
    schema = standard.schema or {"fields": []}
    # Built without validation: a conversion publishes nothing, and has no department to name.
    no_metadata = Metadata.model_construct(
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
        source=SourceSettings(file=path.name, **settings.model_dump()),
        mapping={},
        extensions=extensions,
        drop={},
        skip_rows=(),
        key=_standard_key(schema),
        key_is_own=False,
        waive=(),
        formats=("csv", "xlsx", "geojson"),
        metadata=no_metadata,
    )


def _main_source(written: RecipeFile) -> SourceSettings:
    """Return the source, or the first of several, whose name represents the dataset where one name is needed."""
    if written.source is not None or written.sources is None:
        return written.source or SourceSettings(file="")
    first = written.sources.every[0]
    return SourceSettings(file=first.file, **{part: getattr(first, part) for part in FileSettings.model_fields})


def _beside(path: Path, name: str | None) -> Path | None:
    return path.parent / name if name else None


def _schema_of(path: Path, written: RecipeFile) -> tuple[Standard | None, dict[str, Any]]:
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


def _more_fields(written: RecipeFile) -> list[dict[str, Any]]:
    """Return the fields after the schema's own: the city's extensions, and the flags of estimated positions."""
    fields = [_extension_field(extension) for extension in written.extensions]
    confirmed = written.geocode is not None and written.geocode.confirm is None
    flags = gazetteer_data()["flags"] if confirmed else {}
    return fields + [_extension_field(Extension(column="", **flags[name])) for name in flags]


def _extension_field(extension: Extension) -> dict[str, Any]:
    kind = value_kinds()[extension.kind]
    described = {"name": extension.name, "title": extension.name, "type": kind["type"]}
    described.update({part: kind[part] for part in ("format", "constraints") if part in kind})
    return {**described, "description": extension.description, "mo:kind": extension.kind, "mo:extension": True}
