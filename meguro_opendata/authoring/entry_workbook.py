"""An entry workbook of a standard, for departments to fill in: text cells, drop-downs, hints, and an example.

The workbook is Japanese, as the standard is. Its first sheet can be built as it is: the header is the standard's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, StorageError, UnknownMunicipalityError
from meguro_opendata.files.tables import LONGEST_CELL, legal_text, text_width, workbook_bytes
from meguro_opendata.files.whole import write_whole
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.messages import message, word
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.entryparts import ENTRY, EXAMPLE, FIELDS, LANG, LISTS, note_text, values_word
from meguro_opendata.standard.field_help import Explained, explain
from meguro_opendata.standard.model import Field, Standard
from meguro_opendata.workspace.city import City

__all__ = ["city_constants", "template_bytes", "write_template"]

_ROWS = 1000
_NARROWEST, _WIDEST = 14, 32
_HEADER_HEIGHT, _ROW_HEIGHT = 48, 20
_FONT = {"font_name": "游ゴシック", "font_size": 11, "valign": "vcenter"}
_TITLE, _HINT = 32, 255  # as long as Excel lets an input message be
_NOTE_WIDTH, _NOTE_LETTERS = 340, 44
_REQUIREMENTS = ("required", "recommended", "optional", "unknown")
_EXPLAINED = {"number": 8, "field": 30, "mark": 10, "meaning": 58, "kind": 32, "example": 30, "requirement": 40}
_HEADS = {"mark": "requirement", "requirement": "basis"}
_Looks = dict[tuple[str, str], Any]


@dataclass(frozen=True)
class _Column:
    """One column: the field, its words, and what stands in the second row of the entry and of the example sheet."""

    field: Field
    told: Explained
    constant: str
    example: str


def write_template(standard: Standard, path: Path, city: City | None = None) -> None:
    """Write the entry workbook of a standard.

    Raises:
        MeguroOpendataError: If the file's name does not end in ``.xlsx``.
        StorageError: If another file is there, which may have been filled in, or it cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise MeguroOpendataError("template-not-xlsx", file=path)
    data = template_bytes(standard, city)
    if path.is_file() and path.read_bytes() != data:
        raise StorageError("template-in-the-way", path=path)
    write_whole(path, data)


def template_bytes(standard: Standard, city: City | None = None) -> bytes:
    """Return the entry workbook: the same bytes for the same standard and city."""
    columns = _columns(standard.fields, city)

    def fill(book: Any) -> None:
        """One sheet to fill in, three to look things up."""
        sheets = {name: book.add_worksheet(name) for name in (ENTRY, EXAMPLE, FIELDS, LISTS)}
        looks = _looks(book)
        _entry_sheet(sheets[ENTRY], columns, looks)
        _example_sheet(sheets[EXAMPLE], columns, looks)
        _fields_sheet(sheets[FIELDS], standard, columns, looks, city)
        _lists_sheet(sheets[LISTS], columns)

    return workbook_bytes(fill)


def city_constants(fields: Sequence[Field], city: City) -> dict[str, str]:
    """Return the values that are the same in every row of a city, by field, in the standard's order."""
    facts = {"code": city.code, "full_name": city.full_name, "prefecture": city.prefecture, "name": city.name}
    try:
        facts["address_name"] = municipality(city.code).address_name or ""
    except UnknownMunicipalityError:
        facts["address_name"] = ""
    by_name = {name: facts[fact] for fact, names in _settings()["constants"].items() for name in names}
    return {field.name: by_name[field.name] for field in fields if by_name.get(field.name)}


def _settings() -> dict[str, Any]:
    return packaged_toml(__package__, "template.toml")


def _columns(fields: Sequence[Field], city: City | None) -> list[_Column]:
    constants = city_constants(fields, city) if city else {}
    told = [explain(field, LANG) for field in fields]
    return [
        _Column(field, words, constants.get(field.name, ""), _example(field, words))
        for field, words in zip(fields, told, strict=True)
    ]


def _example(field: Field, told: Explained) -> str:
    """What the example row shows: one place that agrees with itself, the same for every city."""
    settings = _settings()
    fitting = (value for pattern, value in settings["row"].items() if fnmatchcase(field.name, pattern))
    in_row = next(fitting, None)
    if in_row is not None:
        return str(in_row)
    shown = told.values[0] if told.closed else settings["examples"].get(field.kind, "")
    if not told.example and not shown and field.requirement == "required":
        return told.values[0] if told.values else str(settings["required"].get(field.kind, ""))
    return told.example or shown


def _looks(book: Any) -> _Looks:
    """Return the formats: a header and a body for each requirement, and those of the sheet that explains."""
    line = {**_FONT, "border": 1, "border_color": "#BFBFBF"}
    looks: _Looks = {}
    for requirement, (strong, light) in _settings()["colours"].items():
        head = {"bold": True, "text_wrap": True, "align": "center"}
        looks["head", requirement] = book.add_format({**line, **head, "num_format": "@", "bg_color": strong})
        looks["body", requirement] = book.add_format({**line, "num_format": "@", "bg_color": light})
        body = {"num_format": "@", "bg_color": light, "text_wrap": True, "valign": "top"}
        looks["sample", requirement] = book.add_format({**line, **body})
        looks["mark", requirement] = book.add_format({**line, "text_wrap": True, "valign": "top", "bg_color": strong})
    looks["title", ""] = book.add_format({**_FONT, "bold": True, "font_size": 14})
    looks["plain", ""] = book.add_format(_FONT)
    looks["head", ""] = book.add_format({**line, "bold": True, "bg_color": "#404040", "font_color": "#FFFFFF"})
    looks["cell", ""] = book.add_format({**line, "text_wrap": True, "valign": "top", "num_format": "@"})
    return looks


