"""Our form → DCAT 3 as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from meguro_opendata.catalog.entry import LANGUAGE, MEDIA_TYPES, CatalogEntry, Distribution
from meguro_opendata.workspace import City

__all__ = ["to_dcat"]


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
    known = MEDIA_TYPES.get(name)
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
