"""GIS files of strangers, opened with care: known by their content, archives unpacked under names of our own."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from meguro_opendata.errors import SourceError
from meguro_opendata.files.archives import DAMAGED_ARCHIVE
from meguro_opendata.files.regular import refuse_irregular
from meguro_opendata.geo.gis.encodings import in_bytes, text_encoding, write_in_utf8
from meguro_opendata.geo.gis.words import file_words

__all__ = ["Opened", "geo_container", "is_geo_file", "opened", "shape_parts"]

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
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?!html|kml)[?!A-Za-z]", re.IGNORECASE)
_GML = re.compile(rb"xmlns(?::\w+)?\s*=\s*[\"']http://www\.opengis\.net/gml")
_BEFORE_JSON = b"\xef\xbb\xbf\x1e \t\r\n"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class Opened:
    """A file in a form that GDAL can open safely.

    Attributes:
        path: A file, or the parts of a shape under names of our own.
        container: Kind of the file as :func:`geo_container` returns it.
        layer: The name of the shape, or of the file in an archive or folder; ``None`` if it is the file itself.
        several: The names of all of these.
        inner: The layer of that file that was asked for, ``None`` if none was.
        without_index: Whether it is a shape whose ``.shx`` is missing.
    """

    path: Path
    container: str
    layer: str | None = None
    several: tuple[str, ...] = ()
    inner: str | None = None
    without_index: bool = False


def geo_container(path: Path) -> str | None:
    """Return the kind of a GIS file by its content: ``shapefile``, ``gpkg``, ``fgb``, ``geojson``, ``kml``, ``gml``.

    ``None`` if it is none. An archive, or a folder, is ``zip`` or ``folder`` if it holds one.

    Raises:
        SourceError: If it cannot be opened.
    """
    if path.is_dir():
        return "folder" if _files_of(path) else None
    head = _head(path)
    if head.startswith(_ZIP):
        return "zip" if _layers_in(path) else None
    return next((container for container, begins in _BEGINNINGS.items() if begins(head)), None)


def _head(path: Path) -> bytes:
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None


# How each kind of file begins.
_BEGINNINGS: Mapping[str, Callable[[bytes], object]] = {
    "gpkg": lambda head: head.startswith(_SQLITE) and head[68:72] in _GEO_PACKAGES,
    "shapefile": lambda head: head.startswith(_SHAPEFILE),
    "fgb": lambda head: head.startswith(_FLATGEOBUF),
    "kml": lambda head: not head.startswith(_SQLITE) and _KML.search(head),
    "gml": lambda head: _XML.match(head) and _GML.search(head),
    "geojson": lambda head: (text := in_bytes(head)).lstrip(_BEFORE_JSON)[:1] == b"{" and _GEOJSON.search(text),
}


def is_geo_file(path: Path) -> bool:
    """Return whether a file is there and is a GIS file by its content."""
    return path.is_file() and geo_container(path) is not None


def shape_parts(path: Path) -> dict[str, Path]:
    """Return the parts of a shapefile that lie beside each other, by ending; of any other file none."""
    if path.suffix.lower() != ".shp":
        return {}
    spelled = {end: _spelled(path, end) for end in file_words()["shapefile"]["parts"]}
    found = {end: next((part for part in parts if part.is_file()), None) for end, parts in spelled.items()}
    return {end: part for end, part in found.items() if part is not None}


def _layers_in(path: Path) -> list[str]:
    """Return the names of the shapes and other GIS files in an archive; none if it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _layers_among([_name(member) for member in archive.infolist()[: file_words()["limits"]["members"]]])
    except DAMAGED_ARCHIVE:
        return []


def _layers_among(names: Sequence[str]) -> list[str]:
    """Return the GIS files among the names of files; what has the name of a shape is a copy of it in another format.

    >>> _layers_among(["a/甲.shp", "a/甲.dbf", "a/甲.geojson"]), _layers_among(["x/N03.geojson", "x/readme.txt"])
    (['a/甲.shp'], ['x/N03.geojson'])
    >>> _layers_among(["a/甲.shp", "乙.gpkg", "__MACOSX/a/._甲.shp", "._乙.gpkg", ".DS_Store"])
    ['a/甲.shp', '乙.gpkg']
    """
    kept = [name for name in names if not _is_ignored(name)]
    shapes = {PurePosixPath(name).stem for name in kept if name.lower().endswith(".shp")}
    found = [name for name in kept if name.lower().endswith(tuple(file_words()["archives"]["endings"]))]
    return [name for name in found if name.lower().endswith(".shp") or PurePosixPath(name).stem not in shapes]


