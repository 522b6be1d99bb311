"""``datapackage.json`` of a release: its content as one type, by which it is written and read."""

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

FORMATS = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON", **gis_labels()}
_HASH = "sha256:"


@dataclass(frozen=True)
class DescribedPublisher:
    """Who publishes a release: the publisher's name and page, and the licence."""

    name: str
    homepage: str | None
    license_id: str
    license_title: str
    license_url: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> DescribedPublisher | None:
        """Return the publisher that a descriptor names, ``None`` if it names none."""
        if not content.get("licenses") or not content.get("contributors"):
            return None
        licence, publisher = content["licenses"][0], content["contributors"][0]
        return cls(publisher["title"], content["homepage"], licence["name"], licence["title"], licence["path"])

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that say so in a descriptor."""
        return {
            "licenses": [{"name": self.license_id, "title": self.license_title, "path": self.license_url}],
            "contributors": [{"title": self.name, "role": "publisher"}],
            "homepage": self.homepage,
        }


@dataclass(frozen=True)
class Disclosure:
    """Something that may be personal in a release; ``reason`` is why the recipe allows it, ``None`` if it does not."""

    code: str
    field: str | None
    count: int
    reason: str | None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Disclosure:
        """Return the entry that :meth:`to_dict` gave."""
        return cls(content["code"], content["field"], content.get("count", 0), content["reason"])

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as a descriptor has it."""
        return {"code": self.code, "field": self.field, "count": self.count, "reason": self.reason}


@dataclass(frozen=True)
class DescribedFile:
    """A data file of a release.

    Attributes:
        name: The resource's name, which differs from file to file as the standard of data packages asks.
        path: The file's name.
        format: A key of ``FORMATS``.
        rows: Rows of its table; ``None`` outside of a series, where all files have the same.
        period: The period of its table, in a series, as JSON has it; ``temporal`` is the same by ISO 8601.
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
        """Return the file that a descriptor's resource describes."""
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
        """Return the resource of a descriptor."""
        described: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "path": self.path,
            "format": self.format,
            "bytes": self.bytes,
            "hash": f"{_HASH}{self.sha256}",
        }
        if self.period is not None:
            described |= {"mo:period": self.period, "mo:temporal": self.temporal, "mo:rows": self.rows}
        if self.schema is None:
            return {**described, "type": "file"}
        return {**described, "type": "table", "encoding": self.encoding, "schema": self.schema}


@dataclass(frozen=True)
class Descriptor:
    """Everything that a release says of itself.

    Attributes:
        name: The identifier on the portal.
        standard: Id and version, such as ``aed@2026``, or ``None``.
        key: The columns by which rows are told apart from one release to the next.
        metadata: The recipe's metadata as the recipe has them.
        rows: Rows of the table, or of all tables of a series.
        stamp: What it is made from; ``None`` if that was not written down, so that it counts as out of date.
        places: Grids, gazetteer, boundary and parts of shapefiles that it was made with, by checksum.
        personal: What may be personal in it.
        coordinates: How the coordinates came into their system, by source: operation, grids, expected error.
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
        """Return the descriptor in a release's folder, ``None`` if there is no release.

        Raises:
            MeguroOpendataError: If it is not as it was written.
            StorageError: If it cannot be read.
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
        """Return the descriptor that :meth:`to_dict` gave."""
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
        """Return the file's content, the same for the same descriptor."""
        return (json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Return the descriptor as JSON has it; valid for frictionless."""
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
        """Return the rows of a file: its own in a series, else those of the dataset's one table."""
        return int(self.rows) if file.rows is None else file.rows


def _stamp(content: Mapping[str, Any]) -> SourceStamp | None:
    sources, checksums = content.get("mo:made_of"), content.get("mo:made_from")
    if sources is None or checksums is None:
        return None
    return SourceStamp(SourceList.of(sources), checksums)


def _stamp_dict(stamp: SourceStamp) -> dict[str, Any]:
    return {"mo:made_of": stamp.sources.to_dict(), "mo:made_from": dict(stamp.checksums)}


def _content(text: bytes) -> dict[str, Any]:
    """Return the parsed file; one that is no description of files is refused like one that is no JSON."""
    loaded = parsed_json(text.decode("utf-8"))
    if not isinstance(loaded, dict) or not loaded.get("resources"):
        raise ValueError(DESCRIPTOR)
    return loaded


@contextmanager
def damage_guard(slug: str) -> Iterator[None]:
    """Turn what goes wrong with a description that is not as it was written into an error that names its dataset."""
    try:
        yield
    except HalfSignError as half:
        place = f"{slug}/{DESCRIPTOR}: {half.place}"
        raise MeguroOpendataError("half-sign", place=place, sign=half.sign) from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        raise MeguroOpendataError("release-damaged", slug=slug, file=DESCRIPTOR) from None
