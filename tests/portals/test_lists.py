"""Licences and groups are the portal's own: asked for once, only before a write, and saved with a state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory_portal import MemoryPortal
from stub_server import serving

import meguro_opendata as mo
from meguro_opendata.catalog import Group, Package
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.portals.base import PortalLists
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.snapshot import SnapshotPortal, snapshot_text
from meguro_opendata.workspace.city import City, PortalSettings


@pytest.fixture
def city(workspace_dir: Path) -> City:
    """The ward."""
    return mo.open_workspace(workspace_dir).city


def package_of(licence: str, *groups: str) -> Package:
    """A dataset of a licence, in some groups."""
    return Package({"name": "stock", "license_id": licence, "groups": []}, groups=tuple(map(Group.of, groups)))


def answers(**results: Any) -> dict[str, str]:
    """What a CKAN answers to some actions."""
    return {action: json.dumps({"success": True, "result": result}) for action, result in results.items()}


@pytest.mark.parametrize(
    ("licence", "known", "codes"),
    [
        ("CC-BY-4.0", ["CC-BY-4.0", "cc-by"], []),
        ("PDL-1.0", ["PDL-1.0"], []),
        ("CC-BY-4.0", ["cc-by"], ["ckan-licence-unknown"]),
        ("cc-by", ["CC-BY-4.0"], ["ckan-licence-unknown"]),
    ],
)
def test_a_licence_is_known_if_the_portal_lists_it(
    city: City, licence: str, known: list[str], codes: list[str]
) -> None:
    """The portal's own list decides, whatever CKAN itself brings along; it is asked once for many datasets."""
    listed = [{"id": name, "title": name} for name in known]
    with serving(bodies=answers(license_list=listed)) as server:
        settings = PortalSettings(kind="ckan", url=server.url)
        portal = CkanPortal("lab", city, settings, CkanClient("lab", server.url))
        found = [[finding.code for finding in portal.check(package_of(licence))] for _ in range(3)]
    assert found == [codes] * 3
    assert [path.rpartition("/")[2] for path, _ in server.seen] == ["license_list"]


@pytest.mark.parametrize("told", [None, {}, [3], [{}], [{"id": None}], "cc-by"])
def test_a_portal_that_does_not_tell_its_licences_can_be_published_to(city: City, told: Any) -> None:
    """An odd answer leads to CKAN's own list: a licence is only a warning."""
    with serving(bodies=answers(license_list=told)) as server:
        settings = PortalSettings(kind="ckan", url=server.url)
        portal = CkanPortal("lab", city, settings, CkanClient("lab", server.url))
        found = [[finding.code for finding in portal.check(package_of(name))] for name in ("cc-by", "CC-BY-4.0")]
    assert found == [[], ["ckan-licence-unknown"]]


def test_groups_are_asked_for_where_there_are_any(city: City) -> None:
    """A group that the portal lacks is an error, since CKAN drops it in silence."""
    with serving(bodies=answers(license_list=[{"id": "cc-by"}], group_list=["bousai"])) as server:
        settings = PortalSettings(kind="ckan", url=server.url)
        portal = CkanPortal("lab", city, settings, CkanClient("lab", server.url))
        found = [finding.code for finding in portal.check(package_of("cc-by", "bousai", "kosodate"))]
        assert portal.lists() == PortalLists(frozenset({"bousai"}), frozenset({"cc-by"}))
    assert found == ["ckan-group-unknown"]


class _OwnLists(MemoryPortal):
    """A portal with a licence that CKAN itself does not have."""

    def lists(self) -> PortalLists:
        return PortalLists({"bousai"}, {"CC-BY-4.0"})


def test_a_saved_state_knows_the_lists(city: City, tmp_path: Path) -> None:
    """Without a network the same is said of licences and groups; a state saved by an earlier version knows neither."""
    portal, path = _OwnLists(city), tmp_path / "state.json"
    told = json.loads(snapshot_text(portal))
    asked = [package_of("CC-BY-4.0", "bousai"), package_of("cc-by", "kosodate")]
    path.write_text(json.dumps(told), encoding="utf-8")
    saved = SnapshotPortal(portal, path)
    assert [saved.check(package) for package in asked] == [portal.check(package) for package in asked]
    del told["lists"]
    path.write_text(json.dumps(told), encoding="utf-8")
    earlier = SnapshotPortal(portal, path)
    codes = [[finding.code for finding in earlier.check(package)] for package in asked]
    assert codes == [["ckan-licence-unknown"], []]


_JSON = (
    st.none() | st.booleans() | st.text(max_size=3) | st.just([1]) | st.just({"groups": 3}) | st.just({"licenses": [3]})
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=_JSON)
def test_lists_of_another_shape_are_a_broken_state(lists: Any, city: City, tmp_path: Path) -> None:
    """They are refused with a sentence, not with a traceback."""
    portal, path = _OwnLists(city), tmp_path / "state.json"
    path.write_text(json.dumps({**json.loads(snapshot_text(portal)), "lists": lists}), encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as error:
        SnapshotPortal(portal, path)
    assert error.value.code == "snapshot-broken"
