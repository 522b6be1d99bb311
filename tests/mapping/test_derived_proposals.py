"""Proposals for fields without a column of their own: points in one cell, wholes and parts, facts of the city."""

from pathlib import Path

import polars as pl
import pytest

from meguro_opendata.mapping.derivation import as_rules, city_facts, from_one_cell, parts_and_whole
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.valueforms import contradiction, telling_kinds, value_kinds_of
from meguro_opendata.recipe.words import MappingRule
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.model import load_standard

AED = load_standard("aed")
POINTS = ["35.641463, 139.698171", "35.6415,139.6982", "(35.64, 139.69)"]


def table(header: list[str], *rows: list[str]) -> Table:
    """A table of an example."""
    records = [header, *rows]
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=list(range(1, len(records) + 1))), 1)


def column(name: str, values: list[str]) -> Table:
    """A table of one column, and one of names."""
    return table(["名称", name], *[["甲", value] for value in values])


def sure(field: str, *columns: str) -> Proposal:
    """A sure proposal."""
    return Proposal(field, columns, "name", 1.0)


@pytest.mark.parametrize(("header", "reason"), [("緯度経度", "place"), ("その他", "values")])
def test_both_coordinates_of_one_cell_are_split(header: str, reason: str) -> None:
    """Sure only if the header fits, too."""
    found = list(from_one_cell(column(header, POINTS), AED, {}))
    assert [(one.field, one.columns, one.reason) for one in found] == [
        ("緯度", (header,), reason),
        ("経度", (header,), reason),
    ]
    parts = [one.made.split.part for one in found if one.made is not None and one.made.split is not None]
    assert parts == [1, 2]
    assert [one.sure for one in found] == [reason == "place"] * 2
    for one, expected in zip(found, ("35.641463", "139.698171"), strict=True):
        assert one.made is not None
        assert one.made.split is not None
        pattern = str(one.made.split.pattern)
        assert pl.Series([POINTS[0]]).str.extract(pattern, one.made.split.part).to_list() == [expected]


def test_two_columns_of_points_or_a_filled_coordinate_propose_nothing() -> None:
    """A person has to choose; a column of its own is better."""
    two = table(["位置1", "位置2"], *[[value, value] for value in POINTS])
    assert list(from_one_cell(two, AED, {})) == []
    assert list(from_one_cell(column("緯度経度", POINTS), AED, {"緯度": sure("緯度", "Y")})) == []
    assert list(from_one_cell(column("緯度経度", ["見本"] * 3), AED, {})) == []
    assert list(from_one_cell(column("緯度経度", POINTS), load_standard("population"), {})) == []


PARTS = ["所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下"]


def test_a_whole_address_is_joined_from_sure_parts() -> None:
    """In the order of the address; a part that is missing or not sure proposes nothing."""
    found = {name: sure(name, f"{name}の列") for name in PARTS}
    (whole,) = parts_and_whole(table(["a"], ["b"]), AED, found)
    assert (whole.field, whole.reason) == ("所在地_連結表記", "joined")
    assert whole.rule == MappingRule(join=tuple(f"{name}の列" for name in PARTS))
    unsure = {**found, "所在地_町字": Proposal("所在地_町字", ("町",), "likely", 0.8)}
    assert list(parts_and_whole(table(["a"], ["b"]), AED, unsure)) == []
    assert list(parts_and_whole(table(["a"], ["b"]), AED, {name: found[name] for name in PARTS[:3]})) == []


def test_the_parts_of_a_whole_address_are_proposed_to_be_confirmed() -> None:
    """Those without a column of their own."""
    found = {"所在地_連結表記": sure("所在地_連結表記", "住所"), "所在地_都道府県": sure("所在地_都道府県", "県")}
    parts = {one.field: one for one in parts_and_whole(table(["a"], ["b"]), AED, found)}
    assert set(PARTS[1:]) <= set(parts)
    assert "所在地_都道府県" not in parts
    assert all(one.reason == "address-part" and one.columns == ("住所",) for one in parts.values())
    assert not any(one.sure for one in parts.values())


