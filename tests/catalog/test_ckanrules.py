"""Names and text that CKAN refuses, cuts or drops are told before anything is sent."""

import copy
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from meguro_opendata.catalog import Package, PortalRules
from meguro_opendata.catalog import check_package as check_typed
from meguro_opendata.catalog.ckanlimits import sendable_tag
from meguro_opendata.findings import Finding

GOOD: dict[str, Any] = {
    "name": "131105_aed",
    "title": "AED設置箇所一覧",
    "notes": "1行目\n2行目",
    "license_id": "cc-by",
    "tags": [{"name": "自治体標準ODS"}, {"name": "AED設置箇所"}],
    "groups": [{"name": "c003"}],
    "extras": [{"key": "frequency", "value": "随時"}],
    "resources": [{"name": "一覧", "url": "131105_aed.csv", "format": "CSV", "size": 12}],
}


def check_package(raw: dict[str, Any], rules: PortalRules | None = None) -> list[Finding]:
    """The findings on a package as CKAN's API takes it."""
    return check_typed(Package.from_ckan(raw), rules)


Change = Callable[[dict[str, Any]], object]


def test_a_package_in_order_has_no_finding() -> None:
    """The rules are not stricter than CKAN."""
    assert check_package(GOOD, PortalRules("131105_", max_bytes=12)) == []


@pytest.mark.parametrize(
    ("change", "code", "severity", "value"),
    [
        (lambda p: p.update(name="AED"), "ckan-name", "error", "AED"),
        (lambda p: p.update(name="a"), "ckan-name", "error", "a"),
        (lambda p: p.update(name="設置箇所"), "ckan-name", "error", "設置箇所"),
        (lambda p: p.update(name="a" * 101), "ckan-name", "error", "a" * 60 + "…"),
        (lambda p: p.update(name=""), "ckan-name", "error", ""),
        (lambda p: p.update(name="aed\n"), "ckan-name", "error", "aed\n"),
        (lambda p: p.update(name="search"), "ckan-name-reserved", "error", "search"),
        (lambda p: p.update(name="new"), "ckan-name-reserved", "error", "new"),
        (lambda p: p.update(name="edit"), "ckan-name-reserved", "error", "edit"),
        (lambda p: p.update(title="AED\0"), "ckan-control-character", "error", "AED?"),
        (lambda p: p["extras"][0].update(value="\x0b"), "ckan-control-character", "error", "?"),
        (lambda p: p["resources"][0].update(name="\ud800"), "ckan-control-character", "error", "?"),
        (lambda p: p["tags"].append({"name": "水"}), "ckan-tag-refused", "error", "水"),
        (lambda p: p["tags"].append({"name": "子育て・教育"}), "ckan-tag-refused", "error", "子育て・教育"),
        (lambda p: p["tags"].append({"name": "a\u3000b"}), "ckan-tag-refused", "error", "a\u3000b"),
        (lambda p: p["tags"].append({"name": "a" * 101}), "ckan-tag-refused", "error", "a" * 60 + "…"),
        (lambda p: p["groups"].append({"name": "防災"}), "ckan-group-dropped", "warning", "防災"),
        (lambda p: p["extras"].append({"key": "frequency", "value": "毎月"}), "ckan-extra-twice", "error", "frequency"),
        (lambda p: p["extras"].append({"key": "title", "value": "x"}), "ckan-extra-core", "error", "title"),
        (lambda p: p["extras"].append({"key": " ", "value": "x"}), "ckan-extra-core", "error", " "),
        (lambda p: p["extras"].append({"key": "x", "value": "字" * 14_000}), "ckan-extra-long", "error", "x"),
        (lambda p: p.update(license_id="CC-BY-4.0"), "ckan-licence-unknown", "warning", "CC-BY-4.0"),
        (lambda p: p["resources"].append(p["resources"][0]), "ckan-file-twice", "warning", "一覧"),
        (lambda p: p["resources"][0].update(url="https://"), "ckan-file-address", "error", "https://"),
        (lambda p: p["resources"][0].update(url="ftp://a/b.csv"), "ckan-file-address", "error", "ftp://a/b.csv"),
        (lambda p: p["resources"][0].update(url="設置箇所.csv"), "ckan-file-name", "error", "設置箇所.csv"),
        (lambda p: p["resources"][0].update(url=".csv"), "ckan-file-name", "error", ".csv"),
        (lambda p: p["resources"][0].update(format=" "), "ckan-format-missing", "warning", "一覧"),
        (lambda p: p["resources"][0].update(size=0), "ckan-file-empty", "error", "一覧"),
        (lambda p: p["resources"][0].update(size=11_000_001), "ckan-file-large", "error", "一覧"),
    ],
)
def test_each_rule_tells_its_fault(change: Change, code: str, severity: str, value: str) -> None:
    """One fault, one finding, with its value and a sentence in both languages."""
    package = copy.deepcopy(GOOD)
    change(package)
    (found,) = check_package(package, PortalRules(max_bytes=11_000_000))
    assert (found.code, found.severity, found.value) == (code, severity, value)
    assert all(found.text(part, lang) for part in ("title", "message", "advice") for lang in ("ja", "en"))


def test_a_portals_own_rules() -> None:
    """BODIK wants the municipality's code first, and has a list of licences of its own."""
    rules = PortalRules("131105_", licenses={"cc-by-40-intl"})
    codes = [found.code for found in check_package({**GOOD, "name": "aed"}, rules)]
    assert codes == ["ckan-name-prefix", "ckan-licence-unknown"]
    assert check_package({**GOOD, "license_id": "cc-by-40-intl"}, rules) == []


def test_links_are_judged_as_links() -> None:
    """A link may have a Japanese address, no size, and be larger than any upload."""
    part = {"name": "a", "url": "https://example.com/一覧.csv?x=1", "format": "CSV", "size": 10**9}
    for size in (10**9, 0, None):
        assert check_package({**GOOD, "resources": [{**part, "size": size}]}, PortalRules(max_bytes=1)) == []


@pytest.mark.parametrize(
    ("keyword", "tag"),
    [
        ("水", ""),
        ("水道", "水道"),
        ("a" * 100, "a" * 100),
        ("a" * 101, ""),
        ("子育て・教育", "子育て 教育"),
        ("公園、緑地", "公園 緑地"),
        ("（仮）", ""),
        ("㈱目黒", "株式会社目黒"),
        ("生活\u3000環境", "生活 環境"),
        ("a/b", "a b"),
        ("防災＆減災", "防災 and 減災"),
        ("GIF-2.0_v1", "GIF-2.0_v1"),
        (unicodedata.normalize("NFD", "ごみ"), "ごみ"),
        ("ＡＥＤ", "ＡＥＤ"),
        ("", ""),
    ],
)
def test_a_keyword_becomes_a_tag(keyword: str, tag: str) -> None:
    """A refused sign is replaced, nothing else is touched; what cannot be a tag is none."""
    assert sendable_tag(keyword) == tag


def test_rewritten_and_left_out_keywords_are_told() -> None:
    """The clerk sees which of his keywords the portal will show otherwise, or not at all."""
    found = check_package({**GOOD, "extras": [{"key": "keywords", "value": '["水", "子育て・教育", "防災"]'}]})
    assert [(one.code, one.value, one.suggestion) for one in found] == [
        ("ckan-tag-left-out", "水", None),
        ("ckan-tag-fitted", "子育て・教育", "子育て 教育"),
    ]
