"""A catalogue is held against DCAT-AP: what is missing is told with what it is for and what to do."""

import copy
import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from locations import ROOT

from meguro_opendata import messages
from meguro_opendata.catalog import CatalogEntry, Contact, Distribution, from_dcat, to_dcat
from meguro_opendata.catalog.forms.jsonld import load_document
from meguro_opendata.catalog.review.dcatrules import check_document
from meguro_opendata.errors import SourceError
from meguro_opendata.workspace.city import City, open_workspace

CITY: City = open_workspace(ROOT / "datasets").city
RULES = tomllib.loads((ROOT / "meguro_opendata" / "catalog" / "review" / "dcat_ap.toml").read_text(encoding="utf-8"))[
    "rule"
]
FULL = CatalogEntry(
    name="131105_aed",
    title="AED設置箇所一覧",
    description="区内のAED。",
    department="見本課",
    frequency="1年",
    license_id="CC-BY-4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/deed.ja",
    keywords=("AED",),
    groups=("防災",),
    issued="2025-04-01",
    modified="2025-05-01",
    landing_page="https://example.com/",
    spatial="東京都目黒区",
    temporal="2025-04-01",
    contact=Contact(email="a@example.com"),
    distributions=(Distribution("aed.csv", "CSV", "https://example.com/aed.csv", "一覧のCSV", size=12),),
)
Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    """A catalogue that lacks nothing, as it would be read from a file."""
    loaded: dict[str, Any] = json.loads(to_dcat([FULL], CITY))
    return loaded


def checked(changed: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """Code, property and severity of each finding on a document."""
    found = check_document(load_document(json.dumps(changed)))
    return [(one.code, one.field, one.severity) for one in found]


def test_what_we_write_lacks_nothing() -> None:
    """An entry in which everything is said gives a catalogue without a finding."""
    assert checked(document()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['class']} {rule['property']}")
def test_each_property_is_missed(rule: dict[str, Any]) -> None:
    """Without a property, exactly its rule speaks, as hard as DCAT-AP does; of an optional one nobody speaks."""
    changed = document()
    dataset = changed["dcat:dataset"][0]
    holder = {"dcat:Catalog": changed, "dcat:Dataset": dataset, "dcat:Distribution": dataset["dcat:distribution"][0]}
    del holder[rule["class"]][rule["property"]]
    severity = {"mandatory": "error", "recommended": "warning"}.get(rule["need"])
    expected = [(f"dcat-{rule['need']}", rule["property"], severity)] if severity else []
    assert [found for found in checked(changed) if found[1] == rule["property"]] == expected


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_each_rule_can_be_told(lang: str) -> None:
    """Every property has a name, a reason and something to do, in both languages, and every text belongs to a rule."""
    told = {rule["says"] for rule in RULES}
    assert all(messages.property_text(code, part, lang) for code in told for part in ("name", "why", "todo"))
    known = {code for code in messages.codes("properties", lang) if not code.startswith("quality-")}
    assert known == told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d["dcat:distribution"][0].update({"dcat:accessURL": {"@id": "一覧.csv"}}), "dcat:accessURL"),
        (lambda d: d["dcat:distribution"][0].update({"dcat:downloadURL": "ftp://example.com/a"}), "dcat:downloadURL"),
        (lambda d: d["dcat:distribution"][0].update({"dcat:byteSize": "12 kB"}), "dcat:byteSize"),
        (lambda d: d.update({"dct:issued": {"@value": "令和7年4月1日"}}), "dct:issued"),
        (lambda d: d.update({"dct:title": {"@value": "  "}}), "dct:title"),
        (lambda d: d.update({"dcat:landingPage": "www.example.com"}), "dcat:landingPage"),
    ],
)
def test_what_has_the_wrong_form_is_told(change: Change, field: str) -> None:
    """An address that is none, a date in words, a size with a unit."""
    changed = document()
    change(changed["dcat:dataset"][0])
    assert checked(changed) == [("dcat-form", field, "error")]


def test_the_same_lack_of_many_files_is_told_once() -> None:
    """Sixty files without description are one finding with their number."""
    changed = document()
    dataset = changed["dcat:dataset"][0]
    part = dataset["dcat:distribution"][0]
    bare = {name: value for name, value in part.items() if name != "dct:description"}
    dataset["dcat:distribution"] = [part, *[bare] * 60]
    (found,) = check_document(load_document(json.dumps(changed)))
    assert (found.code, found.params["count"], found.params["of"]) == ("dcat-recommended-files", 60, 61)
    assert found.text("message", "ja").startswith("「ファイルの説明」が、ファイル61件のうち60件にありません")


@pytest.mark.parametrize("wrap", ["prefix", "expanded", "graph", "lists"])
def test_other_spellings_of_json_ld_are_read(wrap: str) -> None:
    """Another prefix, whole addresses, a graph, and lists for single values mean the same."""
    text = to_dcat([FULL], CITY)
    if wrap == "prefix":
        text = text.replace('"dct:', '"dcterms:').replace('"dct":', '"dcterms":')
    elif wrap == "expanded":
        text = text.replace('"dct:', '"http://purl.org/dc/terms/').replace('"dcat:', '"http://www.w3.org/ns/dcat#')
    elif wrap == "graph":
        text = json.dumps({"@context": json.loads(text)["@context"], "@graph": [json.loads(text)]})
    else:
        loaded = json.loads(text)
        loaded["dcat:dataset"] = [
            {
                name: value if isinstance(value, list) or name.startswith("@") else [value]
                for name, value in part.items()
            }
            for part in loaded["dcat:dataset"]
        ]
        text = json.dumps(loaded)
    (found,) = from_dcat(text)
    assert (found.title, found.keywords, found.frequency) == (FULL.title, FULL.keywords, "1年")
    assert found.distributions == FULL.distributions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "dcat-unreadable"),
        ("<html>", "dcat-unreadable"),
        ("[]", "dcat-unreadable"),
        ("3", "dcat-unreadable"),
        ("{}", "dcat-without-dataset"),
        ('{"@type": "dcat:Catalog"}', "dcat-without-dataset"),
        ('{"a":' * 60 + "1" + "}" * 60, "dcat-unreadable"),
        ("[" * 200_000, "dcat-unreadable"),
    ],
)
def test_what_is_no_catalogue_is_refused(text: str, code: str) -> None:
    """No JSON, no object, no dataset, or deeper than any catalogue."""
    with pytest.raises(SourceError) as refused:
        from_dcat(text, "catalog.jsonld")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "odd",
    [
        {"dct:title": None},
        {"dct:title": {"@value": {"a": 1}}},
        {"dcat:keyword": [{"@value": "a"}, None, 3]},
        {"dcat:distribution": ["https://example.com/", {"@type": "dcat:Distribution", "dcat:byteSize": "1e3"}]},
        {"dct:spatial": {"dcat:bbox": "POLYGON((1 2,3))"}},
        {"dct:spatial": "https://example.com/place"},
        {"dct:temporal": "2020"},
        {"dct:license": ["https://example.com/licence"]},
        {"spdx:checksum": {"spdx:checksumValue": ["a"]}},
    ],
    ids=str,
)
def test_odd_values_of_others_do_no_harm(odd: dict[str, Any]) -> None:
    """Whatever stands where we expect something else, the rest is read and can be checked."""
    changed = copy.deepcopy(document())
    changed["dcat:dataset"][0].update(odd)
    assert [found.name for found in from_dcat(json.dumps(changed))] == ["131105_aed"]
    assert isinstance(checked(changed), list)
