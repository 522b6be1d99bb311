"""Whole addresses and their parts, made from the columns of a table: what is certain, and what is left."""

import polars as pl
import pytest

from meguro_opendata.japan.addresses.composing import Composed
from meguro_opendata.mapping.address import AddressParts, join_address, split_address
from meguro_opendata.mapping.addressparts import address_parts
from meguro_opendata.workspace.city import City


@pytest.mark.parametrize(
    ("text", "prefecture", "city", "parts"),
    [
        ("駒場三丁目１１番１３号", "東京都", "目黒区", AddressParts("東京都", "目黒区", "駒場三丁目", "11-13")),
        ("東京都目黒区駒場3-11-13", "", "目黒区", AddressParts("東京都", "目黒区", "駒場", "3-11-13")),
        ("目黒区駒場3-11-13", "東京都", "目黒区", AddressParts("東京都", "目黒区", "駒場", "3-11-13")),
        ("駒場", " 東京都 ", "目黒区", AddressParts("東京都", "目黒区", "駒場", "")),
        ("山口県熊毛郡上関町大字見本1", "山口県", "上関町", AddressParts("山口県", "上関町", "大字見本", "1")),
        ("大字見本1", "山口県", "熊毛郡上関町", AddressParts("山口県", "熊毛郡上関町", "大字見本", "1")),
        # A ward of the city that the row names.
        ("青葉区本町1", "宮城県", "仙台市", AddressParts("宮城県", "仙台市青葉区", "本町", "1")),
    ],
)
def test_an_address_is_split_if_nothing_is_left_over(
    text: str, prefecture: str, city: str, parts: AddressParts
) -> None:
    """Prefecture and municipality come from the address or from the other columns."""
    assert split_address(text, prefecture, city) == parts


@pytest.mark.parametrize(
    ("text", "prefecture", "city"),
    [
        ("東京都目黒区目黒1丁目2-3 ビル2階", "", "目黒区"),
        ("目黒1-2-3先", "東京都", "目黒区"),
        ("東京都府中市宮西町2-24", "東京都", "目黒区"),
        ("山口県萩市見本6", "山口県", "上関町"),
        ("駒場3-11-13", "", "目黒区"),
        ("駒場3-11-13", "東京都", ""),
        ("駒場3-11-13", "東京都", "0001"),
        ("未定", "東京都", "目黒区"),
        ("1-2-3", "東京都", "目黒区"),
        ("", "東京都", "目黒区"),
    ],
)
def test_an_address_with_a_rest_or_in_another_place_is_not_split(text: str, prefecture: str, city: str) -> None:
    """A building, a note, another municipality, an unknown one, no town, and no address."""
    assert split_address(text, prefecture, city) is None


@pytest.mark.parametrize(
    ("cells", "composed"),
    [
        (["山口県", "上関町", "熊毛郡上関町大字見本3"], Composed("熊毛郡上関町大字見本3")),
        (["山口県", "上関町", "大字見本3"], Composed("山口県上関町大字見本3")),
        (["東京都", "目黒区", "上目黒", "2-19-15"], Composed("東京都目黒区上目黒2-19-15")),
        (["東京都", "目黒区", "東京都目黒区上目黒2-19-15"], Composed("東京都目黒区上目黒2-19-15")),
        (["東京都目黒区", "上目黒2-19-15"], Composed("東京都目黒区上目黒2-19-15")),
        (["東京都", "目黒区", "東京都府中市宮西町1"], Composed("東京都府中市宮西町1", "address-elsewhere")),
        (["東京都", "目黒区", "未定"], Composed("未定", "address-none")),
        (["山口県", "0001", "見本1"], Composed("見本1", "address-place-unknown")),
        (["東京都", "目黒区", ""], Composed("東京都目黒区")),
        (["東京都", "", "目黒区上目黒1"], Composed("東京都目黒区上目黒1")),
        (["上目黒", "2-19-15"], Composed("上目黒2-19-15")),
        (["", "", ""], Composed("")),
        ([" 東京都 ", " 目黒区 ", " 上目黒1 "], Composed("東京都目黒区上目黒1")),
    ],
)
def test_cells_are_joined_to_an_address_that_names_its_place_once(cells: list[str], composed: Composed) -> None:
    """An address elsewhere, and a text that is no address, stay as they are and are reported."""
    assert join_address(cells) == composed


VALUES = pl.Series(["東京都目黒区駒場三丁目11-13", "東京都目黒区駒場", "駒場駅前", "東京都府中市宮西町1", "未定"])
CITY = City.model_construct(code="131105", prefecture="東京都", name="目黒区")


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("prefecture", ["東京都", "東京都", None, None, None]),
        ("city", ["目黒区", "目黒区", None, None, None]),
        ("town", ["駒場三丁目", "駒場", None, None, None]),
        ("lot", ["11-13", "", None, None, None]),
        ("building", ["", "", None, None, None]),
        ("town_id", [None, None, None, None, None]),
    ],
)
def test_without_a_gazetteer_form_decides_the_parts(
    monkeypatch: pytest.MonkeyPatch, part: str, expected: list[str | None]
) -> None:
    """Words without a number need their municipality, and no form shows a town's ID."""
    monkeypatch.setattr("meguro_opendata.mapping.addressparts.Geocoder.towns", lambda _self, _code: None)
    assert address_parts(VALUES, part, CITY, with_building=False).to_list() == expected


def test_without_a_city_no_address_is_split() -> None:
    """Its municipality is not known to be the data's."""
    assert address_parts(VALUES, "town", None, with_building=False).to_list() == [None] * 5


@pytest.mark.parametrize(
    ("part", "with_building", "expected"),
    [
        ("town", False, ["駒場三丁目", None, None, None]),
        ("town", True, ["駒場三丁目", "駒場三丁目", None, None]),
        ("building", True, ["", "見本ビル", None, None]),
        ("lot", True, ["11-13", "11-13", None, None]),
    ],
)
def test_an_address_with_a_building_is_split_only_if_a_field_takes_the_building(
    part: str, with_building: bool, expected: list[str | None]
) -> None:
    """By the towns that the project holds of the ward; a note and another municipality are never split."""
    values = pl.Series(["目黒区駒場3-11-13", "目黒区駒場3-11-13 見本ビル", "目黒区駒場3-11-13先", "府中市宮西町2-24"])
    assert address_parts(values, part, CITY, with_building=with_building).to_list() == expected
