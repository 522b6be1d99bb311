"""Recipe → the tables that it is made from: one file, the files of a series, or several that are stacked or joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meguro_opendata.catalog import numbered_rows, read_entries
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.findings import Finding, Rejection
from meguro_opendata.geo.gis.opening import is_geo_file
from meguro_opendata.geo.gis.table import read_geo_table
from meguro_opendata.japan.calendar import fiscal_year_of_month
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
from meguro_opendata.sources import Grid, Table, read_source, structure_findings
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.joining import Joined, join, named_rows
from meguro_opendata.workspace.city import City

__all__ = ["Reading", "SourceCount", "SourceTable", "read_sources", "single_reading"]

_LETTERS = 26


@dataclass(frozen=True)
class SourceTable:
    """One source of a dataset.

    Attributes:
        name: The file.
        recipe: The recipe as it is for this file.
        member: Its place in a series, ``None`` outside of one.
        left_out: Rows that are no rows of the published table; those of the files that joined it are among them.
    """

    name: str
    recipe: Recipe
    table: Table
    member: Member | None = None
    left_out: tuple[Rejection, ...] = ()

    @property
    def rows_in(self) -> int:
        """Rows that came in; a row that joined another counts as that one."""
        return len(self.table.rows) + len(self.left_out)


@dataclass(frozen=True)
class SourceCount:
    """How the rows of a file that joined another were used: came in, found a row to join, were left out."""

    file: str
    rows_in: int
    rows_joined: int
    rows_rejected: int


@dataclass(frozen=True)
class Reading:
    """What the sources gave.

    Attributes:
        groups: The sources of each published table, in the order of publication.
        findings: What is to be said of the sources as a whole.
        joined: The files that joined another.
        several: Whether findings, changes and rejected rows have to name their file.
    """

    groups: tuple[tuple[SourceTable, ...], ...]
    findings: tuple[Finding, ...] = ()
    joined: tuple[SourceCount, ...] = ()
    several: bool = False


def read_sources(recipe: Recipe, city: City) -> Reading:
    """Return the tables of all files that a recipe names.

    Raises:
        ConfigurationError: If the recipe does not fit the files.
        SourceError: If a file cannot be read.
    """
    if recipe.source.series is not None:
        return _read_series(recipe, city)
    if recipe.sources is not None:
        return _read_stack(recipe, recipe.sources) if recipe.sources.stack else _read_join(recipe, recipe.sources)
    is_catalog = recipe.source.kind == "catalog"
    return single_reading(_list_table(recipe.source_path, city) if is_catalog else _read(recipe), recipe)


def _list_table(path: Path, city: City) -> Table:
    """Return オープンデータ一覧 made from a file in our catalogue form, as the source of a recipe."""
    header, rows = numbered_rows(read_entries(path), city)
    records = [header, *(row for _, row in rows)]
    lines = [0, *(number for number, _ in rows)]
    return cut_table(Grid.of_records(path, "jsonl", records, encoding="utf-8", lines=lines), 1)


def single_reading(table: Table, recipe: Recipe) -> Reading:
    """Return the reading of a recipe that has one source."""
    return Reading(((SourceTable(recipe.source.file, recipe, table, left_out=table.rejected),),))


def _read(recipe: Recipe) -> Table:
    source = recipe.source
    if is_geo_file(recipe.source_path):
        encoding = None if source.encoding == "utf-16" else source.encoding
        return read_geo_table(
            recipe.source_path, layer=source.sheet, crs=source.crs, encoding=encoding, skip=recipe.skip_rows
        )
    return read_source(
        recipe.source_path,
        sheet=source.sheet,
        header_row=source.header_row,
        header_rows=source.header_rows,
        encoding=source.encoding,
        skip=recipe.skip_rows,
    )


def _left_out(table: Table, file: str) -> tuple[Rejection, ...]:
    return tuple(replace(rejection, file=file) for rejection in table.rejected)


def _read_series(recipe: Recipe, city: City) -> Reading:
    names = [path.name for path in recipe.source_files()]
    if not names:
        shown: dict[str, object] = {"value": recipe.source.series}
        raise ConfigurationError(recipe.path, [Fault("source.series", "series-empty", shown)])
    _refuse_unknown_files(recipe, names)
    recipes = {name: recipe.for_file(name) for name in names}
    tables = {name: _read(own) for name, own in recipes.items()}
    period = recipe.source.period or PeriodSettings()
    members = [Member(name, _periods_of(name, tables[name], period, recipe, city)) for name in names]
    members.sort(key=_in_time)
    findings = [*period_findings(members, period.step), *differing_headers(tables)]
    groups = tuple(
        (SourceTable(name, recipes[name], tables[name], member, _left_out(tables[name], name)),)
        for member in members
        for name in [member.name]
    )
    return Reading(groups, tuple(findings), several=True)


def _in_time(member: Member) -> tuple[Period, int, str]:
    """Return the sort key: the period, then the shortest name first, since a copy has the longer one."""
    return member.period or Period(9999), len(member.name), member.name


def _refuse_unknown_files(recipe: Recipe, names: Sequence[str]) -> None:
    faults = [
        unknown("skip_rows", "skip-row-file-unknown", name, names) for name in recipe.skip_rows_of if name not in names
    ]
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
    """Return the fiscal year of a period; a year alone is the fiscal year of that number.

    >>> _as_fiscal(Period(2025, 3), 4).label, _as_fiscal(Period(2024), 4).label
    ('FY2024', 'FY2024')
    """
    year = fiscal_year_of_month(period.year, period.month, start) if period.month else period.year
    return Period(year, fiscal=True)


def _read_stack(recipe: Recipe, sources: Sources) -> Reading:
    _refuse_unknown_files(recipe, [source.file for source in sources.every])
    parts = tuple(_stacked(recipe, source, sources.name_column) for source in sources.stack)
    tables = {f"{part.name} ({source.name})": part.table for part, source in zip(parts, sources.stack, strict=True)}
    files = {f"{source.file} ({source.name})": source.file for source in sources.stack}
    differing = [replace(found, file=files[str(found.file)]) for found in differing_headers(tables)]
    return Reading((parts,), tuple(differing), several=True)


def _stacked(recipe: Recipe, source: NamedSource, name_column: str | None) -> SourceTable:
    own = recipe.for_file(source.file, source)
    table = _read(own)
    left_out = _left_out(table, source.file)
    if name_column is not None:
        if name_column in table.frame.columns:
            shown: dict[str, object] = {"value": name_column, "file": source.file}
            raise ConfigurationError(recipe.path, [Fault("sources.name_column", "name-column-taken", shown)])
        table = named_rows(table, name_column, source.name)
    return SourceTable(source.file, own, table, left_out=left_out)


def _read_join(recipe: Recipe, sources: Sources) -> Reading:
    _refuse_unknown_files(recipe, [source.file for source in sources.every])
    first = sources.first or sources.every[0]
    table = _read(recipe.for_file(first.file, first))
    left_out = [*_left_out(table, first.file)]
    findings: list[Finding] = []
    counts: list[SourceCount] = []
    others = [(source, _read(recipe.for_file(source.file, source))) for source in sources.join]
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


def _count(source: NamedSource, table: Table, joined: Joined, rejected: int) -> SourceCount:
    return SourceCount(source.file, table.rows_in, joined.rows_joined, rejected)


def _key_faults(first: Table, file: str, others: Sequence[tuple[JoinedSource, Table]]) -> Iterator[Fault]:
    """Yield a fault for each key column that a file lacks; only the first source's own columns can be its key."""
    for number, (source, table) in enumerate(others):
        for there, here in source.by.items():
            for column, name, columns in ((there, file, first.frame.columns), (here, source.file, table.frame.columns)):
                if column not in columns:
                    fault = unknown(f"sources.join.{number}.by", "join-column-unknown", column, columns)
                    yield replace(fault, params=_with_file(fault.params, name))


def _with_file(params: Mapping[str, object], file: str) -> dict[str, object]:
    return {**params, "file": file}
