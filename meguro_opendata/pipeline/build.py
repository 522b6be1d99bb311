"""Recipe → checked files. This is the main job; it reads like its table of contents."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from meguro_opendata.catalog import PortalRules, check_package
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.findings import Change, Finding, Rejection, Report
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.georeferencing.coordinates import PUBLISHED, placed_geometries
from meguro_opendata.georeferencing.inputs import require_place_files
from meguro_opendata.japan.municipalities import home_of
from meguro_opendata.mapping import Mapped
from meguro_opendata.pipeline.checks import waived
from meguro_opendata.pipeline.descriptor import datapackage
from meguro_opendata.pipeline.files import (
    PublishedTable,
    ReleasedFile,
    data_files,
    failed_folder,
    report_files,
    write_failed,
    write_into,
    write_release,
)
from meguro_opendata.pipeline.identifiers import Identifier
from meguro_opendata.pipeline.preparation import Prepared, map_sources, prepare_table
from meguro_opendata.pipeline.reading import Reading, SourceCount, SourceTable, read_sources
from meguro_opendata.privacy import disclosed, masked
from meguro_opendata.recipe import Recipe, open_recipe
from meguro_opendata.release.facts import ReleaseFacts, read_facts
from meguro_opendata.release.freshness import source_stamp
from meguro_opendata.release.places import place_stamp
from meguro_opendata.reports.context import view_of_table
from meguro_opendata.reports.html import Checked
from meguro_opendata.sources import Table, read_bytes, read_source
from meguro_opendata.standard.model import coordinate_fields, schema_fields
from meguro_opendata.validation.rules import copied_tables, identifier_findings, moved_tables
from meguro_opendata.workspace.city import City, Workspace, as_workspace

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["BUILD_FORMAT", "Release", "ReleasedFile", "build_release", "finish_release"]

BUILD_FORMAT = "meguro-opendata/build@1"
_APRIL = 4


@dataclass(frozen=True)
class Release:
    """What ``build_release`` made.

    Attributes:
        folder: Where the files lie: the release, or, if the data has errors, the reports about them.
        published: Whether a release was written; ``False`` if errors kept the last one in place.
        parts: Each source with what was done to it; those that joined another are in ``joined``.
        minted: How many IDs are new; ``None`` if the recipe keeps no register.
    """

    slug: str
    recipe: Recipe
    folder: Path
    published: bool
    parts: tuple[Prepared, ...]
    joined: tuple[SourceCount, ...]
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    report: Report
    files: tuple[ReleasedFile, ...]
    minted: int | None = None

    @property
    def mapped(self) -> Mapped:
        """The first source under the fields of the published table; the others follow the same rules."""
        return self.parts[0].mapped

    @property
    def rows_in(self) -> int:
        """Rows of all sources; a row that joined another counts as that one."""
        return sum(part.source.rows_in for part in self.parts)

    @property
    def rows_out(self) -> int:
        """Rows of the published table, or of all tables of a series."""
        return self.report.rows

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Columns of any source that the recipe neither maps nor drops."""
        return tuple(dict.fromkeys(column for part in self.parts for column in part.mapped.unmapped))

    def geodataframe(self) -> GeoDataFrame:
        """The published rows as points in JGD2011, without geometry where there is none; of a series, all its tables.

        Raises:
            MeguroOpendataError: If the table has no latitude and longitude.
        """
        from meguro_opendata.geo import point_features, to_geodataframe

        places = coordinate_fields(schema_fields(self.recipe.schema))
        if places is None:
            raise MeguroOpendataError("no-points", slug=self.slug)
        frame = pl.concat([part.frame for part in self.parts])
        return to_geodataframe(point_features(frame, *places, self.slug, parse_crs(PUBLISHED)))

    def _mapping_dict(self, field: str, reason: str) -> dict[str, Any]:
        """Where a field's values come from, and how sure that is; what a recipe says is certain."""
        confidence = self.mapped.confidences.get(field, 1.0)
        return {"field": field, "column": self.mapped.origins[field], "reason": reason, "confidence": confidence}

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """The release as an entry of the JSON of ``build@1``."""
        standard = self.recipe.standard
        return {
            "slug": self.slug,
            "standard": {"id": standard.id, "version": standard.version} if standard else None,
            "published": self.published,
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_rejected": len(self.rejected),
            "mapping": [self._mapping_dict(name, reason) for name, reason in self.mapped.reasons.items()],
            "unmapped_columns": list(self.unmapped),
            "changes": len(self.changes),
            "changes_by_rule": dict(sorted(Counter(change.rule for change in self.changes).items())),
            "report": self.report.to_dict(lang),
            "files": [{"path": str(file.path), "sha256": file.sha256, "bytes": file.bytes} for file in self.files],
            **({"sources": [*map(_part_dict, self.parts), *map(_joined_dict, self.joined)]} if self.several else {}),
            **({"ids": {"minted": self.minted}} if self.minted is not None else {}),
        }

    @property
    def several(self) -> bool:
        """Whether it is a series or made of several sources."""
        return self.recipe.source.series is not None or self.recipe.sources is not None


