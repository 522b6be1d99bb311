"""DCAT as RDF: every catalogue fits shapes no weaker than DCAT-AP 3's own, and others find what they look for."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from catalog_entries import ENTRIES
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import ROOT
from pyshacl import validate
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef

from meguro_opendata.catalog import CatalogEntry, Contact, Distribution, from_dcat, to_dcat
from meguro_opendata.catalog.harvest import read_dump
from meguro_opendata.workspace.city import open_workspace

SHAPES = Graph().parse(ROOT / "tests" / "data" / "dcat_ap_shapes.ttl")
CITY = open_workspace(ROOT / "datasets").city
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
EU = "http://publications.europa.eu/resource/authority/"
# The interpreter of a folder in which CKAN and ckanext-dcat are installed; no server is needed.
CKANEXT_DCAT = os.environ.get("MEGURO_OPENDATA_TEST_CKANEXT_DCAT", "")
FULL = CatalogEntry(
    name="aed",
    title="AED設置箇所一覧",
    description="区内のAED。",
    department="見本課",
    frequency="1年",
    license_id="CC-BY-4.0",
    license_title="クリエイティブ・コモンズ 表示（CC BY）",
    license_url="https://creativecommons.org/licenses/by/4.0/deed.ja",
    keywords=("AED",),
    groups=("防災", "くらし・安全"),
    issued="2025-04-01",
    modified="2025-05",
    landing_page="https://example.com/a|b",
    spatial="東京都目黒区",
    temporal="2024/2025-03-31",
    standard="aed@2026",
    bbox=(139.6, 35.5, 139.7, 35.7),
    contact=Contact(email="a b@example.com", phone="03-0000-0001", form="https://example.com/form"),
    documents=("https://example.com/doc", "窓口で配布"),
    provenance="台帳から",
    version="1.0",
    subtitle="令和7年度",
    distributions=(
        Distribution("aed.csv", "CSV", "https://example.com/aed.csv", "一覧", 12, "ab" * 32, issued="2025-04-01"),
        Distribution("aed.xlsx", "xlsx", "https://example.com/aed.xlsx", size=0, sha256="cd" * 16, status="公開中"),
        Distribution("aed.fgb", "FlatGeobuf", "https://example.com/aed.fgb", sha256="not a checksum", issued="昨日"),
    ),
)


def graph_of(entries: Sequence[CatalogEntry]) -> Graph:
    """The catalogue as RDF."""
    return Graph().parse(data=to_dcat(entries, CITY), format="json-ld")


def violations(graph: Graph) -> list[tuple[str, str]]:
    """Property and kind of each violation of the shapes."""
    _, found, _ = validate(graph, shacl_graph=SHAPES, inference="none")
    results = list(found.subjects(RDF.type, SH.ValidationResult))
    named = [(found.value(node, SH.resultPath), found.value(node, SH.sourceConstraintComponent)) for node in results]
    return sorted((str(path).rpartition("#")[2], str(kind).rpartition("#")[2]) for path, kind in named)


def test_what_we_write_fits_the_shapes() -> None:
    """An entry in which everything is said, one that is read from our own document, and the shipped licence."""
    assert violations(graph_of([FULL])) == []
    assert violations(graph_of(from_dcat(to_dcat([FULL], CITY)))) == []


def complete(entry: CatalogEntry) -> CatalogEntry:
    """The entry with what DCAT-AP asks of every dataset and file, as far as that is not the form's own affair."""
    parts = [replace(part, url=part.url or "https://example.com/") for part in entry.distributions]
    return replace(entry, description=entry.description or "説明", distributions=tuple(parts))


@given(st.lists(ENTRIES, min_size=1, max_size=2))
@settings(max_examples=12)
def test_whatever_is_said_fits_the_shapes(entries: list[CatalogEntry]) -> None:
    """Texts of any letters in any part, invalid dates, doubled names: not one violation, no dataset lost."""
    wanted = [complete(entry) for entry in (*entries, entries[0])]
    graph = graph_of(wanted)
    assert violations(graph) == []
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(wanted)


