"""A catalogue as odd as a great city's goes through every form: what comes in goes out, or is named.

The same with 5,000 datasets and 58,000 files, with its times and its memory, is ``tests/benchmarks/catalogue.py``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from catalogue_site import Site
from great_dump import write_dump
from locations import ROOT

from meguro_opendata.catalog import from_dcat, numbered_rows
from meguro_opendata.catalog.forms.files import catalog_bytes
from meguro_opendata.catalog.harvest import Harvest, harvest_ckan, harvest_file
from meguro_opendata.catalog.publisher import publisher_of
from meguro_opendata.catalog.review.oddities import oddities
from meguro_opendata.catalog.review.review import review_catalog
from meguro_opendata.ledger import import_events, read_ledger, read_packages
from meguro_opendata.workspace.city import open_workspace

CITY = open_workspace(ROOT / "datasets").city
TODAY = date(2026, 4, 1)
DATASETS = 200  # enough for every oddity of the dump
FILES = 1200


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump's file."""
    path = tmp_path_factory.mktemp("great") / "dump.jsonl"
    write_dump(path, DATASETS, FILES)
    return path


@pytest.fixture(scope="module")
def packages(dump: Path) -> list[dict[str, Any]]:
    """The packages of the dump."""
    return [json.loads(line) for line in dump.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def found(dump: Path) -> Harvest:
    """What is read of the dump."""
    return harvest_file(dump)


@pytest.fixture
def site(packages: list[dict[str, Any]]) -> Iterator[Site]:
    """A site that has them all."""
    running = Site()
    running.packages = packages
    yield running
    running.server.shutdown()
    running.server.server_close()


def doubled(packages: list[dict[str, Any]]) -> set[str]:
    """Names that several packages have."""
    return {name for name, count in Counter(one["name"] for one in packages).items() if count > 1}


def test_every_dataset_comes_in(found: Harvest, site: Site, packages: list[dict[str, Any]]) -> None:
    """From the file and from a server, in their number, with doubled names and odd dates named."""
    remote = harvest_ckan(site.url, manners=site.manners())
    for read in (found, remote):
        odd = oddities(read.entries, TODAY)
        assert (len(read.entries), read.missing, read.broken, read.repeated) == (DATASETS, 0, (), ())
        assert sorted(entry.name for entry in read.entries) == sorted(one["name"] for one in packages)
        assert set(odd.doubled) == doubled(packages) != set()
        assert {one.kind for one in odd.dates} == {"early", "unreadable"}
        assert read.exit_code(odd) == 1


def test_every_dataset_goes_out(found: Harvest, packages: list[dict[str, Any]]) -> None:
    """As CKAN's packages unchanged, as datasets of DCAT each with an IRI of its own, as a row for each file."""
    ckan = catalog_bytes(found.entries, CITY, "ckan", found.packages).decode()
    assert [json.loads(line) for line in ckan.split("\n") if line] == packages
    dcat = catalog_bytes(found.entries, CITY, "dcat").decode()
    assert len({one["@id"] for one in json.loads(dcat)["dcat:dataset"]}) == DATASETS
    assert [entry.name for entry in from_dcat(dcat)] == [one["name"] for one in packages]
    _, rows = numbered_rows(found.entries, CITY)
    assert len(rows) == sum(len(one["resources"]) or 1 for one in packages)


def test_every_dataset_is_reviewed(found: Harvest, packages: list[dict[str, Any]]) -> None:
    """The check goes on whatever a dataset says, and finds each doubled name."""
    reviewed = review_catalog(found.entries, CITY, TODAY)
    codes = Counter(one.code for one in reviewed.all_findings)
    assert (len(reviewed.reviews), codes["catalog-name-doubled"]) == (DATASETS, 2 * len(doubled(packages)))
    assert {"catalog-date-implausible", "catalog-date-unreadable"} <= set(codes)


def test_every_file_is_imported(dump: Path, packages: list[dict[str, Any]], tmp_path: Path) -> None:
    """Each file is entered once or named, whatever its date is."""
    ledger = tmp_path / "ledger.jsonl"
    done = import_events(ledger, read_packages(dump), "great", CITY.code)
    left = sum(not one.used for one in done.odd)
    assert done.entered + done.known + left == sum(len(one["resources"]) for one in packages)
    assert len(read_ledger(ledger)) == done.entered
    assert set(done.doubled) == doubled(packages) - set(done.skipped)
    assert Counter(done.skipped) == Counter(one["name"] for one in packages if not one["resources"])


def test_an_unknown_organisation_is_looked_up_once(found: Harvest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes of no municipality, which take long to be answered, are asked once each, not once a file."""
    from meguro_opendata.catalog import publisher

    asked: Counter[str] = Counter()
    real = publisher.municipality

    def counted(code: str) -> object:
        asked[code] += 1
        return real(code)

    publisher._municipality_of.cache_clear()
    monkeypatch.setattr(publisher, "municipality", counted)
    for entry in found.entries:
        publisher_of(entry, CITY)
    assert set(asked.values()) == {1}