def _part_dict(part: Prepared) -> dict[str, Any]:
    period = part.source.member.period if part.source.member else None
    return {
        "file": part.source.name,
        "period": period.label if period else None,
        "rows_in": part.source.rows_in,
        "rows_out": part.frame.height,
        "rows_rejected": len(part.source.left_out),
        "changes": len(part.changes),
        "counts": part.report.counts,
    }


def _joined_dict(count: SourceCount) -> dict[str, Any]:
    return {
        "file": count.file,
        "period": None,
        "rows_in": count.rows_in,
        "rows_joined": count.rows_joined,
        "rows_rejected": count.rows_rejected,
    }


def build_release(slug: str, workspace: Workspace | Path | str, out: Path | None = None, lang: str = "ja") -> Release:
    """Build one dataset: read, map, clean, identify, validate, write.

    With errors in the data only the reports are written, into ``<slug>.failed`` beside the last good release, which
    stays as it is. All files appear at once or not at all; the register of IDs is written with them.

    Args:
        slug: The dataset.
        workspace: The workspace or its folder.
        out: Folder of the releases; default ``releases`` beside the workspace folder.
        lang: Language of the reports.

    Raises:
        ConfigurationError: If the recipe has faults or no longer fits the source.
        MeguroOpendataError: If this user has not loaded the grids, gazetteers or boundary that the workspace declares.
        SourceError: If the source cannot be read.
        StorageError: If the files cannot be written.
    """
    home = as_workspace(workspace)
    require_place_files(home)
    recipe = open_recipe(slug, home)
    identifier = Identifier(recipe) if recipe.ids is not None else None
    reading = read_sources(recipe, home.city)
    mapped = map_sources(reading, recipe, home.city)
    start = home.city.fiscal_year_start
    tables = [
        prepare_table(group, parts, recipe, start, identifier, home_of(home.city))
        for group, parts in zip(reading.groups, mapped, strict=True)
    ]
    target = (out or home.releases) / slug
    return _finish(reading, tables, recipe, home.city, target, lang, identifier)


def finish_release(
    table: Table,
    mapped: Mapped,
    recipe: Recipe,
    city: City | str,
    target: Path,
    lang: str,
    *,
    always: bool = False,
) -> Release:
    """Clean, validate and write a mapped table.

    Args:
        table: The source.
        mapped: Its rows under the recipe's fields.
        recipe: What is built.
        city: Who publishes; or, for a conversion outside a workspace, the municipality code alone, which may be empty.
        target: Folder of the release.
        lang: Language of the reports.
        always: Write the files even if the data has errors, one by one into a folder that may hold others; else
            the folder is the release's own, and with errors only the reports are written, beside it.
    """
    group = (SourceTable(recipe.source.file, recipe, table, left_out=table.rejected),)
    tables = [prepare_table(group, [mapped], recipe, _APRIL)]
    return _finish(Reading((group,)), tables, recipe, city, target, lang, always=always)


