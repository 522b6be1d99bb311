"""``convert``: old forms of real cities and of examples into the current standard; nothing lost or invented."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import meguro_opendata as mo
from meguro_opendata.mapping.address import AddressParts, split_address
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.pipeline.outcome import Release

HEADER = [
    *("都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名", "名称", "名称_カナ", "住所", "方書"),
    *("緯度", "経度", "電話番号", "バリアフリー情報", "窓口の係", "備考"),
]
OLD = (
    ",".join(HEADER)
    + """
13110,0000000001,東京都,目黒区,見本館,ミホンカン,上目黒二丁目19番15号,,35.6415,139.6982,03-5722-1111,車椅子貸出;オストメイト対応トイレ,見本係,
131105,0000000002,東京都,目黒区,見本の家,ミホンノイエ,東京都目黒区目黒1-2-3 見本ビル,2階,,,,授乳室、点字版,,休館中
"""
)


def rows_of(release: Release) -> list[dict[str, str]]:
    """The rows of the converted CSV."""
    (path,) = (file.path for file in release.files if file.path.suffix == ".csv" and file.path.stem.startswith("1"))
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture
def old_form(tmp_path: Path) -> Release:
    """An example in the old form of 公共施設一覧, converted."""
    path = tmp_path / "old.csv"
    path.write_bytes(OLD.encode("cp932"))
    return convert_file(path, "public_facility", tmp_path / "out")


def test_an_old_form_becomes_the_current_one(old_form: Release) -> None:
    """Codes are completed, names joined, addresses split where that is certain, lists spread over their items."""
    first, second = rows_of(old_form)
    assert {name: value for name, value in first.items() if value} == {
        "全国地方公共団体コード": "131105",
        "ID": "0000000001",
        "地方公共団体名": "東京都目黒区",
        "名称": "見本館",
        "名称_カナ": "ミホンカン",
        "所在地_連結表記": "東京都目黒区上目黒二丁目19番15号",
        "所在地_都道府県": "東京都",
        "所在地_市区町村": "目黒区",
        "所在地_町字": "上目黒二丁目",
        "所在地_番地以下": "19-15",
        "緯度": "35.6415",
        "経度": "139.6982",
        "電話番号": "(03)5722-1111",
        "車椅子貸出": "有",
        "オストメイト対応トイレ": "有",
        "窓口の係": "見本係",
    }
    assert {name: second[name] for name in ("所在地_連結表記", "所在地_町字", "建物名等(方書)", "授乳室", "備考")} == {
        "所在地_連結表記": "東京都目黒区目黒1-2-3 見本ビル",
        "所在地_町字": "",
        "建物名等(方書)": "2階",
        "授乳室": "有",
        "備考": "休館中",
    }


def test_a_header_that_stands_twice_is_kept_twice(tmp_path: Path) -> None:
    """Neither column is the field for certain: both are kept under names of their own, and the report names them."""
    path = tmp_path / "twice.csv"
    text = "全国地方公共団体コード,名称,所在地_連結表記,備考,備考\n131105,見本館,東京都目黒区上目黒2-19-15,一,二\n"
    path.write_text(text, encoding="utf-8")
    release = convert_file(path, "public_facility", tmp_path / "out")
    (row,) = rows_of(release)
    assert (row["備考"], row["備考#2"], row["備考#3"]) == ("", "一", "二")
    assert "duplicate-header" in {finding.code for finding in release.report.findings}


def test_an_address_that_is_whole_already_is_carried_too(tmp_path: Path) -> None:
    """Where every address names prefecture and municipality itself, nothing changes, and nothing is lost either."""
    path = tmp_path / "old.csv"
    path.write_text(OLD.replace("上目黒二丁目19番15号", "東京都目黒区上目黒二丁目19番15号"), encoding="utf-8")
    release = convert_file(path, "public_facility", tmp_path / "out")
    assert [row["所在地_連結表記"] for row in rows_of(release)] == [
        "東京都目黒区上目黒二丁目19番15号",
        "東京都目黒区目黒1-2-3 見本ビル",
    ]
    assert release.mapped.reasons["所在地_連結表記"] == "old-address"


def test_what_could_not_be_carried_is_reported(old_form: Release) -> None:
    """Parts that are not certain are left empty, and each item says for how many rows."""
    told = {found.field: found.params["rows"] for found in old_form.report.findings if found.code == "not-carried"}
    assert told["所在地_町字"] == 1
    assert told["町字ID"] == 2
    assert "町字ID" not in old_form.mapped.reasons


def test_every_new_value_is_a_listed_change(old_form: Release) -> None:
    """Whatever differs from the source is in changes.csv with row, column, field, rule, before and after."""
    text = (old_form.folder / "changes.csv").read_text(encoding="utf-8-sig")
    listed = {(row["row"], row["field"], row["rule"]) for row in csv.DictReader(io.StringIO(text))}
    assert ("2", "全国地方公共団体コード", "municipality_code") in listed
    assert ("2", "地方公共団体名", "old_join") in listed
    assert ("2", "所在地_番地以下", "old_address") in listed
    assert ("3", "授乳室", "old_features") in listed


def test_columns_of_the_citys_own_are_kept(old_form: Release) -> None:
    """A column that the standard does not know follows the standard's, under its own name."""
    assert list(rows_of(old_form)[0])[-1] == "窓口の係"
    assert old_form.mapped.unmapped == ("窓口の係",)


