"""Recipe → checked files. This is the main job; it reads like its table of contents."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from meguro_opendata import reports
from meguro_opendata.catalog import list_table
from meguro_opendata.cleaning import clean
from meguro_opendata.datapackage import SourceStamp, datapackage
from meguro_opendata.files import folder_aside, sha256, storage_guard, write_whole
from meguro_opendata.findings import Change, Finding, Rejection, Report
from meguro_opendata.geo import coordinate_fields, feature_collection
from meguro_opendata.mapping import Mapped, apply_mapping
from meguro_opendata.recipe import Recipe, open_recipe
from meguro_opendata.sources import Table, read_source
from meguro_opendata.standard import schema_fields
from meguro_opendata.tablefile import LONGEST_CELL, csv_bytes, plain_csv_bytes, xlsx_bytes
from meguro_opendata.validation import validate_mapped
from meguro_opendata.workspace import City, Workspace, as_workspace

__all__ = ["BUILD_FORMAT", "Release", "ReleasedFile", "build_release", "finish_release", "source_stamp"]

BUILD_FORMAT = "meguro-opendata/build@1"
FAILED = ".failed"


@dataclass(frozen=True)
class ReleasedFile:
    """One file of a release, by its path relative to the current folder where it can be, else absolute."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Release:
    """What ``build_release`` made.

    Attributes:
        folder: Where the files lie: the release, or, if the data has errors, the reports about them.
        published: Whether a release was written; ``False`` if errors kept the last one in place.
    """

    slug: str
    recipe: Recipe
    folder: Path
    published: bool
    rows_in: int
    mapped: Mapped
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    report: Report
    files: tuple[ReleasedFile, ...]

    @property
    def rows_out(self) -> int:
        """Rows of the published table."""
        return self.report.rows

    def _confidence(self, field: str) -> float:
        """How sure a field's mapping is; what a recipe says is certain."""
        return self.mapped.confidences.get(field, 1.0)

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
            "mapping": [
                {
                    "field": name,
                    "column": self.mapped.origins[name],
                    "reason": reason,
                    "confidence": self._confidence(name),
                }
                for name, reason in self.mapped.reasons.items()
            ],
            "unmapped_columns": list(self.mapped.unmapped),
            "changes": len(self.changes),
            "changes_by_rule": dict(sorted(Counter(change.rule for change in self.changes).items())),
            "report": self.report.to_dict(lang),
            "files": [{"path": str(file.path), "sha256": file.sha256, "bytes": file.bytes} for file in self.files],
        }


def build_release(slug: str, workspace: Workspace | Path | str, out: Path | None = None, lang: str = "ja") -> Release:
    """Build one dataset: read, map, clean, validate, write.

    With errors in the data only the reports are written, into ``<slug>.failed`` beside the last good release, which
    stays as it is. All files appear at once or not at all.

    Args:
        slug: The dataset.
        workspace: The workspace or its folder.
        out: Folder of the releases; default ``releases`` beside the workspace folder.
        lang: Language of the reports.

    Raises:
        ConfigurationError: If the recipe has faults or no longer fits the source.
        SourceError: If the source cannot be read.
        StorageError: If the files cannot be written.
    """
    home = as_workspace(workspace)
    recipe = open_recipe(slug, home)
    table = _read(recipe, home.city)
    mapped = apply_mapping(table, recipe, home.city)
    target = (out or home.releases) / slug
    return finish_release(table, mapped, recipe, home.city, target, lang)


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
    frame, cleaned = _clean(table, mapped, recipe)
    changes = (*mapped.changes, *cleaned)
    report = validate_mapped(table, mapped, frame, recipe, recipe.source.file)
    more = (*_key_findings(table, frame, recipe), *_cut_cells(table, frame, recipe))
    report = report.with_findings((*report.findings, *more))
    contents = dict(_report_files(table, changes, report, recipe, lang))
    written = always or report.valid
    if written:
        data = dict(_data_files(frame, recipe, city if isinstance(city, str) else city.code))
        descriptor = datapackage(recipe, city, data, frame.height, source_stamp(recipe))
        contents = {**data, "datapackage.json": descriptor, **contents}
    folder = target if written else target.with_name(target.name + FAILED)
    files = _write_into(contents, target) if always else _write(contents, folder)
    if written and not always:
        _remove_failed(target)
    rejected = table.rejected
    return Release(recipe.slug, recipe, folder, written, table.rows_in, mapped, changes, rejected, report, files)