def _is_ignored(name: str) -> bool:
    """Return whether an operating system put the file there."""
    ignored = file_words()["archives"]["ignored"]
    *folders, last = PurePosixPath(name).parts or ("",)
    return (
        any(folder in ignored["folders"] for folder in folders)
        or last.startswith(tuple(ignored["beginnings"]))
        or last in ignored["names"]
    )


def _files_of(folder: Path) -> list[str]:
    """Return the same for a folder, whose own folders are not looked into."""
    try:
        return _layers_among(sorted(entry.name for entry in folder.iterdir() if entry.is_file()))
    except OSError as error:
        raise SourceError("file-unreadable", file=folder, reason=error.strerror) from None


def _labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of the files: their names without endings, with the folder or the ending where they are alike.

    >>> _labels(["a/甲.shp", "a/乙.shp"]), _labels(["a/甲.shp", "b/甲.shp"]), _labels(["甲.kml", "甲.gpkg"])
    (('甲', '乙'), ('a/甲', 'b/甲'), ('甲.kml', '甲.gpkg'))
    """
    stems = [PurePosixPath(name).stem for name in names]
    paths = [str(PurePosixPath(name).with_suffix("")) for name in names]
    return tuple(next((made for made in (stems, paths) if len(set(made)) == len(made)), names))


def _name(member: zipfile.ZipInfo) -> str:
    """Return the member's name; without a mark for UTF-8 it is that of a Japanese Windows where that is possible."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return member.filename


@contextmanager
def opened(path: Path, layer: str | None = None, encoding: str | None = None) -> Iterator[Opened]:
    """Yield a path for GDAL: the file, or a copy under a name of our own, of a text file one in UTF-8.

    Args:
        path: The file, archive or folder.
        layer: The shape, or file, in an archive or folder of several, or the layer of the one file.
        encoding: Encoding of a GeoJSON or KML as the user declares it.

    Raises:
        SourceError: If it is no GIS file, is too large, damaged, not in its encoding, or holds not exactly one shape
            of that name.
    """
    container = geo_container(path)
    if container in ("zip", "folder"):
        with _inside(path, container, layer, encoding) as inner:
            yield inner
        return
    _refuse_unreadable(path, container)
    if container != "shapefile":
        with _rightly_named(path, str(container), encoding) as place:
            yield Opened(place, str(container), inner=layer)
        return
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        _copy_parts(path, Path(folder))
        found = _whole(Path(folder), path.name)
        yield Opened(found, container, path.stem, (path.stem,), _other(layer, path.stem), _without_index(found))


def _refuse_unreadable(path: Path, container: str | None) -> None:
    """Refuse what is no GIS file, too large, or of a kind that is not read."""
    if container is None:
        raise (
            SourceError("geo-folder-without", file=path)
            if path.is_dir()
            else SourceError("geo-unreadable", file=path.name)
        )
    if container == "gml":
        raise SourceError("geo-gml", file=path.name)
    if path.stat().st_size > file_words()["limits"]["bytes"]:
        raise SourceError("geo-too-large", file=path.name)
    if container == "kml":
        _refuse_declarations(path)


def _other(layer: str | None, label: str) -> str | None:
    """Return the layer that is asked for inside a file, if it is not the file itself."""
    return None if layer in (None, label) else layer


def _without_index(shape: Path) -> bool:
    return not shape.with_suffix(".shx").exists()


