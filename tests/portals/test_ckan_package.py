"""Packages as one CKAN takes and gives them: names by a rule, marks on files, replaced files, and what is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned_datasets import small_workspace

from meguro_opendata.catalog import CatalogEntry, Distribution, Package
from meguro_opendata.portals import Upload
from meguro_opendata.portals.base import PortalLists
from meguro_opendata.portals.ckan.package import (
    complaints,
    file_name,
    is_link,
    named,
    received,
    revision,
    sent,
    slug_named,
    uploaded,
    wanted_package,
)
from meguro_opendata.portals.ckan.shape import shaped
from meguro_opendata.workspace.city import PortalSettings

SUM = "0" * 64
RULES = ["{stem}", "{slug}", "{code}_{slug}", "x-{slug}", "{slug}_{slug}", "{code}-{stem}"]
ENTRY = CatalogEntry(
    "131105_aed",
    "AED",
    "一覧",
    "防災課",
    "随時",
    "CC-BY-4.0",
    distributions=(
        Distribution("131105_aed.csv", "CSV", "131105_aed.csv", "一覧", 3, SUM, 1),
        Distribution("案内", "PDF", "https://example.org/a.pdf"),
    ),
)


def wanted(**settings: Any) -> Package:
    """Return the dataset as a CKAN with these settings takes it."""
    return wanted_package("aed", ENTRY, small_workspace().city, PortalSettings(kind="ckan", **settings))


@pytest.mark.parametrize("rule", RULES)
@given(slug=st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True))
def test_the_slug_is_found_from_its_name(rule: str, slug: str) -> None:
    """`slug_named` is the inverse of `named` for every rule."""
    assert slug_named(named(rule, slug, f"131105_{slug}", "131105"), rule, "131105") == slug


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("aed", "{stem}"),
        ("131105_", "{stem}"),
        ("131105_aed", "x-{slug}"),
        ("aed_bus", "{slug}_{slug}"),
        ("", "{slug}"),
    ],
)
def test_a_name_that_no_slug_gives_has_none(name: str, rule: str) -> None:
    """So that no command is shown that could not work."""
    assert slug_named(name, rule, "131105") is None


def test_the_settings_of_the_portal_shape_the_package() -> None:
    """Name, organisation, licence id, groups and extras; fields of the server are left out."""
    package = wanted(
        name_rule="{code}_{slug}",
        organization="org",
        license_ids={"CC-BY-4.0": "cc-by-40-intl"},
        groups=("bousai",),
        extras={"copyright": "目黒区", "spatial": "目黒区"},
    )
    assert (package.name, package.fields["owner_org"], package.fields["license_id"]) == (
        "131105_aed",
        "org",
        "cc-by-40-intl",
    )
    extras = {extra.key: extra.value for extra in package.extras}
    assert (extras["copyright"], extras["spatial"]) == ("目黒区", "目黒区")
    assert [group.name for group in package.groups] == ["bousai"]
    assert not {"license_title", "license_url", "organization"} & package.fields.keys()
    assert (wanted().fields["owner_org"], wanted().fields["license_id"]) == ("131105", "CC-BY-4.0")


def test_a_file_has_marks_and_only_a_link_has_an_address() -> None:
    """The address of an uploaded file is the server's."""
    file, link = wanted().resources
    assert (file.fields["mo_bytes"], file.hash, "url" in file.fields) == ("3", SUM, False)
    assert (link.fields["mo_bytes"], link.url) == ("0", "https://example.org/a.pdf")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://a/x", True),
        ("http://a", True),
        ("HTTPS://a", True),
        ("ftp://a", False),
        ("a.csv", False),
        ("", False),
        (None, False),
        ("mailto:a@b", False),
    ],
)
def test_only_an_address_of_the_web_is_a_link(address: str | None, link: bool) -> None:
    """Everything else is a file to upload."""
    assert is_link(address) is link


@pytest.mark.parametrize(
    ("groups", "known", "missing"),
    [
        ((), {"bousai"}, []),
        (("bousai",), {"bousai"}, []),
        (("bousai", "other"), {"bousai"}, ["other"]),
        (("bousai",), set(), ["bousai"]),
        (("bousai",), None, []),
    ],
)
def test_a_group_that_the_portal_lacks_is_an_error(
    groups: tuple[str, ...], known: set[str] | None, missing: list[str]
) -> None:
    """CKAN would drop it silently; an unknown list is no reason to complain."""
    found = complaints(wanted(groups=groups), PortalLists(groups=known))
    assert [(note.value, note.severity) for note in found if note.code == "ckan-group-unknown"] == [
        (name, "error") for name in missing
    ]


def part(**fields: Any) -> Any:
    """Return one resource of a package as the comparison sees it."""
    raw = {"name": "131105_aed", "owner_org": "id", "resources": [{"name": "a.csv", "url_type": "upload", **fields}]}
    return received(Package.from_ckan(raw)).resources[0]


