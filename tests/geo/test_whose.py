"""Which municipality a table is about: what says so, what outweighs what, and where nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from gazetteer_files import yaizu_blocks
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import ExitCode, MeguroOpendataError
from meguro_opendata.geo.places.gazetteer.importing import import_addresses
from meguro_opendata.geo.places.whose import Whose, whose
from meguro_opendata.japan.municipalities import Municipality, municipalities, municipality

WARD, FUCHU, YAIZU, SHIBUYA = (municipality(code) for code in ("131105", "132063", "222127", "131130"))
EVERY = municipalities()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))


def table(addresses: Sequence[str] = ("本町1-1", "本町2-2"), **columns: str) -> pl.DataFrame:
    """A table of addresses, and columns that have the same value in each row."""
    return pl.DataFrame({"名称": ["見本"] * len(addresses), "住所": addresses}).with_columns(
        pl.lit(value).alias(name) for name, value in columns.items()
    )


def shown(found: Whose) -> tuple[str | None, list[str]]:
    """The code of the municipality and the kinds of evidence."""
    return (found.home.code if found.home else None), [one.kind for one in found.evidence]


@pytest.mark.parametrize(
    ("frame", "texts", "near", "code", "kinds"),
    [
        (table(市区町村コード="222127"), {}, None, "222127", ["codes"]),
        (table(市区町村コード="222127"), {}, WARD, "222127", ["codes"]),
        (table(市区町村名="焼津市"), {}, None, "222127", ["names"]),
        (table(都道府県名="広島県", 市区町村名="府中市"), {}, None, "342084", ["names"]),
        (table(("東京都目黒区八雲1-1", "本町1-1")), {}, None, "131105", ["names"]),
        (table(("渋谷区本町1", "本町1", "本町2")), {}, WARD, "131105", ["workspace"]),
        (table(), {"title": "令和7年度 焼津市AED一覧"}, None, "222127", ["title"]),
        (table(), {"sheet": "東京都府中市"}, None, "132063", ["sheet"]),
        (table(), {"file": "府中市_aed"}, FUCHU, "132063", ["file", "workspace"]),
        (table(), {"file": "222127_aed"}, None, "222127", ["file"]),
        (table(), {"file": "aed_202011"}, WARD, "131105", ["workspace"]),
        (table(), {"title": "八雲町会の防災倉庫", "file": "中央区画整理"}, WARD, "131105", ["workspace"]),
        (table(("上目黒2-19", "八雲1-1-8", "鷹番3-17", "どこか")), {}, None, "131105", ["towns"]),
        (table(("上目黒2-19", "八雲1-1-8", "どこか")), {}, None, None, []),
        (table(), {}, None, None, []),
    ],
)
def test_whose_table_it_is(
    frame: pl.DataFrame, texts: Mapping[str, str], near: Municipality | None, code: str | None, kinds: list[str]
) -> None:
    """What the table says comes first, then its titles, its towns, the workspace; a month is no code."""
    assert shown(whose(frame, texts, near)) == (code, kinds)


@pytest.mark.parametrize(
    ("frame", "texts", "near", "named"),
    [
        (table(), {"file": "府中市一覧"}, None, ["東京都府中市", "広島県府中市"]),
        (table(市区町村コード="222127"), {"title": "渋谷区の一覧"}, None, ["静岡県焼津市", "東京都渋谷区"]),
        (table(), {"title": "渋谷区の一覧"}, WARD, ["東京都渋谷区", "東京都目黒区"]),
        (table(("渋谷区本町1", "品川区大崎1", "本町1", "本町2", "本町3")), {}, None, ["東京都渋谷区", "東京都品川区"]),
    ],
)
def test_two_candidates_stop(
    frame: pl.DataFrame, texts: Mapping[str, str], near: Municipality | None, named: list[str]
) -> None:
    """Where addresses lack their municipality and two come into question, both are named, and the option that helps."""
    with pytest.raises(MeguroOpendataError) as caught:
        whose(frame, texts, near)
    assert caught.value.code == "municipality-two"
    assert caught.value.exit_code == ExitCode(2)
    for lang in ("ja", "en"):
        assert all(name in caught.value.text(lang) for name in (*named, "--municipality"))


def test_nothing_stops_where_every_address_is_whole() -> None:
    """Addresses that name their municipality need no other, so titles that differ do no harm."""
    frame = table(("東京都渋谷区本町1", "東京都品川区大崎1"))
    assert shown(whose(frame, {"title": "目黒区と府中市"}, WARD)) == ("131105", ["title", "workspace"])
    assert whose(pl.DataFrame({"名称": ["見本"]}), {"title": "渋谷区"}, None).home == SHIBUYA


def test_towns_of_an_imported_gazetteer(tmp_path: Path) -> None:
    """A gazetteer that the user imported tells its city as the built-in one does."""
    (tmp_path / "a.csv").write_bytes(yaizu_blocks())
    import_addresses(tmp_path / "a.csv")
    assert shown(whose(table(("焼津2-2-1", "本町5-9-1", "坂本1428")))) == ("222127", ["towns"])
    assert whose(table(("上目黒2-19", "八雲1-1-8", "鷹番3-17"))).home == WARD


@given(st.sampled_from(EVERY), st.sampled_from(["{}_AED一覧", "R7{}", "一覧（{}）", "{}"]))
def test_the_full_name_of_any_municipality_in_a_title(one: Municipality, form: str) -> None:
    """Prefecture and name in a title, or the code in a file's name, mean this municipality and no other."""
    found = whose(table(), {"title": form.format(one.full_name)})
    alike = [other for other in EVERY if other.full_name == one.full_name]
    assert found.home == one or len(alike) > 1
    is_month = 1990 <= int(one.code[:4]) <= 2039 and 1 <= int(one.code[4:]) <= 12
    assert whose(table(), {"file": f"{one.code}_aed"}).home == (None if is_month else one)