@contextmanager
def _inside(path: Path, container: str, layer: str | None, encoding: str | None) -> Iterator[Opened]:
    """Open the one shapefile or other GIS file of an archive or a folder."""
    names = _layers_in(path) if container == "zip" else _files_of(path)
    labels = _labels(names)
    at, inner_layer = _place_of(layer, labels)
    if at is None:
        raise SourceError("geo-layer-unclear", file=path.name, layers=list(labels))
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        found = path / names[at] if container == "folder" else _unpacked(path, names[at], Path(folder))
        if geo_container(found) in ("zip", "folder"):
            raise SourceError("geo-unreadable", file=path.name)
        with opened(found, None, encoding) as inner:
            yield replace(inner, layer=labels[at], several=labels, inner=inner_layer)


def _place_of(layer: str | None, labels: Sequence[str]) -> tuple[int | None, str | None]:
    """Return the index of the chosen file, ``None`` if that is not clear, and its layer.

    >>> _place_of(None, ["甲"]), _place_of("乙", ["甲", "乙"]), _place_of("乙/線", ["甲", "乙"])
    ((0, None), (1, None), (1, '線'))
    >>> _place_of("線", ["甲"]), _place_of(None, ["甲", "乙"])
    ((0, '線'), (None, None))
    """
    if layer in labels:
        return labels.index(layer), None
    for at, label in enumerate(labels):
        if layer is not None and layer.startswith(f"{label}/"):
            return at, layer.removeprefix(f"{label}/")
    return (0, layer) if len(labels) == 1 else (None, None)


@contextmanager
def _rightly_named(path: Path, container: str, encoding: str | None) -> Iterator[Path]:
    """Return the file, or a copy in UTF-8 with an ending by which GDAL knows it for what it is."""
    written = text_encoding(path, container, encoding)
    if written is None and path.suffix.lower() in file_words()["endings"][container]:
        yield path.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        copy = Path(folder, f"{path.stem}.{container}")
        if written is None:
            shutil.copyfile(path, copy)
        else:
            write_in_utf8(path, copy, written)
        yield copy


def _whole(folder: Path, name: str) -> Path:
    """Return the shape in a folder, all of whose parts are there."""
    missing = [ending for ending in file_words()["shapefile"]["needed"] if not (folder / f"shape{ending}").exists()]
    if missing:
        raise SourceError("shapefile-incomplete", file=name, missing=missing)
    return folder / "shape.shp"


def _refuse_declarations(path: Path) -> None:
    """Refuse XML that declares entities."""
    if _DECLARATION.search(path.read_bytes()):
        raise SourceError("geo-unreadable", file=path.name)


def _copy_parts(path: Path, folder: Path) -> None:
    """Copy the parts of a shapefile that lie beside each other."""
    left: int = file_words()["limits"]["bytes"]
    for ending, part in {**shape_parts(path), ".shp": path}.items():
        left -= part.stat().st_size
        if left < 0:
            raise SourceError("geo-too-large", file=path.name)
        try:
            shutil.copyfile(part, folder / f"shape{ending}")
        except OSError as error:
            raise SourceError("file-unreadable", file=part, reason=error.strerror) from None


def _spelled(path: Path, ending: str) -> tuple[Path, Path]:
    return path.with_suffix(ending), path.with_suffix(ending.upper())


def _unpacked(path: Path, chosen: str, folder: Path) -> Path:
    """Write one file, of a shape with its parts, into a folder; names inside an archive are read and never followed."""
    is_shape = chosen.lower().endswith(".shp")
    left: int = file_words()["limits"]["bytes"]
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist()[: file_words()["limits"]["members"]]:
                stem, dot, ending = _name(member).rpartition(".")
                kind = f"{dot}{ending.lower()}"
                is_part = is_shape and stem == chosen[: -len(".shp")] and kind in file_words()["shapefile"]["parts"]
                if not is_part and _name(member) != chosen:
                    continue
                left -= _written(archive, member, folder / f"shape{kind}", left)
                if left < 0:
                    raise SourceError("geo-too-large", file=path.name)
    except DAMAGED_ARCHIVE:
        raise SourceError("geo-unreadable", file=path.name) from None
    return folder / f"shape{PurePosixPath(chosen).suffix.lower()}"


def _written(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write a member, but for what is beyond ``most`` bytes and one more; how many were written."""
    written = 0
    with archive.open(member) as part, target.open("wb") as file:
        while written <= most and (data := part.read(min(_HEAD, most + 1 - written))):
            written += file.write(data)
    return written