@pytest.mark.parametrize(
    ("fields", "ours", "checksum"),
    [
        ({}, False, None),
        ({"hash": SUM}, False, SUM),
        ({"mo_bytes": "3", "sha256": SUM}, True, SUM),
        ({"mo_bytes": "3", "sha256": SUM, "size": 3}, True, SUM),
        ({"mo_bytes": "3", "sha256": SUM, "size": 4}, True, None),
        ({"mo_bytes": "3", "sha256": SUM, "size": 4, "url_type": ""}, True, SUM),
        ({"mo_bytes": "3", "sha256": SUM, "hash": "md5"}, True, SUM),
        ({"mo_bytes": "3", "hash": SUM}, True, None),
    ],
)
def test_a_file_is_ours_by_its_mark_and_replaced_if_its_size_differs(
    fields: dict[str, Any], ours: bool, checksum: str | None
) -> None:
    """XLoader rewrites `hash`, so only our own field counts; a link has no size of its own."""
    found = part(**fields)
    assert (found.fields["ours"], found.fields.get("hash")) == (ours, checksum)
    assert found.fields.get("stored_hash") == (fields.get("hash") if ours else None)


@pytest.mark.parametrize(("organization", "owner"), [({"name": "131105"}, "131105"), (None, "id"), ({}, "id")])
def test_the_organisation_is_compared_by_name(organization: Any, owner: str) -> None:
    """CKAN gives the id as `owner_org`."""
    raw = {"name": "x", "owner_org": "id", "organization": organization}
    assert received(Package.from_ckan(raw)).fields["owner_org"] == owner


def test_what_is_sent_has_no_notes_of_ours_and_no_missing_texts() -> None:
    """An absent text is sent as an empty one, and lists only with their names."""
    raw = received(
        Package.from_ckan(
            {
                "name": "x",
                "title": None,
                "owner_org": "o",
                "state": "active",
                "tags": [{"name": "防災", "id": "1"}],
                "resources": [{"name": "a.csv", "mo_bytes": "3"}],
            }
        )
    )
    whole = sent(raw)
    assert (whole["title"], whole["tags"]) == ("", [{"name": "防災"}])
    assert whole["resources"] == [{"name": "a.csv", "mo_bytes": "3", "hash": None}]
    assert not {"state", "organization"} & whole.keys()


def test_a_revision_matches_the_state_and_empties_what_is_dropped() -> None:
    """CKAN keeps every field that it is not given."""
    before = Package.from_ckan({"name": "x", "id": "1", "metadata_modified": "t0"})
    asked = revision(wanted(), before)
    assert asked["match"] == {"id": "1", "metadata_modified": "t0"}
    assert asked["filter"] == ["-tags", "-groups", "-extras", "-resources"]
    assert isinstance(asked["update"], dict)
    assert (asked["update"]["version"], asked["update"]["title"]) == ("", "AED")


def test_each_upload_goes_to_the_place_of_its_resource(tmp_path: Path) -> None:
    """The first of its name, unless the place is given; a file keeps its name on the portal, so that links stay."""
    parts = [
        {"name": "a.csv", "url": "https://p/download/old.csv", "url_type": "upload", "mimetype": "text/csv"},
        {"name": "a.csv"},
        {"name": "設置.csv"},
    ]
    package = Package.from_ckan({"name": "131105_aed", "resources": parts})
    path = tmp_path / "a.csv"
    uploads = [Upload("a.csv", path, SUM, 1), Upload("a.csv", path, SUM, 1, 1), Upload("設置.csv", path, SUM, 1)]
    assert uploaded(package, uploads) == {
        "update__resources__0__upload": (path, "old.csv", "text/csv"),
        "update__resources__1__upload": (path, "a.csv", "application/octet-stream"),
        "update__resources__2__upload": (path, file_name("設置.csv", "131105_aed"), "application/octet-stream"),
    }


@given(st.text(min_size=1, max_size=12))
def test_a_file_is_sent_under_an_ascii_name(name: str) -> None:
    """CKAN strips all other letters, so that two Japanese names would become one."""
    shown = file_name(name, "131105_aed")
    assert shown.isascii()
    assert (shown == name) is name.isascii()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": None},
        {"name": 1},
        {"name": "x", "metadata_modified": 1},
        {"name": "x", "tags": [{}]},
        {"name": "x", "extras": [{"key": "a", "value": 1}]},
        {"name": "x", "resources": [{"url": 1}]},
        {"name": "x", "resources": [{"hash": []}]},
        {"name": "x", "organization": {"name": 1}},
    ],
)
def test_a_package_of_another_shape_is_refused(fields: dict[str, Any]) -> None:
    """Before anything relies on it."""
    with pytest.raises((TypeError, KeyError)):
        shaped(Package.from_ckan(fields))
