"""Personal and undisclosable data: found before publication, shown masked, published only where the recipe allows it.

All names of persons are put together from usual surnames and given names; all numbers are examples.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import planted
import polars as pl
import pytest
from conftest import Ran
from hypothesis import given
from hypothesis import strategies as st
from locations import DATA

from meguro_opendata import messages
from meguro_opendata.errors import ConfigurationError, GuardError, SourceError
from meguro_opendata.findings import Finding
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.portals import open_portal
from meguro_opendata.privacy import BLOCKING, CODES, leftovers, mask, screen
from meguro_opendata.privacy.disclosure import allowed, disclosed
from meguro_opendata.privacy.numbering import is_my_number
from meguro_opendata.publication import plan_publication, publish
from meguro_opendata.release.dataset import open_disclosures
from meguro_opendata.release.descriptor import Disclosure
from meguro_opendata.sources import propose_source, read_source
from meguro_opendata.validation import validate_file
from meguro_opendata.workspace.city import open_workspace

SLUG = "stockpile_warehouse"
SOURCE = "備蓄倉庫一覧.csv"
NOTE = "鍵は佐藤花子様（090-1234-5678）へ"


def test_nearly_all_of_what_is_planted_is_found() -> None:
    """Of two thousand planted items, at least 99 in a hundred are found, under the right code."""
    items = planted.planted()
    lost = planted.missed(items)
    planted.tell(items, lost)
    assert len(items) > 2000
    assert len(lost) <= len(items) // 100, lost


def test_nearly_all_of_the_written_examples_are_found() -> None:
    """Of the examples that were written one by one, with the strangest forms, at least 97 in a hundred are found."""
    items = list(planted.written())
    lost = planted.missed(items)
    planted.tell(items, lost)
    assert len(items) > 350
    assert len(lost) <= len(items) * 3 // 100, lost


DIGITS = st.text("0123456789", min_size=8, max_size=8)
SIGNS = st.sampled_from([*planted.HYPHENS, "", ".", "・", ")", "/"])


@given(st.sampled_from("6789"), DIGITS, SIGNS, SIGNS, st.sampled_from([3, 4]))
def test_a_mobile_number_is_found_whatever_stands_between_its_digits(
    kind: str, digits: str, first: str, second: str, cut: int
) -> None:
    """No sign between the parts of a number hides it."""
    number = f"0{kind}0{first}{digits[:cut]}{second}{digits[cut:]}"
    assert "personal-mobile" in planted.codes_in("備考", f"連絡は{number}へ")


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(["", *planted.HYPHENS, ".", "・"]))
def test_a_my_number_is_found_whatever_stands_between_its_digits(first: str, sign: str) -> None:
    """Each number with its check digit is found, but for those that no one has."""
    number = next((first + str(last) for last in range(10) if is_my_number(first + str(last))), None)
    if number is not None:
        written = sign.join((number[:4], number[4:8], number[8:]))
        assert "my-number" in planted.codes_in("備考", f"番号 {written}")


@given(
    st.sampled_from(planted.SURNAMES),
    st.sampled_from(planted.GIVEN),
    st.sampled_from(["", " ", "　"]),
    st.sampled_from(["様", "さま", "さん宅", "氏 03-5722-1111", "（090-0000-0001）", "所有", " 目黒区上目黒2-19-15"]),
)
def test_a_name_is_found_whatever_shows_that_it_is_one(surname: str, given_name: str, space: str, sign: str) -> None:
    """Usual surnames and given names are found in every combination."""
    assert "personal-name" in planted.codes_in("備考", f"{surname}{space}{given_name}{sign}")


CLEAN = [
    ("備考", "お子様からご高齢の方まで、様々な方がご利用になれます"),
    ("備考", "1名様から。お客様用の駐車場あり"),
    ("備考", "仕様は同様。団体様は要予約"),
    ("備考", "三間社流造。和様と禅宗様と大仏様の折衷様である"),
    ("備考", "豊島氏の館跡。小笠原氏が治めた"),
    ("備考", "神明社の本殿と拝殿"),
    ("備考", "中央公民館 03-5722-1111"),
    ("備考", "問合せ：山口公民館 03-5722-1111"),
    ("備考", "生活福祉課長 03-5722-9270"),
    ("備考", "館長 佐藤一郎 03-5722-1111"),
    ("備考", "担当：文化・スポーツ部スポーツ振興課"),
    ("備考", "代表的な建物。会長室あり"),
    ("備考", "森鴎外（1862-1922）の旧居跡"),
    ("名称", "中村太郎記念館"),
    ("名称", "小林建設"),
    ("所在地", "目黒区上目黒2-19-15 総合庁舎"),
    ("所在地", "山口県山口市亀山町2番1号"),
    ("電話番号", "(03)5722-1111"),
    ("ID", "123456789018"),
    ("緯度", "35.123456789018"),
    ("備考", "123456789012"),
    ("備考", "03-5722-1111"),
    ("備考", "mihon@city.meguro.tokyo.jp"),
    ("備考", "平成2年4月1日開設。昭和60年に生まれ変わった"),
    ("備考", "区画整理によって生まれた町並み"),
    ("備考", "口座振替ができます。普通自動車1234台"),
    ("備考", "口座振替の問合せは03-5722-1111"),
    ("備考", "普通車 03-5722-1111"),
    ("備考", "定期購読 153-8573 目黒区"),
    ("備考", "〒060-8588 北海道庁 011-231-4111"),
    ("備考", "080-8670 帯広市西5条南7-1"),
    ("備考", "明治45年1月1日生"),
    ("備考", "中野 03-5722-1111"),
    ("備考", "佐藤医院 03-5722-1111"),
    ("備考", "松枝住宅前。徳冨蘆花旧宅"),
    ("備考", "王昭君の図。青戸御殿。中央同様"),
    ("備考", "ファミリー様向け。オーナー様専用"),
    ("備考", "スズキ 03-5722-1111"),
    ("備考", "平成17年10月1日に誕生した市"),
    ("備考", "mihon@city.meguro.lg.jp、info@live-house.example"),
    ("備考", "大島支庁 04992-2-4411"),
    ("備考", "4901234567894"),
    ("備考", "1234-5678-9012-3456"),
    ("名称", "鈴木さんちのたまご"),
    ("名称", "さとう内科"),
    ("名前", "山田公民館"),
    ("事業者名カナ", "カネギトウカイフーズ"),
    ("電話番号", "358573111"),
    ("園長名", "佐藤 花子"),
    ("議員氏名", "鈴木 一郎"),
    ("代表者氏名", "田中 誠"),
    ("営業者氏名", "株式会社見本商店"),
    ("設置者", "社会福祉法人見本会"),
]


@pytest.mark.parametrize(("field", "text"), CLEAN)
def test_what_offices_publish_on_purpose_is_left_alone(field: str, text: str) -> None:
    """Offices and their heads, places, clans, buildings named after persons and other numbers are no personal data."""
    assert planted.codes_in(field, text) == []


# Every find in the given real files, by file, code and column, with a judgement: right, or wrong.
FLAGGED = DATA / "flagged_files.csv"


def corpus_findings(shared: Path) -> Iterator[tuple[str, set[tuple[str, str | None]]]]:
    """Each table of the given files, with the codes and fields that it gives."""
    with (shared / "corpus" / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        names = [row["path"] for row in csv.DictReader(file)]
    for name in names:
        try:
            table = propose_source(shared / "corpus" / name, [])
        except SourceError:
            continue
        cells = {(found.hit.code, found.column) for found in screen(table.frame)}
        yield name, cells | {(found.code, None) for found in leftovers(table, table.frame.columns)}


def test_at_most_one_real_file_in_a_hundred_is_flagged_wrongly(shared: Path) -> None:
    """Whatever the real files give is listed with a judgement, and nearly all of it is right."""
    with FLAGGED.open(encoding="utf-8", newline="") as file:
        judged = {(row["file"], row["code"], row["column"]): row["judgement"] for row in csv.DictReader(file)}
    files = dict(corpus_findings(shared))
    found = {
        (name, code, (column or "") if code != "small-count" else "")
        for name, entries in files.items()
        for code, column in entries
    }
    assert found == set(judged)
    wrong = {name for (name, *_), judgement in judged.items() if judgement != "right"}
    assert len(files) > 100
    assert len(wrong) <= len(files) / 100


def test_a_table_counts_small_only_by_town_and_age() -> None:
    """One or two persons are told where town and age say who they are; places free in nurseries are no persons."""
    ages = {"0-4歳の男性": ["1", "30"], "5-9歳の男性": ["20", "2"], "85歳以上の男性": ["0", "11"]}
    statistics = pl.DataFrame({"地域名": ["上目黒", "中目黒"], **ages})
    places = pl.DataFrame(
        {"保育施設名": ["見本園", "例示園"], "0歳児": ["1", "2"], "1歳児": ["1", "0"], "2歳児": ["2", "2"]}
    )
    long = pl.DataFrame({"町名": ["上目黒", "上目黒"], "年齢": ["1", "2"], "人口": ["2", "30"]})
    assert [(found.column, found.position) for found in screen(statistics)] == [("0-4歳の男性", 0), ("5-9歳の男性", 1)]
    assert screen(places) == []
    assert [(found.column, found.position) for found in screen(long)] == [("人口", 0)]


SMALL = [
    Finding("small-count", "warning", row=row, field=field, value="1＊") for row, field in ((2, "0-4歳"), (3, "5-9歳"))
]


class Permission(NamedTuple):
    """The least that allows a finding; a recipe's own class is another."""

    code: str
    field: str | None
    reason: str


