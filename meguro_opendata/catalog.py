"""Dataset metadata, once: our form ↔ CKAN ↔ DCAT ↔ オープンデータ一覧."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.workspace import City

__all__ = [
    "CatalogEntry",
    "Distribution",
    "from_ckan",
    "list_table",
    "read_entries",
    "read_lines",
    "to_ckan",
    "to_dcat",
    "write_entries",
]

LANGUAGE = "ja"
_MEDIA_TYPES = {
    "CSV": "text/csv",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "GeoJSON": "application/geo+json",
    "PDF": "application/pdf",
}


@dataclass(frozen=True)
class Distribution:
    """One file of a dataset."""

    name: str
    format: str
    url: str
    description: str = ""
    size: int | None = None
    sha256: str | None = None
    rows: int | None = None
    issued: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class CatalogEntry:
    """A dataset as a catalogue has it.

    Attributes:
        name: The identifier on the portal.
        department: The owning department.
        issued: First publication, ``YYYY-MM-DD``.
        modified: Last update of the data, ``YYYY-MM-DD``.
        standard: Id and version, such as ``aed@2026``, or ``None``.
    """

    name: str
    title: str
    description: str
    department: str
    frequency: str
    license_id: str
    license_title: str = ""
    license_url: str = ""
    keywords: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    issued: str | None = None
    modified: str | None = None
    landing_page: str | None = None
    spatial: str | None = None
    temporal: str | None = None
    provenance: str | None = None
    standard: str | None = None
    contact: str | None = None
    distributions: tuple[Distribution, ...] = field(default=())


def to_ckan(entry: CatalogEntry, city: City) -> dict[str, Any]:
    """The package as CKAN's API takes and gives it, without ids and dates of the portal's own."""
    extras = {
        "frequency": entry.frequency,
        "spatial": entry.spatial,
        "temporal": entry.temporal,
        "language": LANGUAGE,
        "standard": entry.standard,
        "provenance": entry.provenance,
        "issued": entry.issued,
        "modified": entry.modified,
    }
    return {
        "name": entry.name,
        "title": entry.title,
        "notes": entry.description,
        "url": entry.landing_page,
        "license_id": entry.license_id,
        "license_title": entry.license_title,
        "license_url": entry.license_url,
        "author": city.organization,
        "maintainer": entry.department,
        "organization": {"name": city.code, "title": city.name},
        "tags": [{"name": keyword} for keyword in entry.keywords],
        "groups": [{"name": group} for group in entry.groups],
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
        "resources": [_ckan_resource(part) for part in entry.distributions],
    }


def _ckan_resource(part: Distribution) -> dict[str, Any]:
    return {
        "name": part.name,
        "description": part.description,
        "format": part.format,
        "url": part.url,
        "size": part.size,
        "hash": part.sha256,
        "mimetype": _MEDIA_TYPES.get(part.format),
    }


def from_ckan(package: Mapping[str, Any]) -> CatalogEntry:
    """A CKAN ``package_show`` result in our form; times are cut to days."""
    extras = {extra["key"]: extra["value"] for extra in _listed(package, "extras")}
    resources = _listed(package, "resources")
    return CatalogEntry(
        name=package["name"],
        title=_first(package, "title", "name"),
        description=_first(package, "notes"),
        department=_first(package, "maintainer", "author"),
        frequency=_first(extras, "frequency", "更新頻度"),
        license_id=_first(package, "license_id"),
        license_title=_first(package, "license_title"),
        license_url=_first(package, "license_url"),
        keywords=tuple(tag["name"] for tag in _listed(package, "tags")),
        groups=tuple(_first(group, "title", "name") for group in _listed(package, "groups")),
        issued=extras.get("issued"),
        modified=extras.get("modified") or _newest(resources),
        landing_page=_first(package, "url") or None,
        spatial=extras.get("spatial"),
        temporal=extras.get("temporal"),
        provenance=extras.get("provenance"),
        standard=extras.get("standard"),
        distributions=tuple(map(_from_resource, resources)),
    )


def _listed(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of CKAN's, which it may leave out or give as null."""
    return holder.get(name) or []


def _first(holder: Mapping[str, Any], *names: str) -> str:
    """The first of some values that is filled, as it stands; empty if none is."""
    return next((text for name in names if (text := str(holder.get(name) or "")).strip()), "")


def _from_resource(resource: Mapping[str, Any]) -> Distribution:
    return Distribution(
        name=_first(resource, "name"),
        format=_first(resource, "format"),
        url=_first(resource, "url"),
        description=_first(resource, "description"),
        size=resource.get("size") or None,
        sha256=_first(resource, "hash") or None,
        issued=_day(_first(resource, "created")),
        modified=_day(_first(resource, "last_modified", "created")),
    )


def _newest(resources: Sequence[Mapping[str, Any]]) -> str | None:
    days = [day for item in resources if (day := _day(_first(item, "last_modified", "created")))]
    return max(days, default=None)


def _day(moment: str) -> str | None:
    return moment[:10] or None