def _entry_sheet(sheet: Any, columns: Sequence[_Column], looks: _Looks) -> None:
    """The header with its notes, text columns with hints and drop-downs, the city's constants in the second row."""
    _table_head(sheet, columns, looks)
    place = 0
    for index, column in enumerate(columns):
        sheet.write_comment(0, index, *_note(column.told))
        if column.constant:
            sheet.write_string(1, index, column.constant, looks["body", column.field.requirement])
        hint = {"input_title": column.told.name[:_TITLE], "input_message": _hint(column)[:_HINT]}
        sheet.data_validation(1, index, _ROWS, index, {**_choice(column.told, place), **hint})
        place += bool(column.told.values)


def _column_width(column: _Column) -> int:
    return min(max(_NARROWEST, text_width([column.told.name, column.example])), _WIDEST)


def _table_head(sheet: Any, columns: Sequence[_Column], looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_default_row(_ROW_HEIGHT)
    sheet.set_row(0, _HEADER_HEIGHT)
    for index, column in enumerate(columns):
        requirement = column.field.requirement
        sheet.set_column(index, index, _column_width(column), looks["body", requirement])
        sheet.write_string(0, index, column.told.name, looks["head", requirement])
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS + 1}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)


def _note(told: Explained) -> tuple[str, dict[str, Any]]:
    """Return the note of a header cell, and how large it must be to be read whole."""
    text = note_text(told)
    size = {"width": _NOTE_WIDTH, "height": _height([(text, _NOTE_LETTERS)]), "font_size": 10}
    return text, {**size, "author": "", "color": "#FFFFE1"}


def _hint(column: _Column) -> str:
    lines = [f"{word(column.field.requirement, LANG)}・{column.told.form}" if _is_known(column) else column.told.form]
    example = column.constant or column.example
    if example:
        lines.append(f"{word('example', LANG)}: {example}")
    return "\n".join(lines)


def _is_known(column: _Column) -> bool:
    return column.field.requirement != "unknown"


def _choice(told: Explained, place: int) -> dict[str, Any]:
    """Return the rule of a column's cells: its words to choose from, binding or not, or no rule at all."""
    if not told.values:
        return {"validate": "any"}
    from xlsxwriter.utility import xl_col_to_name

    letter = xl_col_to_name(place, col_abs=True)
    listed = {"validate": "list", "source": f"='{LISTS}'!{letter}$1:{letter}${len(told.values)}"}
    if not told.closed:
        return {**listed, "show_error": False}
    refusal = message("template-refusal", LANG, field=told.name, values=" / ".join(told.values))
    return {**listed, "error_title": word("allowed-values", LANG), "error_message": refusal[:_HINT]}


def _example_sheet(sheet: Any, columns: Sequence[_Column], looks: _Looks) -> None:
    _table_head(sheet, columns, looks)
    sheet.set_row(1, _height((column.example, _column_width(column)) for column in columns))
    for index, column in enumerate(columns):
        text = legal_text(column.example)
        sheet.write_string(1, index, text, looks["sample", column.field.requirement])


def _fields_sheet(sheet: Any, standard: Standard, columns: Sequence[_Column], looks: _Looks, city: City | None) -> None:
    """How to use the workbook, what the colours mean, and every field in words."""
    sheet.set_default_row(_ROW_HEIGHT)
    sheet.write_string(0, 0, f"{standard.title} ({standard.id}@{standard.version})", looks["title", ""])
    usage = ["template-rows", "template-blank", "template-notes", "template-samples"]
    usage[1:1] = ["template-copy"] if city else []
    for row, code in enumerate(usage, start=1):
        sheet.write_string(row, 0, message(code, LANG), looks["plain", ""])
    legend = len(usage) + 2
    for at, requirement in enumerate(_REQUIREMENTS):
        sheet.write_string(legend + at, 1, word(requirement, LANG), looks["mark", requirement])
    top = legend + len(_REQUIREMENTS) + 1
    for index, (code, width) in enumerate(_EXPLAINED.items()):
        sheet.set_column(index, index, width)
        sheet.write_string(top, index, word(_HEADS.get(code, code), LANG), looks["head", ""])
    for number, column in enumerate(columns, start=1):
        told = _explained(number, column)
        sheet.set_row(top + number, _height(zip(told.values(), _EXPLAINED.values(), strict=True)))
        for index, (code, text) in enumerate(told.items()):
            look = looks["mark", column.field.requirement] if code == "mark" else looks["cell", ""]
            sheet.write_string(top + number, index, legal_text(text), look)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _explained(number: int, column: _Column) -> dict[str, str]:
    told = column.told
    words = f"\n{values_word(told)}: {' / '.join(told.values)}" if told.values else ""
    return {
        "number": str(number),
        "field": told.name,
        "mark": word(column.field.requirement, LANG),
        "meaning": told.meaning,
        "kind": told.form + words,
        "example": told.example,
        "requirement": told.requirement,
    }


def _height(cells: Iterable[tuple[str, int]]) -> int:
    """Return the height of a row in which each text, folded at the width of its cell, can be read whole."""
    return _ROW_HEIGHT * max(
        sum(-(-text_width([line], widest=LONGEST_CELL) // width) for line in text.split("\n")) for text, width in cells
    )


def _lists_sheet(sheet: Any, columns: Sequence[_Column]) -> None:
    """The words to choose from, one column a field, on a hidden sheet: drop-downs refer to it."""
    listed = [column.told.values for column in columns if column.told.values]
    for index, values in enumerate(listed):
        for row, value in enumerate(values):
            sheet.write_string(row, index, legal_text(value))
    sheet.hide()
