"""Tables in the DataStore: names, types and rows as they are to be, and the same on real CKANs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ckan_labs import REASON, TOKEN, Lab, labs, table_workspace
from ckan_proxy import Traffic
from hypothesis import given, settings
from hypothesis import strategies as st
from publish_ten import ten_releases

from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload, open_portal
from meguro_opendata.portals.datastore import row_changes, short_name, stored_table
from meguro_opendata.publication import plan_releases, publish
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

LABS = [pytest.param(lab, id=f"ckan{number}") for number, lab in enumerate(labs(), start=1)]
LONG = "対応可能な言語のうち手話その他の特別な手段によるもの"
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ID", "type": "string", "description": "番号"},
        {"name": "名称", "type": "string", "description": "施設の名称"},
        {"name": "緯度", "type": "number"},
        {"name": "台数", "type": "integer"},
        {"name": "公開日", "type": "date"},
        {"name": LONG, "type": "string"},
    ]
}
HEADER = f"ID,名称,緯度,台数,公開日,{LONG}\r\n"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_a_short_name_is_one_that_the_datastore_takes(name: str) -> None:
    """Whatever the column is called: at most 63 bytes, no underscore in front, no quotation mark, always the same."""
    short = short_name(name)
    assert 0 < len(short.encode("utf-8", "surrogatepass")) <= 63
    assert not short.startswith("_")
    assert '"' not in short
    assert short == short_name(name)


def test_two_long_names_with_one_beginning_stay_two() -> None:
    """Names that PostgreSQL would cut to the same 63 bytes get different short names."""
    assert short_name(LONG + "一") != short_name(LONG + "二")


@pytest.mark.parametrize(
    ("field", "texts", "kind", "values"),
    [
        ({"type": "integer"}, ["1", "", "007"], "int8", [1, None, 7]),
        ({"type": "number"}, ["35.10", "1e3"], "numeric", ["35.10", "1e3"]),
        ({"type": "number"}, ["NaN"], "text", ["NaN"]),
        ({"type": "date"}, ["2026-04-01"], "date", ["2026-04-01"]),
        ({"type": "date"}, ["令和8年"], "text", ["令和8年"]),
        ({"type": "date", "format": "%Y/%m/%d"}, ["2026/04/01"], "text", ["2026/04/01"]),
        ({"type": "boolean"}, ["true", "FALSE"], "bool", [True, False]),
        ({"type": "boolean", "trueValues": ["有"]}, ["有"], "text", ["有"]),
        ({"type": "string"}, ["0123", ""], "text", ["0123", None]),
        ({}, ["x"], "text", ["x"]),
    ],
)
def test_values_keep_their_meaning(field: dict[str, Any], texts: list[str], kind: str, values: list[Any]) -> None:
    """A column has its schema's type if every value is of it, else it is text; nothing is rounded or lost."""
    data = "\r\n".join(["列,見出し", *(f"{text},x" for text in texts), ""]).encode()
    table = stored_table(data, {"fields": [{"name": "列", **field}]}, ())
    assert table.columns[0].type == kind
    assert [record["列"] for record in table.records] == values


@pytest.mark.parametrize(
    ("rows", "key"), [(["1,a", "2,b"], ("ID",)), (["1,a", "1,b"], ()), (["1,a", ",b"], ()), ([], ("ID",))]
)
def test_a_key_is_used_only_if_it_distinguishes_rows(rows: list[str], key: tuple[str, ...]) -> None:
    """A key that is empty or repeated somewhere is not used."""
    assert stored_table("\r\n".join(["ID,名称", *rows, ""]).encode(), SCHEMA, ("ID",)).key == key


ROWS = st.dictionaries(st.integers(0, 9), st.sampled_from(["a", "b"]), max_size=6)


@settings(deadline=None)
@given(ROWS, ROWS)
def test_changes_turn_what_is_there_into_what_is_wanted(held: dict[int, str], wanted: dict[int, str]) -> None:
    """Upserts and removals, applied, give the table; rows that are the same are not sent."""
    data = "\r\n".join(["ID,名称", *(f"{key},{name}" for key, name in wanted.items()), ""]).encode()
    table = stored_table(data, {"fields": [{"name": "ID", "type": "integer"}]}, ("ID",))
    rows = [{"_id": n, "ID": key, "名称": name} for n, (key, name) in enumerate(held.items())]
    changes = row_changes(rows, replace(table, key=("ID",)))
    after = {key: name for key, name in held.items() if key not in {row["ID"] for row in changes.removed}}
    after |= {row["ID"]: row["名称"] for row in changes.upserts}
    assert after == wanted
    assert len(changes.upserts) == sum(held.get(key) != name for key, name in wanted.items())


