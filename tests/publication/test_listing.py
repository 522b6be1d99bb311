"""The workspace's own catalogue: its releases as entries, with and without the addresses of a portal."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory_portal import MemoryPortal
from planned_datasets import release_of_rows, small_workspace

from meguro_opendata.catalog import Package
from meguro_opendata.ledger import PublishedFiles
from meguro_opendata.publication import listing
from meguro_opendata.publication.listing import workspace_entries
from meguro_opendata.workspace.city import PortalSettings, Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of two datasets whose releases are made here."""
    ckan = PortalSettings(kind="ckan", url="https://data.example.jp/")
    home = small_workspace(tmp_path / "w", portals={"memory": ckan})
    for slug in ("aed", "bus"):
        (home.root / slug).mkdir(parents=True)
        (home.root / slug / "dataset.yaml").write_text("", encoding="utf-8")
    made = {slug: release_of_rows(tmp_path, "1", slug=slug) for slug in ("aed", "bus")}
    monkeypatch.setattr(listing, "load_releases", lambda _, slugs: [made[slug] for slug in slugs])
    portal = MemoryPortal(home.city, ckan)
    monkeypatch.setattr(listing, "open_portal", lambda *_: portal)
    wanted = portal.wanted("aed", made["aed"].entry)
    shown = portal.put(Package.from_ckan(wanted.to_ckan()), list(made["aed"].files), "2026", None)
    part = portal.packages[shown.name]["resources"][0]
    part |= {"url": "/dataset/x/a.csv", "url_type": "upload", "size": made["aed"].files[0].bytes}
    return home


def test_without_a_portal_files_have_no_address(home: Workspace) -> None:
    """All datasets, or those that are named."""
    entries = workspace_entries(home)
    assert [(entry.name, entry.distributions[0].url) for entry in entries] == [("131105_aed", ""), ("131105_bus", "")]
    assert [entry.name for entry in workspace_entries(home, ["bus"])] == ["131105_bus"]


def test_with_a_portal_published_files_have_its_address(home: Workspace) -> None:
    """A dataset that is not there yet has none."""
    urls = {entry.name: entry.distributions[0].url for entry in workspace_entries(home, portal="memory")}
    assert urls == {"131105_aed": "https://data.example.jp/dataset/x/a.csv", "131105_bus": ""}


def test_a_withdrawn_dataset_is_left_out_of_its_portals_catalogue(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs no release either."""
    ledger = type("Ledger", (), {"withdrawals": {"bus"}, "files": lambda _, slug: PublishedFiles()})()
    monkeypatch.setattr(listing, "read_portal", lambda *_: ledger)
    assert [entry.name for entry in workspace_entries(home, portal="memory")] == ["131105_aed"]
