"""The package (OPC) of a workbook: its parts, relations and content types, with few changes written back."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.reports.workbook.xmlsplice import Element, PatchError, elements, splice, xml_text

__all__ = ["Package", "Relation", "lines_of", "rules"]

_TYPES = "[Content_Types].xml"
_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
# The earliest date of a ZIP archive, instead of a clock: equal marks give equal files.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1  # bit 0 of a member's flags (PKWARE APPNOTE, 4.4.4)
# Excel itself writes no other compression.
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def rules() -> dict[str, Any]:
    """Return the settings for findings in a workbook (``marked.toml``)."""
    return packaged_toml(__package__, "marked.toml")


def lines_of(text: str, wide: int) -> int:
    """Return the number of lines of a text, given the number of half-width letters in a line.

    >>> lines_of("ab", 44), lines_of("あ" * 30, 44), lines_of("a" + chr(10) + "b", 44)
    (1, 2, 2)
    """
    lengths = (sum(1 if sign.isascii() else 2 for sign in line) for line in text.split("\n"))
    return sum(max(-(-length // wide), 1) for length in lengths)


@dataclass(frozen=True)
class Relation:
    """A relation of a part to another; ``kind`` is the last word of its type, ``target`` the other part's name."""

    id: str
    kind: str
    target: str


class Package:
    """The parts of a workbook by name; a part that is not written stays unchanged."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except DAMAGED_ARCHIVE:
            raise PatchError("zip") from None
        self._members = self._archive.infolist()
        self._names = {member.filename.lower(): member.filename for member in self._members}
        self._written: dict[str, bytes] = {}
        self._refuse_strange()

    def _refuse_strange(self) -> None:
        """Raise for members that hide others, are encrypted, or unpack to an unreasonable size."""
        strange = [
            member.filename
            for member in self._members
            if member.flag_bits & _ENCRYPTED or member.compress_type not in _WAYS
        ]
        if len(self._names) != len(self._members) or strange:
            raise PatchError(strange[0] if strange else "zip")
        if sum(member.file_size for member in self._members) > rules()["limits"]["unpacked_bytes"]:
            raise PatchError("zip")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def names(self, ending: str) -> list[str]:
        """Return the parts whose names have an ending."""
        return [name for low, name in self._names.items() if low.endswith(ending)]

    def read(self, name: str) -> bytes:
        """Return a part's current content.

        Raises:
            PatchError: If there is no such part or it is damaged.
        """
        actual = self._names.get(name.lower())
        if actual is None:
            raise PatchError(name)
        if actual in self._written:
            return self._written[actual]
        try:
            return self._archive.read(actual)
        except DAMAGED_ARCHIVE:
            raise PatchError(name) from None

    def write(self, name: str, data: bytes) -> None:
        """Change a part, or add one."""
        self._written[self._names.setdefault(name.lower(), name)] = data

    def root(self, name: str) -> Element:
        """Return the elements of a part."""
        return elements(self.read(name), name)

    def relations(self, source: str) -> list[Relation]:
        """Return the relations of a part to others of the package; of the package itself for the empty name."""
        name = _relations_name(source)
        if name not in self:
            return []
        return [_relation(found, source) for found in self.root(name).children if _is_inside(found)]

    def related(self, source: str, kind: str) -> str | None:
        """Return the part to which a part has the first relation of a kind."""
        return next((found.target for found in self.relations(source) if found.kind == kind), None)

    def add(self, source: str, kind: str, base: str, data: bytes, content_type: str) -> tuple[str, str]:
        """Add a part and a part's relation to it.

        Returns:
            The new part's name and the relation's id.
        """
        name = self._free_name(kind)
        self.write(name, data)
        self._declare(name, content_type)
        return name, self._relate(source, f"{base}/{kind}", name)

    def content_type(self, name: str) -> str | None:
        """Return the content type of a part."""
        known = self.root(_TYPES).children
        ending = name.rpartition(".")[2].lower()
        for attribute, wanted in (("PartName", f"/{name}".lower()), ("Extension", ending)):
            for found in known:
                if found.attributes.get(attribute, "").lower() == wanted:
                    return found.attributes.get("ContentType")
        return None

    def _declare(self, name: str, content_type: str) -> None:
        """State a new part's content type, for VML by its ending as Excel does."""
        if self.content_type(name) == content_type:
            return
        root = self.root(_TYPES)
        ending = name.rpartition(".")[2]
        known = {found.attributes.get("Extension", "").lower() for found in root.children}
        if ending == "vml" and ending not in known:
            new = f'<{root.prefix}Default Extension="vml" ContentType="{content_type}"/>'
            at = root.inner
        else:
            new = f'<{root.prefix}Override PartName="/{name}" ContentType="{content_type}"/>'
            at = root.inner_end
        self._insert(_TYPES, root, at, new)

    def _relate(self, source: str, kind: str, target: str) -> str:
        name = _relations_name(source)
        if name not in self:
            self.write(name, _RELATIONS)
        root = self.root(name)
        taken = {found.attributes.get("Id", "").lower() for found in root.children}
        number = next(number for number in range(1, len(taken) + 2) if f"rid{number}" not in taken)
        path = posixpath.relpath(target, posixpath.dirname(source))
        new = f'<{root.prefix}Relationship Id="rId{number}" Type="{kind}" Target="{xml_text(path)}"/>'
        self._insert(name, root, root.inner_end, new)
        return f"rId{number}"

    def _insert(self, name: str, root: Element, at: int, new: str) -> None:
        """Put elements into a root, which may be an empty tag."""
        data = self.read(name)
        if root.is_empty_tag:
            tag = data[root.start : root.end - 2]
            closing = f">{new}</{root.prefix}{root.name}>".encode()
            self.write(name, splice(data, [(root.start, root.end, tag + closing)]))
        else:
            self.write(name, splice(data, [(at, at, new.encode())]))

    def _free_name(self, kind: str) -> str:
        """Return the name of a new part: numbered, except for styles, which some readers expect under a fixed name."""
        form: str = rules()["names"][kind]
        names = (form.format(number) for number in chain([""] if kind == "styles" else [], count(1)))
        return next(name for name in names if name not in self)

    def to_bytes(self) -> bytes:
        """Return the package: old members in order with their dates and compression, then new members."""
        sink = io.BytesIO()
        known = {member.filename for member in self._members}
        with zipfile.ZipFile(sink, "w") as target:
            for member in self._members:
                target.writestr(_like(member), self.read(member.filename), member.compress_type)
            for name, data in self._written.items():
                if name not in known:
                    target.writestr(_new(name), data, zipfile.ZIP_DEFLATED)
        return sink.getvalue()


def _like(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a member's header without the data that refers to its old place in the archive."""
    made = _new(member.filename)
    made.date_time = member.date_time
    made.external_attr = member.external_attr
    made.create_system = member.create_system
    return made


def _new(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, _EPOCH)
    made.create_system = 0
    return made


def _relations_name(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _is_inside(found: Element) -> bool:
    return found.name == "Relationship" and found.attributes.get("TargetMode") != "External"


def _relation(found: Element, source: str) -> Relation:
    target = found.attributes.get("Target", "")
    inside = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")
    return Relation(found.attributes.get("Id", ""), found.attributes.get("Type", "").rpartition("/")[2], inside)
