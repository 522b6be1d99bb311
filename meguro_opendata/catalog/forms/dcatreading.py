"""DCAT as JSON-LD → our form, for what DCAT can say."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from meguro_opendata.catalog.entry import LANGUAGE, MEDIA_TYPES, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.forms.dcat import dcat_words
from meguro_opendata.catalog.forms.iris import scheme_text
from meguro_opendata.catalog.forms.jsonld import all_of, first, label, load_document, nodes_of, text_of
from meguro_opendata.catalog.package import Json, JsonObject
from meguro_opendata.errors import SourceError
from meguro_opendata.files.jsontext import HalfSignError
from meguro_opendata.japan.calendar import japan_day

__all__ = ["from_dcat"]

_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,25})?(?:e-?\d{1,3})?", re.ASCII)
_SIZE = re.compile(r"(\d{1,18})(?:\.0+)?", re.ASCII)


def from_dcat(text: str, file: str = "-") -> list[CatalogEntry]:
    """Return the datasets of a catalogue in JSON-LD, in their order.

    Args:
        text: The document, as :func:`to_dcat` gives it or as another catalogue does.
        file: Where it is from, for the error.

    Raises:
        SourceError: If it is no JSON-LD, or holds no dataset.
    """
    try:
        found = [_entry(node) for node in nodes_of(load_document(text), "dcat:Dataset")]
    except HalfSignError as half:
        raise SourceError("half-sign", place=f"{file}: {half.place}", sign=half.sign) from None
    except (ValueError, TypeError, RecursionError):
        raise SourceError("dcat-unreadable", file=file) from None
    if not found:
        raise SourceError("dcat-without-dataset", file=file)
    return found


def _entry(node: JsonObject) -> CatalogEntry:
    parts = [part for part in all_of(node, "dcat:distribution") if isinstance(part, dict)]
    place, publisher = _node(first(node, "dct:spatial")), _node(first(node, "dct:publisher"))
    licence = _licence(node, parts)
    return CatalogEntry(
        name=_said(node, "dct:identifier") or text_of(node).rpartition("#")[2],
        title=_said(node, "dct:title"),
        subtitle=_perhaps(node, "dct:alternative"),
        description=_said(node, "dct:description"),
        department=_said(_node(first(node, "dcat:contactPoint")), "vcard:fn"),
        contact=_contact(_node(first(node, "dcat:contactPoint"))),
        keywords=tuple(text_of(word) for word in all_of(node, "dcat:keyword")),
        groups=tuple(label(theme) for theme in all_of(node, "dcat:theme")),
        frequency=_frequency(first(node, "dct:accrualPeriodicity")),
        issued=_day(node, "dct:issued"),
        modified=_day(node, "dct:modified"),
        landing_page=_address(node, "dcat:landingPage") or None,
        spatial=_label_only(place),
        bbox=_box(_said(place, "dcat:bbox")),
        temporal=_period(_node(first(node, "dct:temporal"))),
        provenance=_label_only(_node(first(node, "dct:provenance"))),
        standard=label(first(node, "dct:conformsTo")) or None,
        language=_language(label(first(node, "dct:language"))),
        version=_perhaps(node, "dcat:version"),
        documents=tuple(label(page) for page in all_of(node, "foaf:page")),
        license_id=_said(licence, "dct:identifier"),
        license_title=_label_only(licence) or "",
        license_url=_licence_url(licence),
        publisher=_perhaps(publisher, "foaf:name"),
        publisher_id=_perhaps(publisher, "dct:identifier"),
        distributions=tuple(map(_distribution, parts)),
    )


def _distribution(node: JsonObject) -> Distribution:
    url, access = _address(node, "dcat:downloadURL"), _address(node, "dcat:accessURL")
    size = _SIZE.fullmatch(_said(node, "dcat:byteSize"))
    return Distribution(
        name=_said(node, "dct:title"),
        format=_format(label(first(node, "dct:format"))) or _format_of(_said(node, "dcat:mediaType")),
        url=url or access,
        access_url=access if url and access != url else None,
        description=_said(node, "dct:description"),
        size=int(size[1]) if size else None,
        sha256=_said(_node(first(node, "spdx:checksum")), "spdx:checksumValue") or None,
        issued=_day(node, "dct:issued"),
        modified=_day(node, "dct:modified"),
        temporal=_period(_node(first(node, "dct:temporal"))),
        status=label(first(node, "adms:status")) or None,
    )


def _said(node: Mapping[str, Json], name: str) -> str:
    return text_of(first(node, name))


def _address(node: Mapping[str, Json], name: str) -> str:
    """Return the address of a page, or what else was said instead of one."""
    return label(first(node, name))


def _perhaps(node: Mapping[str, Json], name: str) -> str | None:
    return _said(node, name) or None


def _day(node: Mapping[str, Json], name: str) -> str | None:
    return japan_day(_said(node, name)) or None


def _licence(node: JsonObject, parts: Sequence[JsonObject]) -> JsonObject:
    """Return the dataset's licence, or that of its first file that has one."""
    found = (_node(first(one, "dct:license")) for one in (node, *parts))
    return next((licence for licence in found if licence), {})


def _node(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {} if value is None else {"@id": value}


def _label_only(node: JsonObject) -> str | None:
    """Return the label of a node, ``None`` if it has none; its address is not one."""
    return _perhaps(node, "rdfs:label")


def _contact(node: JsonObject) -> Contact:
    return Contact(
        email=scheme_text("mailto", _said(node, "vcard:hasEmail")),
        phone=scheme_text("tel", _said(node, "vcard:hasTelephone")),
        form=_address(node, "vcard:hasURL"),
        note=_said(node, "vcard:note"),
    )


def _frequency(value: Json) -> str:
    named = label(value)
    code = named.removeprefix(dcat_words()["iri"]["frequency"])
    return next((word for word, known in dcat_words()["frequency"].items() if known == code), named)


def _language(address: str) -> str:
    code = address.removeprefix(dcat_words()["iri"]["language"])
    return next((ours for ours, known in dcat_words()["language"].items() if known == code), code) or LANGUAGE


def _format_of(address: str) -> str:
    kind = address.removeprefix(dcat_words()["iri"]["media_type"])
    return next((name for name, known in MEDIA_TYPES.items() if known == kind), kind)


def _format(written: str) -> str:
    """Return a format by our name if it is one of the EU's table, else as it is written."""
    words = dcat_words()
    kind = written.removeprefix(words["iri"]["file_type"])
    if kind == written:
        return written
    return next((name for name, known in words["format"].items() if known["file_type"] == kind), kind)


def _licence_url(node: JsonObject) -> str:
    """Return the page of a licence that people read, else its IRI unless that is a name within the document."""
    iri = text_of(node)
    return label(first(node, "rdfs:seeAlso")) or ("" if iri.startswith("#") else iri)


def _period(node: JsonObject) -> str | None:
    named = _label_only(node)
    if named:
        return named
    start, end = _said(node, "dcat:startDate"), _said(node, "dcat:endDate")
    return (start if start == end else f"{start}/{end}") or None


def _box(text: str) -> Box | None:
    """Return the corners of a box that is written as a polygon of five points."""
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if not numbers or len(numbers) % 2 or not all(map(math.isfinite, numbers)):
        return None
    lons, lats = numbers[::2], numbers[1::2]
    return min(lons), min(lats), max(lons), max(lats)
