"""Publishing to real CKANs: silence of a second run, every fault on the way, and being killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from ckan_labs import REASON, TOKEN, Lab, clean_up, labs
from ckan_proxy import DELAY, FAULTS, KILLS, Traffic, proxy
from locations import ROOT
from publish_ten import publish_ten, ten_releases, workspace_for

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import pending_path, read_ledger, verify_ledger
from meguro_opendata.portals import open_portal
from meguro_opendata.portals.ckan.client import ckan_rules
from meguro_opendata.publication import plan_releases, publish
from meguro_opendata.publication.fields import flat
from meguro_opendata.publication.history import History, KeptRelease
from meguro_opendata.workspace.city import Workspace

LABS = [pytest.param(lab, id=f"ckan{number}") for number, lab in enumerate(labs(), start=1)]
ALL = bool(os.environ.get("MEGURO_OPENDATA_ALL_FAULTS"))
REQUESTS = 17
PLACES = range(REQUESTS) if ALL else (1, 2, REQUESTS - 1)
RANDOM_KILLS = 50 if ALL else 5
KILLED_AT = range(REQUESTS) if ALL else (2, REQUESTS - 1)
WRITES = {"package_create", "package_revise", "package_delete", "resource_patch", "package_patch"}

pytestmark = pytest.mark.ckan


@dataclass(frozen=True)
class Office:
    """A workspace, and a portal's organisation of its own behind a proxy."""

    lab: Lab
    organization: str
    folder: Path
    traffic: Traffic
    workspace: Workspace

    def check(self, version: int = 1) -> None:
        """The portal holds the ten datasets, each once, and of each file every bit; nothing is left to do."""
        releases = ten_releases(self.folder, version)
        portal = open_portal(self.workspace, "lab")
        held = portal.state().packages
        assert sorted(held) == sorted(f"{self.organization}-{release.slug}" for release in releases)
        for release in releases:
            package = held[f"{self.organization}-{release.slug}"]
            parts = [part.name for part in release.entry.distributions]
            assert [part.name for part in package.resources] == parts
            shown = (package.title, package.fields["private"], package.fields["state"])
            assert shown == (release.entry.title, False, "active")
            for file in release.files:
                assert portal.read_file(package, file.name) == file.path.read_bytes()
        assert not plan_releases(releases, portal, self.workspace).pending
        self.check_history(version)

    def check_history(self, version: int) -> None:
        """Ledger, history and fields say of each version, once and with one time, what an undisturbed run says."""
        portal, history, ledger = open_portal(self.workspace, "lab"), History(self.workspace), self.workspace.ledger
        events = read_ledger(ledger)
        assert verify_ledger(ledger).whole
        assert not pending_path(ledger).exists()
        for release in ten_releases(self.folder, version):
            mine = [event for event in events if event.dataset == release.slug]
            names = [part.name for part in release.entry.distributions]
            wanted = [("publish", name) for name in names]
            wanted += [("update", file.name) for _ in range(version - 1) for file in release.files]
            assert sorted((event.event, event.resource) for event in mine) == sorted(wanted)
            noted = history.releases(release.slug)
            assert (len(noted), noted[-1].release) == (version, KeptRelease.of(release).id)
            assert {event.time for event in mine} <= {past.time for past in noted}
            assert history.load(release.slug, noted[-1].release).entry == release.entry
            assert history.published_fields(release.slug, "lab") == flat(portal.wanted(release.slug, release.entry))
        assert not list(self.folder.rglob("*.tmp"))


