"""Conversion of one file (``convert``) to the current form of a standard, with sure matches only and no recipe."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from meguro_opendata.cleaning import municipality_code, trim
from meguro_opendata.errors import HeaderUnsureError, MeguroOpendataError
from meguro_opendata.files.releasenames import RELEASE_NAMES
from meguro_opendata.files.whole import is_text, storage_guard
from meguro_opendata.findings import Finding
from meguro_opendata.geo.gis.table import propose_table
from meguro_opendata.japan.calendar import FISCAL_YEAR_START
from meguro_opendata.japan.folding import half_width
from meguro_opendata.mapping import Mapped
from meguro_opendata.mapping.carry import Carried, carry
from meguro_opendata.mapping.proposals import SURE, Proposal, propose_mapping
from meguro_opendata.mapping.values import make_values
from meguro_opendata.pipeline.build import data_contents
from meguro_opendata.pipeline.files import report_files, write_into
from meguro_opendata.pipeline.outcome import Draft, Release
from meguro_opendata.pipeline.preparation import prepare_tables
from meguro_opendata.pipeline.reading import single_reading
from meguro_opendata.pipeline.report import whole_report
from meguro_opendata.recipe import Extension, Recipe, one_shot_recipe
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Standard, load_standard
from meguro_opendata.standard.recognition import recognise
from meguro_opendata.standard.recognition.headernames import spellings

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.reports.workbook.marked import Marked

__all__ = ["convert_file", "mark_source", "write_conversion"]

_ENDINGS = ("csv", "xlsx", "geojson")
_CARRIED = ("old-join", "old-address", "old-features")


def convert_file(
    path: Path | str,
    standard_id: str,
    out: Path,
    lang: str = "ja",
    words: LayerWords | None = None,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Release:
    """Convert one file and write the files of a release into a folder; errors in the data do not stop it.

    A column becomes a field of the standard if it surely is that field: by name, spelling or synonym or, if the file
    has the header of an older version, by the standard's own table of changes. Other columns follow the fields.

    Args:
        path: A CSV, TSV or workbook, or a GIS file that names its reference system.
        standard_id: The id of a standard, or ``id@version``.
        out: The folder; it is created, or replaced if an earlier conversion created it.
        lang: Language of the reports.
        words: The user's declarations on a GIS file.
        sheet: The sheet to read, or the layer of a GIS file; chosen by the program if missing.
        header_row: Record number of the lowest header line; found by the program if missing.

    Raises:
        HeaderUnsureError: If several lines can be the header and ``header_row`` is missing.
        SourceError: If the file cannot be read.
        UnknownCrsError: If a GIS file does not name its reference system.
        UnknownStandardError: If there is no such standard.
        MeguroOpendataError: If the folder is a file, or a file of the result would overwrite the source.
        StorageError: If the folder cannot be written.
    """
    if not is_text(Path(path).name):
        raise MeguroOpendataError("new-source-name", name=Path(path).name)
    standard = load_standard(standard_id)
    older = [load_standard(standard.id, version) for version in standard.versions if version != standard.version]
    table = propose_table(
        Path(path), spellings(standard), keep_all=False, needs_crs=True, words=words, sheet=sheet, header_row=header_row
    )
    _refuse_unsure_header(table)
    old = _version_of(table, standard, older)
    # Likely matches are not applied: without a recipe no person confirms them.
    proposals = [found for found in propose_mapping(table, standard, old) if found.confidence >= SURE]
    recipe = _recipe(Path(path), standard, table, proposals)
    mapped = _mapped(table, standard, old, proposals, recipe)
    municipality = _municipality(mapped)
    _refuse_overwriting(Path(path), out, recipe.file_stem(municipality))
    reading = single_reading(table, recipe)
    tables = prepare_tables(reading, [[mapped]], recipe, FISCAL_YEAR_START)
    report = whole_report(reading, tables, recipe, municipality)
    return write_conversion(Draft(recipe, municipality, reading, tables, report), out, lang)


def write_conversion(draft: Draft, folder: Path, lang: str) -> Release:
    """Write the files of a release one by one into a folder with possible other files, even if the data has errors.

    Args:
        draft: The draft of the conversion.
        folder: The folder of the result.
        lang: Language of the reports.

    Raises:
        StorageError: If the files cannot be written.
    """
    reports = report_files(draft, lang)
    files = write_into({**data_contents(draft), **reports}, folder)
    return draft.released(folder, files, published=True)


def mark_source(path: Path, release: Release, lang: str = "ja") -> Marked:
    """Return a copy of a converted file in which the findings of the conversion are marked.

    The file is read again in the same way, this time with the rows that were left out, so that places agree.
    """
    from meguro_opendata.reports.workbook.marked import mark_table

    source = release.recipe.source
    table = propose_table(path, spellings(release.recipe.standard), sheet=source.sheet, header_row=source.header_row)
    return mark_table(table, release.report.findings, lang)


def _refuse_unsure_header(table: Table) -> None:
    found = table.proposed
    if found is not None and not found.sure and found.second is not None:
        shown = {"row": table.header_row, "second": found.second[1], "sheet": table.grid.sheet or "-"}
        raise HeaderUnsureError("convert-header-unsure", file=table.path, **shown)


def _refuse_overwriting(source: Path, out: Path, stem: str) -> None:
    """Refuse a result folder that is a file, and a result that would overwrite the source."""
    with storage_guard(out):
        if out.is_file():
            raise MeguroOpendataError("out-not-folder", path=out)
        for name in (*RELEASE_NAMES, *(f"{stem}.{ending}" for ending in _ENDINGS)):
            # By identity, not by name: links and case-insensitive file systems give one file several names.
            if (out / name).exists() and (out / name).samefile(source):
                raise MeguroOpendataError("convert-over-source", file=source, path=out)


def _version_of(table: Table, standard: Standard, older: Sequence[Standard]) -> Standard | None:
    """Return the older version whose header the table has; ``None`` for the wanted version and an unknown header."""
    matches = [match for match in recognise(table.labels) if match.id == standard.id]
    version = matches[0].version if matches else standard.version
    return next((candidate for candidate in older if candidate.version == version), None)


def _recipe(path: Path, standard: Standard, table: Table, proposals: Sequence[Proposal]) -> Recipe:
    used = {column for proposal in proposals for column in proposal.columns}
    taken = {field.name for field in standard.fields}
    extensions: list[Extension] = []
    for column in table.frame.columns:
        if column not in used and any(table.frame[column].str.strip_chars() != ""):
            extensions.append(Extension(name=_free_name(column, taken), column=column, description=column))
            taken.add(extensions[-1].name)
    how = FileSettings(sheet=table.grid.sheet, header_row=table.header_row, header_rows=table.header_rows)
    return one_shot_recipe(path, standard, how, tuple(extensions))


def _free_name(column: str, taken: Collection[str]) -> str:
    """Return the name of an extra column: its own name, with a number if a field or an earlier column has that name.

    >>> _free_name("備考", ["名称"]), _free_name("備考", ["備考"]), _free_name("備考#2", ["備考", "備考#2"])
    ('備考', '備考#2', '備考#3')
    """
    stem = column.rstrip("0123456789").removesuffix("#") if "#" in column else column
    numbered = (f"{stem}#{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([column], numbered) if name not in taken)


def _mapped(
    table: Table, standard: Standard, old: Standard | None, proposals: Sequence[Proposal], recipe: Recipe
) -> Mapped:
    made = _carried(table, standard, old, proposals)
    served = [proposal for proposal in proposals if proposal.reason not in _CARRIED or made[proposal].filled]
    columns = _columns(table, standard, served, made, recipe)
    return Mapped(
        frame=pl.DataFrame([values.alias(name) for name, values in columns.items()]),
        origins=_origins(list(columns), served, recipe),
        reasons={proposal.field: proposal.reason for proposal in served},
        confidences={proposal.field: proposal.confidence for proposal in served},
        unmapped=tuple(extension.column for extension in recipe.extensions),
        changes=tuple(change for new in made.values() for change in new.changes),
        findings=tuple(_findings(made, table)),
    )


def _findings(made: Mapping[Proposal, Carried], table: Table) -> Iterator[Finding]:
    for proposal, new in made.items():
        yield from _lost(new.lost, proposal, table)
    for new in made.values():
        yield from new.findings


def _carried(
    table: Table, standard: Standard, old: Standard | None, proposals: Sequence[Proposal]
) -> dict[Proposal, Carried]:
    """Return the new column of each proposal, made by a mapping rule or by the older version's table of changes."""
    return {
        proposal: carry(proposal, table, standard, old)
        if old is not None and proposal.reason in _CARRIED
        else Carried.of(make_values(proposal.field, proposal.rule, table, None))
        for proposal in proposals
    }


