"""A portal's times are Japan's days wherever they are shown or counted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import meguro_opendata as mo
from meguro_opendata.catalog import from_ckan, to_dcat
from meguro_opendata.catalog.forms.dcatreading import from_dcat
from meguro_opendata.catalog.forms.openlist import list_frame
from meguro_opendata.catalog.package import Package
from meguro_opendata.ledger import import_events, read_packages, scan_ledger
from meguro_opendata.portals import FolderPortal
from meguro_opendata.workspace.city import Workspace

# How portals write the same second, 31 March 2021 at 15:00 UTC, and the date that it is not.
MOMENTS = [
    "2021-03-31T15:00:00",
    "2021-03-31T15:00:00.000001",
    "2021-03-31T15:00:00Z",
    "2021-03-31 15:00:00 UTC",
    "2021-04-01T00:00:00+09:00",
    "2021-03-31T10:00:00-05:00",
    "2021-04-01",
]


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


def dataset(written: str) -> dict[str, Any]:
    """A dataset as CKAN's API gives it, with one file that came and was last changed at some time."""
    part = {"id": "a", "name": "一覧.csv", "format": "CSV", "url": "https://example.com/一覧.csv"}
    times = {"metadata_created": written, "metadata_modified": written}
    return {
        "id": "1",
        "name": "park",
        "title": "公園",
        "notes": "一覧",
        "license_id": "CC-BY-4.0",
        "maintainer": "見本課",
        "tags": [],
        "groups": [],
        "extras": [{"key": "issued", "value": written}, {"key": "modified", "value": written}],
        "resources": [part | {"created": written, "last_modified": written, "hash": "", "size": 1}],
        **times,
    }


@pytest.mark.parametrize("written", MOMENTS)
def test_the_list_the_ledger_the_catalogue_and_the_page_agree(
    written: str, workspace: Workspace, tmp_path: Path
) -> None:
    """オープンデータ一覧, DCAT both ways, an import into the ledger and the portal's page give one day, 2021-04-01."""
    entry = from_ckan(Package.from_ckan(dataset(written)))
    part = entry.distributions[0]
    frame = list_frame([entry], workspace.city)
    listed = [frame[name][0] for name in frame.columns if name.endswith(("公開日", "最終更新日"))]
    document = to_dcat([entry], workspace.city)
    (again,) = from_dcat(document, "catalog.jsonld")
    dump = tmp_path / "dump.jsonl"
    dump.write_text(json.dumps(dataset(written), ensure_ascii=False), encoding="utf-8")
    ledger = tmp_path / "ledger.jsonl"
    import_events(ledger, read_packages(dump), "there", workspace.city.code)
    counted = scan_ledger(ledger, date.max).datasets["park"].firsts["一覧.csv"].day
    days = {entry.issued, entry.modified, part.issued, part.modified, again.issued, again.modified, counted, *listed}
    assert days == {"2021-04-01"}
    assert "2021-03-31" not in document


@pytest.mark.parametrize("written", MOMENTS[:-1])
def test_a_catalogue_of_others_is_read_by_japans_days(written: str) -> None:
    """A moment in another portal's DCAT is the same day as in its CKAN."""
    node = {"@type": "dcat:Dataset", "dct:title": "公園", "dct:issued": {"@value": written, "@type": "xsd:dateTime"}}
    context = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}
    (entry,) = from_dcat(json.dumps({"@context": context, "@graph": [node]}, ensure_ascii=False), "x.jsonld")
    assert entry.issued == "2021-04-01"


def test_the_embedded_portals_page_shows_japans_day(workspace: Workspace, tmp_path: Path) -> None:
    """What was written to the folder portal at 15:00 UTC is of the next day on its pages and in its catalogue."""
    portal = FolderPortal("here", tmp_path / "portal", workspace.city)
    package = Package.from_ckan({**dataset("2021-04-01"), "extras": [], "resources": []})
    portal.put(package, [], "2021-03-31T15:00:00.000000", None)
    shown = tmp_path / "portal" / "api" / "3" / "action" / "package_show" / "park.json"
    held = json.loads(shown.read_text(encoding="utf-8"))
    part = dataset("2021-03-31T15:00:00.000000")["resources"][0]
    held["result"]["resources"] = [part | {"name": "a.csv"}]
    shown.write_text(json.dumps(held), encoding="utf-8")
    portal.finish()
    page = (tmp_path / "portal" / "dataset" / "park" / "index.html").read_text(encoding="utf-8")
    assert ("2021-04-01" in page, "2021-03-31" in page) == (True, False)
    assert "2021-03-31" not in (tmp_path / "portal" / "catalog.jsonld").read_text(encoding="utf-8")