@pytest.mark.parametrize(
    ("text", "prefecture", "city", "parts"),
    [
        ("駒場三丁目１１番１３号", "東京都", "目黒区", ("駒場三丁目", "11-13")),
        ("東京都目黒区上目黒2丁目19-15", "", "目黒区", ("上目黒二丁目", "19-15")),
        ("目黒区大橋２－１１－１", "東京都", "目黒区", ("大橋", "2-11-1")),
        ("中町", "東京都", "目黒区", ("中町", "")),
        ("本町1番地の2", "静岡県", "焼津市", ("本町", "1-2")),
        ("目黒1-2-3 見本ビル", "東京都", "目黒区", None),
        ("目黒1-2-3", "", "目黒区", None),
        ("目黒1-2-3", "東京都", "", None),
        ("", "東京都", "目黒区", None),
    ],
)
def test_addresses_are_split_where_certain(
    text: str, prefecture: str, city: str, parts: tuple[str, str] | None
) -> None:
    """Town with chome in kanji, lot with hyphens; anything left over, or a part unknown, means no split at all."""
    wanted = AddressParts(prefecture or "東京都", city, *parts) if parts else None
    assert split_address(text, prefecture, city) == wanted


OF_COUNTY = [
    ("熊毛郡上関町", "上関町大字見本2", "上関町大字見本2", ""),
    ("上関町", "山口県熊毛郡上関町大字見本1", "山口県熊毛郡上関町大字見本1", ""),
    ("上関町", "熊毛郡上関町大字見本3", "熊毛郡上関町大字見本3", ""),
    ("上関町", "大字見本4", "山口県上関町大字見本4", ""),
    ("上関町", "未定", "未定", "address-none"),
    ("上関町", "山口県萩市見本6", "山口県萩市見本6", "address-elsewhere"),
    ("0007", "大字見本7", "大字見本7", "address-place-unknown"),
    ("0008", "山口県熊毛郡上関町大字見本8", "山口県熊毛郡上関町大字見本8", ""),
]


def test_an_address_names_its_municipality_once(tmp_path: Path) -> None:
    """Addresses of a town in a 郡: whole ones stay; one elsewhere and a value that is no address are reported."""
    head = "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度"
    lines = [f"353418,{at},山口県,{row[0]},見本{at},ミホン,{row[1]},,," for at, row in enumerate(OF_COUNTY)]
    path = tmp_path / "old.csv"
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    release = convert_file(path, "public_facility", tmp_path / "out")
    (written,) = (file.path for file in release.files if file.path.suffix == ".csv" and file.path.stem[:1].isdigit())
    rows = list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["所在地_連結表記"] for row in rows] == [row[2] for row in OF_COUNTY]
    told = {found.row: found.code for found in release.report.findings if found.code.startswith("address-")}
    assert told == {at + 2: row[3] for at, row in enumerate(OF_COUNTY) if row[3]}
    assert [row["所在地_町字"] for row in rows] == ["大字見本"] * 4 + [""] * 4


def test_a_current_form_stays_what_it_is(tmp_path: Path, workspace_dir: Path) -> None:
    """A file in the current form comes back with the same rows, every column by its own name."""
    release = mo.build_release("preschool", workspace_dir)
    source = release.folder / "131105_preschool.csv"
    again = convert_file(source, "preschool", tmp_path / "out")
    assert (tmp_path / "out" / "131105_preschool.csv").read_bytes() == source.read_bytes()
    assert set(again.mapped.reasons.values()) == {"name"}
    assert again.changes == ()