@pytest.mark.parametrize(
    "changed",
    [
        {"issued": "昭和40年", "modified": "2025-02-30", "temporal": "平成の間"},
        {"temporal": "2020-04-01/"},
        {"temporal": "/2020"},
        {"language": "xx"},
        {"landing_page": "窓口", "documents": ("棚の3段目",), "license_url": "掲示を参照", "license_id": ""},
        {"license_id": "独自", "license_url": ""},
        {"license_id": "", "license_url": "", "license_title": ""},
        {"standard": "https://example.com/standard"},
        {"groups": ("a b", "<>")},
        {"frequency": "気が向いたとき"},
        {"distributions": (Distribution("a", "謎の形式", "ftp://example.com/x", size=-1, sha256="zz"),)},
    ],
    ids=str,
)
def test_odd_words_fit_the_shapes(changed: dict[str, Any]) -> None:
    """What no vocabulary knows, and what is no date, address or number."""
    odd = replace(FULL, **changed)
    assert violations(graph_of([odd])) == []
    (back,) = from_dcat(to_dcat([odd], CITY))
    kept = {name: value for name, value in changed.items() if name in ("temporal", "language", "groups", "frequency")}
    assert {name: getattr(back, name) for name in kept} == kept


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ('"@type": "xsd:nonNegativeInteger"', '"@type": "xsd:decimal"', ("byteSize", "DatatypeConstraintComponent")),
        ('"@type": "xsd:hexBinary"', '"@type": "xsd:string"', ("checksumValue", "DatatypeConstraintComponent")),
        ('"@type": "xsd:date"', '"@type": "xsd:string"', ("issued", "NodeConstraintComponent")),
        ('"@value": "2025-04-01"', '"@value": "2025-04-31"', ("issued", "NodeConstraintComponent")),
        ('"@id": "#theme/', '"@id": "_:theme', ("theme", "NodeKindConstraintComponent")),
        ('"@type": "dct:MediaTypeOrExtent"', '"@type": "dct:X"', ("format", "ClassConstraintComponent")),
        ('"@type": "dct:LicenseDocument"', '"@type": "dct:X"', ("license", "ClassConstraintComponent")),
        ('"@type": "dct:Standard"', '"@type": "dct:X"', ("conformsTo", "ClassConstraintComponent")),
        ('"dct:description"', '"dct:x"', ("description", "MinCountConstraintComponent")),
        ('"dcat:accessURL"', '"dcat:x"', ("accessURL", "MinCountConstraintComponent")),
        ('"foaf:name"', '"foaf:x"', ("name", "MinCountConstraintComponent")),
    ],
)
def test_the_shapes_see_what_is_wrong(before: str, after: str, broken: tuple[str, str]) -> None:
    """Each kind of fault that a catalogue could have is a violation: no shape sees nothing."""
    text = to_dcat([FULL], CITY)
    assert before in text
    found = violations(Graph().parse(data=text.replace(before, after), format="json-ld"))
    names = {(path.rpartition("/")[2], kind) for path, kind in found}
    assert broken in names


def test_words_are_iris_of_vocabularies() -> None:
    """Formats by the EU's table and IANA's list, sizes and checksums by their types, licences and themes by IRIs."""
    graph = graph_of([FULL])
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    parts = {str(graph.value(part, DCT["title"])): part for part in graph.objects(dataset, DCAT.distribution)}
    formats = {name: str(graph.value(part, DCT["format"])) for name, part in parts.items()}
    assert formats["aed.csv"] == f"{EU}file-type/CSV"
    assert formats["aed.xlsx"] == f"{EU}file-type/XLSX"
    assert graph.value(parts["aed.csv"], DCAT.mediaType) == URIRef(
        "https://www.iana.org/assignments/media-types/text/csv"
    )
    assert graph.value(parts["aed.csv"], DCAT.byteSize) == Literal("12", datatype=XSD.nonNegativeInteger)
    sums = {name: graph.value(part, SPDX.checksum) for name, part in parts.items()}
    assert sums["aed.fgb"] is None
    assert graph.value(sums["aed.csv"], SPDX.checksumValue) == Literal("ab" * 32, datatype=XSD.hexBinary)
    assert graph.value(sums["aed.xlsx"], SPDX.algorithm) == SPDX.checksumAlgorithm_md5
    licences = set(graph.objects(None, DCT.license))
    assert licences == {URIRef("https://creativecommons.org/licenses/by/4.0/")}
    themes = {str(graph.value(theme, SKOS.prefLabel)) for theme in graph.objects(dataset, DCAT.theme)}
    assert themes == {"防災", "くらし・安全"}


