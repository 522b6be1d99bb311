"""Mapping sheets: a mapping as a sheet of two columns, 項目 and 元の列, that a department edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.files.whole import is_plain_name
from meguro_opendata.japan.folding import folded
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.recipe.words import MappingRule
from meguro_opendata.sources import Grid, column_letter, read_grid

__all__ = ["read_mapping_sheet", "sheet_words"]

_SUFFIXES = (".xlsx", ".csv")
_CITY_FACTS = ("code", "name", "prefecture", "full_name")
_COLON = "："


def read_mapping_sheet(folder: Path, name: str, fields: Sequence[str]) -> dict[str, MappingRule]:
    """Return the rules in a mapping sheet beside a recipe; a line without a source column maps nothing.

    Args:
        folder: The recipe's folder.
        name: The sheet's file name.
        fields: Names of the fields that can be mapped.

    Raises:
        ConfigurationError: If the sheet has faults; with all of them, each at its cell.
        SourceError: If the file cannot be read as a table.
    """
    if not is_plain_name(name) or Path(name).suffix.lower() not in _SUFFIXES:
        raise ConfigurationError(folder / "dataset.yaml", [Fault("mapping", "mapping-sheet-name", {"value": name})])
    path = folder / name
    grid = read_grid(path)
    places = _header(grid)
    if places is None:
        raise ConfigurationError(path, [Fault("-", "mapping-sheet-header", {})])
    rules: dict[str, MappingRule] = {}
    faults = list(_lines(grid, places, list(fields), rules))
    if faults or not rules:
        raise ConfigurationError(path, faults or [Fault("-", "mapping-sheet-no-line", {})])
    return rules


def _header(grid: Grid) -> tuple[int, int, int] | None:
    """Return the row and both columns of the header, counted from 0; ``None`` if there is no header."""
    words = sheet_words()
    for row, record in enumerate(grid.head(words["rows"])):
        cells = [folded(cell).lower() for cell in record]
        item = _first_among(cells, words["item"])
        column = _first_among(cells, words["column"])
        if item is not None and column is not None:
            return row, item, column
    return None


def _first_among(cells: Sequence[str], names: Sequence[str]) -> int | None:
    wanted = {folded(name).lower() for name in names}
    return next((at for at, cell in enumerate(cells) if cell in wanted), None)


def _lines(
    grid: Grid, places: tuple[int, int, int], fields: list[str], rules: dict[str, MappingRule]
) -> Iterator[Fault]:
    """Put the rules of the lines below the header into ``rules``, and yield the faults of the other lines."""
    header, item, column = places
    spelled = {folded(name): name for name in fields}
    for row in range(header + 1, grid.height):
        # Lines of CSV may be shorter than the header: the empty cells keep both columns within reach.
        record = [*grid.record(row), *[""] * (max(item, column) + 1)]
        field, origin = record[item].strip(), record[column].strip()
        if not origin:
            continue
        place = f"{column_letter(item)}{row + 1}"
        name = spelled.get(folded(field))
        if not field:
            yield Fault(place, "mapping-sheet-no-item", {"column": origin})
        elif name is None:
            yield unknown(place, "field-unknown", field, fields)
        elif name in rules:
            yield Fault(place, "mapping-sheet-twice", {"value": field})
        else:
            yield from _rule(f"{column_letter(column)}{row + 1}", name, origin, rules)


def _rule(place: str, field: str, origin: str, rules: dict[str, MappingRule]) -> Iterator[Fault]:
    word, colon, value = origin.replace(_COLON, ":", 1).partition(":")
    kind, value = folded(word).lower(), value.strip()
    if colon and kind in sheet_words()["constant"]:
        rules[field] = MappingRule(constant=value)
    elif colon and kind in sheet_words()["city"]:
        if value not in _CITY_FACTS:
            yield unknown(place, "city-fact-unknown", value, _CITY_FACTS)
        else:
            rules[field] = MappingRule.model_validate({"city": value})
    elif all(parts := [part.strip() for part in origin.split(sheet_words()["plus"])]) and len(parts) > 1:
        rules[field] = MappingRule(join=tuple(parts))
    else:
        rules[field] = MappingRule(column=origin)


@cache
def sheet_words() -> dict[str, Any]:
    """Return the words that mark a sheet's columns and lines (``mapping_sheet.toml``)."""
    return packaged_toml(__package__, "mapping_sheet.toml")
