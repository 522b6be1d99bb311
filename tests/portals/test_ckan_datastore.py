"""Loading tables into a DataStore: which calls are made for which change, and what a lost answer leads to."""

from __future__ import annotations

from typing import Any

import pytest
from pretend_ckan import PretendClient

from meguro_opendata.errors import PortalError
from meguro_opendata.portals.base import HeldTable, View
from meguro_opendata.portals.ckan.datastore import exact_rows, held_table, load, stored_rows
from meguro_opendata.portals.ckan.tables import put_back, saved_table
from meguro_opendata.portals.ckan.views import add_view, held_views
from meguro_opendata.portals.datastore import chunks, page_size, same_rows, short_name, stored_table

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ID", "type": "string"},
        {"name": "人数", "type": "integer"},
        {"name": "緯度", "type": "number"},
        {"name": "公開", "type": "boolean"},
        {"name": "日付", "type": "date"},
    ]
}
HEADER = "ID,人数,緯度,公開,日付"
ROWS = ("1,10,35.10,true,2026-04-01", "2,,35.1,FALSE,2026-03-31", "3,5,,,")


@pytest.fixture
def client() -> PretendClient:
    """A CKAN with one dataset of one resource `r`."""
    made = PretendClient()
    part = {"id": "r", "name": "a.csv"}
    made.packages["p"] = {"id": "p", "name": "131105_aed", "state": "active", "resources": [part]}
    return made


def table(*rows: str, key: tuple[str, ...] = ("ID",), schema: dict[str, Any] = SCHEMA, header: str = HEADER) -> Any:
    """Return a table of some lines of CSV."""
    return stored_table("".join(f"{line}\r\n" for line in (header, *rows)).encode(), schema, key)


def loaded(client: Any, *rows: str, key: tuple[str, ...] = ("ID",)) -> list[str]:
    """Load a table; return the calls that this took, without the mark at the end."""
    client.calls.clear()
    load(client, "r", table(*rows, key=key), "digest")
    assert client.calls.pop() == "resource_patch"
    assert client.packages["p"]["resources"][0]["mo_datastore"] == "digest"
    return client.calls


CREATED = ["datastore_create", "datastore_upsert"]


def test_a_new_table_is_created_with_its_types_and_rows(client: Any) -> None:
    """Every digit comes back, and an empty cell is nothing."""
    assert loaded(client, *ROWS) == CREATED
    columns = (("ID", "text"), ("人数", "int8"), ("緯度", "numeric"), ("公開", "bool"), ("日付", "date"))
    assert held_table(client, "r") == HeldTable(3, columns)
    assert exact_rows(client, "r") == [
        {"ID": "1", "人数": 10, "緯度": "35.10", "公開": True, "日付": "2026-04-01"},
        {"ID": "2", "人数": None, "緯度": "35.1", "公開": False, "日付": "2026-03-31"},
        {"ID": "3", "人数": 5, "緯度": None, "公開": None, "日付": None},
    ]


@pytest.mark.parametrize(
    ("rows", "calls"),
    [
        (ROWS, ["datastore_create"]),
        (ROWS[:2], ["datastore_delete", "datastore_create"]),
        ((*ROWS, "4,1,,,"), ["datastore_upsert", "datastore_create"]),
        ((ROWS[0].replace("10", "11"), *ROWS[1:]), ["datastore_upsert", "datastore_create"]),
        ((ROWS[0].replace("35.10", "35.1"), *ROWS[1:]), ["datastore_create"]),
        (("4,1,,,",), ["datastore_delete"] * 3 + ["datastore_upsert", "datastore_create"]),
    ],
)
def test_only_the_rows_that_changed_are_sent(client: Any, rows: tuple[str, ...], calls: list[str]) -> None:
    """35.10 and 35.1 are the same number; afterwards the DataStore has exactly the new rows."""
    loaded(client, *ROWS)
    assert loaded(client, *rows) == calls
    assert same_rows(exact_rows(client, "r"), table(*rows))


def test_a_table_without_a_key_is_made_anew(client: Any) -> None:
    """Nothing says which of its rows changed; a key that is doubled is no key."""
    loaded(client, *ROWS, key=())
    assert loaded(client, *ROWS, key=()) == ["datastore_delete", *CREATED]
    assert loaded(client, ROWS[0], ROWS[0]) == ["datastore_delete", *CREATED]
    assert client.tables["r"]["key"] == []


def test_other_columns_make_the_table_anew(client: Any) -> None:
    """A number that is no number makes its column text."""
    loaded(client, *ROWS)
    assert loaded(client, "1,多い,,,") == ["datastore_delete", *CREATED]
    assert client.tables["r"]["fields"][1]["type"] == "text"


