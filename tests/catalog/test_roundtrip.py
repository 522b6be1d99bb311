"""A dataset's metadata, written as CKAN's package and as our own lines, comes back whole."""

import json
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from catalog_entries import ENTRIES
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import ROOT

from meguro_opendata.catalog import (
    CatalogEntry,
    Package,
    Tag,
    check_package,
    dcat_document,
    from_ckan,
    from_dcat,
    list_csv,
    read_any,
    read_entries,
    to_ckan,
    to_dcat,
    write_entries,
)
from meguro_opendata.catalog.harvest import read_dump
from meguro_opendata.catalog.review.review import review_catalog
from meguro_opendata.errors import SourceError
from meguro_opendata.workspace.city import City, open_workspace

CITY: City = open_workspace(ROOT / "datasets").city


@given(ENTRIES)
@settings(max_examples=50, deadline=None)
def test_a_package_gives_everything_back(entry: CatalogEntry) -> None:
    """What CKAN holds is what we had, though no tag, group or extra is sent that it refuses."""
    package = Package.from_ckan(json.loads(json.dumps(to_ckan(entry, CITY).to_ckan())))
    assert from_ckan(package) == entry
    codes = {found.code for found in check_package(package)}
    assert codes & {"ckan-tag-refused", "ckan-group-dropped", "ckan-extra-twice", "ckan-extra-core"} == set()


