"""Entry workbooks of a standard, for departments to fill in: text cells, drop-downs, hints, and an example.

The workbook is in Japanese, as the standard is. Its first sheet can be built unchanged: it has the standard's header.
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

_ROWS = 1000  # rows with drop-downs and hints; further rows can be filled without them
_NARROWEST, _WIDEST = 14, 32
_HEADER_HEIGHT, _ROW_HEIGHT = 48, 20
_FONT = {"font_name": "游ゴシック", "font_size": 11, "valign": "vcenter"}
_TITLE, _HINT = 32, 255  # Excel's limits for the title and the text of an input message; xlsxwriter drops longer ones
_NOTE_WIDTH, _NOTE_LETTERS = 340, 44
_REQUIREMENTS = ("required", "recommended", "optional", "unknown")
_EXPLAINED = {"number": 8, "field": 30, "mark": 10, "meaning": 58, "kind": 32, "example": 30, "requirement": 40}
_HEADS = {"mark": "requirement", "requirement": "basis"}
_Looks = dict[tuple[str, str], Any]


@dataclass(frozen=True)
class _Column:
    """One column of the workbook.

    Attributes:
        field: The field.
        explained: The field's explanation in words.
        constant: The value in the first row of the entry sheet, if all rows of the city share it.
        example: The value in the example sheet.
    """

    field: Field
    explained: Explained
    constant: str
    example: str


def write_template(standard: Standard, path: Path, city: City | None = None) -> None:
    """Write the entry workbook of a standard.

    Raises:
        MeguroOpendataError: If the file's name does not end in ``.xlsx``.
        StorageError: If the file cannot be written, or if a different file of that name exists: a department may have
            filled it in.
    """
    if path.suffix.lower() != ".xlsx":
        raise MeguroOpendataError("template-not-xlsx", file=path)
    data = template_bytes(standard, city)
    # The same bytes are harmless: the command can be run twice. Other bytes may be a department's work.
    if path.is_file() and path.read_bytes() != data:
        raise StorageError("template-in-the-way", path=path)
    write_whole(path, data)


def template_bytes(standard: Standard, city: City | None = None) -> bytes:
    """Return the bytes of the entry workbook, the same for the same standard and city."""
    columns = _columns(standard.fields, city)

    def fill(book: Any) -> None:
        """Write one sheet to fill in and three to look things up."""
        # The entry sheet comes first: `build` reads the first sheet without a word in the recipe.
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
    explained = [explain(field, LANG) for field in fields]
    return [
        _Column(field, words, constants.get(field.name, ""), _example(field, words))
        for field, words in zip(fields, explained, strict=True)
    ]


def _example(field: Field, explained: Explained) -> str:
    """Return a field's value in the example row, which describes one consistent place, the same for every city."""
    settings = _settings()
    fitting = (value for pattern, value in settings["row"].items() if fnmatchcase(field.name, pattern))
    in_row = next(fitting, None)
    if in_row is not None:
        return str(in_row)
    shown = explained.values[0] if explained.closed else settings["examples"].get(field.kind, "")
    if not explained.example and not shown and field.requirement == "required":
        return explained.values[0] if explained.values else str(settings["required"].get(field.kind, ""))
    return explained.example or shown


def _looks(book: Any) -> _Looks:
    """Return the cell formats: a header and a body for each requirement, and those of the sheet of explanations."""
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
    """Write the entry sheet: header with notes, text columns with hints and drop-downs, and the city's constants."""
    _table_head(sheet, columns, looks)
    place = 0
    for index, column in enumerate(columns):
        sheet.write_comment(0, index, *_note(column.explained))
        if column.constant:
            sheet.write_string(1, index, column.constant, looks["body", column.field.requirement])
        hint = {"input_title": column.explained.name[:_TITLE], "input_message": _hint(column)[:_HINT]}
        sheet.data_validation(1, index, _ROWS, index, {**_choice(column.explained, place), **hint})
        place += bool(column.explained.values)


def _column_width(column: _Column) -> int:
    return min(max(_NARROWEST, text_width([column.explained.name, column.example])), _WIDEST)