@pytest.mark.parametrize(
    ("entries", "open_ones"),
    [
        ([], ["small-count (0-4歳)", "small-count (5-9歳)"]),
        ([("small-count", "0-4歳")], ["small-count (5-9歳)"]),
        ([("small-count", None)], []),
        ([("personal-name", None)], ["small-count (0-4歳)", "small-count (5-9歳)"]),
    ],
)
def test_small_counts_may_be_allowed_one_by_one_or_for_the_table(
    entries: list[tuple[str, str | None]], open_ones: list[str]
) -> None:
    """They keep a table from being published until a reason is given, for each field or for all."""
    allowances = [Permission(code, field, "個人が分からない集計である") for code, field in entries]
    assert list(open_disclosures(map(Disclosure.of, disclosed(allowed(SMALL, allowances))))) == open_ones


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_one_check_digit_in_ten_fits(first: str) -> None:
    """Of the ten numbers that share eleven digits at most one is a マイナンバー."""
    assert sum(is_my_number(first + str(last)) for last in range(10)) <= 1


@given(st.text())
def test_any_text_is_screened_and_masked(text: str) -> None:
    """No text stops the search, and a mask shows one character at most."""
    for field in ("備考", "氏名", "生年月日", "電話番号"):
        for found in screen(pl.DataFrame({field: [text]})):
            assert found.hit.code in CODES
            assert len(found.hit.masked) <= 2
    assert len(mask(text)) <= 2


