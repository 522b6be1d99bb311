"""Cell formats of a workbook: a filled copy of each marked cell's format, and the formats of the sheet of findings."""

from __future__ import annotations

from meguro_opendata.reports.workbook.opc import rules
from meguro_opendata.reports.workbook.xmlsplice import Edit, Element, PatchError, elements, set_attribute, splice

__all__ = ["EMPTY_STYLES", "Styles"]

EMPTY_STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<styleSheet xmlns="{space}"><fonts count="1"><font><sz val="11"/><name val="MS PGothic"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_LISTED = (
    '<{p}xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0"{parent} applyNumberFormat="1" applyFont="1" '
    'applyFill="1" applyAlignment="1"><{p}alignment vertical="top" wrapText="1"/></{p}xf>'
)
_KEPT_OF_FONT = ("sz", "name", "family", "charset", "scheme")


class Styles:
    """A styles part to which requested formats are added; existing formats do not change."""

    def __init__(self, data: bytes, part: str) -> None:
        self._data = data
        self._part = part
        self._root = elements(data, part)
        self._fills = self._list("fills")
        self._fonts = self._list("fonts")
        self._formats = self._list("cellXfs")
        self._new_fills: list[bytes] = []
        self._new_fonts: list[bytes] = []
        self._new_formats: list[bytes] = []
        self._known: dict[tuple[int | str, str], int] = {}

    def _list(self, name: str) -> Element:
        found = self._root.child(name)
        if found is None or not found.children:
            raise PatchError(self._part)
        return found

    def marked(self, number: int, fill: str) -> int:
        """Return the number of a format that equals another except for its fill (``error``, ``warning``, ``info``)."""
        if (number, fill) not in self._known:
            if not 0 <= number < len(self._formats.children):
                raise PatchError(self._part)
            old = self._formats.children[number]
            tag = set_attribute(self._data[old.start : old.inner], "fillId", str(self._fill(fill)))
            new = set_attribute(tag, "applyFill", "1") + self._data[old.inner : old.end]
            self._known[number, fill] = self._add_format(new)
        return self._known[number, fill]

    def listed(self, fill: str = "", *, link: bool = False) -> int:
        """Return the number of the format of a text cell in the sheet of findings."""
        key = ("link" if link else "text", fill)
        if key not in self._known:
            parent = ' xfId="0"' if self._root.child("cellStyleXfs") else ""
            font = self._link_font() if link else 0
            number = self._fill(fill) if fill else 0
            made = _LISTED.format(p=self._root.prefix, font=font, fill=number, parent=parent)
            self._known[key] = self._add_format(made.encode())
        return self._known[key]

    def _add_format(self, new: bytes) -> int:
        self._new_formats.append(new)
        number = len(self._formats.children) + len(self._new_formats) - 1
        if number >= rules()["limits"]["formats"]:
            raise PatchError(self._part)
        return number

    def _fill(self, name: str) -> int:
        p, color = self._root.prefix, rules()["fills"][name]
        new = (
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{color}"/><{p}bgColor indexed="64"/>'
            f"</{p}patternFill></{p}fill>"
        ).encode()
        if new not in self._new_fills:
            self._new_fills.append(new)
        return len(self._fills.children) + self._new_fills.index(new)

    def _link_font(self) -> int:
        """Return the workbook's first font, blue and underlined."""
        p, first = self._root.prefix, self._fonts.children[0]
        kept = {part.name: self._data[part.start : part.end] for part in first.children if part.name in _KEPT_OF_FONT}
        parts = [f"<{p}u/>".encode(), kept.pop("sz", b""), f'<{p}color rgb="FF0563C1"/>'.encode(), *kept.values()]
        self._new_fonts.append(f"<{p}font>".encode() + b"".join(parts) + f"</{p}font>".encode())
        return len(self._fonts.children) + len(self._new_fonts) - 1

    def to_bytes(self) -> bytes:
        """Return the part with the requested formats after the existing ones."""
        grown = (
            (self._fonts, self._new_fonts),
            (self._fills, self._new_fills),
            (self._formats, self._new_formats),
        )
        return splice(self._data, [edit for old, new in grown if new for edit in self._grown(old, new)])

    def _grown(self, old: Element, new: list[bytes]) -> list[Edit]:
        count = str(len(old.children) + len(new))
        tag = set_attribute(self._data[old.start : old.inner], "count", count)
        return [(old.start, old.inner, tag), (old.inner_end, old.inner_end, b"".join(new))]
