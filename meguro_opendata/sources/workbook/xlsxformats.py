"""The number formats of an xlsx file by the style of a cell, and the numbers that they show with more than digits."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape

from meguro_opendata.sources.facts import CellTexts
from meguro_opendata.sources.workbook.numberformats import BUILT_IN, NumberFormat, number_format
from meguro_opendata.sources.workbook.zipparts import place_of, read_part

__all__ = ["cell_formats", "shown_numbers"]

_FORMAT = re.compile(rb"<(?:\w{1,20}:)?numFmt\s([^<>]{0,2000})>")
_STYLES = re.compile(rb"<(?:\w{1,20}:)?cellXfs\b[^<>]{0,200}>")
_STYLE = re.compile(rb"<(?:\w{1,20}:)?xf\b([^<>]{0,1000})>")
_ATTRIBUTE = re.compile(rb'\b(numFmtId|formatCode)="([^"]{0,1500})"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE_OF = re.compile(rb'\bs="(\d{1,6})"')
_TYPE = re.compile(rb'\bt="(\w{1,12})"')


def cell_formats(archive: zipfile.ZipFile) -> dict[bytes, NumberFormat]:
    """Return the formats of :mod:`numberformats` by the number of the style that has them."""
    content = read_part(archive, "xl/styles.xml")
    codes = dict(BUILT_IN)
    for attributes in map(_attributes, _FORMAT.findall(content)):
        if attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
    begin = _STYLES.search(content)
    end = content.find(b"cellXfs>", begin.end()) if begin else -1
    found = {}
    for number, style in enumerate(_STYLE.findall(content, begin.end() if begin else 0, max(end, 0))):
        named = _attributes(style).get("numFmtId", "")
        known = number_format(codes.get(int(named), "")) if named.isdigit() else None
        if known:
            found[str(number).encode()] = known
    return found


def shown_numbers(prefix: bytes, block: bytes, formats: Mapping[bytes, NumberFormat]) -> Iterator[CellTexts]:
    """Yield what Excel shows in each cell of a block that is a number in one of these formats."""
    if not any(b's="' + style + b'"' in block for style in formats):
        return
    for attributes, value in _cell(prefix).findall(block):
        style, place, kind = _STYLE_OF.search(attributes), _PLACE.search(attributes), _TYPE.search(attributes)
        known = formats.get(style[1]) if style else None
        if known is None or place is None or (kind is not None and kind[1] != b"n"):
            continue
        shown = known.show_text(value.decode("ascii", errors="replace"))
        if shown is not None:
            yield {place_of(place[1], place[2]): shown}


@cache
def _cell(prefix: bytes) -> re.Pattern[bytes]:
    formula = b"<" + prefix + rb"f\b[^<>]{0,500}(?:/>|>[^<]{0,65536}</" + prefix + rb"f>)\s{0,20}"
    return re.compile(
        b"<"
        + prefix
        + rb"c\b([^<>]{0,500})>\s{0,20}(?:"
        + formula
        + b")?<"
        + prefix
        + rb"v\b[^<>]{0,100}>([^<]{1,40})<"
    )


def _attributes(element: bytes) -> dict[str, str]:
    return {
        name.decode(): unescape(value.decode("utf-8", errors="replace")) for name, value in _ATTRIBUTE.findall(element)
    }
