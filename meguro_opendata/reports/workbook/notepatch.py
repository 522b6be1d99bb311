"""Notes of a worksheet: new comments added to existing ones, and the VML boxes in which Excel shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from meguro_opendata.reports.workbook.opc import Package, lines_of, rules
from meguro_opendata.reports.workbook.sheetpatch import Columns, Place, address, place_of
from meguro_opendata.reports.workbook.xmlsplice import (
    Edit,
    Element,
    PatchError,
    elements,
    small_number,
    splice,
    xml_text,
)

__all__ = ["Notes"]

_NEW_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<comments xmlns="{space}"><authors></authors><commentList></commentList></comments>'
)
_NEW_BOXES = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/>'
    b"</o:shapelayout></xml>"
)
_BOX_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:5pt;'
    'width:240pt;height:80pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SPACES = {"v": b"urn:schemas-microsoft-com:vml", "o": b"urn:schemas-microsoft-com:office:office"}
_SPACES |= {"x": b"urn:schemas-microsoft-com:office:excel"}
_PREFIX = re.compile(r"(?<=[</ ])([vox]):(?=[A-Za-z])")
_IDMAP = re.compile(rb"""<[\w.-]+:idmap\b[^<>]*?\bdata=(["'])([0-9, ]*)\1""")
_SHAPE_ID = re.compile(rb"_x0000_s(\d{1,9})\b")
# VML numbers shapes in clusters of 1,024, each of which belongs to one drawing of the workbook.
_CLUSTER = 1024
# Excel names the author of a threaded comment like this.
_THREAD = "tc="


class Notes:
    """The notes of one sheet of a package."""

    def __init__(self, package: Package, sheet: str, space: str) -> None:
        self._package = package
        self._sheet = sheet
        self._space = space
        self._part = package.related(sheet, "comments")

    def threads(self) -> set[Place]:
        """Return the cells with threaded comments, which Excel shows instead of a note; they stay unchanged."""
        if self._part is None:
            return set()
        root, data = self._package.root(self._part), self._package.read(self._part)
        authors = [_plain(data, author) for author in _children(root, "authors")]
        places = (
            place_of(found.attributes.get("ref", ""))
            for found in _children(root, "commentList")
            if _author(authors, found).startswith(_THREAD)
        )
        return {place for place in places if place is not None}

    def add(self, texts: Mapping[Place, str], columns: Columns, notes_id: str | None) -> str | None:
        """Add a note to each place; text is appended to a note that the cell has.

        Returns:
            The id of the sheet's new relation for ``legacyDrawing``; ``None`` if it already has one.
        """
        if not texts:
            return None
        if self._part is None:
            empty = _NEW_COMMENTS.format(space=self._space).encode()
            base = rules()["spaces"][self._space]
            self._part, _ = self._package.add(self._sheet, "comments", base, empty, rules()["types"]["comments"])
        fresh = self._add_comments(self._part, texts)
        return self._add_boxes({place: texts[place] for place in fresh}, columns, notes_id)

    def _add_comments(self, part: str, texts: Mapping[Place, str]) -> list[Place]:
        """Write the texts to the comments part; return the places that had no comment."""
        data = self._package.read(part)
        root = elements(data, part)
        authors, listed = root.child("authors"), root.child("commentList")
        if authors is None or listed is None:
            raise PatchError(part)
        old = {place_of(found.attributes.get("ref", "")): found for found in listed.children}
        fresh = sorted(place for place in texts if place not in old)
        number, p = len(authors.all("author")), root.prefix
        author = f"<{p}author>{xml_text(rules()['author'])}</{p}author>"
        made = (_comment(place, texts[place], number, p) for place in fresh)
        edits = [*_append(data, authors, author), *_append(data, listed, "".join(made))]
        for place in texts.keys() - set(fresh):
            edits += _grown(data, old[place], texts[place], part)
        self._package.write(part, splice(data, edits))
        return fresh

    def _add_boxes(self, texts: Mapping[Place, str], columns: Columns, notes_id: str | None) -> str | None:
        known = {found.id: found.target for found in self._package.relations(self._sheet)}
        if notes_id is not None and notes_id not in known:
            raise PatchError(self._sheet)
        if not texts:
            return None
        new_id = None
        if notes_id is None:
            base, kind = rules()["spaces"][self._space], rules()["types"]["vmlDrawing"]
            part, new_id = self._package.add(self._sheet, "vmlDrawing", base, _NEW_BOXES, kind)
        else:
            part = known[notes_id]
        self._package.write(part, self._with_boxes(part, texts, columns))
        return new_id

    def _with_boxes(self, part: str, texts: Mapping[Place, str], columns: Columns) -> bytes:
        data = self._package.read(part)
        end, idmap = data.rfind(b"</xml>"), _IDMAP.search(data)
        prefixes = _prefixes(data)
        if end < 0 or not prefixes:
            raise PatchError(part)
        first = self._next_cluster()
        clusters = range(first, first + -(-len(texts) // (_CLUSTER - 1)))
        ids = [cluster * _CLUSTER + rest for cluster in clusters for rest in range(1, _CLUSTER)]
        boxes = "".join(
            _box(place, text, number, order, columns)
            for order, (number, (place, text)) in enumerate(zip(ids, sorted(texts.items()), strict=False), start=1)
        )
        if b'"_x0000_t202"' not in data.replace(b"'", b'"'):
            boxes = _BOX_TYPE + boxes
        boxes = _PREFIX.sub(lambda found: prefixes[found[1]], boxes)
        edits = [(end, end, boxes.encode())]
        if idmap is not None:
            named = ",".join(filter(None, [idmap[2].decode().strip(), *map(str, clusters)])).encode()
            edits.append((*idmap.span(2), named))
        return splice(data, edits)

    def _next_cluster(self) -> int:
        """Return the first cluster of 1,024 shape ids that no drawing of the package has."""
        taken = {0}
        for name in self._package.names(".vml"):
            data = self._package.read(name)
            for found in _IDMAP.finditer(data):
                taken.update(small_number(number.strip()) or 0 for number in found[2].decode().split(","))
            taken.update(int(number) // _CLUSTER for number in _SHAPE_ID.findall(data))
        return max(taken) + 1


def _prefixes(data: bytes) -> dict[str, str]:
    """Return the prefixes that a drawing uses for the namespaces ``v``, ``o`` and ``x``; empty if it lacks one.

    >>> _prefixes(b'<xml xmlns:a="urn:schemas-microsoft-com:vml">')
    {}
    """
    found = {
        ours: re.search(rb"""xmlns:([\w.-]+)\s*=\s*["']""" + re.escape(space) + rb"""["']""", data)
        for ours, space in _SPACES.items()
    }
    return {ours: f"{match[1].decode()}:" for ours, match in found.items() if match} if all(found.values()) else {}


def _children(root: Element, name: str) -> Sequence[Element]:
    found = root.child(name)
    return found.children if found is not None else ()


def _plain(data: bytes, found: Element) -> str:
    return data[found.inner : found.inner_end].decode("utf-8")


def _author(authors: Sequence[str], comment: Element) -> str:
    number = small_number(comment.attributes.get("authorId", ""))
    return authors[number] if number is not None and number < len(authors) else ""


def _append(data: bytes, parent: Element, new: str) -> Iterable[Edit]:
    """Insert elements at the end of another element, which can be an empty tag."""
    if not new:
        return
    if parent.is_empty_tag:
        tag = data[parent.start : parent.end - 2].rstrip()
        yield parent.start, parent.end, tag + f">{new}</{parent.prefix}{parent.name}>".encode()
    else:
        yield parent.inner_end, parent.inner_end, new.encode()


def _run(text: str, p: str) -> str:
    return (
        f'<{p}r><{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="MS PGothic"/><{p}family val="3"/>'
        f'<{p}charset val="128"/></{p}rPr><{p}t xml:space="preserve">{xml_text(text)}</{p}t></{p}r>'
    )


def _comment(place: Place, text: str, author: int, p: str) -> str:
    run = _run(text, p)
    return f'<{p}comment ref="{address(place)}" authorId="{author}"><{p}text>{run}</{p}text></{p}comment>'


def _grown(data: bytes, comment: Element, text: str, part: str) -> Iterable[Edit]:
    """Return a comment with our text appended; its plain text becomes a run, since only runs can precede a run."""
    body = comment.child("text")
    if body is None:
        raise PatchError(part)
    p = body.prefix
    own = _run(("\n\n" if body.children else "") + text, p).encode()
    last = next((found for found in reversed(body.children) if found.name in ("t", "r")), None)
    if last is None:
        yield from _append(data, body, own.decode())
    elif last.name == "r":
        yield last.end, last.end, own
    else:
        plain = data[last.start : last.end]
        yield last.start, last.end, f"<{p}r>".encode() + plain + f"</{p}r>".encode() + own


def _box(place: Place, text: str, number: int, order: int, columns: Columns) -> str:
    return _BOX.format(id=number, order=order, anchor=_anchor(place, text, columns), row=place[0], column=place[1])


def _anchor(place: Place, text: str, columns: Columns) -> str:
    """Return the two corners of a note's box, each as column, pixels into it, row, pixels into it."""
    note, limits = rules()["note"], rules()["limits"]
    high = min(lines_of(text, note["letters_in_line"]) + 1, note["most_lines"]) * note["line"]
    first = min(place[1] + 1, limits["columns"] - 1)
    last, rest = first, 15 + note["width"]
    while rest > columns.width(last) and last < limits["columns"] - 1:
        rest -= columns.width(last)
        last += 1
    top = max(place[0] - 1, 0)
    down, below = divmod(10 + high, note["row"])
    return f"{first}, 15, {top}, 10, {last}, {rest}, {min(top + down, limits['rows'] - 1)}, {below}"
