"""The container of a file by its content, not its name, and advice for files without a table."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

from meguro_opendata.errors import SourceError
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.files.regular import refuse_irregular
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.text.blocks import BOMS
from meguro_opendata.sources.workbook.compoundfile import compound_kind
from meguro_opendata.sources.workbook.cutzip import is_cut_zip, kind_of_rest

__all__ = ["MARKUPS", "WORKBOOKS", "container_at", "container_of", "read_bytes", "read_container"]

WORKBOOKS = ("xlsx", "xls", "ods", "xlsb")
MARKUPS = ("html", "spreadsheetml")
_NAMED = (*WORKBOOKS, *MARKUPS, "text", "encrypted", "pdf", "zip", "shapefile", "geojson", "gpkg")
_HEAD = 4096
_SEARCHED = 1 << 24
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_SQLITE = b"SQLite format 3\0"
_GEO_PACKAGES = (b"GPKG", b"GP10", b"GP11")
_MONTHS, _DAYS = range(1, 13), range(1, 32)
_OBJECT = re.compile(r'(?:\[\s*)?\{\s*"(?:[^"\\]|\\.){0,200}"\s*:')
_GEOJSON = re.compile(
    r'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)
_PROJECTION = re.compile(r"(?:GEOGCS|PROJCS|GEOGCRS|PROJCRS|GEOCCS)\[")


def container_of(raw: bytes) -> str:
    r"""Return the container by content: a workbook's kind, ``html``, ``pdf``, ``text`` and so on, or ``unknown``.

    >>> container_of(b"%PDF-1.7"), container_of("名称,住所".encode("cp932"))
    ('pdf', 'text')
    >>> container_of(b"<table><tr><td>1</td></tr></table>"), container_of(b"\x89PNG\r\n\x1a\n")
    ('html', 'unknown')
    """
    return _named(_kind(io.BytesIO(raw)))


def container_at(path: Path) -> str:
    """Return the true container of a file, as :func:`container_of`; little of it is read.

    Raises:
        SourceError: If it is missing, empty, or cannot be opened.
    """
    return _named(_kind_at(path))


def read_container(path: Path) -> tuple[str, bytes]:
    """Return the container, and the content but for text files, which are read in blocks.

    Raises:
        SourceError: As :func:`container_at`, and for a file that holds no table that can be read, with what to do.
    """
    kind = _kind_at(path)
    if kind == "text":
        return kind, b""
    if kind not in WORKBOOKS + MARKUPS:
        raise _cut(path) if kind == "zip" and _is_cut(path) else _refusal(path, kind)
    most: int = read_data("bounds.toml")["file_bytes"]
    if path.stat().st_size > most:
        raise SourceError("workbook-too-large", file=path, limit=most)
    return kind, read_bytes(path)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that must hold something; errors as :func:`container_at`."""
    return _content(path, None)


def _content(path: Path, size: int | None) -> bytes:
    """Return the first bytes of a file, or all."""
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            raw = file.read(size)
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except IsADirectoryError:
        raise SourceError("file-is-folder", file=path) from None
    except PermissionError:
        raise SourceError("file-is-folder" if path.is_dir() else "file-locked", file=path) from None
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None
    if not raw.strip(b"\xef\xbb\xbf \t\r\n\x1a") and len(raw) < (size or len(raw) + 1):
        raise SourceError("file-empty", file=path)
    return raw


def _kind_at(path: Path) -> str:
    _content(path, _HEAD)
    with path.open("rb") as file:
        return _kind(file)


def _is_cut(path: Path) -> bool:
    with path.open("rb") as file:
        return is_cut_zip(file)


def _cut(path: Path) -> SourceError:
    """Return the error for a package of which too little is left to tell what it was, but for its name."""
    match path.suffix.lower():
        case ".xlsx" | ".xlsm" | ".xlsb" | ".xls":
            return SourceError("workbook-cut", file=path)
        case ".ods":
            return SourceError("workbook-cut-ods", file=path)
        case _:
            return SourceError("archive-cut", file=path)


def _refusal(path: Path, kind: str) -> SourceError:
    match kind:
        case "encrypted":
            code = "workbook-encrypted"
        case "pdf":
            code = "container-pdf"
        case "document":
            code = "container-document"
        case "image":
            code = "container-image"
        case "zip" | "archive":
            code = "container-archive"
        case "shapefile" | "geojson" | "gpkg" | "geodata":
            code = "container-geodata"
        case "json":
            code = "container-json"
        case _:
            code = "container-refused"
    return SourceError(code, file=path, container=_named(kind))


def _named(kind: str) -> str:
    """Return the name of a kind in reports.

    >>> _named("xlsx"), _named("image")
    ('xlsx', 'unknown')
    """
    return kind if kind in _NAMED else "unknown"