def test_what_a_workbook_hides_is_told(tmp_path: Path) -> None:
    """Hidden rows and columns that would be published, hidden sheets, notes, and the author in the properties."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for record in (["名称", "備考", "内部メモ"], ["見本館", "", "1"], ["例示館", "", "2"]):
        sheet.append(record)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["A2"].comment = openpyxl.comments.Comment("見本", "見本")
    book.create_sheet("控え").sheet_state = "hidden"
    book.properties.creator, book.properties.lastModifiedBy = "佐藤 花子", "user"
    book.save(tmp_path / "見本.xlsx")
    table = read_source(tmp_path / "見本.xlsx")
    found = {
        finding.code: (finding.value, finding.params.get("places"))
        for finding in leftovers(table, {"名称", "内部メモ"})
    }
    assert found == {
        "hidden-rows": (None, ["3"]),
        "hidden-columns": (None, ["C"]),
        "hidden-sheets": (None, ["控え"]),
        "cell-notes": (None, ["A2"]),
        "file-author": ("佐＊", None),
    }
    assert "hidden-columns" not in {finding.code for finding in leftovers(table, {"名称"})}


@pytest.fixture
def planted_dir(workspace_dir: Path) -> Path:
    """The shipped workspace with a person in a note of one dataset."""
    path = workspace_dir / SLUG / SOURCE
    lines = path.read_text(encoding="cp932").splitlines()
    lines[1] = lines[1].rpartition(",")[0] + "," + NOTE
    path.write_text("\n".join(lines) + "\n", encoding="cp932")
    return workspace_dir


def allow(folder: Path, *codes: str, field: str = "備考", reason: str = "本人の同意がある") -> None:
    """Write into the recipe that these codes are allowed."""
    path = folder / SLUG / "dataset.yaml"
    entries = "".join(f"  - {{code: {code}, field: {field}, reason: {reason}}}\n" for code in codes)
    path.write_text(path.read_text(encoding="utf-8") + "\nallow:\n" + entries, encoding="utf-8")


def test_publish_refuses_until_the_recipe_allows_each(planted_dir: Path) -> None:
    """The plan names the guard, no word of the command line lifts it, and a reason for each code does."""
    workspace = open_workspace(planted_dir)
    portal = open_portal(workspace)
    build_release(SLUG, workspace)
    plan = plan_publication(workspace, portal, [SLUG])
    assert plan.changes[0].guards == ("personal-data",)
    with pytest.raises(GuardError) as refused:
        publish(plan, portal, workspace, allow=("personal-data", "row-loss"))
    assert (refused.value.exit_code, SLUG in str(refused.value)) == (4, True)
    allow(planted_dir, "personal-name", "personal-mobile")
    build_release(SLUG, workspace)
    plan = plan_publication(workspace, portal, [SLUG])
    assert plan.changes[0].guards == ()
    assert publish(plan, portal, workspace)[0].datasets == (SLUG,)


@pytest.mark.parametrize("engine", ["fast", "frictionless"])
def test_a_file_is_searched_where_that_is_asked_for(tmp_path: Path, engine: Any) -> None:
    """With ``personal`` the same findings come from a file as it stands, and no other finding shows those words."""
    path = tmp_path / "aed.csv"
    path.write_text(
        "ID,名称,電話番号,備考\n1,見本館,佐藤花子様 03-0000-0000,管理人 佐藤花子様 090-1234-5678\n", encoding="utf-8"
    )
    plainly = validate_file(path, "aed", engine)
    searched = validate_file(path, "aed", engine, personal=True)
    assert "佐藤" in str(plainly.to_dict("ja"))
    assert "佐藤" not in str(searched.to_dict("ja"))
    new = [found for found in searched.findings if found.code in CODES]
    assert {(found.code, found.column, found.severity) for found in new} >= {
        ("personal-name", "備考", "warning"),
        ("personal-mobile", "備考", "warning"),
    }
    assert len(searched.findings) == len(plainly.findings) + len(new)
    assert searched.counts["error"] == plainly.counts["error"]


def test_what_a_workbook_hides_stops_publication_until_it_is_allowed(workspace_dir: Path) -> None:
    """A hidden sheet, a note and an author each need a reason in the recipe, which the release lists."""
    path = workspace_dir / "emergency_radio" / "防災行政無線設置一覧.xlsx"
    book = openpyxl.load_workbook(path)
    book.create_sheet("控え").sheet_state = "hidden"
    book["設置一覧"]["A2"].comment = openpyxl.comments.Comment("見本", "見本")
    book.properties.creator = "佐藤 花子"
    book.save(path)
    workspace = open_workspace(workspace_dir)
    portal = open_portal(workspace)
    codes = ("hidden-sheets", "cell-notes", "file-author")
    for count in range(len(codes) + 1):
        if count:
            recipe = workspace_dir / "emergency_radio" / "dataset.yaml"
            entry = f"  - {{code: {codes[count - 1]}, reason: 確かめた}}\n"
            recipe.write_text(
                recipe.read_text(encoding="utf-8") + ("" if count > 1 else "\nallow:\n") + entry, encoding="utf-8"
            )
        release = build_release("emergency_radio", workspace)
        plan = plan_publication(workspace, portal, ["emergency_radio"])
        assert plan.changes[0].guards == (() if count == len(codes) else ("personal-data",))
    described = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {entry["code"]: entry["reason"] for entry in described["mo:personal"]} == dict.fromkeys(codes, "確かめた")


def test_one_of_two_allowed_is_not_enough(planted_dir: Path) -> None:
    """Each code of each field is allowed for itself."""
    allow(planted_dir, "personal-name")
    workspace = open_workspace(planted_dir)
    build_release(SLUG, workspace)
    assert plan_publication(workspace, open_portal(workspace), [SLUG]).changes[0].guards == ("personal-data",)


def test_the_release_lists_what_is_allowed_and_why(planted_dir: Path) -> None:
    """``datapackage.json`` names code, field, number and reason; the finding becomes an information."""
    allow(planted_dir, "personal-name")
    release = build_release(SLUG, open_workspace(planted_dir))
    described = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert described["mo:personal"] == [
        {"code": "personal-mobile", "field": "備考", "count": 1, "reason": None},
        {"code": "personal-name", "field": "備考", "count": 1, "reason": "本人の同意がある"},
    ]
    told = {found.code: (found.severity, found.waived) for found in release.report.findings if found.code in BLOCKING}
    assert told == {"personal-mobile": ("warning", None), "personal-name": ("info", "本人の同意がある")}


def test_no_report_shows_the_words_themselves(planted_dir: Path) -> None:
    """Neither the JSON nor the page of a release shows more than the first character."""
    release = build_release(SLUG, open_workspace(planted_dir))
    for name in ("report.json", "report.html"):
        text = (release.folder / name).read_text(encoding="utf-8")
        assert "佐＊" in text
        assert "佐藤" not in text
        assert "1234-5678" not in text


def test_the_command_refuses_with_4(planted_dir: Path, command: Callable[..., Ran]) -> None:
    """``plan`` tells the guard, ``publish`` ends with 4, and after the reasons are written it publishes."""
    assert command("build", SLUG, cwd=planted_dir).code == 0
    assert messages.word("guard-personal-data", "ja") in command("plan", SLUG, cwd=planted_dir).text
    refused = command("publish", SLUG, "--yes", cwd=planted_dir)
    assert (refused.code, "佐藤" in refused.text) == (4, False)
    allow(planted_dir, "personal-name", "personal-mobile")
    assert command("build", SLUG, cwd=planted_dir).code == 0
    assert command("publish", SLUG, "--yes", cwd=planted_dir).code == 0


@pytest.mark.parametrize(
    ("code", "field", "fault"),
    [
        ("personal-nam", "備考", "code-unknown-near"),
        ("row-repeated", "備考", "code-unknown"),
        ("my-number", "備孝", "field-unknown-near"),
    ],
)
def test_an_allowance_names_what_there_is(workspace_dir: Path, code: str, field: str, fault: str) -> None:
    """A code that is no personal data, or a field that the table lacks, is a fault of the recipe."""
    allow(workspace_dir, code, field=field)
    with pytest.raises(ConfigurationError) as refused:
        build_release(SLUG, open_workspace(workspace_dir))
    assert [found.code.removesuffix("-near") for found in refused.value.faults] == [fault.removesuffix("-near")]
