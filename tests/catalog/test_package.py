"""Packages of CKAN as types: nothing of what a CKAN gives is lost on the way, whatever it gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.catalog import Extra, Group, Package, Resource, Tag
from meguro_opendata.catalog.package import texts_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(["name", "id", "title", "url", "key", "value", "hash", "size", "ours", "organization", "x"])
OBJECTS = st.dictionaries(KEYS | st.text(max_size=3), JSON, max_size=5)
LISTS = st.lists(OBJECTS, max_size=3) | st.none()
PACKAGES = st.lists(
    st.tuples(KEYS, JSON) | st.tuples(st.sampled_from(["tags", "groups", "extras", "resources"]), LISTS), max_size=9
).map(dict)


@given(PACKAGES)
def test_a_package_goes_back_as_it_came(raw: dict[str, Any]) -> None:
    """Every field, known or not, is sent back unchanged and in its place."""
    assert json.dumps(Package.from_ckan(raw).to_ckan()) == json.dumps(raw)


def test_a_real_catalogue_goes_back_as_it_came(shared: Path) -> None:
    """So do the packages of a real catalogue, and every file of theirs is found by its id."""
    for line in (shared / "catalog" / "meguro_package_show.jsonl").read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        package = Package.from_ckan(raw)
        assert json.dumps(package.to_ckan()) == json.dumps(raw)
        assert [package.resources_by_id[part["id"]].name for part in raw["resources"]] == [
            part["name"] for part in raw["resources"]
        ]


@pytest.mark.parametrize(
    "raw",
    [None, [], "x", 1, {"tags": "x"}, {"tags": ["x"]}, {"groups": {"name": "x"}}, {"extras": [[]]}, {"resources": 1}],
    ids=str,
)
def test_what_is_no_package_is_refused(raw: Any) -> None:
    """Neither a package nor a part of it can be anything but an object."""
    with pytest.raises(TypeError):
        Package.from_ckan(raw)


@pytest.mark.parametrize("value", [None, "x", {"x": 1}, ["x", 1], [["x"]]], ids=str)
def test_what_is_no_list_of_texts_is_refused(value: Any) -> None:
    """A text is no list, and a list of other things no list of texts."""
    assert texts_of(["x", "y"]) == ["x", "y"]
    with pytest.raises(TypeError):
        texts_of(value)


def test_known_fields_have_names_and_types() -> None:
    """A field is text, optional text or needed text; of what is not there the reader learns as he asks."""
    package = Package.from_ckan({"name": "aed", "title": None, "id": 3, "organization": {"name": "131105"}})
    assert (package.name, package.title, package.id, package.organization.name) == ("aed", "", None, "131105")
    with pytest.raises(TypeError):
        package.needed("id")
    with pytest.raises(KeyError):
        Resource({}).needed("name")
    with pytest.raises(KeyError):
        package.named("extras")


def test_a_changed_package_keeps_its_order() -> None:
    """A field that is set stays in its place, a new one comes last, and lists are where CKAN had them."""
    raw = {"extras": [{"key": "a", "value": "b", "state": "active"}], "name": "aed", "resources": [{"name": "x"}]}
    changed = Package.from_ckan(raw).with_fields(name="toilet", private=True)
    assert list(changed.to_ckan().items()) == [*{**raw, "name": "toilet"}.items(), ("private", True)]
    assert list(changed.without("name").to_ckan()) == ["extras", "resources", "private"]


def test_files_are_found_by_name_and_by_id() -> None:
    """Of several files of one name the first is found by it, each by its id."""
    parts = tuple(Resource({"name": "a.csv", "id": identifier}) for identifier in ("1", "2", None))
    package = Package({"name": "aed"}, resources=parts)
    assert (package.resource("a.csv"), package.resource("b.csv")) == (parts[0], None)
    assert package.resources_by_id == {"1": parts[0], "2": parts[1]}


def test_parts_are_made_of_their_words() -> None:
    """What we make ourselves holds nothing but what is said."""
    made = Package({"name": "aed"}, tags=(Tag.of("防災"),), groups=(Group.of("c1"),), extras=(Extra.of("k", "v"),))
    assert made.to_ckan() == {
        "name": "aed",
        "tags": [{"name": "防災"}],
        "groups": [{"name": "c1"}],
        "extras": [{"key": "k", "value": "v"}],
    }