Store = tuple[Lab, Workspace, Path, Traffic]


@pytest.fixture(params=LABS or [pytest.param(None, marks=pytest.mark.skip(reason=REASON), id="ckan")])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A workspace whose dataset ``set0`` also goes into the DataStore of each CKAN, behind a recording proxy."""
    lab: Lab = request.param
    monkeypatch.setenv(TOKEN, lab.token)
    with table_workspace(lab, tmp_path) as (workspace, traffic):
        yield lab, workspace, tmp_path, traffic


def release_of(folder: Path, rows: list[str], header: str = HEADER) -> PublishedDataset:
    """A table to be published, with its schema."""
    data = (header + "".join(f"{row}\r\n" for row in rows)).encode()
    path = folder / f"{sha256(data)[:8]}" / "set0.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    base = ten_releases(folder)[0]
    part = replace(base.entry.distributions[0], name=path.name, url=path.name, size=len(data), sha256=sha256(data))
    file = Upload(path.name, path, sha256(data), len(data))
    entry = replace(base.entry, distributions=(part,))
    return replace(
        base, entry=entry, files=(file,), rows=len(rows), rows_of={path.name: len(rows)}, schemas={path.name: SCHEMA}
    )


def held_rows(lab: Lab, workspace: Workspace) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Columns and rows of the table that the DataStore has."""
    organization = workspace.portals["lab"].organization or ""
    (package,) = lab.datasets(organization).values()
    found = lab.call("datastore_search", resource_id=package["resources"][0]["id"], sort="ID")
    return found["fields"][1:], [{k: v for k, v in row.items() if k != "_id"} for row in found["records"]]


@pytest.mark.ckan
def test_a_table_goes_in_typed_and_only_changed_rows_follow(store: Store) -> None:
    """Types, dictionary and short names arrive; a changed, a new and a gone row are sent as these; then silence."""
    lab, workspace, folder, traffic = store
    portal = open_portal(workspace, "lab")
    rows = [f"{n:03},施設{n},35.{n}0,{n},2026-04-0{n},手話" for n in range(1, 6)]
    first = plan_releases([release_of(folder, rows)], portal, workspace)
    publish(first, portal, workspace, seen=first.seen)
    columns, held = held_rows(lab, workspace)
    assert [(c["id"], c["type"]) for c in columns] == [
        ("ID", "text"),
        ("名称", "text"),
        ("緯度", "numeric"),
        ("台数", "int8"),
        ("公開日", "date"),
        (short_name(LONG), "text"),
    ]
    assert (columns[1]["info"]["notes"], columns[5]["info"]["label"]) == ("施設の名称", LONG)
    assert (len(held), held[0]["ID"], float(held[0]["緯度"]), held[0]["台数"]) == (5, "001", 35.1, 1)
    changed = [rows[0], rows[1].replace("施設2", "新施設"), rows[2], rows[3], "006,施設6,35.60,6,2026-04-06,"]
    plan = plan_releases([release_of(folder, changed)], portal, workspace)
    assert plan.to_dict()["changes"][0]["datastore"][0]["short_names"] == {short_name(LONG): LONG}
    traffic.restart()
    publish(plan, portal, workspace, seen=plan.seen)
    assert [row["名称"] for row in held_rows(lab, workspace)[1]] == ["施設1", "新施設", "施設3", "施設4", "施設6"]
    assert traffic.actions.count("datastore_upsert") == traffic.actions.count("datastore_delete") == 1
    traffic.restart()
    again = plan_releases([release_of(folder, changed)], portal, workspace)
    publish(again, portal, workspace, seen=again.seen)
    assert (again.pending, traffic.actions) == (False, ["package_search"])


@pytest.mark.ckan
@pytest.mark.parametrize("place", [3, 4, 5, 6])
def test_a_load_that_breaks_off_is_done_again(store: Store, place: int) -> None:
    """With the connection lost on the way into the DataStore, one clean run puts everything there, once."""
    lab, workspace, folder, traffic = store
    portal = open_portal(workspace, "lab")
    rows = [f"{n:03},施設{n},35.{n}0,{n},2026-04-0{n},手話" for n in range(1, 4)]
    release = release_of(folder, rows)
    for fault in (("dropped", place), ()):
        traffic.restart(*fault)
        plan = plan_releases([release], portal, workspace)
        publish(plan, portal, workspace, seen=plan.seen)
    assert [row["ID"] for row in held_rows(lab, workspace)[1]] == ["001", "002", "003"]
    assert not plan_releases([release], portal, workspace).pending
