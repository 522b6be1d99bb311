"""The owned fields of a dataset: their flat form, their mark on a portal, and the comparison of three versions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.catalog import Package
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication.fields import (
    Conflict,
    FieldChange,
    compare,
    digests,
    flat,
    mark_text,
    read_mark,
    shown_fields,
)

Fields = dict[str, str]
FIELDS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8), max_size=5)


def package(**fields: Any) -> Package:
    """Return a dataset as CKAN gives it."""
    return Package.from_ckan({"name": "131105_aed", **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"title": None, "notes": "", "url": "  "}, {}),
        ({"title": " AED \r\n一覧\n"}, {"title": "AED \n一覧"}),
        ({"private": True}, {"private": "true"}),
        ({"private": False}, {"private": "false"}),
        ({"id": "1", "metadata_modified": "2026", "owner_org": "131105"}, {}),
        ({"tags": [{"name": "防災"}, {"name": "AED"}]}, {"tags.防災": "防災", "tags.AED": "AED"}),
        ({"groups": [{"name": "bousai"}]}, {"groups.bousai": "bousai"}),
        ({"extras": [{"key": "spatial", "value": "目黒区"}]}, {"extras.spatial": "目黒区"}),
        ({"extras": [{"key": DATASET, "value": "131105/aed"}, {"key": RELEASE, "value": "abcd"}]}, {}),
    ],
)
def test_the_flat_form_has_every_filled_owned_field(fields: Fields, expected: Fields) -> None:
    """Empty fields, fields of the server and our marks are left out; line ends and outer space are unified."""
    assert {name: text for name, text in flat(package(**fields)).items() if name != "name"} == expected


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({}, "-"),
        ({"format": "CSV", "description": "一覧"}, "一覧 | CSV"),
        ({"format": "CSV", "url": "https://example.org/x.csv", "url_type": "upload"}, "CSV"),
        ({"format": "CSV", "url": "https://example.org/x.csv"}, "CSV | https://example.org/x.csv"),
        ({"format": "CSV", "url": "dataset/x.csv"}, "CSV"),
    ],
)
def test_a_resource_is_one_field_with_the_address_of_a_link_only(part: Fields, text: str) -> None:
    """The address of an uploaded file is the portal's."""
    assert flat(package(resources=[{"name": "a.csv", **part}]))["resources.a.csv"] == text


def test_a_resource_that_an_editor_renamed_shows_its_name() -> None:
    """It counts as our file by its id, and its other name is an edit."""
    held = package(resources=[{"name": "b.csv", "format": "CSV"}])
    assert flat(held, {"a.csv": held.resources[0]})["resources.a.csv"] == "CSV | b.csv"


@given(FIELDS)
def test_a_mark_is_read_as_it_was_written(fields: Fields) -> None:
    """`read_mark` is the inverse of `mark_text`, and a mark does not depend on the order of the fields."""
    assert read_mark(mark_text(fields)) == digests(fields)
    assert mark_text(dict(reversed(fields.items()))) == mark_text(fields)


@pytest.mark.parametrize(
    ("published", "theirs", "ours", "verdict"),
    [
        ("a", "a", "a", "same"),
        ("a", "a", "b", "write"),
        ("a", "a", None, "write"),
        ("a", "b", "a", "conflict"),
        ("a", "b", "c", "conflict"),
        ("a", "b", "b", "same"),
        ("a", "b", None, "keep"),
        ("a", None, "a", "conflict"),
        ("a", None, "b", "conflict"),
        ("a", None, None, "same"),
        (None, None, "a", "write"),
        (None, "b", None, "keep"),
        (None, "b", "a", "conflict"),
        (None, "a", "a", "same"),
    ],
)
def test_three_versions_of_a_field_decide_what_happens(
    published: str | None, theirs: str | None, ours: str | None, verdict: str
) -> None:
    """A field that was published and not edited follows the workspace; an edit of ours is a conflict; others' stay."""
    versions = [{"title": text} if text is not None else {} for text in (published, theirs, ours)]
    compared = compare(versions[2], versions[1], digests(versions[0]))
    assert dict(compared.changed) == ({"title": (theirs, ours)} if verdict == "write" else {})
    assert compared.conflicts == ((Conflict("title", None, theirs, ours),) if verdict == "conflict" else ())
    assert dict(compared.kept) == ({"title": theirs} if verdict == "keep" else {})
    forced = compare(versions[2], versions[1], digests(versions[0]), overwrite=True)
    assert (dict(forced.changed), forced.conflicts) == (
        {"title": (theirs, ours)} if verdict in ("write", "conflict") else {},
        (),
    )


@given(FIELDS, FIELDS)
def test_without_a_mark_the_workspace_wins_and_deletes_nothing(ours: Fields, theirs: Fields) -> None:
    """Nothing was published before, so no field is an edit of ours, and fields of others stay."""
    compared = compare(ours, theirs, None)
    assert compared.conflicts == ()
    assert dict(compared.changed) == {
        name: (theirs.get(name), text) for name, text in ours.items() if theirs.get(name) != text
    }
    assert dict(compared.kept) == {name: text for name, text in theirs.items() if name not in ours}


@given(FIELDS, FIELDS)
def test_an_unedited_dataset_has_no_conflict(ours: Fields, published: Fields) -> None:
    """Whatever the workspace changes, a portal that has what was published follows it in every field."""
    compared = compare(ours, published, digests(published))
    assert (compared.conflicts, dict(compared.kept)) == ((), {})
    after = {**published, **{name: mine for name, (_, mine) in compared.changed.items()}}
    assert {name: text for name, text in after.items() if text is not None} == ours


def test_the_elements_of_a_list_are_shown_together() -> None:
    """A new file is left out, since the plan lists it; a changed file is shown."""
    theirs = {"tags.a": "a", "tags.x": "x", "title": "old", "resources.a.csv": "CSV"}
    changed = {
        "title": ("old", "new"),
        "tags.a": ("a", None),
        "tags.b": (None, "b"),
        "resources.a.csv": ("CSV", "TSV"),
        "resources.b.csv": (None, "CSV"),
    }
    assert list(shown_fields(changed, theirs)) == [
        FieldChange("title", "old", "new"),
        FieldChange("resources.a.csv", "CSV", "TSV"),
        FieldChange("tags", ["a", "x"], ["b", "x"]),
    ]


@pytest.mark.parametrize(
    ("changed", "theirs", "shown"),
    [
        ({"groups.a": ("a", None)}, {"groups.a": "a"}, FieldChange("groups", ["a"], None)),
        ({"groups.a": (None, "a")}, {}, FieldChange("groups", None, ["a"])),
    ],
)
def test_an_empty_list_is_shown_as_no_value(
    changed: dict[str, tuple[str | None, str | None]], theirs: Fields, shown: FieldChange
) -> None:
    """The first element that comes and the last one that goes."""
    assert list(shown_fields(changed, theirs)) == [shown]


def test_the_json_of_a_conflict_has_a_reason_only_where_it_is_not_an_edit() -> None:
    """`plan@1` had no reason at first."""
    versions = {"published": "a", "portal": "b", "workspace": "c"}
    assert Conflict("title", "a", "b", "c").to_dict() == {"field": "title", **versions}
    assert Conflict("title", "a", "b", "c", "copied").to_dict() == {"field": "title", **versions, "reason": "copied"}
