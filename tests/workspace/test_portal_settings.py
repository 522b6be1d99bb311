"""The portals of a profile: addresses, naming rules and earlier names; and the recipes of a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_datasets import small_workspace
from pydantic import ValidationError

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.workspace.city import (
    BoundarySettings,
    Folders,
    PortalSettings,
    Workspace,
    as_workspace,
    open_workspace,
    profile_template,
)

CITY = profile_template().partition("# 公開先")[0]
CKAN = '[portals.{0}]\nkind = "ckan"\nurl = "https://{0}.example.jp"\n'


def write(folder: Path, portals: str) -> Path:
    """Write the profile of a workspace with some portals."""
    known = {"code": "131105", "name": "目黒区", "prefecture": "東京都", "full_name": "東京都目黒区"}
    text = CITY
    for key, value in known.items():
        text = text.replace(f"${{{key}}}", value)
    (folder / "opendata.toml").write_text(text + portals, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[tuple[str, str]]:
    """Return place and code of each fault."""
    with pytest.raises(ConfigurationError) as refused:
        open_workspace(folder)
    return [(fault.path, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("rule", ["{stem}", "{slug}", "{code}_{slug}", "a-{stem}_0", "{slug}{slug}"])
def test_a_rule_for_names_has_slug_or_stem(rule: str) -> None:
    """So that two datasets never get one name."""
    assert PortalSettings(kind="ckan", name_rule=rule).name_rule == rule


@pytest.mark.parametrize("rule", ["", "{code}", "aed", "{SLUG}", "{slug} x", "A{slug}", "{slug}.csv", "{title}"])
def test_another_rule_for_names_is_refused(rule: str) -> None:
    """CKAN takes lower-case letters, digits, hyphens and underscores."""
    with pytest.raises(ValidationError, match="name-rule"):
        PortalSettings(kind="ckan", name_rule=rule)


@pytest.mark.parametrize(("workers", "fits"), [(0, False), (1, True), (16, True), (17, False)])
def test_one_to_sixteen_datasets_are_written_at_a_time(workers: int, fits: bool) -> None:
    """More would only wait at the server."""
    if fits:
        assert PortalSettings(kind="ckan", workers=workers).workers == workers
    else:
        with pytest.raises(ValidationError):
            PortalSettings(kind="ckan", workers=workers)


@pytest.mark.parametrize("address", ["", "data.example.jp", "ftp://x.jp", "https://", "https://x.jp/a b"])
def test_an_address_that_is_no_url_is_refused(address: str) -> None:
    """It would only fail at the first request."""
    with pytest.raises(ValidationError, match="not-a-web-address"):
        PortalSettings(kind="ckan", url=address)


@pytest.mark.parametrize("path", ["../a", "/a", "a//b", "a\0b", "", "a/../b", "C:/a"])
def test_a_file_of_places_stays_in_the_workspace(path: str) -> None:
    """A profile that was sent by another cannot read other files of the computer."""
    with pytest.raises(ValidationError, match="path-not-usable"):
        BoundarySettings(file=path)


def test_a_folder_for_releases_is_anywhere_but_has_a_usable_name() -> None:
    """A NUL ends a path in every system."""
    assert Folders(releases="/srv/releases").releases == "/srv/releases"
    with pytest.raises(ValidationError, match="path-not-usable"):
        Folders(releases="a\0b")


def test_each_fault_of_a_portal_is_listed_at_once(tmp_path: Path) -> None:
    """A CKAN without an address, and a password in an address."""
    portals = '[portals.a]\nkind = "ckan"\n[portals.b]\nkind = "ckan"\nurl = "https://u:p@x.jp"\n'
    assert faults(write(tmp_path, portals)) == [
        ("portals.a.url", "portal-without-url"),
        ("portals.b.url", "portal-url-login"),
    ]


@pytest.mark.parametrize(
    ("formerly", "expected"),
    [
        ({"a": ["old"]}, []),
        ({"a": ["old", "older"], "b": ["other"]}, []),
        ({"a": ["b"]}, [("portals.a.formerly.0", "portal-name-taken")]),
        ({"a": ["a"]}, [("portals.a.formerly.0", "portal-name-taken")]),
        ({"a": ["old"], "b": ["new", "old"]}, [("portals.b.formerly.1", "portal-name-taken")]),
        ({"a": ["old", "old"]}, []),
    ],
)
def test_an_earlier_name_belongs_to_one_portal(
    formerly: dict[str, list[str]], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Else the ledger's entries under it would be of either."""
    portals = "".join(CKAN.format(name) + f"formerly = {formerly.get(name, [])}\n" for name in ("a", "b"))
    folder = write(tmp_path, portals)
    if expected:
        assert faults(folder) == expected
        return
    opened = open_workspace(folder)
    assert opened.former_names("a") == tuple(formerly["a"])
    assert opened.renamed_portals == {old: name for name, olds in formerly.items() for old in olds}
    assert opened.former_names("unknown") == ()


def test_a_planned_standard_has_to_be_known(tmp_path: Path) -> None:
    """Each by its place in the list."""
    write(tmp_path, '[portals.a]\nkind = "folder"\n')
    path = tmp_path / "opendata.toml"
    planned = 'planned_standards = ["aed", "aedd"]'
    path.write_text(path.read_text("utf-8").replace("planned_standards = []", planned), "utf-8")
    assert faults(tmp_path) == [("city.planned_standards.1", "standard-unknown-near")]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of two datasets and a folder without a recipe."""
    for slug in ("park", "aed"):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / "dataset.yaml").write_text("", encoding="utf-8")
    (tmp_path / "notes").mkdir()
    return small_workspace(tmp_path)


def test_recipes_are_found_by_the_exact_name_of_their_folder(workspace: Workspace) -> None:
    """Sorted; another spelling is another dataset also where the system ignores case."""
    assert workspace.slugs() == ["aed", "park"]
    assert workspace.recipe_path("aed") == workspace.root / "aed" / "dataset.yaml"
    for slug in ("AED", "notes", "", "../aed", "aed/"):
        with pytest.raises(ConfigurationError):
            workspace.recipe_path(slug)


def test_a_workspace_is_given_opened_or_by_its_folder(workspace: Workspace, tmp_path: Path) -> None:
    """An opened one is returned itself."""
    assert as_workspace(workspace) is workspace
    write(tmp_path, '[portals.a]\nkind = "folder"\n')
    assert as_workspace(str(tmp_path)).root == tmp_path.resolve()