def _columns(
    table: Table, standard: Standard, served: Sequence[Proposal], made: Mapping[Proposal, Carried], recipe: Recipe
) -> dict[str, pl.Series]:
    """Return the columns of the result in order: the standard's fields, filled or empty, then the extra ones."""
    columns = {field.name: pl.Series([""] * table.frame.height, dtype=pl.String) for field in standard.fields}
    for proposal in served:
        columns[proposal.field] = made[proposal].values
    for extension in recipe.extensions:
        columns[extension.name] = table.frame[extension.column]
    return columns


def _origins(names: Sequence[str], served: Sequence[Proposal], recipe: Recipe) -> dict[str, str | None]:
    """Return the source column of each field; the first column if a field is made from several."""
    origins: dict[str, str | None] = dict.fromkeys(names)
    origins.update({proposal.field: proposal.columns[0] for proposal in served})
    origins.update({extension.name: extension.column for extension in recipe.extensions})
    return origins


def _lost(rows: Sequence[int], proposal: Proposal, table: Table) -> Iterator[Finding]:
    """Yield one finding for a field that could not be filled from every row of the old form."""
    if rows:
        params = {"rows": len(rows), "first": rows[0]}
        yield table.header_finding("not-carried", "info", proposal.columns[0], field=proposal.field, params=params)


def _municipality(mapped: Mapped) -> str:
    """Return the municipality code that all rows share, for the file's name; empty if they share no code."""
    name = "全国地方公共団体コード"
    written = mapped.frame[name].unique() if name in mapped.frame.columns else ()
    codes = {municipality_code(half_width(trim(str(code)))) for code in written} - {""}
    only = codes.pop() if len(codes) == 1 else ""
    # Digits only: the code becomes a part of file names, and a cell can contain any text.
    return only if only.isascii() and only.isdigit() else ""