@pytest.mark.parametrize(
    ("addresses", "rule"),
    [
        (["東京都目黒区上目黒1", "東京都府中市宮西町2"], MappingRule(column="住所")),
        (["東京都目黒区上目黒1", ""], MappingRule(column="住所")),
        (["東京都目黒区上目黒1", "上目黒2"], MappingRule(join=("都道府県名", "市区町村名", "住所"))),
        (["目黒区上目黒1"], MappingRule(join=("都道府県名", "市区町村名", "住所"))),
        ([""], MappingRule(join=("都道府県名", "市区町村名", "住所"))),
    ],
)
def test_an_older_address_becomes_a_column_or_a_join(addresses: list[str], rule: MappingRule) -> None:
    """A column if every address names its municipality, else a join with the columns that do."""
    source = table(["都道府県名", "市区町村名", "住所"], *[["東京都", "目黒区", text] for text in addresses])
    found = {
        "地方公共団体名": Proposal("地方公共団体名", ("都道府県名", "市区町村名"), "old-join", 0.96),
        "所在地_連結表記": Proposal("所在地_連結表記", ("住所",), "old-address", 0.96),
        "町字ID": Proposal("町字ID", ("住所",), "old-address", 0.96),
    }
    made = as_rules(source, found)
    assert made["所在地_連結表記"].rule == rule
    assert made["地方公共団体名"] == found["地方公共団体名"]
    assert "町字ID" not in made


def test_facts_of_the_city_fill_fields_without_a_column() -> None:
    """The code is certain, and a field with a proposal keeps it."""
    facts = {one.field: one for one in city_facts(AED, {})}
    assert facts["全国地方公共団体コード"].rule == MappingRule(city="code")
    assert facts["地方公共団体名"].rule == MappingRule(city="full_name")
    assert all(one.columns == () for one in facts.values())
    assert "地方公共団体名" not in {
        one.field for one in city_facts(AED, {"地方公共団体名": sure("地方公共団体名", "a")})
    }


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([], ()),
        (["", " "], ()),
        (["35.6415"] * 9 + ["見本"], ("latitude",)),
        (["35.6415"] * 8 + ["見本"] * 2, ()),
        (["139.6982"], ("longitude",)),
        (["19.99"], ()),
        (["46.99"], ("latitude",)),
        (["47.00"], ()),
        (["121.99"], ()),
        (["154.99"], ("longitude",)),
        (["155.00"], ()),
        (["〒153-8573"], ("postal7",)),
        (["1538573"], ("postal7",)),
        (["a@example.org"], ("email",)),
        (["https://example.org/"], ("uri",)),
        (["03-5722-1111"], ("phone",)),
        (["03-5722-111"], ()),
        (["メグロク"], ("kana",)),
        (["令和6年4月1日", "2024-04-01", "R6.4.1"], ("date",)),
        (["9:00", "午後5時半"], ("time",)),
        (["35.64, 139.69"], ("place",)),
    ],
)
def test_a_kind_needs_nine_of_ten_filled_cells(values: list[str], kinds: tuple[str, ...]) -> None:
    """By the form alone, in the bounds of Japan."""
    assert value_kinds_of(pl.Series(values, dtype=pl.String)) == kinds


@pytest.mark.parametrize(
    ("kind", "values", "other"),
    [
        ("phone", ["a@example.org"], "email"),
        ("phone", ["03-5722-1111"], None),
        ("name", ["139.6982"], "longitude"),
        ("name", ["9:00"], None),
        ("text", ["139.6982"], None),
        ("latitude", ["139.6982"], "longitude"),
        ("latitude", ["-42148.043", "-41039.19"], "metres"),
        ("longitude", ["12345", "9,876.5"], "metres"),
        ("latitude", ["353829"], "metres"),
        ("latitude", ["12"], None),
        ("latitude", [""], None),
    ],
)
def test_values_that_contradict_a_field(kind: str, values: list[str], other: str | None) -> None:
    """Another kind of the same list; for coordinates also metres."""
    assert contradiction(kind, pl.Series(values)) == other


def test_text_is_no_kind_that_values_alone_can_show() -> None:
    """Neither are numbers and dates, which may be anything."""
    assert {"phone", "postal7", "email"} <= set(telling_kinds())
    assert not {"text", "integer", "date"} & set(telling_kinds())
