"""Values carried from an older version of a standard, plane coordinates, and proposals as rules of a recipe."""

from pathlib import Path

import pytest

from meguro_opendata.findings import Change
from meguro_opendata.mapping.carry import carry
from meguro_opendata.mapping.planecoordinates import in_metres
from meguro_opendata.mapping.proposal import SURE, Proposal
from meguro_opendata.mapping.proposals import propose_mapping
from meguro_opendata.mapping.valueforms import METRES
from meguro_opendata.recipe.words import MappingRule, Split
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.model import load_standard

NEW, OLD = load_standard("aed", "2026"), load_standard("aed", "2020")


def table(header: list[str], *rows: list[str]) -> Table:
    """A table of an example."""
    records = [header, *rows]
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=list(range(1, len(records) + 1))), 1)


LIST = table(
    ["都道府県名", "市区町村名", "住所"],
    ["東京都", "目黒区", "上目黒二丁目19番15号"],
    ["東京都", "目黒区", "東京都目黒区上目黒2-19-15"],
    ["東京都", "目黒区", "東京都府中市宮西町2-24"],
    ["東京都", "0001", "上目黒1-2"],
    ["東京都", "目黒区", ""],
)


def address(field: str) -> Proposal:
    """The proposal to carry the address to a field."""
    return Proposal(field, ("住所",), "old-address", 0.96)


def test_an_address_becomes_whole_and_an_uncertain_one_stays() -> None:
    """Each change has its row; an address elsewhere and one of an unknown place lead to a warning."""
    made = carry(address("所在地_連結表記"), LIST, NEW, OLD)
    assert made.values.to_list() == [
        "東京都目黒区上目黒二丁目19番15号",
        "東京都目黒区上目黒2-19-15",
        "東京都府中市宮西町2-24",
        "上目黒1-2",
        "",
    ]
    after = "東京都目黒区上目黒二丁目19番15号"
    assert made.changes == (Change(2, "住所", "所在地_連結表記", "old_address", "上目黒二丁目19番15号", after),)
    assert [(one.code, one.row, one.params["place"]) for one in made.findings] == [
        ("address-elsewhere", 4, "東京都目黒区"),
        ("address-place-unknown", 5, "東京都0001"),
    ]
    assert made.lost == ()


@pytest.mark.parametrize(
    ("field", "values", "lost"),
    [
        ("所在地_都道府県", ["東京都", "東京都", "", "", ""], (4, 5)),
        ("所在地_市区町村", ["目黒区", "目黒区", "", "", ""], (4, 5)),
        ("所在地_町字", ["上目黒二丁目", "上目黒", "", "", ""], (4, 5)),
        ("所在地_番地以下", ["19-15", "2-19-15", "", "", ""], (4, 5)),
        ("町字ID", ["", "", "", "", ""], (2, 3, 4, 5)),
    ],
)
def test_a_part_of_an_address_is_carried_only_if_certain(field: str, values: list[str], lost: tuple[int, ...]) -> None:
    """Rows whose part is uncertain are left empty and counted; an empty address is no loss."""
    made = carry(address(field), LIST, NEW, OLD)
    assert (made.values.to_list(), made.lost) == (values, lost)
    assert made.filled is any(values)


def test_names_of_prefecture_and_municipality_are_joined() -> None:
    """A number in the place of a name makes none."""
    proposal = Proposal("地方公共団体名", ("都道府県名", "市区町村名"), "old-join", 0.96)
    made = carry(proposal, LIST, NEW, OLD)
    assert made.values.to_list() == ["東京都目黒区", "東京都目黒区", "東京都目黒区", "", "東京都目黒区"]
    assert made.lost == (5,)
    assert made.changes[0] == Change(2, "都道府県名", "地方公共団体名", "old_join", "東京都 / 目黒区", "東京都目黒区")


@pytest.mark.parametrize(
    ("column", "second", "lat", "lon"),
    [("X座標", "Y座標", "X座標", "Y座標"), ("Y座標", "X座標", "X座標", "Y座標"), ("北", "東", "北", "東")],
)
def test_a_pair_in_metres_is_to_be_confirmed_with_x_as_the_latitude(
    column: str, second: str, lat: str, lon: str
) -> None:
    """Whichever of the two was taken for the latitude by its name."""
    found = {
        "緯度": Proposal("緯度", (column,), "known", 0.96, seen=METRES),
        "名称": Proposal("名称", ("名称",), "name", 1.0),
        "経度": Proposal("経度", (second,), "known", 0.96, seen=METRES),
    }
    made = in_metres(found)
    assert list(made) == ["緯度", "名称", "経度"]
    assert (made["緯度"].columns, made["経度"].columns) == ((lat,), (lon,))
    assert {made[name].reason for name in ("緯度", "経度")} == {METRES}
    assert not any(made[name].sure for name in ("緯度", "経度"))
    assert made["名称"] == found["名称"]


def test_a_single_column_in_metres_is_dropped() -> None:
    """It makes no point."""
    found = {
        "緯度": Proposal("緯度", ("X",), "known", 0.96, seen=METRES),
        "名称": Proposal("名称", ("名称",), "name", 1.0),
    }
    assert list(in_metres(found)) == ["名称"]
    plain = {"緯度": Proposal("緯度", ("緯度",), "name", 1.0)}
    assert in_metres(plain) == plain


@pytest.mark.parametrize(
    ("proposal", "rule"),
    [
        (Proposal("名称", ("施設名",), "known", SURE), MappingRule(column="施設名")),
        (Proposal("名称", ("姓", "名"), "old-join", 0.96), MappingRule(join=("姓", "名"))),
        (Proposal("住所", ("住所",), "old-address", 0.96), None),
        (Proposal("車椅子", ("設備",), "old-features", 0.96), None),
        (
            Proposal("緯度", ("位置",), "place", 0.96, made=MappingRule(column="位置", split=Split(by=",", part=1))),
            MappingRule(column="位置", split=Split(by=",", part=1)),
        ),
    ],
)
def test_a_proposal_as_a_rule_of_a_recipe(proposal: Proposal, rule: MappingRule | None) -> None:
    """Ways that only a conversion has make no rule; 0.95 is sure."""
    assert proposal.rule == rule
    assert proposal.sure
    assert not Proposal("名称", ("a",), "likely", SURE - 0.001).sure


def test_the_proposals_for_an_older_header_follow_its_table_of_changes() -> None:
    """In the order of the current version, with the columns of the older one."""
    found = {one.field: one for one in propose_mapping(LIST, NEW, OLD)}
    assert (found["所在地_連結表記"].reason, found["所在地_連結表記"].columns) == ("old-address", ("住所",))
    assert found["地方公共団体名"].columns == ("都道府県名", "市区町村名")
    order = [field.name for field in NEW.fields]
    assert [order.index(name) for name in found] == sorted(order.index(name) for name in found)