def to_dcat(entries: Iterable[CatalogEntry], city: City) -> str:
    """The catalogue as DCAT 3 in JSON-LD."""
    document = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": city.homepage,
        "@type": "dcat:Catalog",
        "dct:title": {"@value": f"{city.name}オープンデータカタログ", "@language": "ja"},
        "dct:publisher": _publisher(city),
        "dct:language": LANGUAGE,
        "foaf:homepage": {"@id": city.homepage},
        "dcat:dataset": [_dcat_dataset(entry, city) for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _publisher(city: City) -> dict[str, Any]:
    return {"@type": "foaf:Organization", "foaf:name": city.full_name}


def _dcat_dataset(entry: CatalogEntry, city: City) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@id": f"#{entry.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": entry.name,
        "dct:title": {"@value": entry.title, "@language": "ja"},
        "dct:description": {"@value": entry.description, "@language": "ja"},
        "dct:publisher": _publisher(city),
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": entry.department},
        "dcat:keyword": list(entry.keywords),
        "dct:accrualPeriodicity": _labelled("dct:Frequency", entry.frequency),
        "dct:issued": _xsd_date(entry.issued),
        "dct:modified": _xsd_date(entry.modified),
        "dcat:landingPage": {"@id": entry.landing_page} if entry.landing_page else None,
        "dct:spatial": _labelled("dct:Location", entry.spatial),
        "dct:temporal": _period(entry.temporal),
        "dct:provenance": _labelled("dct:ProvenanceStatement", entry.provenance),
        "dct:conformsTo": _labelled("dct:Standard", entry.standard),
        "dcat:distribution": [_dcat_distribution(part, entry) for part in entry.distributions],
    }
    return {name: value for name, value in described.items() if value}


def _labelled(kind: str, text: str | None) -> dict[str, Any] | None:
    """A thing of which only the name is known."""
    return {"@type": kind, "rdfs:label": {"@value": text, "@language": LANGUAGE}} if text else None


def _period(text: str | None) -> dict[str, Any] | None:
    """A day, or ``start/end``, as a period of time."""
    if not text:
        return None
    start, _, end = text.partition("/")
    return {"@type": "dct:PeriodOfTime", "dcat:startDate": _xsd_date(start), "dcat:endDate": _xsd_date(end or start)}


def _media_type(name: str) -> dict[str, str] | None:
    known = _MEDIA_TYPES.get(name)
    return {"@id": f"https://www.iana.org/assignments/media-types/{known}"} if known else None


def _xsd_date(day: str | None) -> dict[str, str] | None:
    return {"@value": day, "@type": "xsd:date"} if day else None


def _dcat_distribution(part: Distribution, entry: CatalogEntry) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": {"@value": part.name, "@language": "ja"},
        "dcat:downloadURL": {"@id": part.url},
        "dcat:mediaType": _media_type(part.format),
        "dct:format": part.format,
        "dcat:byteSize": part.size,
        "dct:license": {"@id": entry.license_url} if entry.license_url else entry.license_id,
        "spdx:checksum": _checksum(part.sha256),
    }
    return {name: value for name, value in described.items() if value}


def _checksum(sha256: str | None) -> dict[str, Any] | None:
    if not sha256:
        return None
    algorithm = {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"}
    return {"@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": sha256}


def write_entries(entries: Iterable[CatalogEntry]) -> str:
    """Our own catalogue form: JSON Lines, one dataset a line, empty parts left out."""
    return "".join(json.dumps(_filled(asdict(entry)), ensure_ascii=False) + "\n" for entry in entries)


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in part.items() if value not in (None, "", ())}
    if "distributions" in kept:
        kept["distributions"] = [_filled(item) for item in kept["distributions"]]
    return kept


def read_entries(path: Path) -> list[CatalogEntry]:
    """The datasets of a file in our own catalogue form.

    Raises:
        SourceError: If the file is missing, or a line is no dataset.
    """
    return read_lines(path, _entry)


def read_lines(path: Path, parse: Callable[[str], CatalogEntry]) -> list[CatalogEntry]:
    """The datasets of a file that has one a line, in its order.

    Args:
        path: The file.
        parse: What makes a dataset of a line; whatever of ``JSONDecodeError``, ``KeyError``, ``TypeError`` and
            ``AttributeError`` it raises tells that the line is none.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no dataset.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError("file-unreadable", file=path, reason=type(error).__name__) from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise SourceError("file-empty", file=path)
    return [_parsed(path, number, line, parse) for number, line in lines]


def _parsed(path: Path, number: int, line: str, parse: Callable[[str], CatalogEntry]) -> CatalogEntry:
    try:
        return parse(line)
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError("catalog-line-broken", file=path, line=number) from None


def _entry(line: str) -> CatalogEntry:
    loaded = json.loads(line)
    parts = tuple(Distribution(**part) for part in loaded.pop("distributions", ()))
    lists: dict[str, Any] = {name: tuple(loaded.pop(name, ())) for name in ("keywords", "groups")}
    defaults = {"description": "", "department": "", "frequency": "", "license_id": ""}
    return CatalogEntry(**{**defaults, **loaded}, **lists, distributions=parts)


def list_table(path: Path, city: City) -> Table:
    """オープンデータ一覧 made from a file in our catalogue form: one row a file, under the standard's item names.

    Raises:
        SourceError: As :func:`read_entries`.
    """
    entries = read_entries(path)
    crosswalk = _crosswalk()
    header = [name for part in crosswalk.values() for name in part]
    records, lines = [header], [0]
    for number, entry in enumerate(entries, start=1):
        for distribution in entry.distributions:
            records.append(_list_row(crosswalk, entry, distribution, city))
            lines.append(number)
    return cut_table(Grid.of_records(path, "jsonl", records, encoding="utf-8", lines=lines), 1)


@cache
def _crosswalk() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("open_data_list.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _list_row(
    crosswalk: Mapping[str, Mapping[str, str]], entry: CatalogEntry, distribution: Distribution, city: City
) -> list[str]:
    holders = {"city": city, "dataset": entry, "file": distribution}
    return [
        source if part == "constant" else _as_text(getattr(holders[part], source))
        for part, sources in crosswalk.items()
        for source in sources.values()
    ]


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return "" if value is None else str(value)
