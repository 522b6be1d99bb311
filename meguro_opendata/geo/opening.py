"""GIS files of strangers, opened with care: known by their content, archives unpacked under names of our own."""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.filewords import file_words

__all__ = ["geo_container", "opened"]

_HEAD = 1 << 16
_SHAPEFILE = bytes.fromhex("0000270a00000000")
_FLATGEOBUF = b"fgb\x03"
_ZIP = b"PK\x03\x04"
_SQLITE = b"SQLite format 3\0"
_GEO_PACKAGES = (b"GPKG", b"GP10", b"GP11")
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)
_KML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<kml[\s>]", re.DOTALL)
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def geo_container(path: Path) -> str | None:
    """What kind of GIS file it is by content: ``shapefile``, ``zip`` (of one), ``gpkg``, ``fgb``, ``geojson``, ``kml``.

    Raises:
        SourceError: If it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None
    if head.startswith(_SQLITE):
        return "gpkg" if head[68:72] in _GEO_PACKAGES else None
    if head.startswith(_ZIP):
        return "zip" if _shapes_in(path) else None
    if head.startswith(_SHAPEFILE):
        return "shapefile"
    if head.startswith(_FLATGEOBUF):
        return "fgb"
    if _KML.search(head):
        return "kml"
    return "geojson" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _GEOJSON.search(head) else None


def _shapes_in(path: Path) -> list[str]:
    """The names of the shapes in an archive, without their ending; none if it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name[: -len(".shp")] for name in map(_name, archive.infolist()) if name.lower().endswith(".shp")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; without a mark for UTF-8 it is that of a Japanese Windows where that is possible."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return member.filename


@contextmanager
def opened(path: Path, container: str, layer: str | None) -> Iterator[Path]:
    """A path that GDAL may be given: the file, or the parts of a shape copied under names of our own.

    Args:
        path: The file.
        container: What :func:`geo_container` says.
        layer: The shape in an archive of several.

    Raises:
        SourceError: If it is too large, damaged, or an archive without exactly one shape of that name.
    """
    if path.stat().st_size > file_words()["limits"]["bytes"]:
        raise SourceError("geo-too-large", file=path.name)
    if container == "kml":
        _refuse_declarations(path)
    if container not in ("zip", "shapefile"):
        yield path.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        parts = _unpacked(path, layer) if container == "zip" else _beside(path)
        for ending, data in parts.items():
            Path(folder, f"shape{ending}").write_bytes(data)
        missing = [ending for ending in file_words()["shapefile"]["needed"] if ending not in parts]
        if missing:
            raise SourceError("shapefile-incomplete", file=path.name, missing=missing)
        yield Path(folder, "shape.shp")


def _refuse_declarations(path: Path) -> None:
    """XML that declares entities is not read at all."""
    if _DECLARATION.search(path.read_bytes()):
        raise SourceError("geo-unreadable", file=path.name)


def _beside(path: Path) -> dict[str, bytes]:
    """The parts of a shapefile that lie beside each other, by ending."""
    found: dict[str, bytes] = {}
    for ending in file_words()["shapefile"]["parts"]:
        for part in (path.with_suffix(ending), path.with_suffix(ending.upper())):
            if part.is_file():
                found[ending] = part.read_bytes()
                break
    return found


def _unpacked(path: Path, layer: str | None) -> dict[str, bytes]:
    """The parts of the one shape in an archive, by ending; names inside it are read and never followed."""
    shapes = _shapes_in(path)
    chosen = [shape for shape in shapes if layer is None or PurePosixPath(shape).name == layer]
    if len(chosen) != 1:
        names = [PurePosixPath(shape).name for shape in shapes]
        raise SourceError("geo-layer-unclear", file=path.name, layers=names)
    left: int = file_words()["limits"]["bytes"]
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist()[: file_words()["limits"]["members"]]:
                stem, dot, ending = _name(member).rpartition(".")
                kind = f"{dot}{ending.lower()}"
                if stem != chosen[0] or kind not in file_words()["shapefile"]["parts"]:
                    continue
                with archive.open(member) as part:
                    found[kind] = part.read(left + 1)
                left -= len(found[kind])
                if left < 0:
                    raise SourceError("geo-too-large", file=path.name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, NotImplementedError):
        raise SourceError("geo-unreadable", file=path.name) from None
    return found