def source_stamp(recipe: Recipe) -> SourceStamp:
    """Checksums of everything that a release is made from, to tell whether it is still up to date."""
    parts = {"source": recipe.source_path, "recipe": recipe.path, "schema": recipe.schema_path}
    with storage_guard(recipe.path):
        return {name: sha256(path.read_bytes()) for name, path in parts.items() if path is not None and path.is_file()}


def _read(recipe: Recipe, city: City) -> Table:
    source = recipe.source
    if source.kind == "catalog":
        return list_table(recipe.source_path, city)
    return read_source(
        recipe.source_path,
        sheet=source.sheet,
        header_row=source.header_row,
        header_rows=source.header_rows,
        encoding=source.encoding,
        skip=recipe.skip_rows,
    )


def _clean(table: Table, mapped: Mapped, recipe: Recipe) -> tuple[pl.DataFrame, list[Change]]:
    keep = {name: rule.keep for name, rule in recipe.mapping.items()}
    keep |= {extension.name: extension.keep for extension in recipe.extensions}
    return clean(mapped.frame, schema_fields(recipe.schema), mapped.origins, table.rows, keep)


def _key_findings(table: Table, frame: pl.DataFrame, recipe: Recipe) -> Iterator[Finding]:
    """An error for a table without rows, and for each row whose key, as the recipe names it, an earlier row has."""
    if not frame.height:
        yield Finding("no-rows", "error", sheet=table.grid.sheet)
    if not recipe.key_is_own:
        return
    seen: dict[tuple[str, ...], int] = {}
    for row, cells in zip(table.rows, frame.select(recipe.key).iter_rows(), strict=True):
        if cells in seen:
            value = " / ".join(map(str, cells))
            params = {"fields": list(recipe.key), "first": seen[cells]}
            yield Finding("key-repeated", "error", sheet=table.grid.sheet, row=row, value=value, params=params)
        seen.setdefault(cells, row)


def _cut_cells(table: Table, frame: pl.DataFrame, recipe: Recipe) -> Iterator[Finding]:
    """A warning for each value that Excel's cells cannot hold whole; the CSV has it whole."""
    if "xlsx" not in recipe.formats:
        return
    for name in frame.columns:
        for at in (frame[name].str.len_chars() > LONGEST_CELL).arg_true():
            params = {"limit": LONGEST_CELL, "length": len(frame[name][at])}
            yield Finding("cell-cut", "warning", row=table.rows[at], field=name, params=params)


def _data_files(frame: pl.DataFrame, recipe: Recipe, municipality: str) -> Iterator[tuple[str, bytes]]:
    stem = recipe.file_stem(municipality)
    fields = schema_fields(recipe.schema)
    yield f"{stem}.csv", csv_bytes(frame)
    if "xlsx" in recipe.formats:
        yield f"{stem}.xlsx", xlsx_bytes(frame, fields)
    places = coordinate_fields(fields)
    if "geojson" in recipe.formats and places is not None:
        yield f"{stem}.geojson", feature_collection(frame, *places).encode("utf-8")


def _report_files(
    table: Table, changes: Sequence[Change], report: Report, recipe: Recipe, lang: str
) -> Iterator[tuple[str, bytes]]:
    listed = ((c.row, c.column, c.field, c.rule, c.before, c.after) for c in changes)
    header = ("row", "column", "field", "rule", "before", "after")
    yield "changes.csv", b"\xef\xbb\xbf" + plain_csv_bytes(header, listed)
    left_out = ((r.row, r.reason, r.text) for r in table.rejected)
    yield "rejected.csv", b"\xef\xbb\xbf" + plain_csv_bytes(("row", "reason", "text"), left_out)
    yield "report.json", (json.dumps(report.to_dict(lang), ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    page = reports.as_html(report, lang, title=recipe.title, changes=changes, rejected=table.rejected)
    yield "report.html", page.encode("utf-8")


def _write(contents: dict[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    with folder_aside(target) as aside:
        for name, data in contents.items():
            (aside / name).write_bytes(data)
    return tuple(ReleasedFile(target / name, sha256(data), len(data)) for name, data in contents.items())


def _write_into(contents: dict[str, bytes], target: Path) -> tuple[ReleasedFile, ...]:
    """The files one by one into a folder that may hold others, which stay."""
    for name, data in contents.items():
        write_whole(target / name, data)
    return tuple(ReleasedFile(target / name, sha256(data), len(data)) for name, data in contents.items())


def _remove_failed(target: Path) -> None:
    shutil.rmtree(target.with_name(target.name + FAILED), ignore_errors=True)
