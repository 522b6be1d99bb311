"""Checks of the national rule's items on a table: the cells at fault, or why a program cannot judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from meguro_opendata.inspection.readability.columnkinds import ColumnView, readability_data
from meguro_opendata.inspection.readability.view import Marks, Seen, marks, marks_of, shown_range
from meguro_opendata.sources import Table
from meguro_opendata.standard.entryparts import entry_parts

__all__ = ["ITEMS"]

_TWO = 2
Hits = Iterator[tuple[int, Iterable[int]]]


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _several_values(seen: Seen) -> Marks:
    """Judge item 1-2: columns of single values in which some cells hold several."""
    return marks((column.index, seen.rows(column.positions(_several(column)))) for column in seen.columns)


def _several(column: ColumnView) -> pl.Series:
    patterns, values = readability_data()["several"], readability_data()["values"]
    distinct = column.distinct
    match column.kind:
        case "number":
            return column.matching(patterns["numbers"]).filter(
                ~column.matching(patterns["numbers"]).str.contains(values["loose"])
            )
        case "coordinate":
            return column.matching(patterns["coordinates"])
        case "date":
            return column.matching(patterns["dates"])
        case "code":
            phone = _expression(patterns["phone_label"]).search(column.label)
            wanted = (patterns["phone"], patterns["mail"]) if phone else (patterns["url"], patterns["mail"])
            several = distinct.filter(distinct.str.contains(wanted[0]) | distinct.str.contains(wanted[1]))
            return _joined_values(distinct).append(several).unique()
        case "text":
            phones = distinct.str.contains(patterns["phones"]) & distinct.str.contains(patterns["phone"])
            return _joined_values(distinct).append(distinct.filter(phones)).unique()
        case _:
            return distinct.head(0)


def _joined_values(distinct: pl.Series) -> pl.Series:
    """Return values of which every part stands alone elsewhere in the column."""
    separators = _expression(readability_data()["several"]["separators"])
    alone = {value.strip() for value in distinct}
    candidates = distinct.filter(distinct.str.contains(separators.pattern)).to_list()
    parts = {value: separators.split(value.strip()) for value in candidates}
    joined = [value for value, found in parts.items() if len(found) > 1 and all(part in alone for part in found)]
    return pl.Series(joined, dtype=pl.String)


def _numbers_as_text(seen: Seen) -> Marks:
    """Judge item 1-3: cells of numeric columns that are text."""
    return marks((column.index, seen.rows(_texts(seen, column))) for column in _numeric(seen))


def _numeric(seen: Seen) -> list[ColumnView]:
    return [column for column in seen.columns if column.kind in ("number", "coordinate")]


def _texts(seen: Seen, column: ColumnView) -> pl.Series:
    values = readability_data()["values"]
    clean = column.values.str.contains(values["clean"])
    at_fault = ~clean & ~column.blank() & ~column.values.str.contains(values["symbol"])
    if seen.table.grid.is_workbook and "numbers" in seen.facts.known:
        typed = seen.facts.numbers.get(column.index, pl.Series(dtype=pl.UInt32)).cast(pl.Int64)
        rows = pl.Series(list(seen.table.rows), dtype=pl.Int64) - 1
        at_fault |= clean & ~rows.is_in(typed.implode())
    return at_fault.arg_true()


def _merged_cells(seen: Seen) -> Marks | str:
    """Judge item 1-4: merged ranges, anywhere in the sheet."""
    grid = seen.table.grid
    if grid.is_workbook and not grid.merged and "merged" not in seen.facts.known:
        return "unseen"
    return Marks({}, tuple(shown_range(*corners) for corners in grid.merged))


def _layout(seen: Seen) -> Marks:
    """Judge item 1-5: spaces and line breaks that only serve the layout."""
    return marks([*_layout_of_header(seen), *_layout_of_cells(seen)])


def _layout_of_header(seen: Seen) -> Hits:
    spaced = _expression(r"^\s*\w([ \u3000]+\w)+\s*$")
    for row, column, cell in seen.header_cells():
        if "\n" in cell.strip() or spaced.search(cell):
            yield column, [row]


def _layout_of_cells(seen: Seen) -> Hits:
    patterns = readability_data()["padding"]
    persons = _expression(readability_data()["labels"]["person"])
    for column in seen.columns:
        if column.kind == "free":
            continue
        wanted = [patterns["leading"], patterns["broken"]]
        wanted += [] if persons.search(column.label) else [patterns["spaced"]]
        for pattern in wanted:
            yield column.index, seen.rows(column.positions(column.matching(pattern)))
        yield column.index, seen.rows((column.blank() & (column.values != "")).arg_true())


def _omitted_names(seen: Seen) -> Marks:
    """Judge item 1-6: columns without a name, ditto marks, and blanks that mean the value above."""
    ditto = readability_data()["omitted"]["ditto"]
    unnamed = ((c.index, [seen.table.header_row]) for c in seen.columns if not c.label and c.kind != "blank")
    dittos = ((c.index, seen.rows(c.positions(c.matching(ditto)))) for c in seen.columns)
    return marks([*unnamed, *dittos, *_blanks_below(seen)])


def _blanks_below(seen: Seen) -> Hits:
    """Yield blank cells of the columns to the left of the first column that every row fills."""
    limits = readability_data()["omitted"]
    shares = [float(column.blank().cast(pl.Float64).mean() or 0) for column in seen.columns]  # type: ignore[arg-type]
    complete = next((at for at, share in enumerate(shares) if share <= limits["complete_share"]), 0)
    merged = _merged_places(seen, limits["searched_columns"])
    for column in seen.columns[: min(complete, limits["searched_columns"])]:
        if limits["least_share"] <= shares[column.index] <= limits["most_share"] and _names_groups(column):
            rows = seen.rows(column.blank().arg_true())
            yield column.index, [row for row in rows if (row, column.index) not in merged]


def _merged_places(seen: Seen, last: int) -> set[tuple[int, int]]:
    """Record number and column of each cell of a merged range, up to a column."""
    return {
        (row + 1, column)
        for (top, left), (bottom, right) in seen.table.grid.merged
        for column in range(left, min(right, last) + 1)
        for row in range(top, min(bottom, seen.table.grid.height) + 1)
    }


def _names_groups(column: ColumnView) -> bool:
    """Return whether a text stands once at the head of each group of rows: never the same one twice in a row."""
    filled = column.values.filter(~column.blank())
    return column.kind == "text" and len(filled) >= _TWO and not (filled == filled.shift(1)).any()


def _calculated(seen: Seen) -> Marks | str:
    """Judge item 1-7: formulas, anywhere in the sheet."""
    if not seen.table.grid.is_workbook:
        pattern = readability_data()["formulas"]["text"]
        return marks((c.index, seen.rows(c.positions(c.matching(pattern)))) for c in seen.columns)
    return marks_of(seen.facts.formulas) if "formulas" in seen.facts.known else "unseen"


def _drawn_objects(seen: Seen) -> Marks | str:
    """Judge item 1-8: pictures, shapes, charts, notes in the sheet; notes of our entry workbooks are allowed."""
    if not seen.table.grid.is_workbook:
        return Marks({})
    facts = seen.facts
    places = {place for _, place in facts.objects if place is not None}
    placed = marks_of(places | (facts.notes - entry_parts(seen.table).notes))
    found = Marks(placed.cells, elsewhere=sum(place is None for _, place in facts.objects))
    return found if found.count or {"objects", "notes"} <= facts.known else "unseen"


def _units_left_out(seen: Seen) -> Marks:
    """Judge item 1-9: columns of quantities without a unit in the label, above the table or in every cell."""
    patterns, labels = readability_data()["unit"], readability_data()["labels"]
    notes = [rejected.text for rejected in seen.table.rejected if rejected.reason == "note"]
    if any(_expression(patterns["above"]).search(text) for text in [*seen.above(), *notes]):
        return Marks({})
    place = _expression(labels["place"])
    named = _expression(f"{labels['counted']}|{patterns['label'].removeprefix('(?i)')}")
    return marks(
        (column.index, [seen.table.header_row])
        for column in seen.columns
        if column.kind == "number"
        and column.label
        and column.label not in seen.stated
        and not named.search(column.label)
        and not place.search(column.label)
        and _is_quantity(column.distinct)
    )


def _is_quantity(distinct: pl.Series) -> bool:
    """Return whether some numbers stand without a unit, and not as codes of categories.

    >>> _is_quantity(pl.Series(["120.5", "80"])), _is_quantity(pl.Series(["1", "2"])), _is_quantity(pl.Series(["5m"]))
    (True, False, False)
    """
    unit = readability_data()["unit"]
    bare = distinct.filter(distinct.str.contains(readability_data()["values"]["clean"])).str.strip_chars()
    numbers = bare.cast(pl.Float64, strict=False).drop_nulls()
    if len(numbers) > unit["most_categories"]:
        return True
    return any(not float(number).is_integer() or abs(number) > unit["largest_category"] for number in numbers)


def _dependent_characters(seen: Seen) -> Marks:
    """Judge item 1-10: machine-dependent characters in header and cells."""
    signs = readability_data()["machine_dependent"]
    pattern = signs["signs"].removesuffix("]") + "".join(signs["letters"].split()) + "]"
    header = [(row, column, cell) for row, column, cell in seen.header_cells()]
    labels = pl.Series([cell for _, _, cell in header], dtype=pl.String).str.contains(pattern)
    in_header = ((column, [row]) for (row, column, _), found in zip(header, labels, strict=True) if found)
    cells = ((c.index, seen.rows(c.positions(c.matching(pattern)))) for c in seen.columns)
    return marks([*in_header, *cells])


def _eras_alone(seen: Seen) -> Marks:
    """Judge item 1-11: years of an era without the western year."""
    era = readability_data()["era"]
    western = _expression(era["western"])
    label = _expression(era["label"])
    header = (
        (column, [row]) for row, column, cell in seen.header_cells() if label.search(cell) and not western.search(cell)
    )
    return marks([*header, *((c.index, seen.rows(c.positions(_eras(c, era)))) for c in seen.columns)])


def _eras(column: ColumnView, era: Mapping[str, Any]) -> pl.Series:
    if column.kind == "free":
        return column.distinct.head(0)
    found = column.distinct.str.contains(era["name"])
    if column.kind == "date":
        found |= column.distinct.str.contains(era["letter"]) | column.distinct.str.contains(era["bare"])
    return column.distinct.filter(found & ~column.distinct.str.contains(era["western"]))


def _places_left_out(seen: Seen) -> Marks | str:
    """Judge item 1-12: rows of a table about places with neither code nor name of one."""
    named = _expression(readability_data()["labels"]["place"])
    places = [column for column in seen.columns if named.search(column.label)]
    points = [column for column in seen.columns if column.kind == "coordinate"]
    if not places:
        return marks((c.index, [seen.table.header_row]) for c in points) if points else "not-places"
    without = places[0].blank()
    for column in places[1:]:
        without &= column.blank()
    meant = {row for column, rows in _blanks_below(seen) if column == places[0].index for row in rows}
    return marks([(places[0].index, [row for row in seen.rows(without.arg_true()) if row not in meant])])


def _symbols(seen: Seen) -> Marks:
    """Judge item 1-13: signs in place of a number that is withheld."""
    pattern = readability_data()["values"]["symbol"]
    return marks((c.index, seen.rows(c.positions(c.matching(pattern)))) for c in _numeric(seen))


def _gaps(seen: Seen) -> Marks:
    """Judge item 2-1: blank records and blank columns inside the table."""
    table = seen.table
    filled = [column.index for column in seen.columns if column.label or column.kind != "blank"]
    last_row, last = (table.rows[-1] if len(table.rows) else table.header_row), max(filled, default=0)
    blank_rows = [found.row for found in table.rejected if found.reason == "blank" and found.row < last_row]
    rows = tuple(shown_range((row - 1, min(filled, default=0)), (row - 1, last)) for row in blank_rows)
    columns = tuple(
        shown_range((table.header_row - 1, index), (last_row - 1, index))
        for index in range(min(filled, default=0), last)
        if index not in filled
    )
    return Marks({}, rows + columns)


def _several_tables(seen: Seen) -> Marks:
    """Judge item 2-2: a repeated header, another table's header below a gap, or the same labels side by side."""
    table = seen.table
    width = len(seen.columns)
    again = [found.row for found in table.rejected if found.reason == "header"]
    rows = sorted({*again, *_other_headers(seen)})
    below = tuple(shown_range((row - 1, 0), (row - 1, width - 1)) for row in rows)
    beside = _second_block([column.label for column in seen.columns])
    row = table.header_row - 1
    return Marks({}, (*below, *((shown_range((row, beside[0]), (row, beside[1])),) if beside else ())))