def test_a_table_that_refuses_rows_is_made_anew(client: Any) -> None:
    """It was made by hand, with the same columns and without the key."""
    loaded(client, *ROWS)
    client.tables["r"]["key"] = []
    calls = loaded(client, *ROWS, "4,1,,,")
    assert calls == ["datastore_upsert", "datastore_delete", *CREATED]


def test_a_lost_answer_is_repeated_only_where_rows_have_a_key(client: Any) -> None:
    """An insert sent twice would double the rows."""
    client.lose = ["datastore_upsert"]
    assert loaded(client, *ROWS) == [*CREATED, "datastore_upsert"]
    assert len(client.tables["r"]["rows"]) == len(ROWS)
    client.lose = ["datastore_upsert"]
    with pytest.raises(PortalError) as refused:
        load(client, "r", table(*ROWS, key=()), "digest")
    assert refused.value.code == "datastore-unsure"


@pytest.mark.parametrize("count", [0, 1, page_size() - 1, page_size(), page_size() + 1])
def test_rows_are_sent_and_read_in_pages(client: Any, count: int) -> None:
    """At the size of a page, just below and just above; nothing is lost and nothing doubled."""
    rows = [f"{number},,1.5,," for number in range(count)]
    stored = table(*rows)
    assert [len(some) for some in chunks(stored.records)] == (
        [page_size(), 1] if count > page_size() else [count] if count else []
    )
    schema = {"fields": SCHEMA["fields"]}
    client.tables["r"] = {
        "fields": [column.to_dict() for column in table("1,,,,", schema=schema).columns],
        "key": ["ID"],
        "rows": [{"_id": number + 1, **record} for number, record in enumerate(stored.records)],
    }
    assert [row["ID"] for row in stored_rows(client, "r")] == [str(number) for number in range(count)]
    assert same_rows(exact_rows(client, "r"), stored)


def test_a_resource_without_a_table_is_neither_empty_nor_an_error(client: Any) -> None:
    """It is neither empty nor an error."""
    assert held_table(client, "r") is None
    assert saved_table(client, "r") is None


@pytest.mark.parametrize("key", [(), ("ID",)])
def test_a_saved_table_is_put_back_as_it_was(client: Any, key: tuple[str, ...]) -> None:
    """Columns, key, aliases and every row, also over a table that is there."""
    loaded(client, *ROWS, key=key)
    client.tables["r"]["aliases"] = ["aed"]
    saved = saved_table(client, "r")
    assert saved is not None
    assert (saved["key"], saved["aliases"], len(saved["records"])) == ([*key], ["aed"], 3)
    client.tables.clear()
    for _ in range(2):
        put_back(client, "r", saved)
        assert saved_table(client, "r") == saved


def test_a_table_put_back_only_in_part_is_deleted(client: Any) -> None:
    """A part of the rows would look like all of them; the first error is the one that is reported."""
    loaded(client, *ROWS)
    saved = saved_table(client, "r")
    assert saved is not None
    client.tables.clear()
    client.refuse = {"datastore_upsert": ("records",)}
    with pytest.raises(PortalError) as refused:
        put_back(client, "r", saved)
    assert (refused.value.code, client.tables) == ("portal-refused", {})
    client.refuse = {"datastore_create": ("fields",)}
    with pytest.raises(PortalError) as first:
        put_back(client, "r", saved)
    assert first.value.code == "portal-refused"


def test_a_view_is_added_once_also_if_the_answer_is_lost(client: Any) -> None:
    """A view of the same type and title can be there already; ids are no part of a view."""
    view = View({"view_type": "recline_view", "title": "表"})
    client.views["r"] = [{"id": "v", "resource_id": "r", "package_id": "p", **view.fields}]
    client.lose = ["resource_view_create"]
    add_view(client, "r", view)
    assert held_views(client, "r") == (view, view)
    assert client.calls == ["resource_view_create"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("名" * 21, "名" * 21),
        ("a" * 63, "a" * 63),
        ("_full_text", "x_full_text"),
        ("", "x"),
        (" 名称 ", "名称"),
        ('"名称"', "'名称'"),
    ],
)
def test_a_name_of_up_to_63_bytes_stays(name: str, short: str) -> None:
    """A leading underscore and quotation marks are CKAN's own."""
    assert short_name(name) == short


@pytest.mark.parametrize("name", ["名" * 22, "a" * 64, "_" + "a" * 63, "あ" * 30 + "い", "あ" * 30 + "う"])
def test_a_longer_name_gets_a_short_one_of_its_own(name: str) -> None:
    """It ends with letters of its checksum, so that two names with the same beginning differ."""
    short = short_name(name)
    assert len(short.encode("utf-8")) <= 63
    assert short.rpartition("_")[0] in f"x{name}"
    assert short != short_name(name + "x")
