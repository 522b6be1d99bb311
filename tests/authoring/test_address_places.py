"""Positions that the addresses of a list without coordinates would give, and when they are proposed."""

import json
from pathlib import Path

import pytest

from meguro_opendata.authoring.addressplaces import AddressPlaces, address_places, with_point_fields
from meguro_opendata.authoring.recipe_text import comment_of
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.model import load_standard

HOME = municipality("131105")
AED = load_standard("aed")


def table(header: list[str], *rows: list[str]) -> Table:
    """A table of an example."""
    records = [header, *rows]
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=list(range(1, len(records) + 1))), 1)


def places(source: Table, *proposals: Proposal, own: bool = False) -> AddressPlaces | None:
    """The positions of a table's addresses under a standard, or under a schema of its own."""
    return address_places(source, None if own else AED, proposals, HOME)


KNOWN, UNKNOWN = "目黒区上目黒2-19-15", "不明な場所"
WHOLE = Proposal("所在地_連結表記", ("住所",), "known", 0.96)


def test_the_positions_of_known_addresses_are_counted() -> None:
    """With the least exact level and the largest expected error; empty cells do not count."""
    found = places(table(["名称", "住所"], ["甲", KNOWN], ["乙", UNKNOWN], ["丙", ""]), WHOLE)
    assert found is not None
    assert (found.field, found.column, found.extra) == ("所在地_連結表記", "住所", False)
    assert (found.found, found.rows) == (1, 2)
    assert found.level in ("residence", "block", "town", "oaza")
    assert found.error > 0


@pytest.mark.parametrize(
    ("addresses", "proposed"),
    [
        ([KNOWN], True),
        ([KNOWN, UNKNOWN], True),
        ([KNOWN, UNKNOWN, UNKNOWN], False),
        ([UNKNOWN], False),
        ([""], False),
    ],
)
def test_half_of_the_addresses_have_to_be_known(addresses: list[str], proposed: bool) -> None:
    """With fewer, a map would mislead by what it lacks."""
    source = table(["名称", "住所"], *[["甲", text] for text in addresses])
    assert (places(source, WHOLE) is not None) is proposed


@pytest.mark.parametrize("header", ["緯度", "座標", "Latitude", "世界測地系の経度", "lon"])
def test_a_table_with_a_column_of_coordinates_gets_no_estimates(header: str) -> None:
    """By the name of the column alone: its values are asked for first."""
    assert places(table(["名称", "住所", header], ["甲", KNOWN, ""]), WHOLE) is None


def test_a_column_that_is_proposed_for_a_coordinate_is_one_of_coordinates() -> None:
    """Whatever its name."""
    point = Proposal("緯度", ("Y",), "values", 0.7)
    assert places(table(["名称", "住所", "Y"], ["甲", KNOWN, "35.6"]), WHOLE, point) is None


@pytest.mark.parametrize(
    ("column", "own", "field", "extra"),
    [
        ("住所", False, "住所", True),
        ("住所", True, "住所", False),
        ("施設_住所", False, "施設_住所", True),
        ("所在地_連結表記", False, None, True),
    ],
)
def test_a_column_without_a_field_becomes_an_extension(column: str, own: bool, field: str | None, extra: bool) -> None:
    """Unless its name is that of a field which another column fills, or the schema is the dataset's own."""
    found = places(table(["名称", column], ["甲", KNOWN]), own=own)
    if field is None:
        assert found is None
    else:
        assert found is not None
        assert (found.field, found.extra) == (field, extra)


def test_a_table_without_addresses_gets_no_estimates() -> None:
    """There is no column named like one of addresses."""
    assert places(table(["名称", "備考"], ["甲", KNOWN])) is None


def test_a_schema_of_its_own_gets_two_fields_of_coordinates() -> None:
    """Behind its own fields, with the bounds of Japan."""
    schema = json.dumps({"name": "x", "fields": [{"name": "住所", "type": "string"}]}).encode()
    made = json.loads(with_point_fields(schema))
    assert [field["name"] for field in made["fields"]] == ["住所", "緯度", "経度"]
    assert [field.get("mo:kind") for field in made["fields"]] == [None, "latitude", "longitude"]
    assert made["fields"][1]["constraints"] == {"minimum": 20, "maximum": 46}
    assert with_point_fields(schema).endswith(b"}\n")


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("施設\n名称", "施設 名称"),
        ("a\r\nb\tc", "a b c"),
        ("  a  b ", "a b"),
        ("a\x00b\x1bc", "a b c"),
        ("", ""),
    ],
)
def test_a_comment_stays_on_one_line(text: str, comment: str) -> None:
    """A line break from a cell would make the rest of the cell a part of the recipe."""
    assert comment_of(text) == comment
