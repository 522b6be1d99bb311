"""Opening a portal of the workspace by its name, or the only one."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_datasets import small_workspace

from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.portals import FolderPortal, open_portal
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.workspace.city import PortalSettings, Workspace

FOLDER = PortalSettings(kind="folder", language="en")


def ckan(url: str) -> PortalSettings:
    """Return the settings of a CKAN."""
    return PortalSettings(kind="ckan", url=url, workers=2, datastore=("aed",), organization="org")


def workspace(tmp_path: Path, **portals: PortalSettings) -> Workspace:
    """Return a workspace with some portals."""
    return small_workspace(tmp_path / "w", portals=portals)


def test_the_only_portal_needs_no_name(tmp_path: Path) -> None:
    """A folder portal without a path lies beside the workspace, under its name."""
    portal = open_portal(workspace(tmp_path, public=FOLDER))
    assert isinstance(portal, FolderPortal)
    assert (portal.name, portal.root) == ("public", (tmp_path / "public").resolve())


def test_a_ckan_has_the_settings_of_the_profile(tmp_path: Path) -> None:
    """Nothing is sent yet."""
    portal = open_portal(workspace(tmp_path, ward=ckan("https://localhost:1/x/"), public=FOLDER), "ward")
    assert isinstance(portal, CkanPortal)
    known = (portal.workers, portal.datastore, portal.organization, portal.client.url)
    assert known == (2, {"aed"}, "org", "https://localhost:1/x")


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        (None, "portals", "portal-unnamed"),
        ("", "portals.", "portal-unknown"),
        ("Ward", "portals.Ward", "portal-unknown"),
    ],
)
def test_a_portal_that_is_not_named_or_unknown_is_refused(
    name: str | None, place: str, code: str, tmp_path: Path
) -> None:
    """The names that are known are listed."""
    with pytest.raises(ConfigurationError) as refused:
        open_portal(workspace(tmp_path, ward=ckan("https://x.jp"), public=FOLDER), name)
    (fault,) = refused.value.faults
    assert (fault.path, fault.code, fault.params["known"]) == (place, code, ["public", "ward"])


def test_a_workspace_without_portals_opens_no_portal(tmp_path: Path) -> None:
    """Neither with a name nor without one."""
    for name, code in ((None, "portal-unnamed"), ("x", "portal-unknown")):
        with pytest.raises(ConfigurationError) as refused:
            open_portal(workspace(tmp_path), name)
        assert refused.value.faults[0].code == code


@pytest.mark.parametrize(
    ("url", "allowed", "opens"),
    [
        ("http://data.example.jp", False, False),
        ("http://data.example.jp", True, True),
        ("https://data.example.jp", False, True),
        ("http://localhost:5000", False, True),
        ("http://127.0.0.2", False, True),
        ("http://[::1]:5000", False, True),
        ("http://localhost.example.jp", False, False),
        ("http://127.0.0.1.example.jp", False, False),
    ],
)
def test_plain_http_is_only_for_this_machine(url: str, allowed: bool, opens: bool, tmp_path: Path) -> None:
    """The token would be readable on the way."""
    home = workspace(tmp_path, ward=ckan(url))
    if opens:
        assert open_portal(home, "ward", insecure_http=allowed).name == "ward"
        return
    with pytest.raises(MeguroOpendataError) as refused:
        open_portal(home, "ward", insecure_http=allowed)
    assert refused.value.code == "portal-insecure"


@pytest.mark.parametrize(
    ("token", "odd"),
    [("abc.DEF-1_2", False), (" abc\n", False), ("", False), ("a b", True), ("ａｂｃ", True), ("a\tb", True)],
)
def test_a_token_has_only_visible_ascii_letters(
    token: str, odd: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Space around it is dropped; the message names the variable and not the token."""
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_WARD", token)
    home = workspace(tmp_path, ward=ckan("https://x.jp"))
    if not odd:
        portal = open_portal(home, "ward")
        assert isinstance(portal, CkanPortal)
        assert portal.client.has_token is bool(token.strip())
        return
    with pytest.raises(MeguroOpendataError) as refused:
        open_portal(home, "ward")
    assert (refused.value.code, token in str(refused.value)) == ("portal-token-odd", False)
