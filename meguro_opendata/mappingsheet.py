"""A mapping kept as a sheet of two columns that a department edits: 項目 and 元の列."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from meguro_opendata.declarations import unknown
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files import is_plain_name
from meguro_opendata.proposal import Proposal, reason_text
from meguro_opendata.recipewords import MappingRule
from meguro_opendata.sources import Grid, column_letter, folded, read_grid
from meguro_opendata.standard import Field, Standard
from meguro_opendata.tablefile import legal_text, text_width, workbook_bytes

__all__ = ["SHEET_SUFFIXES", "mapping_sheet", "read_mapping_sheet"]

SHEET_SUFFIXES = (".xlsx", ".csv")
_CITY_FACTS = ("code", "name", "prefecture", "full_name")
_COLON = "："
_SHEET_HEADER = ("項目", "元の列", "候補", "理由", "確かさ", "項目の説明")


def read_mapping_sheet(folder: Path, name: str, fields: Sequence[str]) -> dict[str, MappingRule]:
    """The rules that a mapping sheet beside a recipe holds; a line without a source column maps nothing.

    Args:
        folder: Where the recipe lies.
        name: The sheet's file name.
        fields: Names of the fields that may be mapped.

    Raises:
        ConfigurationError: With every fault, each under its cell.
        SourceError: If the file cannot be read as a table.
    """
    if not is_plain_name(name) or Path(name).suffix.lower() not in SHEET_SUFFIXES:
        raise ConfigurationError(folder / "dataset.yaml", [Fault("mapping", "mapping-sheet-name", {"value": name})])
    path = folder / name
    grid = read_grid(path)
    places = _header(grid)
    if places is None:
        raise ConfigurationError(path, [Fault("-", "mapping-sheet-header", {})])
    rules: dict[str, MappingRule] = {}
    faults = list(_lines(grid, places, list(fields), rules))
    if faults:
        raise ConfigurationError(path, faults)
    return rules


def _header(grid: Grid) -> tuple[int, int, int] | None:
    """Row and both columns of the header, counted from 0."""
    words = _words()
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
    """The faults of the lines below the header; the rules go into ``rules``."""
    header, item, column = places
    spelled = {folded(name): name for name in fields}
    for row in range(header + 1, grid.height):
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
    if colon and kind in _words()["constant"]:
        rules[field] = MappingRule(constant=value)
    elif colon and kind in _words()["city"]:
        if value not in _CITY_FACTS:
            yield unknown(place, "city-fact-unknown", value, _CITY_FACTS)
        else:
            rules[field] = MappingRule.model_validate({"city": value})
    elif all(parts := [part.strip() for part in origin.split(_words()["plus"])]) and len(parts) > 1:
        rules[field] = MappingRule(join=tuple(parts))
    else:
        rules[field] = MappingRule(column=origin)


def mapping_sheet(standard: Standard, proposals: Sequence[Proposal], lang: str) -> bytes:
    """A workbook with every item of a standard, the column that surely is it, and why; two columns are read back."""
    by_field = {proposal.field: proposal for proposal in proposals}
    rows = [_SHEET_HEADER, *(_sheet_row(field, by_field.get(field.name), lang) for field in standard.fields)]

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@", "text_wrap": False})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, legal_text(cell), text)
        for column, cells in enumerate(zip(*rows, strict=True)):
            sheet.set_column(column, column, text_width(cells), text)
        sheet.freeze_panes(1, 1)

    return workbook_bytes(fill)


def _sheet_row(field: Field, proposal: Proposal | None, lang: str) -> tuple[str, ...]:
    if proposal is None:
        return (field.name, "", "", "", "", field.description)
    origin = _origin(proposal)
    applied = proposal.sure and origin is not None
    columns = "、".join((*proposal.columns, *proposal.others))
    why = (reason_text(proposal.reason, lang), f"{round(proposal.confidence * 100)}%")
    return (field.name, str(origin) if applied else "", "" if applied else origin or columns, *why, field.description)


def _origin(proposal: Proposal) -> str | None:
    """What stands for a proposal in the sheet, ``None`` if only a recipe can say it."""
    rule = proposal.rule
    if rule is None or rule.split is not None or proposal.others:
        return None
    if rule.join is not None:
        return str(_words()["plus"]).join(rule.join)
    return f"{_words()['city'][0]}: {rule.city}" if rule.city is not None else rule.column


@cache
def _words() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("mappingsheet.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
