"""Our form → DCAT 3 as JSON-LD; the way back is in ``dcatreading``.

What has no IRI of its own (a theme, a standard, a format that no table knows) gets one within the document: a node
without a name is lost to the readers that keep names only, such as ckanext-dcat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypedDict

from meguro_opendata.catalog.entry import LANGUAGE, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.forms.dates import day_range
from meguro_opendata.catalog.forms.iris import dataset_fragments, local_iri, scheme_iri, web_iri
from meguro_opendata.catalog.licences import Licence, find_licence
from meguro_opendata.catalog.package import Json, JsonObject
from meguro_opendata.catalog.publisher import publisher_of
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import City

__all__ = ["DcatWords", "dcat_document", "dcat_parts", "dcat_text", "dcat_words", "to_dcat"]

_DEED = re.compile(r"(//creativecommons\.org/.+/)deed(?:\.[a-z_-]+)?", re.IGNORECASE)
_HEX = re.compile("[0-9a-fA-F]+")
_DATASETS = "dcat:dataset"


class _CatalogWords(TypedDict):
    title: str
    description: str


class _Addresses(TypedDict):
    media_type: str
    file_type: str
    frequency: str
    language: str
    availability: str
    checksum: str


class DcatWords(TypedDict):
    """The prefixes and vocabularies of ``dcat.toml``."""

    context: dict[str, str]
    catalog: _CatalogWords
    iri: _Addresses
    label: dict[str, str]
    language: dict[str, str]
    checksum: dict[str, str]
    format: dict[str, dict[str, str]]
    frequency: dict[str, str]


def to_dcat(entries: Iterable[CatalogEntry], city: City) -> str:
    """Return the catalogue as DCAT 3 in JSON-LD."""
    return "".join(dcat_text(entries, city))


def dcat_text(entries: Iterable[CatalogEntry], city: City) -> Iterator[str]:
    """Yield the catalogue as DCAT 3 in JSON-LD, piece by piece: the whole text of a large one would fill the memory."""
    catalog, datasets = dcat_parts(entries, city)
    ahead = _indented(catalog)[: -len("\n}")] + f',\n "{_DATASETS}": [\n  '
    empty = True
    for dataset in datasets:
        yield ahead + _indented(dataset).replace("\n", "\n  ")
        ahead, empty = ",\n  ", False
    yield (_indented(catalog) if empty else "\n ]\n}") + "\n"


def _indented(node: JsonObject) -> str:
    return json.dumps(node, ensure_ascii=False, indent=1)


def dcat_document(entries: Iterable[CatalogEntry], city: City) -> JsonObject:
    """Return the catalogue as a JSON-LD document."""
    catalog, datasets = dcat_parts(entries, city)
    return _without_blanks({**catalog, _DATASETS: list(datasets)})


def dcat_parts(entries: Iterable[CatalogEntry], city: City) -> tuple[JsonObject, Iterator[JsonObject]]:
    """Return the catalogue as a JSON-LD document without its datasets, and each of these as it is asked for."""
    words = dcat_words()
    shown = list(entries)
    names = dataset_fragments(entry.name for entry in shown)
    days = [day for entry in shown for day in (entry.issued, entry.modified) if day and day_range(day)]
    catalog: dict[str, Json] = {
        "@context": {**words["context"], "@base": city.homepage},
        "@id": city.homepage,
        "@type": "dcat:Catalog",
        "dct:title": _text(words["catalog"]["title"].format(city=city.name)),
        "dct:description": _text(words["catalog"]["description"].format(full_name=city.full_name)),
        "dct:publisher": _organization(city.full_name),
        "dct:language": _language(LANGUAGE),
        "dct:license": _licence(city.license.id, city.license.title, city.license.url),
        "dct:spatial": _place(city.full_name, None),
        "dct:modified": _date(max(days, default=None)),
        "foaf:homepage": _page(city.homepage),
    }
    return _without_blanks(catalog), (_dataset(entry, name, city) for entry, name in zip(shown, names, strict=True))


def _dataset(entry: CatalogEntry, name: str, city: City) -> JsonObject:
    return _without_blanks(
        {
            "@id": name,
            "@type": "dcat:Dataset",
            "dct:identifier": entry.name,
            "dct:title": _text(entry.title),
            "dct:alternative": _text(entry.subtitle),
            "dct:description": _text(entry.description),
            "dct:publisher": _organization(publisher_of(entry, city).full_name, entry.publisher_id),
            "dcat:contactPoint": _contact(entry.department, entry.contact),
            "dcat:keyword": list(entry.keywords),
            "dcat:theme": [_concept("theme", group) for group in entry.groups],
            "dct:accrualPeriodicity": _frequency(entry.frequency),
            "dct:issued": _date(entry.issued),
            "dct:modified": _date(entry.modified),
            "dcat:landingPage": _page(entry.landing_page),
            "dct:spatial": _place(entry.spatial, entry.bbox),
            "dct:temporal": _period(entry.temporal),
            "dct:provenance": _labelled("dct:ProvenanceStatement", entry.provenance),
            "dct:conformsTo": _standard(entry.standard),
            "dct:language": _language(entry.language),
            "dcat:version": entry.version,
            "foaf:page": [_page(address) for address in entry.documents],
            "dct:license": _licence(entry.license_id, entry.license_title, entry.license_url),
            "dcat:distribution": [_distribution(part, entry) for part in entry.distributions],
        }
    )


def _distribution(part: Distribution, entry: CatalogEntry) -> JsonObject:
    words = dcat_words()
    known = words["format"].get(part.format.upper(), {})
    return _without_blanks(
        {
            "@type": "dcat:Distribution",
            "dct:title": _text(part.name),
            "dct:description": _text(part.description),
            "dcat:accessURL": _page(part.access_url or part.url, "rdfs:Resource"),
            "dcat:downloadURL": _page(part.url, "rdfs:Resource"),
            "dcat:mediaType": _media_type(known.get("media_type")),
            "dct:format": _format(part.format, known.get("file_type")),
            "dcat:byteSize": _count(part.size),
            "dct:issued": _date(part.issued),
            "dct:modified": _date(part.modified),
            "dct:temporal": _period(part.temporal),
            "dct:license": _licence(entry.license_id, entry.license_title, entry.license_url),
            "dcatap:availability": _availability() if part.url else None,
            "adms:status": _concept("status", part.status) if part.status else None,
            "spdx:checksum": _checksum(part.sha256),
        }
    )


def _without_blanks(node: Mapping[str, Json]) -> JsonObject:
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}


def _text(text: str | None) -> JsonObject | None:
    return {"@value": text, "@language": LANGUAGE} if text else None


def _organization(name: str, identifier: str | None = None) -> JsonObject:
    kinds = ["foaf:Organization", "foaf:Agent"]
    return _without_blanks({"@type": kinds, "foaf:name": name, "dct:identifier": identifier})


def _contact(department: str, contact: Contact) -> JsonObject | None:
    told = {
        "vcard:fn": department,
        "vcard:hasEmail": {"@id": scheme_iri("mailto", contact.email)} if contact.email else None,
        "vcard:hasTelephone": {"@id": scheme_iri("tel", contact.phone)} if contact.phone else None,
        "vcard:hasURL": _page(contact.form),
        "vcard:note": contact.note,
    }
    known = _without_blanks(told)
    return {"@type": ["vcard:Organization", "vcard:Kind"], **known} if known else None


def _page(address: str | None, kind: str = "foaf:Document") -> JsonObject | None:
    """Return what an address leads to; a text that is no address is kept as its name."""
    if not address:
        return None
    iri = web_iri(address)
    return {"@id": iri, "@type": kind} if iri else {"@type": kind, "rdfs:label": address}


def _concept(kind: str, name: str) -> JsonObject:
    named = {"skos:prefLabel": {"@value": name, "@language": LANGUAGE}}
    return {"@id": local_iri(kind, name), "@type": "skos:Concept", **named}


def _availability() -> JsonObject:
    words = dcat_words()
    named = {"skos:prefLabel": {"@value": words["label"]["availability"], "@language": "en"}}
    return {"@id": words["iri"]["availability"], "@type": "skos:Concept", **named}


def _labelled(kind: str, text: str | None) -> JsonObject | None:
    """Return a node of which only the name is known."""
    return {"@type": kind, "rdfs:label": {"@value": text, "@language": LANGUAGE}} if text else None


def _standard(written: str | None) -> JsonObject | None:
    """Return a standard by its address, or by its id under a name of this document."""
    if not written:
        return None
    iri = web_iri(written)
    if iri == written:
        return {"@id": iri, "@type": "dct:Standard"}
    return {"@id": local_iri("standard", written), "@type": "dct:Standard", "rdfs:label": written, "dct:title": written}


def _frequency(text: str) -> JsonObject | None:
    words = dcat_words()
    named = _labelled("dct:Frequency", text)
    known = words["frequency"].get(text)
    iri = words["iri"]["frequency"] + known if known else local_iri("frequency", text)
    return {"@id": iri, **named} if named else None


def _language(code: str) -> JsonObject:
    words = dcat_words()
    known = words["language"].get(code)
    if known:
        return {"@id": words["iri"]["language"] + known, "@type": "dct:LinguisticSystem"}
    return {"@id": local_iri("language", code), "@type": "dct:LinguisticSystem", "rdfs:label": code}


def _place(name: str | None, box: Box | None) -> JsonObject | None:
    place = _labelled("dct:Location", name) or {"@type": "dct:Location"}
    if box is None:
        return place if name else None
    west, south, east, north = (repr(corner) for corner in box)
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = ",".join(f"{lon} {lat}" for lon, lat in corners)
    return {**place, "dcat:bbox": {"@value": f"POLYGON(({ring}))", "@type": "gsp:wktLiteral"}}


def _period(text: str | None) -> JsonObject | None:
    """Return a day, or ``start/end``, as a period of time; one that is written otherwise only has its name."""
    if not text:
        return None
    start, slash, end = text.partition("/")
    ends = {"dcat:startDate": start, "dcat:endDate": end if slash else start}
    if not start or not all(day_range(day) for day in ends.values() if day):
        return _labelled("dct:PeriodOfTime", text)
    return {"@type": "dct:PeriodOfTime", **_without_blanks({name: _date(day) for name, day in ends.items()})}


def _date(day: str | None) -> JsonObject | None:
    """Return a day, or a month or year, which have types of their own; ``None`` for any other text."""
    if not day or day_range(day) is None:
        return None
    kind = {0: "xsd:gYear", 1: "xsd:gYearMonth"}.get(day.count("-"), "xsd:date")
    return {"@value": day, "@type": kind}


def _count(number: int | None) -> JsonObject | None:
    if number is None or number < 0:
        return None
    return {"@value": str(number), "@type": "xsd:nonNegativeInteger"}


def _format(name: str, file_type: str | None) -> JsonObject | None:
    if not name:
        return None
    iri = dcat_words()["iri"]["file_type"] + file_type if file_type else local_iri("format", name)
    return {"@id": iri, "@type": "dct:MediaTypeOrExtent", "rdfs:label": name}


def _media_type(known: str | None) -> JsonObject | None:
    return {"@id": dcat_words()["iri"]["media_type"] + known, "@type": "dct:MediaType"} if known else None


def _licence(identifier: str, title: str, url: str) -> JsonObject | None:
    """Return a licence under its IRI, with the page that people read and titles by which a CKAN knows it."""
    if not (identifier or title or url):
        return None
    known = find_licence(identifier, url)
    iri = _licence_iri(known, identifier or title, url)
    titles = [_text(title), {"@value": known.title, "@language": "en"} if known else None]
    told = {
        "dct:identifier": identifier,
        "rdfs:label": title,
        "dct:title": [text for text in titles if text],
        "rdfs:seeAlso": _page(url if url != iri else None),
    }
    return {"@id": iri, "@type": "dct:LicenseDocument", **_without_blanks(told)}


def _licence_iri(known: Licence | None, called: str, url: str) -> str:
    """Return the address of a licence without what is for people, else its IRI, else a name of this document."""
    address = web_iri(_DEED.sub(r"\1", url))
    if address is None and known is None:
        return local_iri("license", called or url)
    return address or (known.iri if known else "")


def _checksum(digits: str | None) -> JsonObject | None:
    """Return a checksum; ``None`` if it has the length of no known algorithm, or other signs than hex digits."""
    words = dcat_words()
    known = words["checksum"].get(str(len(digits or "")))
    if not digits or known is None or not _HEX.fullmatch(digits):
        return None
    algorithm = {"@id": words["iri"]["checksum"] + known, "@type": "spdx:ChecksumAlgorithm"}
    value = {"@value": digits, "@type": "xsd:hexBinary"}
    return {"@type": "spdx:Checksum", "spdx:algorithm": algorithm, "spdx:checksumValue": value}


@cache
def dcat_words() -> DcatWords:
    """Return the prefixes and vocabularies of ``dcat.toml``."""
    loaded = packaged_toml(__package__, "dcat.toml")
    return {
        "context": loaded["context"],
        "catalog": loaded["catalog"],
        "iri": loaded["iri"],
        "label": loaded["label"],
        "language": loaded["language"],
        "checksum": loaded["checksum"],
        "format": loaded["format"],
        "frequency": loaded["frequency"],
    }
