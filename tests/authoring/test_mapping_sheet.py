"""A mapping kept as a sheet: read tolerantly, faults named by their cells, nothing else in it matters."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

import meguro_opendata as mo
from meguro_opendata.authoring.mapping_sheet import mapping_sheet
from meguro_opendata.errors import ConfigurationError, SourceError
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.recipe import MappingRule, open_recipe
from meguro_opendata.recipe.mapping_sheet import read_mapping_sheet
from meguro_opendata.standard.model import load_standard

FIELDS = ["全国地方公共団体コード", "名称", "所在地_連結表記", "電話番号"]


def sheet(folder: Path, text: str, encoding: str = "utf-8") -> str:
    """A mapping sheet as text; its name."""
    (folder / "mapping.csv").write_bytes(text.encode(encoding))
    return "mapping.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("header", ["項目,元の列", "項目名,列名", "item,column", " 項目 ,元の列,備考"])
def test_a_sheet_is_read_however_it_was_saved(tmp_path: Path, header: str, encoding: str) -> None:
    """Both encodings of offices, several headers, further columns and lines without a source column are fine."""
    text = f"{header}\n名称,施設名,x\n電話番号,,y\n所在地_連結表記,住所\n"
    assert read_mapping_sheet(tmp_path, sheet(tmp_path, text, encoding), FIELDS) == {
        "名称": MappingRule(column="施設名"),
        "所在地_連結表記": MappingRule(column="住所"),
    }


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    """The header can be below a title, and its columns in any order."""
    text = "対応表,,\n作成: 見本課,,\n元の列,メモ,項目\n施設名,,名称\n"
    assert read_mapping_sheet(tmp_path, sheet(tmp_path, text), FIELDS) == {"名称": MappingRule(column="施設名")}


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        ("固定: 見本", MappingRule(constant="見本")),
        ("固定：見本", MappingRule(constant="見本")),
        ("自治体: code", MappingRule(city="code")),
        ("都道府県名 + 市区町村名", MappingRule(join=("都道府県名", "市区町村名"))),
        ("備考: その他", MappingRule(column="備考: その他")),
        ("人数（男+女）", MappingRule(column="人数（男+女）")),
    ],
)
def test_more_than_a_column_can_be_said(tmp_path: Path, origin: str, rule: MappingRule) -> None:
    """A value for all rows, a fact of the city and joined columns have short words; anything else is a column."""
    text = f"項目,元の列\n名称,{origin}\n"
    assert read_mapping_sheet(tmp_path, sheet(tmp_path, text), FIELDS) == {"名称": rule}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("名称,施設名\n", [("-", "mapping-sheet-header")]),
        ("項目,元の列\n名前,施設名\n", [("A2", "field-unknown")]),
        ("項目,元の列\n電話番,TEL\n", [("A2", "field-unknown-near")]),
        ("項目,元の列\n名称,a\n名称,b\n", [("A3", "mapping-sheet-twice")]),
        ("x,項目,元の列\n,,施設名\n", [("B2", "mapping-sheet-no-item")]),
        ("項目,元の列\n名称,自治体: cod\n", [("B2", "city-fact-unknown-near")]),
        ("項目,元の列\n名前,a\n名称,b\n名称,c\n", [("A2", "field-unknown"), ("A4", "mapping-sheet-twice")]),
    ],
)
def test_faults_are_named_by_their_cells(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    """Every fault of a sheet is reported at once, with the cell in which it stands."""
    with pytest.raises(ConfigurationError) as error:
        read_mapping_sheet(tmp_path, sheet(tmp_path, text), FIELDS)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert "mapping.csv" in error.value.text("ja")


@pytest.mark.parametrize("name", ["../mapping.csv", "mapping.txt", "", "a/b.csv", "mapping"])
def test_only_a_sheet_beside_the_recipe_is_read(tmp_path: Path, name: str) -> None:
    """A name that leads elsewhere, or is no sheet's, is refused."""
    with pytest.raises(ConfigurationError) as error:
        read_mapping_sheet(tmp_path, name, FIELDS)
    assert [fault.code for fault in error.value.faults] == ["mapping-sheet-name"]


def test_a_sheet_that_is_missing_is_reported(tmp_path: Path) -> None:
    """So is one that is not there."""
    with pytest.raises(SourceError):
        read_mapping_sheet(tmp_path, "mapping.xlsx", FIELDS)


def test_a_written_sheet_is_read_back(tmp_path: Path) -> None:
    """What is sure comes back as it was; what is not waits in the third column; the same bytes every time."""
    standard = load_standard("public_facility")
    proposals = [
        Proposal("名称", ("施設名",), "known", 0.96),
        Proposal("ID", ("№",), "likely", 0.8),
        Proposal("地方公共団体名", ("都道府県名", "市区町村名"), "old-join", 0.96),
        Proposal("全国地方公共団体コード", (), "city", 0.97, made=MappingRule(city="code")),
    ]
    written = mapping_sheet(standard, proposals, "ja")
    assert written == mapping_sheet(standard, proposals, "ja")
    (tmp_path / "mapping.xlsx").write_bytes(written)
    assert read_mapping_sheet(tmp_path, "mapping.xlsx", [field.name for field in standard.fields]) == {
        "全国地方公共団体コード": MappingRule(city="code"),
        "地方公共団体名": MappingRule(join=("都道府県名", "市区町村名")),
        "名称": MappingRule(column="施設名"),
    }
    rows: Any = openpyxl.load_workbook(io.BytesIO(written)).active.iter_rows(values_only=True)
    waiting = {row[0]: row[2] for row in rows if row[2]}
    assert waiting == {"項目": "候補", "ID": "№"}


def test_a_recipe_may_name_its_sheet(workspace_dir: Path) -> None:
    """``mapping: mapping.csv`` builds as the same mapping in the recipe itself would."""
    before = mo.build_release("emergency_radio", workspace_dir)
    home = workspace_dir / "emergency_radio"
    recipe = yaml.safe_load((home / "dataset.yaml").read_text(encoding="utf-8"))
    recipe["mapping"] = "mapping.csv"
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    sheet(
        home,
        "項目,元の列\n防災行政無線_全国地方公共団体コード,自治体: code\n防災行政無線_名称,設置場所_名称\n",
        "cp932",
    )
    after = mo.build_release("emergency_radio", workspace_dir)
    assert after.mapped.origins["防災行政無線_名称"] == before.mapped.origins["防災行政無線_名称"] == "設置場所_名称"
    assert (
        open_recipe("emergency_radio", mo.open_workspace(workspace_dir)).mapping_path == home.resolve() / "mapping.csv"
    )