@pytest.mark.parametrize(
    ("licence", "url", "iri"),
    [
        ("CC-BY-4.0", "", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-40-intl", "https://creativecommons.org/licenses/by/4.0/deed.ja", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-21-jp", "https://creativecommons.org/licenses/by/2.1/jp/", "https://creativecommons.org/licenses/by/2.1/jp/"),
        ("cc-by", "", "http://www.opendefinition.org/licenses/cc-by"),
        ("cc-zero", "", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("独自", "https://example.com/terms", "https://example.com/terms"),
        ("独自", "", f"{CITY.homepage}#license/%E7%8B%AC%E8%87%AA"),
    ],
)  # fmt: skip
def test_every_licence_has_an_iri(licence: str, url: str, iri: str) -> None:
    """The canonical one, not the page in Japanese; one of another version keeps its version."""
    graph = graph_of([replace(FULL, license_id=licence, license_url=url)])
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert graph.value(dataset, DCT.license) == URIRef(iri)


def test_datasets_of_one_name_stay_apart() -> None:
    """Two datasets of one name are two things, each with its own title and files."""
    twins = [FULL, replace(FULL, title="AED（古い）", groups=()), replace(FULL, name="aed;2"), replace(FULL, name="")]
    graph = graph_of(twins)
    found = set(graph.subjects(RDF.type, DCAT.Dataset))
    assert (len(found), all(len(list(graph.objects(one, DCT["title"]))) == 1 for one in found)) == (4, True)
    assert [entry.title for entry in from_dcat(to_dcat(twins, CITY))] == [entry.title for entry in twins]


def test_the_wards_own_catalogue_fits_the_shapes(shared: Path) -> None:
    """All 56 datasets and 282 files of the ward."""
    entries = read_dump(shared / "catalog" / "meguro_package_show.jsonl")
    graph = graph_of(entries)
    assert violations(graph) == []
    assert len(set(graph.subjects(RDF.type, DCAT.Distribution))) == 282


def test_what_ckanext_dcat_looks_for_is_there() -> None:
    """The graph, asked as that extension's profile asks it: texts as literals, everything else by its address."""
    graph = graph_of([FULL])
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert str(graph.value(dataset, DCT["title"])) == FULL.title
    assert [str(graph.value(dataset, name)) for name in (DCT.issued, DCT.modified)] == ["2025-04-01", "2025-05"]
    for name in (DCAT.theme, DCT.conformsTo, DCT.language, DCT.accrualPeriodicity, DCAT.landingPage):
        assert all(isinstance(value, URIRef) for value in graph.objects(dataset, name)), name
    part = next(graph.objects(dataset, DCAT.distribution))
    licence = graph.value(part, DCT.license)
    assert isinstance(licence, URIRef)
    titles = {str(title) for title in graph.objects(licence, DCT["title"])}
    assert titles >= {FULL.license_title, "Creative Commons Attribution"}
    assert not any(isinstance(node, BNode) for node in graph.objects(None, DCT.license))
    assert str(graph.value(graph.value(dataset, DCT.conformsTo), RDFS.label)) == "aed@2026"


def test_ckanext_dcat_itself_reads_it() -> None:
    """The extension's own parser, in an interpreter that has it: licence, themes, standard, title, dates."""
    if not CKANEXT_DCAT:
        pytest.skip("NOT TESTED with ckanext-dcat: MEGURO_OPENDATA_TEST_CKANEXT_DCAT names no interpreter that has it")
    reader = ROOT / "tests" / "support" / "ckanext_dcat_reader.py"
    done = subprocess.run([CKANEXT_DCAT, reader], input=to_dcat([FULL], CITY).encode(), capture_output=True, check=True)
    (found,) = json.loads(done.stdout)
    extras = {extra["key"]: extra["value"] for extra in found["extras"]}
    assert (found["title"], found["license_id"]) == (FULL.title, "cc-by")
    assert (extras["issued"], extras["modified"]) == ("2025-04-01", "2025-05")
    themes = {unquote(iri) for iri in json.loads(extras["theme"])}
    assert themes == {f"{CITY.homepage}#theme/{name}" for name in FULL.groups}
    assert json.loads(extras["conforms_to"]) == [f"{CITY.homepage}#standard/aed%402026"]
    assert all(part["license"] for part in found["resources"])
    assert [(part["name"], part.get("size")) for part in found["resources"]] == [
        (part.name, part.size) for part in FULL.distributions
    ]
