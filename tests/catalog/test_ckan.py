"""A real CKAN takes what our rules let through, refuses what they refuse, and gives everything back.

``MEGURO_OPENDATA_TEST_CKAN_URL`` and ``…_TOKEN`` name a CKAN and an administrator of it; ``…_URL_2`` and ``…_TOKEN_2``
a second.
"""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ckanapi
import pytest

from meguro_opendata.catalog import CatalogEntry, Contact, Distribution, Package, check_package, to_ckan
from meguro_opendata.catalog.harvest import Manners, harvest_ckan
from meguro_opendata.workspace.city import City, License

NAME = "MEGURO_OPENDATA_TEST_CKAN"
ENDINGS = [ending for ending in ("", "_2", "_3") if os.environ.get(f"{NAME}_URL{ending}")]
REASON = f"NOT TESTED on a real CKAN: {NAME}_URL and {NAME}_TOKEN name none"
# An example city, not the ward.
CITY = City(
    code="131105",
    name="目黒区",
    name_en="Meguro (example)",
    prefecture="東京都",
    organization="見本",
    homepage="https://example.org/",
    license=License(id="cc-by", title="CC BY", url="https://example.org/license"),
    fiscal_year_start=4,
    departments=("見本課",),
)


@dataclass(frozen=True)
class Lab:
    """A CKAN and an organisation of this test's own."""

    remote: ckanapi.RemoteCKAN
    url: str
    organization: str

    def create(self, package: dict[str, Any]) -> dict[str, Any]:
        """Send a package as it is."""
        own = {
            key: part for key, part in package.items() if key not in ("organization", "license_title", "license_url")
        }
        made: dict[str, Any] = self.remote.call_action("package_create", {**own, "owner_org": self.organization})
        return made

    def harvest(self) -> tuple[CatalogEntry, ...]:
        """What our own reader finds there."""
        return harvest_ckan(self.url, self.organization, Manners(allow_private=True, pause=0)).entries


@pytest.fixture(params=ENDINGS or [pytest.param("", marks=pytest.mark.skip(reason=REASON))])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Each CKAN that the environment names, with an organisation that is emptied afterwards."""
    url = os.environ[f"{NAME}_URL{request.param}"].rstrip("/")
    with ckanapi.RemoteCKAN(url, apikey=os.environ[f"{NAME}_TOKEN{request.param}"]) as remote:
        name = f"m{uuid.uuid4().hex[:12]}"
        remote.call_action("organization_create", {"name": name, "title": "試験の組織（架空の例）"})
        yield Lab(remote, url, name)
        found = remote.call_action("package_search", {"fq": f"organization:{name}", "rows": 1000})["results"]
        for package in found:
            remote.call_action("dataset_purge", {"id": package["id"]})
        remote.call_action("organization_purge", {"id": name})


def entry(name: str, **changed: Any) -> CatalogEntry:
    """An entry that says everything, an example."""
    part = Distribution(
        name="見本（CSV）",
        format="CSV",
        url="https://example.com/一覧.csv",
        description="2行の\n説明",
        size=12,
        sha256="a" * 64,
        rows=3,
        encoding="utf-8-sig",
        temporal="2020-11",
        issued="2020-11-01",
        modified="2020-11-02",
    )
    full = CatalogEntry(
        name=name,
        title="見本データ①髙﨑𠮷",
        description="「説明」\n2行目 <b>&amp;</b>",
        department="見本部見本課",
        frequency="1年",
        license_id="cc-by",
        keywords=("水", "子育て・教育", "自治体標準ODS", "a" * 101),
        groups=("まちづくり",),
        issued="2020-04-01",
        modified="2020-11-02",
        landing_page="https://example.com/",
        spatial="東京都目黒区",
        temporal="2020-04-01/2021-03-31",
        bbox=(139.66, 35.6, 139.72, 35.66),
        provenance="架空の例",
        standard="aed@2026",
        subtitle="副題",
        universal_menu="防災",
        documents=("https://example.com/a", "https://example.com/b"),
        remarks="備考",
        contact=Contact(
            email="a@example.com", phone="03-0000-0000", extension="12", form="https://example.com/f", note="n"
        ),
        extras=(("その他の項目", "値"),),
        distributions=(part, replace(part, name="見本2", url="https://example.com/2.csv")),
    )
    return replace(full, **changed)


def test_everything_comes_back(lab: Lab) -> None:
    """What a CKAN stored and our harvest reads is what was sent, but for the names of organisation and licence."""
    sent = entry(f"{lab.organization}-full")
    lab.create(to_ckan(sent, CITY).to_ckan())
    (found,) = lab.harvest()
    assert replace(found, publisher=None, publisher_id=None, license_title="", license_url="") == replace(
        sent, extras=found.extras
    )
    assert dict(found.extras) == dict(sent.extras)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "AED"},
        {"name": "a"},
        {"name": "設置"},
        {"name": "a" * 101},
        {"name": "search"},
        {"name": "new"},
        {"title": "a\0"},
        {"tags": [{"name": "水"}]},
        {"tags": [{"name": "子育て・教育"}]},
        {"tags": [{"name": "a\u3000b"}]},
        {"tags": [{"name": "か\u3099"}]},
        {"tags": [{"name": "a" * 101}]},
        {"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]},
        {"extras": [{"key": "title", "value": "1"}]},
        {"extras": [{"key": "long", "value": "字" * 14_000}]},
    ],
    ids=str,
)
def test_what_we_call_an_error_is_refused(lab: Lab, changed: dict[str, Any]) -> None:
    """Each error of the rules is one on a real CKAN, so that no rule stops what would have worked."""
    plain = {"name": f"{lab.organization}-x", "title": "見本", "license_id": "cc-by", **changed}
    assert "error" in {found.severity for found in check_package(Package.from_ckan(plain))}
    with pytest.raises((ckanapi.CKANAPIError, ckanapi.ValidationError)):
        lab.create(plain)


@pytest.mark.parametrize(
    "changed",
    [
        {"tags": [{"name": "水道"}, {"name": "a.b-c_d e"}, {"name": "ＡＥＤ"}, {"name": "①２"}, {"name": "a" * 100}]},
        {"extras": [{"key": "項目", "value": "字" * 10_000}, {"key": "空", "value": " "}]},
        {"title": "①髙﨑𠮷😀"},
    ],
)
def test_what_we_let_through_is_taken(lab: Lab, changed: dict[str, Any]) -> None:
    """The rules let through what a real CKAN takes, and it is there unchanged."""
    plain = {"name": f"{lab.organization}-y", "title": "見本", "license_id": "cc-by", **changed}
    assert check_package(Package.from_ckan(plain)) == []
    made = lab.create(plain)
    assert made["title"] == plain["title"]
    assert {tag["name"] for tag in made["tags"]} == {tag["name"] for tag in plain.get("tags", ())}
    assert {extra["key"]: extra["value"] for extra in made["extras"]} == {
        extra["key"]: extra["value"] for extra in plain.get("extras", ())
    }


def test_many_datasets_come_in_by_one_page(lab: Lab) -> None:
    """A small catalogue takes two requests: the rules of the site, and one page."""
    for number in range(3):
        lab.create(to_ckan(entry(f"{lab.organization}-{number}", title=f"見本{number}"), CITY).to_ckan())
    found = harvest_ckan(lab.url, lab.organization, Manners(allow_private=True))
    assert [part.title for part in found.entries] == ["見本0", "見本1", "見本2"]
    assert (found.requests, found.told, found.broken) == (2, 3, ())
