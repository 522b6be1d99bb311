"""``datapackage.json`` of a release as one type, ``Descriptor``, which both the writer and the readers use.

It is a Data Package (frictionless); properties that the standard does not know begin with ``mo:``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, StorageError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.releasenames import DESCRIPTOR
from meguro_opendata.geo.gis.words import gis_labels
from meguro_opendata.release.facts import ReleaseFacts
from meguro_opendata.release.freshness import SourceList, SourceStamp
from meguro_opendata.release.places import PlaceStamp
from meguro_opendata.release.shape import refuse_other_types

__all__ = ["FORMATS", "DescribedFile", "DescribedPublisher", "Descriptor", "Disclosure", "damage_guard"]

# CKAN's names of the formats. GIS formats come from the room that writes them, so that both always agree.
FORMATS = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON", **gis_labels()}
_HASH = "sha256:"


@dataclass(frozen=True)
class DescribedPublisher:
    """The publisher of a release: name, web page and licence."""

    name: str
    homepage: str | None
    license_id: str
    license_title: str
    license_url: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> DescribedPublisher | None:
        """Return the publisher in a descriptor, ``None`` for a descriptor of an earlier version, without publisher."""
        if not content.get("licenses") or not content.get("contributors"):
            return None
        licence, publisher = content["licenses"][0], content["contributors"][0]
        return cls(publisher["title"], content["homepage"], licence["name"], licence["title"], licence["path"])

    def to_dict(self) -> dict[str, Any]:
        """Return the publisher's properties in a descriptor."""
        return {
            "licenses": [{"name": self.license_id, "title": self.license_title, "path": self.license_url}],
            "contributors": [{"title": self.name, "role": "publisher"}],
            "homepage": self.homepage,
        }


@dataclass(frozen=True)
class Disclosure:
    """A personal-data finding on a release; ``reason`` is the recipe's approval, ``None`` without one."""

    code: str
    field: str | None
    count: int
    reason: str | None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Disclosure:
        """Return the finding in a descriptor: the inverse of :meth:`to_dict`."""
        return cls(content["code"], content["field"], content.get("count", 0), content["reason"])

    def to_dict(self) -> dict[str, Any]:
        """Return the finding in the JSON of a descriptor."""
        return {"code": self.code, "field": self.field, "count": self.count, "reason": self.reason}