def _finish(
    reading: Reading,
    tables: Sequence[Sequence[Prepared]],
    recipe: Recipe,
    city: City | str,
    target: Path,
    lang: str,
    identifier: Identifier | None = None,
    *,
    always: bool = False,
) -> Release:
    """Write the release, or the reports on what keeps it back."""
    parts = tuple(chain.from_iterable(tables))
    report = _whole_report(reading, parts, recipe)
    report = report.with_findings([*report.findings, *_metadata_findings(recipe, city)])
    changes = tuple(chain.from_iterable(_changes_of(part, reading) for part in parts))
    rejected = tuple(chain.from_iterable(part.source.left_out for part in parts))
    contents = dict(
        report_files(changes, rejected, report, recipe.title, lang, reading.several, _checked(parts, reading))
    )
    register, minted = (identifier.register, identifier.minted) if identifier else (None, None)
    written = always or report.valid
    if written:
        contents = {**_data_contents(tables, recipe, city, report, register), **contents}
    folder = target if written else failed_folder(target)
    if always:
        files = write_into(contents, folder)
    elif written:
        files = write_release(contents, folder, {recipe.register_path: register} if register else {})
    else:
        files = write_failed(contents, folder)
    return Release(
        recipe.slug, recipe, folder, written, parts, reading.joined, changes, rejected, report, files, minted
    )


def _checked(parts: Sequence[Prepared], reading: Reading) -> dict[str | None, Checked]:
    """The sources by the name that findings have for them, to show each finding among its own cells."""
    made: dict[str | None, Checked] = {}
    for part in parts:
        table, kinds = part.source.table, {field.name: field.kind for field in schema_fields(part.source.recipe.schema)}
        columns = {column: kinds[name] for name, column in part.mapped.origins.items() if column and name in kinds}
        digest = sha256(read_bytes(table.path))
        name = part.source.name if reading.several else None
        made.setdefault(name, Checked(part.source.name, digest, view_of_table(table, columns)))
    return made


def _data_contents(
    tables: Sequence[Sequence[Prepared]], recipe: Recipe, city: City | str, report: Report, register: bytes | None
) -> dict[str, bytes]:
    """The published files and their description, by name."""
    published = [_published(table, recipe) for table in tables]
    data = data_files(published, recipe, city if isinstance(city, str) else city.code)
    stamp = source_stamp(recipe, register)
    coordinates = _coordinates(tables)
    facts = _facts(published, tables, recipe)
    places = None if isinstance(city, str) else _places(recipe, city, coordinates)
    personal = disclosed(report.findings)
    descriptor = datapackage(recipe, city, data, report.rows, stamp, personal, facts, coordinates, places)
    return {**{file.name: file.data for file in data}, "datapackage.json": descriptor}