@given(st.lists(ENTRIES, min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_our_lines_give_everything_back(tmp_path_factory: pytest.TempPathFactory, entries: list[CatalogEntry]) -> None:
    """One line a dataset, whatever signs of line ends its texts hold; a reader of either form knows ours."""
    path = tmp_path_factory.mktemp("lines") / "catalog.jsonl"
    path.write_text(write_entries(entries), encoding="utf-8")
    assert read_entries(path) == read_any(path) == entries


def sayable(entry: CatalogEntry) -> CatalogEntry:
    """What DCAT has words for: no rows, encodings or extras; the publisher by his full name."""
    parts = [replace(part, rows=None, encoding=None) for part in entry.distributions]
    return replace(
        entry,
        universal_menu=None,
        remarks=None,
        extras=(),
        contact=replace(entry.contact, extension=""),
        distributions=tuple(parts),
    )


@given(st.lists(ENTRIES, max_size=2, unique_by=lambda entry: entry.name))
@settings(max_examples=40, deadline=None)
def test_dcat_gives_back_what_it_can_say(entries: list[CatalogEntry]) -> None:
    """A catalogue in JSON-LD is read back, but for what DCAT has no property for."""
    wanted = [replace(ordered(sayable(entry)), publisher_id="組織") for entry in entries]
    if wanted:
        assert from_dcat(to_dcat(wanted, CITY)) == wanted


def ordered(entry: CatalogEntry) -> CatalogEntry:
    """The entry with corners in their order, a period that is one, and addresses of files that differ."""
    west, south, east, north = entry.bbox or (1.0, 2.0, 3.0, 4.0)
    box = (min(west, east), min(south, north), max(west, east), max(south, north))
    parts = [
        replace(part, temporal="2020-11", access_url=part.access_url if part.access_url != part.url else None)
        for part in entry.distributions
    ]
    frequency = "毎月" if len(entry.frequency) % 2 else entry.frequency
    return replace(entry, bbox=box, temporal="2020-04-01/2021", frequency=frequency, distributions=tuple(parts))


@given(st.lists(ENTRIES, max_size=2))
@settings(max_examples=20, deadline=None)
def test_the_text_of_dcat_is_that_of_its_document(entries: list[CatalogEntry]) -> None:
    """Written piece by piece, the document is what JSON writes of the whole."""
    assert to_dcat(entries, CITY) == json.dumps(dcat_document(entries, CITY), ensure_ascii=False, indent=1) + "\n"


def test_without_a_publisher_it_is_the_city() -> None:
    """A dataset of the workspace belongs to its city's organisation on every portal."""
    entry = CatalogEntry("ab", "見本", "", "見本課", "", "")
    back = from_ckan(to_ckan(entry, CITY))
    assert (back.publisher_id, back.publisher) == ("131105", "目黒区")
    assert replace(back, publisher=None, publisher_id=None) == entry


NAMES = st.sampled_from(
    [
        "name",
        "title",
        "resources",
        "distributions",
        "extras",
        "tags",
        "keywords",
        "bbox",
        "contact",
        "size",
        "result",
        "url",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_json_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    """A line is a dataset that can go on to every shape, or it is told as none."""
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_text(json.dumps(value) + "\n", encoding="utf-8")
    try:
        entries = read_any(path)
    except SourceError:
        return
    assert json.loads(to_dcat(entries, CITY))
    assert list_csv(entries, CITY)
    assert all(json.dumps(to_ckan(entry, CITY).to_ckan()) for entry in entries)
    assert review_catalog(entries, CITY, date(2026, 4, 1)).to_dict("any", "ja")


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_nothing_that_is_json_breaks_the_reader_of_dcat(value: object) -> None:
    """Whatever stands in a dataset of JSON-LD, it is read as far as it can be, or refused."""
    names = ("dct:title", "dcat:distribution", "dct:spatial", "dcat:keyword", "dct:license", "dcat:contactPoint")
    document = {"@type": "dcat:Dataset", "@context": value, **dict.fromkeys(names, value)}
    try:
        entries = from_dcat(json.dumps(document))
    except SourceError:
        return
    assert json.loads(to_dcat(entries, CITY))


@pytest.mark.parametrize(
    "wrong",
    [{"title": 3}, {"bbox": [1]}, {"bbox": [1, 2, 3, "nan"]}, {"keywords": "AED"}, {"distributions": [{"name": "a"}]},
     {"contact": {"email": 1}}, {"contact": "a"}, {"unknown": "a"},
     {"distributions": [{"name": "a", "format": "CSV", "url": "", "rows": "3"}]},
     {"language": None}],
    ids=str,
)  # fmt: skip
def test_our_own_form_is_read_strictly(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """A line of our own form with a value of another kind is told, not carried on."""
    path = tmp_path / "catalog.jsonl"
    path.write_text(json.dumps({"name": "a", "title": "b", **wrong}), encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        read_entries(path)
    assert refused.value.code == "catalog-line-broken"


def test_text_is_sent_composed() -> None:
    """What macOS decomposes (か + dakuten) is sent as one letter, as CKAN's tags have to be."""
    loose = unicodedata.normalize("NFD", "学校給食だより")
    entry = CatalogEntry("ab", loose, loose, "見本課", "", "", keywords=(loose,))
    package = to_ckan(entry, CITY)
    assert (package.title, package.tags) == ("学校給食だより", (Tag.of("学校給食だより"),))
    assert "keywords" not in {extra.key for extra in package.extras}


@pytest.mark.parametrize(
    ("extras", "expected"),
    [
        ([{"key": "bbox", "value": "目黒区"}], {"bbox": None}),
        ([{"key": "bbox", "value": "nan,1,2,3"}], {"bbox": None}),
        ([{"key": "keywords", "value": "壊れた["}], {"keywords": ("壊れた[",)}),
        ([{"key": "keywords", "value": "3"}], {"keywords": ("3",)}),
        ([{"key": "keywords", "value": "[" * 100_000}], {"keywords": ("[" * 100_000,)}),
        ([{"key": "theme", "value": None}], {"extras": (("theme", "None"),)}),
        ([{"key": "更新頻度", "value": "1年"}], {"frequency": "1年", "extras": ()}),
    ],
)
def test_what_others_wrote_does_no_harm(extras: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    """Extras of another's making are read as far as they can be, and never stop the reading."""
    entry = from_ckan(Package.from_ckan({"name": "a", "title": "b", "extras": extras}))
    assert {name: getattr(entry, name) for name in expected} == expected


def test_real_packages_come_back_from_ours(shared: Path) -> None:
    """The ward's own 56 datasets, as its portal gave them, survive the way to CKAN and back."""
    entries = read_dump(shared / "catalog" / "meguro_package_show.jsonl")
    again = [from_ckan(Package.from_ckan(json.loads(json.dumps(to_ckan(entry, CITY).to_ckan())))) for entry in entries]
    composed = [from_ckan(to_ckan(entry, CITY)) for entry in again]
    assert len(entries) == 56
    assert again == composed
    assert [replace(entry, distributions=()) for entry in again] == [
        replace(entry, distributions=()) for entry in entries
    ]