@dataclass(frozen=True)
class DescribedFile:
    """A data file of a release.

    Attributes:
        name: The resource's name, unique in the package as the Data Package standard demands.
        title: The file's title.
        path: The file's name.
        format: A key of ``FORMATS``.
        bytes: The file's size.
        sha256: The file's checksum.
        period: The period of a table in a series, in the form of the recipe; ``None`` outside of a series.
        temporal: The same period by ISO 8601.
        rows: The number of rows of a table in a series; ``None`` outside of a series, where all files have the same.
        encoding: The encoding of a text file.
        schema: The Table Schema of a table, ``None`` for other files.
    """

    name: str
    title: str
    path: str
    format: str
    bytes: int
    sha256: str
    period: str | None = None
    temporal: str | None = None
    rows: int | None = None
    encoding: str | None = None
    schema: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> DescribedFile:
        """Return the file in a descriptor's resource: the inverse of :meth:`to_dict`."""
        rows = content.get("mo:rows")
        return cls(
            name=content.get("name", ""),
            title=content["title"],
            path=content["path"],
            format=content["format"],
            bytes=content["bytes"],
            sha256=content["hash"].removeprefix(_HASH),
            period=content.get("mo:period"),
            temporal=content.get("mo:temporal"),
            rows=None if rows is None else int(rows),
            encoding=content.get("encoding"),
            schema=content.get("schema"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the file as a resource of a descriptor."""
        described: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "path": self.path,
            "format": self.format,
            "bytes": self.bytes,
            "hash": f"{_HASH}{self.sha256}",
        }
        # Outside of a series all files have the dataset's one table; its rows are stated once, in `mo:rows`.
        if self.period is not None:
            described |= {"mo:period": self.period, "mo:temporal": self.temporal, "mo:rows": self.rows}
        if self.schema is None:
            return {**described, "type": "file"}
        return {**described, "type": "table", "encoding": self.encoding, "schema": self.schema}


@dataclass(frozen=True)
class Descriptor:
    """The content of a release's ``datapackage.json``.

    Attributes:
        name: The identifier on the portal.
        title: The dataset's title.
        description: The dataset's description.
        slug: The dataset's slug.
        standard: The standard's id and version, such as ``aed@2026``; ``None`` without a standard.
        key: The columns that identify a row from one release to the next.
        metadata: The recipe's metadata, unchanged.
        rows: The number of rows of the table, or of all tables of a series.
        files: The data files.
        stamp: The source files with checksums; a release without a stamp (``None``) counts as out of date.
        publisher: The publisher and the licence.
        keywords: The keywords.
        facts: The facts that follow from the files.
        places: The grids, gazetteer, boundary and parts of shapefiles of the build, by checksum.
        personal: The personal-data findings.
        coordinates: The transformation of each source's coordinates: operation, grids, expected error.
    """

    name: str
    title: str
    description: str
    slug: str
    standard: str | None
    key: tuple[str, ...]
    metadata: Mapping[str, Any]
    rows: int
    files: tuple[DescribedFile, ...]
    stamp: SourceStamp | None
    publisher: DescribedPublisher | None = None
    keywords: tuple[str, ...] = ()
    facts: ReleaseFacts = field(default_factory=ReleaseFacts)
    places: PlaceStamp | None = None
    personal: tuple[Disclosure, ...] = ()
    coordinates: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Descriptor | None:
        """Return the descriptor in a release's folder, ``None`` without a release.

        Raises:
            MeguroOpendataError: If the file has not the form in which the program writes it.
            StorageError: If the file cannot be read.
        """
        path = folder / DESCRIPTOR
        if not path.is_file():
            return None
        try:
            text = path.read_bytes()
        except OSError as error:
            raise StorageError("file-unreadable", file=path, reason=error.strerror) from None
        with damage_guard(folder.name):
            content = _content(text)
            refuse_other_types(content, folder.name)
            return cls.of(content)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Descriptor:
        """Return the descriptor in parsed JSON: the inverse of :meth:`to_dict`."""
        return cls(
            name=content["name"],
            title=content["title"],
            description=content.get("description", ""),
            slug=content.get("mo:slug", ""),
            standard=content["mo:standard"],
            key=tuple(content["mo:key"]),
            metadata=content["mo:metadata"],
            rows=content["mo:rows"],
            files=tuple(map(DescribedFile.of, content["resources"])),
            stamp=_stamp(content),
            publisher=DescribedPublisher.of(content),
            keywords=tuple(content.get("keywords", ())),
            facts=ReleaseFacts.of(content.get("mo:facts") or {}),
            places=PlaceStamp.of(content["mo:places"]) if content.get("mo:places") else None,
            personal=tuple(map(Disclosure.of, content.get("mo:personal", ()))),
            coordinates=tuple(content.get("mo:coordinates", ())),
        )

    def to_bytes(self) -> bytes:
        """Return the file's bytes, the same for equal descriptors: no clock and no path of this machine is in them."""
        return (json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Return the descriptor as JSON, valid by frictionless."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "profile": "data-package",
            **(self.publisher.to_dict() if self.publisher else {}),
            "keywords": list(self.keywords),
            "mo:slug": self.slug,
            "mo:standard": self.standard,
            "mo:key": list(self.key),
            "mo:metadata": dict(self.metadata),
            "mo:rows": self.rows,
            "mo:facts": self.facts.to_dict(),
            **(_stamp_dict(self.stamp) if self.stamp else {}),
            **({"mo:places": self.places.to_dict()} if self.places else {}),
            "mo:personal": [disclosure.to_dict() for disclosure in self.personal],
            **({"mo:coordinates": list(self.coordinates)} if self.coordinates else {}),
            "resources": [file.to_dict() for file in self.files],
        }

    def rows_of(self, file: DescribedFile) -> int:
        """Return the number of rows of a file: its own in a series, else that of the dataset's one table."""
        return int(self.rows) if file.rows is None else file.rows


def _stamp(content: Mapping[str, Any]) -> SourceStamp | None:
    # Releases of earlier versions lack one of the two; they count as out of date and are built anew.
    sources, checksums = content.get("mo:made_of"), content.get("mo:made_from")
    if sources is None or checksums is None:
        return None
    return SourceStamp(SourceList.of(sources), checksums)


def _stamp_dict(stamp: SourceStamp) -> dict[str, Any]:
    return {"mo:made_of": stamp.sources.to_dict(), "mo:made_from": dict(stamp.checksums)}


def _content(text: bytes) -> dict[str, Any]:
    """Return the parsed file.

    Raises:
        ValueError: If the text is not JSON, or lists no resources.
    """
    loaded = parsed_json(text.decode("utf-8"))
    if not isinstance(loaded, dict) or not loaded.get("resources"):
        raise ValueError(DESCRIPTOR)
    return loaded


@contextmanager
def damage_guard(slug: str) -> Iterator[None]:
    """Turn errors of reading an edited descriptor into one error that names the dataset.

    Raises:
        MeguroOpendataError: ``half-sign`` or ``release-damaged``.
    """
    try:
        yield
    except HalfSignError as half:
        place = f"{slug}/{DESCRIPTOR}: {half.place}"
        raise MeguroOpendataError("half-sign", place=place, sign=half.sign) from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        raise MeguroOpendataError("release-damaged", slug=slug, file=DESCRIPTOR) from None