def _places(recipe: Recipe, city: City, coordinates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the release was made with besides its sources and the files beside its recipe."""
    has_points = coordinate_fields(schema_fields(recipe.schema)) is not None
    moved = any(record["steps"] for record in coordinates)
    return place_stamp(recipe.source_files(), city.code if has_points else None, moved=moved)


def _facts(published: Sequence[PublishedTable], tables: Sequence[Sequence[Prepared]], recipe: Recipe) -> ReleaseFacts:
    sources = [part.source.table for part in chain.from_iterable(tables)]
    return read_facts(
        [table.frame for table in published],
        [table.period for table in published],
        schema_fields(recipe.schema),
        [(source.path, source.grid.container) for source in sources],
    )


def _coordinates(tables: Sequence[Sequence[Prepared]]) -> list[dict[str, Any]]:
    """How the coordinates of each source came into the published system; nothing where none is declared."""
    parts = [part for table in tables for part in table if part.coordinates]
    return [{"file": part.source.name, **(part.coordinates or {})} for part in parts]


def _published(table: Sequence[Prepared], recipe: Recipe) -> PublishedTable:
    member = table[0].source.member
    frame, period = pl.concat([part.frame for part in table]), member.period if member else None
    if recipe.gis.geometry == "point":
        return PublishedTable(frame, period)
    shapes = [placed_geometries(part.source.table, part.source.recipe.source) for part in table]
    return PublishedTable(frame, period, np.concatenate(shapes))


def _changes_of(part: Prepared, reading: Reading) -> Iterator[Change]:
    """The changes of a source; they name their file, where there are several."""
    return (replace(change, file=part.source.name) if reading.several else change for change in part.changes)


def _metadata_findings(recipe: Recipe, city: City | str) -> list[Finding]:
    """What a portal would refuse or rewrite of the recipe's words; warnings, since not every portal is a CKAN."""
    if isinstance(city, str):
        return []
    stem, meta = recipe.file_stem(city.code), recipe.metadata
    package = {
        "name": stem.lower(),
        "title": recipe.title,
        "notes": meta.description,
        "extras": [{"key": "keywords", "value": json.dumps(meta.keywords)}],
        "resources": [{"name": f"{stem}.csv", "url": f"{stem}.csv", "format": "CSV"}],
    }
    found = check_package(package, PortalRules(licenses={""}))
    return [replace(one, severity="warning", file=None) for one in found]


def _whole_report(reading: Reading, parts: Sequence[Prepared], recipe: Recipe) -> Report:
    """One report on everything; findings name their file, where there are several."""
    first = parts[0].report
    if not reading.several:
        return first.with_findings((*first.findings, *_moved_identifiers(parts, recipe)))
    names = dict.fromkeys([part.source.name for part in parts] + [count.file for count in reading.joined])
    return replace(
        first,
        file=recipe.source.series or ", ".join(names),
        rows=sum(part.report.rows for part in parts),
        rows_checked=sum(part.report.rows_checked for part in parts),
        findings=(
            *reading.findings,
            *_series_findings(parts, recipe),
            *_moved_identifiers(parts, recipe),
            *chain.from_iterable(map(_findings_of, parts)),
        ),
    )


def _findings_of(part: Prepared) -> list[Finding]:
    """The findings in one of several sources, each with its file's name."""
    return [replace(found, file=found.file or part.source.name) for found in part.report.findings]


def _series_findings(parts: Sequence[Prepared], recipe: Recipe) -> list[Finding]:
    """Tables of a series that are copies, or that moved too far; none where there is no series."""
    if recipe.source.series is None:
        return []
    dates = [field.name for field in schema_fields(recipe.schema) if field.kind == "date"]
    tables = [(part.source.name, part.frame) for part in parts]
    return [*copied_tables(tables, dates), *moved_tables(tables, recipe.expect)]


def _moved_identifiers(parts: Sequence[Prepared], recipe: Recipe) -> Iterator[Finding]:
    """What has another ID than in the period before, or in the earlier table that the recipe names."""
    several = recipe.source.series is not None or recipe.sources is not None
    for before, part in _with_earlier(parts, recipe):
        table, origins = part.source.table, part.mapped.origins
        moved = identifier_findings(before, table, part.frame, schema_fields(recipe.schema), origins)
        personal = {name for cells in part.secrets.values() for name in cells}
        for found in masked(waived(moved, recipe.waive), {found.row: personal for found in moved if found.row}):
            yield replace(found, file=part.source.name) if several else found


def _with_earlier(parts: Sequence[Prepared], recipe: Recipe) -> Iterator[tuple[pl.DataFrame, Prepared]]:
    """Each part with the published rows that came before it."""
    if recipe.source.series is not None:
        yield from ((before.frame, part) for before, part in pairwise(parts))
    if recipe.earlier_path is not None:
        earlier = read_source(recipe.earlier_path).frame
        yield from ((earlier, part) for part in (parts[:1] if recipe.source.series is not None else parts))
