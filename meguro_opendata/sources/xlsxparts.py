"""What calamine does not tell of an xlsx file, read from its parts: errors (``#N/A``), formulas without a value."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

__all__ = ["CellTexts", "hidden_texts"]

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_CELL = re.compile(rb"<c\b([^>]*[^/>])>((?:(?!</c>).)*)</c>", re.DOTALL)
_VALUE = re.compile(rb"<v>([^<]{1,20})</v>")
_FORMULA = re.compile(rb"<f[^>]*>([^<]*)</f>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
CellTexts = dict[tuple[int, int], str]


def hidden_texts(raw: bytes, sheet: str) -> tuple[CellTexts, CellTexts]:
    """What stands in cells that calamine gives as empty, by row and column counted from 0.

    Returns:
        The error of each cell that holds one, and the formula of each cell that was saved without its value.
    """
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        content = _read(archive, _part_of(archive, sheet))
    errors: CellTexts = {}
    formulas: CellTexts = {}
    if b't="e"' not in content and b"<f" not in content:
        return errors, formulas
    for attributes, inner in _CELL.findall(content):
        place = _PLACE.search(attributes)
        if place is None:
            continue
        at = (int(place[2]) - 1, _index(place[1].decode("ascii")))
        value, formula = _VALUE.search(inner), _FORMULA.search(inner)
        if b't="e"' in attributes and value:
            errors[at] = value[1].decode("utf-8")
        elif formula and not value and b"<v>" not in inner:
            formulas[at] = "=" + unescape(formula[1].decode("utf-8"))
    return errors, formulas


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet, as the workbook's relations say."""
    targets = {
        _attribute(relation, b"Id"): _attribute(relation, b"Target")
        for relation in _RELATION.findall(_read(archive, "xl/_rels/workbook.xml.rels"))
    }
    for entry in _SHEET.findall(_read(archive, "xl/workbook.xml")):
        if unescape(_attribute(entry, b"name")) == sheet:
            target = targets.get(_attribute(entry, rb"\w+:id"), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _attribute(element: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', element)
    return found[1].decode("utf-8") if found else ""


def _index(letters: str) -> int:
    """The index of a column from its letters.

    >>> _index("A"), _index("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
