"""Reading of a recipe's tables: one file, the files of a series, or several files stacked or joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meguro_opendata.catalog import numbered_rows, read_entries
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.findings import ALL_READ, Coverage, Finding, Rejection
from meguro_opendata.japan.calendar import fiscal_year_of_month
from meguro_opendata.pipeline.opened import OpenedFiles
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.series import (
    Member,
    cell_periods,
    column_periods,
    differing_headers,
    name_periods,
    period_findings,
)
from meguro_opendata.recipe.series.periods import Period
from meguro_opendata.recipe.sourcewords import JoinedSource, NamedSource, PeriodSettings, Sources
from meguro_opendata.sources import Grid, Table, structure_findings
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.joining import Joined, join, named_rows
from meguro_opendata.workspace.city import City

__all__ = ["Reading", "SourceCount", "SourceTable", "read_sources", "single_reading"]

_LETTERS = 26


@dataclass(frozen=True)
class SourceTable:
    """One source of a dataset.

    Attributes:
        name: The file's name.
        recipe: The recipe for this file.
        table: The table.
        member: The file as a member of a series, ``None`` outside a series.
        left_out: Rows that are not published, with those of the files that were joined to this one.
    """

    name: str
    recipe: Recipe
    table: Table
    member: Member | None = None
    left_out: tuple[Rejection, ...] = ()

    @property
    def rows_in(self) -> int:
        """Return the number of rows in the source; a joined row counts with the row that it joined."""
        return len(self.table.rows) + len(self.left_out)


@dataclass(frozen=True)
class SourceCount:
    """The numbers of rows of a joined file: all rows, rows that were joined, rows that were left out."""

    file: str
    rows_in: int
    rows_joined: int
    rows_rejected: int


@dataclass(frozen=True)
class Reading:
    """The sources of a dataset after reading.

    Attributes:
        groups: The sources of each published table, in the order of publication.
        findings: The findings on the sources as a whole.
        joined: The numbers of rows of the joined files.
        several: Whether findings, changes and rejected rows have to name their file.
        coverage: The parts of the files that were read, and those that were not.
    """

    groups: tuple[tuple[SourceTable, ...], ...]
    findings: tuple[Finding, ...] = ()
    joined: tuple[SourceCount, ...] = ()
    several: bool = False
    coverage: Coverage = ALL_READ


def read_sources(recipe: Recipe, city: City) -> Reading:
    """Return the tables of all files that a recipe names.

    Raises:
        ConfigurationError: If the recipe does not fit the files.
        SourceError: If a file cannot be read.
    """
    if recipe.source.kind == "catalog" and recipe.source.series is None and recipe.sources is None:
        return single_reading(_list_table(recipe.source_path, city), recipe)
    files = OpenedFiles(recipe)
    if recipe.source.series is not None:
        reading = _read_series(recipe, files, city)
    elif recipe.sources is not None:
        ways = recipe.sources
        reading = _read_stack(recipe, files, ways) if ways.stack else _read_join(recipe, files, ways)
    else:
        reading = _read_single(recipe, files)
    return replace(reading, findings=(*files.findings(), *reading.findings), coverage=files.coverage())


def _read_single(recipe: Recipe, files: OpenedFiles) -> Reading:
    """Return the reading of one file, with one part for each sheet that is read."""
    name = recipe.source.file
    parts = [SourceTable(name, recipe, table, left_out=_left_out(table, name)) for table in files.tables(recipe)]
    differing = differing_headers({str(part.table.grid.sheet): part.table for part in parts})
    return Reading((tuple(parts),), tuple(differing))


def _list_table(path: Path, city: City) -> Table:
    """Return オープンデータ一覧, made from a file in our catalogue form, as the source table of a recipe."""
    header, rows = numbered_rows(read_entries(path), city)
    records = [header, *(row for _, row in rows)]
    lines = [0, *(number for number, _ in rows)]
    return cut_table(Grid.of_records(path, "jsonl", records, encoding="utf-8", lines=lines), 1)


def single_reading(table: Table, recipe: Recipe) -> Reading:
    """Return the reading of a recipe with one source."""
    source = SourceTable(recipe.source.file, recipe, table, left_out=_left_out(table, recipe.source.file))
    return Reading(((source,),), coverage=table.coverage)


def _left_out(table: Table, file: str) -> tuple[Rejection, ...]:
    return tuple(replace(rejection, file=file, sheet=table.grid.sheet) for rejection in table.rejected)


def _read_series(recipe: Recipe, files: OpenedFiles, city: City) -> Reading:
    names = [path.name for path in recipe.source_files()]
    if not names:
        shown: dict[str, object] = {"value": recipe.source.series}
        raise ConfigurationError(recipe.path, [Fault("source.series", "series-empty", shown)])
    # A skipped row in a file that is not there would be published under the file's new name.
    _refuse_unknown_files(recipe, names)
    recipes = {name: recipe.for_file(name) for name in names}
    tables = {name: files.tables(own) for name, own in recipes.items()}
    period = recipe.source.period or PeriodSettings()
    members = [Member(name, _periods_of(name, tables[name][0], period, recipe, city)) for name in names]
    members.sort(key=_in_time)
    findings = [*period_findings(members, period.step), *differing_headers({name: t[0] for name, t in tables.items()})]
    groups = tuple(
        tuple(
            SourceTable(member.name, recipes[member.name], table, member, _left_out(table, member.name))
            for table in tables[member.name]
        )
        for member in members
    )
    return Reading(groups, tuple(findings), several=True)


def _in_time(member: Member) -> tuple[Period, int, str]:
    """Return the sort key of a file: its period, then the length of its name.

    The shorter name comes first: a copy has the longer one (人口 - コピー.csv) and becomes the duplicate.
    """
    # Files without a period come last, after every possible year.
    return member.period or Period(9999), len(member.name), member.name


def _refuse_unknown_files(recipe: Recipe, names: Sequence[str]) -> None:
    named = dict.fromkeys(row.file for row in recipe.skip_rows if row.file is not None)
    faults = [unknown("skip_rows", "skip-row-file-unknown", name, names) for name in named if name not in names]
    if faults:
        raise ConfigurationError(recipe.path, faults)


def _periods_of(name: str, table: Table, settings: PeriodSettings, recipe: Recipe, city: City) -> tuple[Period, ...]:
    start = city.fiscal_year_start
    if settings.cell is not None:
        row, column = _place_of(settings.cell)
        found = cell_periods(table.grid, row, column, settings.pattern, start)
    elif settings.column is not None:
        if settings.column not in table.frame.columns:
            fault = unknown("source.period.column", "period-column-gone", settings.column, table.frame.columns)
            raise ConfigurationError(recipe.path, [replace(fault, params={**fault.params, "file": name})])
        found = column_periods(table.frame[settings.column], settings.pattern, start)
    else:
        found = name_periods(name, settings.pattern, start)
    if settings.step == "fiscal-year":
        return tuple(_as_fiscal(period, start) for period in found)
    return found


def _place_of(cell: str) -> tuple[int, int]:
    """Return row and column of a cell's address, counted from 0.

    >>> _place_of("B2"), _place_of("AA1")
    ((1, 1), (0, 26))
    """
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(cell[len(letters) :]) - 1, column - 1


def _as_fiscal(period: Period, start: int) -> Period:
    """Return the fiscal year of a period; a year without a month is taken as a fiscal year.

    >>> _as_fiscal(Period(2025, 3), 4).label, _as_fiscal(Period(2024), 4).label
    ('FY2024', 'FY2024')
    """
    year = fiscal_year_of_month(period.year, period.month, start) if period.month else period.year
    return Period(year, fiscal=True)


def _read_stack(recipe: Recipe, files: OpenedFiles, sources: Sources) -> Reading:
    _refuse_unknown_files(recipe, [source.file for source in sources.every])
    parts: list[SourceTable] = []
    tables: dict[str, Table] = {}
    homes: dict[str, str] = {}
    for source in sources.stack:
        for part in _stacked(recipe, files, source, sources.name_column):
            sheet = f" {part.table.grid.sheet}" if source.sheets is not None else ""
            shown = f"{source.file} ({source.name}{sheet})"
            parts.append(part)
            tables[shown], homes[shown] = part.table, source.file
    differing = [replace(found, file=homes[str(found.file)]) for found in differing_headers(tables)]
    return Reading((tuple(parts),), tuple(differing), several=True)


def _stacked(recipe: Recipe, files: OpenedFiles, source: NamedSource, name_column: str | None) -> Iterator[SourceTable]:
    own = recipe.for_file(source.file, source)
    for table in files.tables(own):
        left_out = _left_out(table, source.file)
        if name_column is not None and name_column in table.frame.columns:
            shown: dict[str, object] = {"value": name_column, "file": source.file}
            raise ConfigurationError(recipe.path, [Fault("sources.name_column", "name-column-taken", shown)])
        named = table if name_column is None else named_rows(table, name_column, source.name)
        yield SourceTable(source.file, own, named, left_out=left_out)


def _read_join(recipe: Recipe, files: OpenedFiles, sources: Sources) -> Reading:
    _refuse_unknown_files(recipe, [source.file for source in sources.every])
    first = sources.first or sources.every[0]
    table = _only(files.tables(recipe.for_file(first.file, first)), recipe)
    left_out = [*_left_out(table, first.file)]
    findings: list[Finding] = []
    counts: list[SourceCount] = []
    # All files are opened and their key columns checked before the first join, to report all faults at once.
    others = [(one, _only(files.tables(recipe.for_file(one.file, one)), recipe)) for one in sources.join]
    faults = list(_key_faults(table, first.file, others))
    if faults:
        raise ConfigurationError(recipe.path, faults)
    for source, other in others:
        joined = join(table, other, source.words)
        table = joined.table
        findings += [replace(found, file=source.file) for found in structure_findings(other)]
        findings += [replace(found, file=found.file or first.file) for found in joined.findings]
        rejected = (*_left_out(other, source.file), *joined.unused)
        left_out += rejected
        counts.append(_count(source, other, joined, len(rejected)))
    part = SourceTable(first.file, recipe.for_file(first.file, first), table, left_out=tuple(left_out))
    return Reading(((part,),), tuple(findings), tuple(counts), several=True)


def _only(tables: Sequence[Table], recipe: Recipe) -> Table:
    """Return the only table of a source in a join."""
    # Rows of several sheets can share a key, and a join must find exactly one partner.
    if len(tables) > 1:
        raise ConfigurationError(recipe.path, [Fault("sources", "sheets-in-join", {})])
    return tables[0]


def _count(source: NamedSource, table: Table, joined: Joined, rejected: int) -> SourceCount:
    return SourceCount(source.file, table.rows_in, joined.rows_joined, rejected)


def _key_faults(first: Table, file: str, others: Sequence[tuple[JoinedSource, Table]]) -> Iterator[Fault]:
    """Yield a fault for each key column that a file lacks; only the first source's own columns can be its key.

    A column that another source adds would make the result depend on the order of the joins.
    """
    for number, (source, table) in enumerate(others):
        for there, here in source.by.items():
            for column, name, columns in ((there, file, first.frame.columns), (here, source.file, table.frame.columns)):
                if column not in columns:
                    fault = unknown(f"sources.join.{number}.by", "join-column-unknown", column, columns)
                    yield replace(fault, params=_with_file(fault.params, name))


def _with_file(params: Mapping[str, object], file: str) -> dict[str, object]:
    return {**params, "file": file}