@pytest.fixture(scope="module")
def traffic_of() -> Iterator[dict[str, Traffic]]:
    """One proxy for each CKAN."""
    opened: dict[str, Traffic] = {}
    contexts = [(lab.url, proxy(lab.url)) for lab in labs()]
    for url, context in contexts:
        opened[url] = context.__enter__()
    yield opened
    for _, context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture(params=LABS or [pytest.param(None, marks=pytest.mark.skip(reason=REASON), id="ckan")])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, traffic_of: dict[str, Traffic], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An office with an empty organisation on each CKAN."""
    lab: Lab = request.param
    monkeypatch.setenv(TOKEN, lab.token)
    organization = lab.organization()
    traffic = traffic_of[lab.url]
    traffic.restart()
    yield Office(lab, organization, tmp_path, traffic, workspace_for(tmp_path, traffic.url, organization))
    clean_up(lab, organization)


def test_a_second_run_writes_nothing(office: Office) -> None:
    """The first run takes two calls for a dataset with files, one for another, and asks for licences once.

    The second is one read and no write.
    """
    assert publish_ten(office.workspace, office.folder).exit_code == 0
    actions = office.traffic.actions
    assert (len(actions), actions.count("package_create"), actions.count("package_revise")) == (REQUESTS, 10, 5)
    before = {name: shown["metadata_modified"] for name, shown in office.lab.datasets(office.organization).items()}
    office.traffic.restart()
    assert publish_ten(office.workspace, office.folder).wrote is False
    assert office.traffic.actions == ["package_search"]
    after = {name: shown["metadata_modified"] for name, shown in office.lab.datasets(office.organization).items()}
    assert before == after
    office.check()


def test_an_update_is_one_call_for_each_dataset(office: Office) -> None:
    """Files and metadata of a dataset that changed go along in one call; ids and links stay."""
    publish_ten(office.workspace, office.folder)
    before = office.lab.datasets(office.organization)
    office.traffic.restart()
    publish_ten(office.workspace, office.folder, version=2)
    actions = office.traffic.actions
    assert ([action for action in actions if action in WRITES], "package_show" in actions) == (
        ["package_revise"] * 10,
        False,
    )
    office.check(version=2)
    after = office.lab.datasets(office.organization)
    for name, shown in before.items():
        links = [[(part["id"], part["url"]) for part in held["resources"]] for held in (shown, after[name])]
        assert links[0] == links[1]


def test_what_a_killed_run_left_with_the_portal_is_no_refusal(office: Office) -> None:
    """A change that the portal has made whole meanwhile, as a request of a killed run does, is done and not refused."""
    publish_ten(office.workspace, office.folder)
    portal = open_portal(office.workspace, "lab")
    plan = plan_releases(ten_releases(office.folder, 2), portal, office.workspace)
    outcomes = [publish(plan, portal, office.workspace, seen=plan.seen)[0] for _ in range(2)]
    assert [outcome.exit_code for outcome in outcomes] == [0, 0]


def test_many_datasets_are_read_in_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pages of three, ten datasets take four reads, and none is lost."""
    publish_ten(office.workspace, office.folder)
    monkeypatch.setitem(ckan_rules()["http"], "page_rows", 3)
    office.traffic.restart()
    assert len(open_portal(office.workspace, "lab").state().packages) == len(ten_releases(office.folder))
    assert office.traffic.actions == ["package_search"] * 4


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_one_clean_run_puts_it_right(
    fault: str, place: int, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fault at any request, the run and one clean run after it leave exactly what was planned."""
    monkeypatch.setitem(ckan_rules()["retry"], "wait_initial", 0.05)
    if fault == "delay":
        monkeypatch.setitem(ckan_rules()["http"], "read_seconds", DELAY / 2)
    office.traffic.restart(fault, place)
    with suppress(MeguroOpendataError):
        publish_ten(office.workspace, office.folder)
    assert len(office.traffic.seen) > place
    office.traffic.restart()
    assert publish_ten(office.workspace, office.folder).exit_code == 0
    office.check()


@pytest.mark.parametrize("number", range(RANDOM_KILLS))
def test_killed_at_any_instant_one_clean_run_puts_it_right(number: int, office: Office) -> None:
    """A publication that is killed by the system leaves nothing that the next run does not put right."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "publish_ten.py")]
    with subprocess.Popen(
        [*command, str(office.folder), office.traffic.url, office.organization], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"start\n"
        time.sleep(random.Random(number).uniform(0.0, 2.5))
        child.send_signal(signal.SIGKILL)
    office.traffic.restart()
    assert publish_ten(office.workspace, office.folder).exit_code == 0
    office.check()


@pytest.mark.parametrize("place", KILLED_AT)
@pytest.mark.parametrize("when", KILLS)
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_killed_at_any_request_one_clean_run_completes_the_history(
    name: str, when: str, place: int, office: Office
) -> None:
    """Ended by each signal at each request, before or after CKAN acts: what it has is in ledger and history, once."""
    command = [sys.executable, str(ROOT / "tests" / "support" / "publish_ten.py")]
    office.traffic.restart(when, place)
    with subprocess.Popen([*command, str(office.folder), office.traffic.url, office.organization]) as child:
        office.traffic.kill = lambda: child.send_signal(signal.Signals[name])
    assert child.returncode != 0
    office.traffic.restart()
    assert publish_ten(office.workspace, office.folder).exit_code == 0
    office.check()