def test_other_files_in_the_folder_stay(tmp_path: Path, workspace_dir: Path) -> None:
    """Converting into a folder that holds other files leaves them alone."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x", encoding="utf-8")
    (tmp_path / "old.csv").write_bytes(OLD.encode("utf-8"))
    convert_file(tmp_path / "old.csv", "public_facility", tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text(encoding="utf-8") == "x"


def test_the_command_says_what_it_did(tmp_path: Path, command: Callable[..., object]) -> None:
    """Ten lines at most: rows, rewritten values by rule, mapped items, columns kept, findings, the report."""
    (tmp_path / "old.csv").write_bytes(OLD.encode("cp932"))
    ran = command("convert", "old.csv", "--standard", "public_facility", "--out", "out")
    assert ran.code == 0  # type: ignore[attr-defined]
    lines = ran.out.strip().splitlines()  # type: ignore[attr-defined]
    assert len(lines) <= 10
    assert "元 2行 → 公開 2行 ＋ 除外 0行" in lines[0]
    assert any("窓口の係" in line for line in lines)


def test_errors_in_the_data_are_reported_and_the_files_written(tmp_path: Path, command: Callable[..., object]) -> None:
    """With errors ``convert`` writes its files all the same, says so, and exits 1."""
    (tmp_path / "old.csv").write_text(OLD.replace("35.6415", "北緯35度"), encoding="utf-8")
    ran = command("convert", "old.csv", "--standard", "public_facility", "--out", "out", "--format", "json")
    assert ran.code == 1  # type: ignore[attr-defined]
    (release,) = json.loads(ran.out)["releases"]  # type: ignore[attr-defined]
    assert release["report"]["counts"]["error"] == 1
    assert (tmp_path / "out" / "131105_public_facility.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no.csv", "--standard", "aed", "--out", "o"], "ファイルがありません"),
        (["no.csv", "--standard", "aad", "--out", "o"], "もしかして: aed"),
        (["no.csv", "--standard", "car_park", "--out", "o"], "確かめられていない"),
        (["no.csv", "--out", "o"], "--standard"),
    ],
)
def test_wrong_use_is_reported(arguments: list[str], told: str, command: Callable[..., object]) -> None:
    """A wrong call gets a sentence and exit code 2."""
    ran = command("convert", *arguments)
    assert (ran.code, told in ran.err) == (2, True)  # type: ignore[attr-defined]


def test_all_old_forms_of_the_cities_convert(shared: Path, tmp_path: Path) -> None:
    """Every real file in an old form converts: no row lost, copied items letter for letter, local columns kept."""
    with (shared / "corpus" / "EXPECTED.csv").open(encoding="utf-8") as file:
        old = [row for row in csv.DictReader(file) if row["schema_version"] == "2020"]
    for row in old:
        source = shared / "corpus" / row["path"]
        release = convert_file(source, row["schema_id"], tmp_path / "out")
        assert release.rows_in == release.rows_out + len(release.rejected), row["path"]
        table = mo.read_source(source)
        copied = [name for name, reason in release.mapped.reasons.items() if reason == "old-name"]
        for name in copied:
            column = release.mapped.origins[name]
            assert release.mapped.frame[name].to_list() == table.frame[str(column)].to_list(), (row["path"], name)
    assert len(old) == 26


def test_every_difference_is_explained(shared: Path, tmp_path: Path) -> None:
    """In real files of both versions each published cell is its source's, or ``changes.csv`` says what became of it.

    The one exception has a finding on the column: a part of an old form's address that could not be split off.
    """
    with (shared / "corpus" / "EXPECTED.csv").open(encoding="utf-8") as file:
        known = [row for row in csv.DictReader(file) if row["schema_id"]]
    explained = 0
    for row in known:
        release = convert_file(shared / "corpus" / row["path"], row["schema_id"], tmp_path / "out")
        assert release.rows_in == release.rows_out + len(release.rejected), row["path"]
        told = {(change.row, change.field) for change in release.changes}
        told_columns = {found.field for found in release.report.findings if found.code == "not-carried"}
        (part,) = release.parts
        source = part.source.table
        for name, column in part.mapped.origins.items():
            if column is None:
                continue
            pairs = zip(source.rows, source.frame[column], part.frame[name], strict=True)
            differing = [(at, after) for at, before, after in pairs if before != after]
            silent = [(at, after) for at, after in differing if (at, name) not in told]
            explained += len(differing) - len(silent)
            assert not silent or (name in told_columns and {after for _, after in silent} == {""}), (row["path"], name)
    assert len(known) > 40
    assert explained > 8_000


def test_sure_synonyms_are_applied_and_the_rest_kept(tmp_path: Path) -> None:
    """An office's own headers become items where they can mean nothing else; what is only likely is kept as it is."""
    path = tmp_path / "own.csv"
    path.write_text(
        '施設名,住所,緯度経度,ＴＥＬ,公園名\n見本館,東京都目黒区上目黒2-19-15,"35.6415,139.6982",,見本公園\n',
        encoding="utf-8",
    )
    release = convert_file(path, "public_facility", tmp_path / "out")
    assert release.mapped.reasons == {
        "名称": "known",
        "所在地_連結表記": "known",
        "緯度": "place",
        "経度": "place",
        "電話番号": "known",
    }
    assert release.mapped.frame["経度"].to_list() == ["139.6982"]
    assert release.mapped.unmapped == ("公園名",)
    assert {change.rule for change in release.changes} >= {"split"}


def test_the_command_shows_an_example_of_each_rewrite(tmp_path: Path, command: Callable[..., object]) -> None:
    """Rewritten values are listed by rule with a value before and after, the rest of the rules together."""
    (tmp_path / "old.csv").write_bytes(OLD.encode("cp932"))
    ran = command("convert", "old.csv", "--standard", "public_facility", "--out", "out", encoding="cp932")
    shown = ran.out  # type: ignore[attr-defined]
    assert "cp932" in shown
    assert "14列のうち 13列" in shown
    assert "「03-5722-1111」→「(03)5722-1111」" in shown or "ほかの書き換え" in shown
