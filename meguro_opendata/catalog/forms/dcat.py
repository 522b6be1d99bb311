"""Our form → DCAT 3 as JSON-LD; the way back is in ``dcatreading``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypedDict

from meguro_opendata.catalog.entry import LANGUAGE, MEDIA_TYPES, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.package import Json, JsonObject
from meguro_opendata.catalog.publisher import publisher_of
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import City

__all__ = ["DcatWords", "dcat_document", "dcat_words", "to_dcat"]


class _CatalogWords(TypedDict):
    title: str
    description: str


class _Addresses(TypedDict):
    media_type: str
    frequency: str
    language: str
    availability: str
    checksum: str


class DcatWords(TypedDict):
    """The prefixes and vocabularies of ``dcat.toml``."""

    context: dict[str, str]
    catalog: _CatalogWords
    iri: _Addresses
    language: dict[str, str]
    frequency: dict[str, str]


def to_dcat(entries: Iterable[CatalogEntry], city: City) -> str:
    """Return the catalogue as DCAT 3 in JSON-LD."""
    return json.dumps(dcat_document(entries, city), ensure_ascii=False, indent=1) + "\n"


def dcat_document(entries: Iterable[CatalogEntry], city: City) -> JsonObject:
    """Return the catalogue as a JSON-LD document."""
    words = dcat_words()
    shown = list(entries)
    days = [day for entry in shown for day in (entry.issued, entry.modified) if day]
    return _without_blanks(
        {
            "@context": dict(words["context"]),
            "@id": city.homepage,
            "@type": "dcat:Catalog",
            "dct:title": _text(words["catalog"]["title"].format(city=city.name)),
            "dct:description": _text(words["catalog"]["description"].format(full_name=city.full_name)),
            "dct:publisher": _organization(city.full_name),
            "dct:language": _language(LANGUAGE),
            "dct:license": {"@id": city.license.url},
            "dct:spatial": _place(city.full_name, None),
            "dct:modified": _date(max(days, default=None)),
            "foaf:homepage": {"@id": city.homepage},
            "dcat:dataset": [_dataset(entry, city) for entry in shown],
        }
    )


def _dataset(entry: CatalogEntry, city: City) -> JsonObject:
    return _without_blanks(
        {
            "@id": f"#{entry.name}",
            "@type": "dcat:Dataset",
            "dct:identifier": entry.name,
            "dct:title": _text(entry.title),
            "dct:alternative": _text(entry.subtitle),
            "dct:description": _text(entry.description),
            "dct:publisher": _organization(publisher_of(entry, city).full_name, entry.publisher_id),
            "dcat:contactPoint": _contact(entry.department, entry.contact),
            "dcat:keyword": list(entry.keywords),
            "dcat:theme": [_concept(group) for group in entry.groups],
            "dct:accrualPeriodicity": _frequency(entry.frequency),
            "dct:issued": _date(entry.issued),
            "dct:modified": _date(entry.modified),
            "dcat:landingPage": {"@id": entry.landing_page} if entry.landing_page else None,
            "dct:spatial": _place(entry.spatial, entry.bbox),
            "dct:temporal": _period(entry.temporal),
            "dct:provenance": _labelled("dct:ProvenanceStatement", entry.provenance),
            "dct:conformsTo": _labelled("dct:Standard", entry.standard),
            "dct:language": _language(entry.language),
            "dcat:version": entry.version,
            "foaf:page": [{"@id": address} for address in entry.documents],
            "dct:license": _licence(entry),
            "dcat:distribution": [_distribution(part, entry) for part in entry.distributions],
        }
    )


def _distribution(part: Distribution, entry: CatalogEntry) -> JsonObject:
    address = part.access_url or part.url
    return _without_blanks(
        {
            "@type": "dcat:Distribution",
            "dct:title": _text(part.name),
            "dct:description": _text(part.description),
            "dcat:accessURL": {"@id": address} if address else None,
            "dcat:downloadURL": {"@id": part.url} if part.url else None,
            "dcat:mediaType": _media_type(part.format),
            "dct:format": part.format,
            "dcat:byteSize": part.size,
            "dct:issued": _date(part.issued),
            "dct:modified": _date(part.modified),
            "dct:temporal": _period(part.temporal),
            "dct:license": _licence(entry),
            "dcatap:availability": {"@id": dcat_words()["iri"]["availability"]} if part.url else None,
            "adms:status": _concept(part.status) if part.status else None,
            "spdx:checksum": _checksum(part.sha256),
        }
    )


def _without_blanks(node: Mapping[str, Json]) -> JsonObject:
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}


def _text(text: str | None) -> JsonObject | None:
    return {"@value": text, "@language": LANGUAGE} if text else None


def _organization(name: str, identifier: str | None = None) -> JsonObject:
    return _without_blanks({"@type": "foaf:Organization", "foaf:name": name, "dct:identifier": identifier})


def _contact(department: str, contact: Contact) -> JsonObject | None:
    told = {
        "vcard:fn": department,
        "vcard:hasEmail": {"@id": f"mailto:{contact.email}"} if contact.email else None,
        "vcard:hasTelephone": {"@id": f"tel:{contact.phone}"} if contact.phone else None,
        "vcard:hasURL": {"@id": contact.form} if contact.form else None,
        "vcard:note": contact.note,
    }
    known = _without_blanks(told)
    return {"@type": "vcard:Organization", **known} if known else None


def _concept(name: str) -> JsonObject:
    return {"@type": "skos:Concept", "skos:prefLabel": {"@value": name, "@language": LANGUAGE}}


def _labelled(kind: str, text: str | None) -> JsonObject | None:
    """Return a node of which only the name is known."""
    return {"@type": kind, "rdfs:label": {"@value": text, "@language": LANGUAGE}} if text else None


def _frequency(text: str) -> JsonObject | None:
    words = dcat_words()
    known = words["frequency"].get(text)
    named = _labelled("dct:Frequency", text)
    return {"@id": words["iri"]["frequency"] + known, **named} if named and known else named


def _language(code: str) -> JsonObject | str:
    words = dcat_words()
    known = words["language"].get(code)
    return {"@id": words["iri"]["language"] + known} if known else code


def _place(name: str | None, box: Box | None) -> JsonObject | None:
    place = _labelled("dct:Location", name) or {"@type": "dct:Location"}
    if box is None:
        return place if name else None
    west, south, east, north = (repr(corner) for corner in box)
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = ",".join(f"{lon} {lat}" for lon, lat in corners)
    return {**place, "dcat:bbox": f"POLYGON(({ring}))"}


def _period(text: str | None) -> JsonObject | None:
    """Return a day, or ``start/end``, as a period of time."""
    if not text:
        return None
    start, slash, end = text.partition("/")
    ends = {"dcat:startDate": _date(start), "dcat:endDate": _date(end if slash else start)}
    return {"@type": "dct:PeriodOfTime", **_without_blanks(ends)}


def _date(day: str | None) -> JsonObject | None:
    """Return a day, or a month or year, which have types of their own."""
    if not day:
        return None
    kind = {0: "xsd:gYear", 1: "xsd:gYearMonth"}.get(day.count("-"), "xsd:date")
    return {"@value": day, "@type": kind}


def _media_type(name: str) -> JsonObject | None:
    known = MEDIA_TYPES.get(name)
    return {"@id": dcat_words()["iri"]["media_type"] + known} if known else None


def _licence(entry: CatalogEntry) -> JsonObject | None:
    told = {
        "@id": entry.license_url,
        "dct:identifier": entry.license_id,
        "rdfs:label": entry.license_title,
    }
    known = _without_blanks(told)
    return {"@type": "dct:LicenseDocument", **known} if known else None


def _checksum(sha256: str | None) -> JsonObject | None:
    if not sha256:
        return None
    algorithm = {"@id": dcat_words()["iri"]["checksum"]}
    return {"@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": sha256}


@cache
def dcat_words() -> DcatWords:
    """Return the prefixes and vocabularies of ``dcat.toml``."""
    loaded = packaged_toml(__package__, "dcat.toml")
    return {
        "context": loaded["context"],
        "catalog": loaded["catalog"],
        "iri": loaded["iri"],
        "language": loaded["language"],
        "frequency": loaded["frequency"],
    }