def _kind(file: BinaryIO) -> str:
    head = file.read(_HEAD)
    if head.startswith(_COMPOUND):
        return compound_kind(file)
    if head.startswith(_ZIPS):
        return _zip_kind(file)
    if head.startswith(_SQLITE):
        return "gpkg" if head[68:72] in _GEO_PACKAGES else "database"
    return _marked(head) or ("shapefile" if _is_dbf(head) else _text_kind(head))


@cache
def _marks() -> tuple[tuple[bytes, int, str], ...]:
    """Return the bytes by which kinds of file begin, where they stand, and the kind (``containers.toml``)."""
    marks = read_data("containers.toml")["mark"]
    return tuple((bytes.fromhex(mark["bytes"]), mark.get("at", 0), mark["kind"]) for mark in marks)


def _marked(head: bytes) -> str | None:
    return next((kind for mark, at, kind in _marks() if head.startswith(mark, at)), None)


def _is_dbf(head: bytes) -> bool:
    """Return whether this begins as a dBASE table does: its version, a date, and a head of the length that it says.

    >>> _is_dbf("名称,住所".encode())
    False
    """
    if len(head) < 33 or head[0] not in (0x02, 0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xF5):  # noqa: PLR2004
        return False
    has_head = int.from_bytes(head[8:10], "little") >= 33 and head[12:14] == b"\0\0"  # noqa: PLR2004
    return has_head and head[2] in _MONTHS and head[3] in _DAYS


def _text_kind(head: bytes) -> str:
    """Return the container of a text: markup with or without a table, a geometry, or just lines."""
    encoding = next((name for mark, name in BOMS if head.startswith(mark)), "utf-8")
    start = head[: len(head) & ~3].decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
    lower = start.lower()
    if lower.startswith("<"):
        return _markup_kind(lower)
    if _OBJECT.match(start):
        return "geojson" if _GEOJSON.search(start) else "json"
    if _PROJECTION.match(start):
        return "shapefile"
    return "archive" if lower.startswith("mime-version:") else "text"


def _markup_kind(start: str) -> str:
    """Return the kind of a text that begins with ``<``.

    >>> _markup_kind("<!doctype html><p>"), _markup_kind("<注>名称,住所"), _markup_kind('<?xml version="1.0"?><kml>')
    ('html', 'text', 'geodata')
    """
    if "urn:schemas-microsoft-com:office:spreadsheet" in start or 'progid="excel.sheet"' in start:
        # A web page that Excel saved names the same namespaces, but begins as a web page.
        return "html" if start.startswith(("<html", "<!doctype html")) else "spreadsheetml"
    if any(mark in start for mark in ("<html", "<table", "<!doctype html")):
        return "html"
    if any(mark in start for mark in ("<kml", "<gpx", "opengis.net/gml")):
        return "geodata"
    return "xml" if start.startswith("<?xml") else "text"


def _zip_kind(file: BinaryIO) -> str:
    """Return the kind of a zip by the names of its members; a damaged one by the names that still stand in it."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.replace("\\", "/") for name in archive.namelist()}
            return _package_kind(names) or _open_document_kind(archive, names) or _folder_kind(names)
    except DAMAGED_ARCHIVE:
        file.seek(0)
        return kind_of_rest(file.read(_SEARCHED))


def _package_kind(names: set[str]) -> str | None:
    """Return the kind of an Office package.

    >>> _package_kind({"xl/workbook.xml"}), _package_kind({"word/document.xml"}), _package_kind({"a.csv"})
    ('xlsx', 'document', None)
    """
    known = {"xl/workbook.bin": "xlsb", "xl/workbook.xml": "xlsx"}
    known |= {"word/document.xml": "document", "ppt/presentation.xml": "document"}
    return next((kind for name, kind in known.items() if name in names), None)


def _open_document_kind(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    """Return ``ods``, ``encrypted`` or ``document`` for an OpenDocument file."""
    manifest = _start_of(archive, "META-INF/manifest.xml", names)
    said = _start_of(archive, "mimetype", names) or manifest
    if "content.xml" not in names or b"opendocument" not in said:
        return None
    if b"encryption-data" in manifest:
        return "encrypted"
    return "ods" if b"opendocument.spreadsheet" in said else "document"


def _start_of(archive: zipfile.ZipFile, name: str, names: set[str]) -> bytes:
    if name not in names:
        return b""
    with archive.open(name) as member:
        return member.read(_SEARCHED >> 4)


def _folder_kind(names: set[str]) -> str:
    """Return ``shapefile`` for a zip that holds one, else ``zip``.

    >>> _folder_kind({"a/b.SHP", "a/b.dbf"}), _folder_kind({"a.csv"})
    ('shapefile', 'zip')
    """
    return "shapefile" if any(name.lower().endswith(".shp") for name in names) else "zip"
