"""The files of a recipe, each opened once: the tables that the recipe declares, and the parts that are not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from meguro_opendata.errors import ConfigurationError, Fault, SourceError
from meguro_opendata.findings import Block, Coverage, Finding
from meguro_opendata.geo.gis.opening import is_geo_file
from meguro_opendata.geo.gis.table import read_geo_table
from meguro_opendata.messages import default_language
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.blockwords import block_line, left_out
from meguro_opendata.recipe.sheets import declared_sheet, refuse_moved_header
from meguro_opendata.reports.coverage import block_cells, reason_text
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.blocks import Cut, Part, cut_sheet, filled_lines
from meguro_opendata.sources.coverage import coverage, merged_coverage
from meguro_opendata.sources.joining import named_rows
from meguro_opendata.sources.opening import read_grid, read_grids
from meguro_opendata.standard.entryparts import entry_sheets

__all__ = ["OpenedFiles"]


@dataclass
class _Opened:
    """An open file.

    Attributes:
        name: The file's name.
        grids: Its visible sheets.
        cuts: The blocks of each sheet that was read.
        unnamed: Tables that the recipe does not name.
    """

    name: str
    grids: list[Grid]
    cuts: dict[str | None, Cut] = field(default_factory=dict)
    unnamed: list[Block] = field(default_factory=list)

    def grid(self, sheet: str | None) -> Grid:
        """Return a sheet by its name, also a hidden one; without a name the first sheet."""
        found = [grid for grid in self.grids if sheet in (None, grid.sheet)]
        if not found:
            self.grids.append(read_grid(self.grids[0].path if self.grids else Path(self.name), sheet))
        return found[0] if found else self.grids[-1]


class OpenedFiles:
    """The open files of a recipe: they return the tables one by one, and then report the parts that were not read."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._files: dict[Path, _Opened] = {}

    def tables(self, recipe: Recipe) -> list[Table]:
        """Return the tables of one source, one for each sheet that is read.

        Args:
            recipe: The recipe for this source.

        Raises:
            SourceError: If the file cannot be read, or no longer fits the recipe.
        """
        # A GIS file has no cells around its table: there are no blocks to account for.
        if is_geo_file(recipe.source_path):
            return [_layer(recipe)]
        file = self._opened(recipe)
        return [self._table(file, grid, recipe) for grid in self._wanted(file, recipe)]

    def _opened(self, recipe: Recipe) -> _Opened:
        path, source = recipe.source_path, recipe.source
        if path not in self._files:
            grids = read_grids(path, source.sheet, source.encoding)
            self._files[path] = _Opened(source.file, grids)
            self._refuse_unknown_sheets(recipe, grids[0].sheets if grids else ())
        return self._files[path]

    def _refuse_unknown_sheets(self, recipe: Recipe, known: tuple[str, ...]) -> None:
        """Refuse a recipe that skips rows on a sheet which the file does not have: these rows would be published."""
        file, faults = recipe.source.file, []
        for number, row in enumerate(self._recipe.skip_rows):
            if row.file in (None, file) and row.sheet not in (None, *known):
                shown: dict[str, object] = {"row": row.row, "value": row.sheet, "file": file, "known": list(known)}
                faults.append(Fault(f"skip_rows.{number}.sheet", "skip-row-sheet-unknown", shown))
        if faults:
            raise ConfigurationError(recipe.path, faults)

    def _wanted(self, file: _Opened, recipe: Recipe) -> list[Grid]:
        """Return the sheets that a source reads."""
        source = recipe.source
        if source.sheets is None:
            return [file.grid(source.sheet)]
        if source.sheets != "*":
            return [file.grid(name) for name in source.sheets]
        every = [grid for grid in file.grids if grid.height and not self._left_out(file, grid.sheet)]
        if not every:
            raise SourceError("file-empty", file=recipe.source_path)
        return every

    def _table(self, file: _Opened, grid: Grid, recipe: Recipe) -> Table:
        source, columns = recipe.source, recipe.named_columns
        # First: on a moved header every column is missing, and a list of all columns says nothing about the cause.
        refuse_moved_header(grid, source, columns)
        skip = recipe.skipped_in(source.file, grid.sheet)
        found = declared_sheet(grid, source, recipe.blocks_of(source.file, grid.sheet), skip, columns)
        file.cuts[grid.sheet] = found.cut
        file.unnamed += found.unnamed
        if source.sheet_column is None:
            return found.table
        # The mapping could not distinguish two columns of one name.
        if source.sheet_column in found.table.frame.columns:
            shown: dict[str, object] = {"value": source.sheet_column, "file": source.file}
            raise ConfigurationError(recipe.path, [Fault("sheet_column", "name-column-taken", shown)])
        return named_rows(found.table, source.sheet_column, str(grid.sheet))

    def _left_out(self, file: _Opened, sheet: str | None) -> str | None:
        """Return the reason for leaving out a whole sheet, ``None`` for a sheet that is not left out."""
        named = self._recipe.blocks_of(file.name, sheet)
        whole = (block for block in named if block.sheet is not None and block.is_whole_sheet and not block.read)
        # The other sheets of our own entry workbook explain its fields; no recipe has to name them.
        own = file.grids and sheet in entry_sheets(file.grids[0].sheets)
        return next((block.reason for block in whole), "own-sheet" if own else None)

    def coverage(self) -> Coverage:
        """Return the coverage of all files: the parts that were read, and the parts that were not."""
        several = len(self._files) > 1
        covered = ((file.name if several else None, self._coverage_of(file)) for file in self._files.values())
        return merged_coverage(covered)

    def _coverage_of(self, file: _Opened) -> Coverage:
        cuts = {grid.sheet: file.cuts.get(grid.sheet) or cut_sheet(grid) for grid in file.grids}
        reasons = {grid.sheet or "": self._left_out(file, grid.sheet) for grid in file.grids}
        named = {sheet: reason for sheet, reason in reasons.items() if reason is not None}
        return coverage(file.grids, cuts, set(file.cuts), named)

    def findings(self) -> Iterator[Finding]:
        """Yield an error for each other table and each visible sheet that the recipe does not name.

        The suggestion of each error is the recipe's line that leaves the part out.
        """
        unnamed = [(file, block) for file in self._files.values() for block in self._unnamed(file)]
        for number, (file, block) in enumerate(unnamed):
            reason = reason_text(block.reason or "", default_language())
            several = file.name if self._recipe.sources is not None else None
            entry = "  " + block_line(left_out(block, file.grid(block.sheet), reason, several))
            # The recipe has the word `blocks` once: only the first suggestion contains it, so that all can be copied.
            first = not self._recipe.blocks and not number
            yield Finding(
                "unnamed-block",
                "error",
                sheet=block.sheet,
                cell=None if block.sheet is None else block_cells(block).removeprefix(f"{block.sheet} "),
                row=block.first_row,
                suggestion=f"blocks:\n{entry}" if first else entry,
                params={"reason": reason, "last": block.last_row},
                file=file.name if len(self._files) > 1 else None,
            )

    def _unnamed(self, file: _Opened) -> Iterator[Block]:
        yield from file.unnamed
        for grid in file.grids:
            lines = filled_lines(grid, Part())
            if lines and grid.sheet not in file.cuts and self._left_out(file, grid.sheet) is None:
                place = (lines[0] + 1, lines[-1] + 1, 1, grid.width)
                yield Block(grid.sheet, *place, "other_table", False, "other-sheet")


def _layer(recipe: Recipe) -> Table:
    source = recipe.source
    skip = recipe.skipped_in(source.file, source.sheet)
    return read_geo_table(recipe.source_path, layer=source.sheet, crs=source.crs, encoding=source.encoding, skip=skip)