def _other_headers(seen: Seen) -> Iterator[int]:
    """Yield rows below a gap that hold words in the columns of numbers, and no number."""
    numeric = [column for column in seen.columns if column.kind == "number"]
    gaps = {found.row for found in seen.table.rejected if found.reason == "blank"}
    for row in gaps - {seen.table.header_row + 1}:
        position = _position(seen.table, row + 1)
        if position is not None and _are_words([column.values[position].strip() for column in numeric]):
            yield row + 1


def _are_words(cells: Sequence[str]) -> bool:
    """Return whether two or more cells are filled, and none with a number or a sign for one."""
    loose, symbol = (_expression(readability_data()["values"][name]) for name in ("loose", "symbol"))
    filled = [cell for cell in cells if cell]
    return len(filled) >= _TWO and not any(loose.search(cell) or symbol.search(cell) for cell in filled)


def _position(table: Table, row: int) -> int | None:
    return table.rows.index(row) if row in table.rows else None


def _second_block(labels: Sequence[str]) -> tuple[int, int] | None:
    """Return first and last column of a block of labels that repeats the one before it.

    >>> _second_block(["地区", "人口", "", "地区", "人口"])
    (3, 4)
    >>> _second_block(["名称", "住所", "備考"]) is None
    True
    """
    first = [label for label in labels if label][:1]
    for start in range(_TWO, len(labels)):
        if labels[start] == "" or [labels[start]] != first:
            continue
        before = [label for label in labels[:start] if label]
        block = list(labels[start : start + len(before)])
        if len(block) >= _TWO and block == before:
            return start, start + len(block) - 1
    return None


ITEMS: Mapping[str, Callable[[Seen], Marks | str]] = {
    "1-2": _several_values,
    "1-3": _numbers_as_text,
    "1-4": _merged_cells,
    "1-5": _layout,
    "1-6": _omitted_names,
    "1-7": _calculated,
    "1-8": _drawn_objects,
    "1-9": _units_left_out,
    "1-10": _dependent_characters,
    "1-11": _eras_alone,
    "1-12": _places_left_out,
    "1-13": _symbols,
    "2-1": _gaps,
    "2-2": _several_tables,
}