def _table_head(sheet: Any, columns: Sequence[_Column], looks: _Looks) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_default_row(_ROW_HEIGHT)
    sheet.set_row(0, _HEADER_HEIGHT)
    for index, column in enumerate(columns):
        requirement = column.field.requirement
        sheet.set_column(index, index, _column_width(column), looks["body", requirement])
        sheet.write_string(0, index, column.explained.name, looks["head", requirement])
    # Codes are text on purpose (leading zeros): without this Excel marks every cell with a green triangle.
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{_ROWS + 1}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)


def _note(explained: Explained) -> tuple[str, dict[str, Any]]:
    """Return the note of a header cell, with the size at which all of it can be read."""
    text = note_text(explained)
    size = {"width": _NOTE_WIDTH, "height": _height([(text, _NOTE_LETTERS)]), "font_size": 10}
    return text, {**size, "author": "", "color": "#FFFFE1"}


def _hint(column: _Column) -> str:
    lines = [
        f"{word(column.field.requirement, LANG)}・{column.explained.form}"
        if _is_known(column)
        else column.explained.form
    ]
    example = column.constant or column.example
    if example:
        lines.append(f"{word('example', LANG)}: {example}")
    return "\n".join(lines)


def _is_known(column: _Column) -> bool:
    return column.field.requirement != "unknown"


def _choice(explained: Explained, place: int) -> dict[str, Any]:
    """Return the validation of a column's cells: a list of words, binding or not, or no restriction."""
    if not explained.values:
        return {"validate": "any"}
    from xlsxwriter.utility import xl_col_to_name

    # The words are on a sheet: a list inside the validation itself is limited to 255 characters by Excel.
    letter = xl_col_to_name(place, col_abs=True)
    listed = {"validate": "list", "source": f"='{LISTS}'!{letter}$1:{letter}${len(explained.values)}"}
    # An open list proposes its words; Excel must not refuse others, which the standard allows.
    if not explained.closed:
        return {**listed, "show_error": False}
    refusal = message("template-refusal", LANG, field=explained.name, values=" / ".join(explained.values))
    return {**listed, "error_title": word("allowed-values", LANG), "error_message": refusal[:_HINT]}


def _example_sheet(sheet: Any, columns: Sequence[_Column], looks: _Looks) -> None:
    _table_head(sheet, columns, looks)
    sheet.set_row(1, _height((column.example, _column_width(column)) for column in columns))
    for index, column in enumerate(columns):
        text = legal_text(column.example)
        sheet.write_string(1, index, text, looks["sample", column.field.requirement])


def _fields_sheet(sheet: Any, standard: Standard, columns: Sequence[_Column], looks: _Looks, city: City | None) -> None:
    """Write the sheet of explanations: the use of the workbook, the meaning of the colours, and every field."""
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
        explained = _explained(number, column)
        sheet.set_row(top + number, _height(zip(explained.values(), _EXPLAINED.values(), strict=True)))
        for index, (code, text) in enumerate(explained.items()):
            look = looks["mark", column.field.requirement] if code == "mark" else looks["cell", ""]
            sheet.write_string(top + number, index, legal_text(text), look)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _explained(number: int, column: _Column) -> dict[str, str]:
    explained = column.explained
    words = f"\n{values_word(explained)}: {' / '.join(explained.values)}" if explained.values else ""
    return {
        "number": str(number),
        "field": explained.name,
        "mark": word(column.field.requirement, LANG),
        "meaning": explained.meaning,
        "kind": explained.form + words,
        "example": explained.example,
        "requirement": explained.requirement,
    }


def _height(cells: Iterable[tuple[str, int]]) -> int:
    """Return the height of a row that shows each text whole, wrapped at the width of its cell.

    Excel fits rows to wrapped text only when a person edits them, so that the height has to be set.
    """
    return _ROW_HEIGHT * max(
        sum(-(-text_width([line], widest=LONGEST_CELL) // width) for line in text.split("\n")) for text, width in cells
    )


def _lists_sheet(sheet: Any, columns: Sequence[_Column]) -> None:
    """Write the words of the drop-downs on a hidden sheet, one column for each field with a list."""
    listed = [column.explained.values for column in columns if column.explained.values]
    for index, values in enumerate(listed):
        for row, value in enumerate(values):
            sheet.write_string(row, index, legal_text(value))
    sheet.hide()
