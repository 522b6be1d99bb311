"""The standard's meaning: each rule of ``rules.toml`` with a table that breaks it and one that keeps it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata import messages
from meguro_opendata.findings import Finding, Report
from meguro_opendata.validation.rules import rules
from meguro_opendata.validation.rules.rowwise import differing_part
from meguro_opendata.validation.rules.values import corporate_digits_fit

Cells = Mapping[str, str | list[str]]
Check = Callable[[str, Cells], Report]
ADDRESS = "所在地_連結表記"


@dataclass(frozen=True)
class Case:
    """A rule's code, the standard, a table that breaks it, one that keeps it, and what the findings say."""

    code: str
    standard: str
    broken: Cells
    kept: Cells
    found: list[tuple[int | None, str | None, str | None]]


def repeated(value: str, times: int) -> list[str]:
    """A column that has one value in every row."""
    return [value] * times


def meguro(**more: str | list[str]) -> Cells:
    """A row of a facility in the ward, with other cells beside or instead."""
    return {"名称": "見本", ADDRESS: "東京都目黒区上目黒2-19-15", **more}


def ages(men: int, women: int, total: int) -> Cells:
    """A row of the population's standard: two ages and their sums as they should, or should not, be."""
    return {
        "地域名": "見本町",
        "総人口": str(total),
        "男性": "30",
        "女性": "40",
        "0-4歳の男性": "10",
        "5-9歳の男性": str(men),
        "0-4歳の女性": "15",
        "5-9歳の女性": str(women),
    }


LGCODE, OWN_CODE = "所在地_全国地方公共団体コード", "全国地方公共団体コード"
PICTURE = "https://www.example.com/1.jpg"
# The layout of the national system for food businesses, whose files are named as the standard's are.
FOREIGN = [
    *(
        "自治体コード",
        "行番号",
        "都道府県名",
        "市区町村名",
        "営業施設名称、屋号又は商号",
        "フリガナ",
        "営業の種類",
        "業態",
    ),
    *(
        "営業施設所在地",
        "営業施設方書",
        "緯度",
        "経度",
        "営業施設電話番号",
        "法人名",
        "法人番号",
        "法人住所",
        "許可番号",
    ),
    *("初回許可年月日", "許可年月日", "許可開始日", "許可満了日", "廃業年月日", "申請区分", "許可条件", "備考"),
]
STREETS = [f"東京都目黒区上目黒2-19-{number}" for number in range(1, 7)]
NUMBERED = [f"A{number:03}" for number in range(1, 25)]
CASES = [
    Case(
        "check-digit-wrong", "aed", meguro(**{LGCODE: "131104"}), meguro(**{LGCODE: "131105"}), [(2, LGCODE, "131104")]
    ),
    Case(
        "check-digit-wrong",
        "aed",
        meguro(法人番号="2000020131105"),
        meguro(法人番号="1000020131105"),
        [(2, "法人番号", "2000020131105")],
    ),
    Case("number-destroyed", "aed", meguro(ID="1.30001E+12"), meguro(ID="1E01"), [(2, "ID", "1.30001E+12")]),
    Case("number-as-date", "aed", meguro(ID="2026-01-02"), meguro(ID="1911-7-16"), [(2, "ID", "2026-01-02")]),
    Case("number-as-date", "aed", meguro(ID="2026-01-02"), meguro(ID="1911-7-16"), [(2, "ID", "2026-01-02")]),
    Case(
        "coordinates-swapped",
        "aed",
        meguro(緯度="139.698171", 経度="35.641463"),
        meguro(緯度="35.641463", 経度="139.698171"),
        [(2, "緯度", "139.698171"), (2, "経度", "35.641463")],
    ),
    Case(
        "coordinates-equal",
        "aed",
        meguro(緯度="35.641463", 経度="35.641463"),
        meguro(緯度="", 経度=""),
        [(2, "経度", "35.641463")],
    ),
    Case("coordinate-half", "aed", meguro(緯度="35.641463", 経度=""), meguro(緯度="", 経度=""), [(2, "経度", "")]),
    Case(
        "coordinate-rough",
        "aed",
        meguro(緯度="35.64", 経度="139.7"),
        meguro(緯度="35.6414", 経度="139.6981"),
        [(2, "緯度", "35.64")],
    ),
    Case(
        "coordinate-heap",
        "aed",
        {ADDRESS: STREETS, "緯度": repeated("35.641463", 6), "経度": repeated("139.698171", 6)},
        {ADDRESS: repeated(STREETS[0], 6), "緯度": repeated("35.641463", 6), "経度": repeated("139.698171", 6)},
        [(2, "緯度", "35.641463")],
    ),
    Case(
        "coordinate-heap",
        "aed",
        {
            ADDRESS: [*repeated("東京都目黒区", 5), STREETS[0]],
            "緯度": repeated("35.641463", 6),
            "経度": repeated("139.698171", 6),
        },
        {ADDRESS: STREETS[:4], "緯度": repeated("35.641463", 4), "経度": repeated("139.698171", 4)},
        [(2, "緯度", "35.641463")],
    ),
    Case("code-unknown", "aed", meguro(**{LGCODE: "990001"}), meguro(**{LGCODE: "130001"}), [(2, LGCODE, "990001")]),
    Case(
        "code-name-differs",
        "aed",
        meguro(**{OWN_CODE: "131105", "地方公共団体名": "東京都世田谷区"}),
        meguro(**{OWN_CODE: ["131105", "131105", "130001"], "地方公共団体名": ["東京都目黒区", "目黒区", "東京都"]}),
        [(2, "地方公共団体名", "東京都世田谷区")],
    ),
    Case(
        "code-name-differs",
        "aed",
        meguro(
            **{
                LGCODE: ["131105", "131105"],
                "所在地_都道府県": ["神奈川県", "東京都"],
                "所在地_市区町村": ["目黒区", "品川区"],
            }
        ),
        meguro(
            **{
                LGCODE: ["131105", "013030", "011011", "011002"],
                "所在地_都道府県": ["東京都", "北海道", "北海道", "北海道"],
                "所在地_市区町村": ["目黒区", "石狩郡当別町", "札幌市中央区", "札幌市中央区"],
            }
        ),
        [(2, "所在地_都道府県", "神奈川県"), (3, "所在地_市区町村", "品川区")],
    ),
    Case(
        "address-parts-differ",
        "aed",
        meguro(所在地_都道府県="東京都", 所在地_市区町村="目黒区", 所在地_町字="中目黒二丁目", 所在地_番地以下="19-15"),
        meguro(
            所在地_都道府県="東京都",
            所在地_市区町村="目黒区",
            所在地_町字="上目黒二丁目",
            所在地_番地以下="１９番１５号",
        ),
        [(2, ADDRESS, "東京都目黒区上目黒2-19-15")],
    ),
    Case(
        "address-part-misplaced",
        "aed",
        meguro(所在地_都道府県="", 所在地_市区町村="東京都", 所在地_町字="目黒区", 所在地_番地以下="上目黒二丁目"),
        meguro(所在地_都道府県="東京都", 所在地_市区町村="目黒区", 所在地_町字="上目黒二丁目", 所在地_番地以下="19-15"),
        [(2, "所在地_市区町村", "東京都"), (2, "所在地_町字", "目黒区"), (2, "所在地_番地以下", "上目黒二丁目")],
    ),
    Case(
        "kana-without-kana",
        "aed",
        {"名称": "目黒区総合庁舎", "名称_カナ": "Meguro", ADDRESS: STREETS[0]},
        {"名称": ["目黒区総合庁舎", "AED"], "名称_カナ": ["メグロクソウゴウチョウシャ", "AED"], ADDRESS: STREETS[:2]},
        [(2, "名称_カナ", "Meguro")],
    ),
    Case(
        "time-order",
        "aed",
        meguro(開始時間=["9:00", "10:00"], 終了時間=["5:00", "9:30"]),
        meguro(開始時間=["9:00", "22:00", "00:00", "8:30", ""], 終了時間=["17:00", "6:00", "00:00", "24:00", "9:00"]),
        [(2, "終了時間", "5:00"), (3, "終了時間", "9:30")],
    ),
    Case(
        "time-order",
        "event",
        {"開始日": "2024-04-01", "終了日": "2024-04-01", "開始時間": "10:00", "終了時間": "9:00"},
        {"開始日": "2024-04-01", "終了日": "2024-04-03", "開始時間": "10:00", "終了時間": "9:00"},
        [(2, "終了時間", "9:00")],
    ),
    Case(
        "date-order",
        "event",
        {"開始日": "2024-04-01", "終了日": "2023-04-02"},
        {"開始日": ["2024-04-01", "2024-04-01", ""], "終了日": ["2024-04-01", "", "2024-04-01"]},
        [(2, "終了日", "2023-04-02")],
    ),
    Case(
        "phone-shape",
        "aed",
        meguro(電話番号=["(03)5722-927", "(0110)22-2222", "(03)5722-11111-1"][:2]),
        meguro(電話番号=["(03)5722-9270", "090-1234-5678", "0120-123-456", "(03)5722-9270 / (03)5722-1111", ""]),
        [(2, "電話番号", "(03)5722-927")],
    ),
    Case(
        "url-shape",
        "aed",
        meguro(URL=["https://", "https://www.example.com/、https://www.example.jp/"]),
        meguro(URL=["https://www.example.com/?next=https://www.example.jp/", "", "https://www.example.com"]),
        [(2, "URL", "https://"), (3, "URL", "https://www.example.com/、https://www.example.jp/")],
    ),
    Case(
        "image-without-licence",
        "aed",
        meguro(画像1="https://www.example.com/1.jpg", 画像1_ライセンス=""),
        meguro(画像1=["https://www.example.com/1.jpg", ""], 画像1_ライセンス=["CC BY", ""]),
        [(1, "画像1", None)],
    ),
    Case(
        "licence-unknown",
        "aed",
        meguro(画像1=repeated(PICTURE, 3), 画像1_ライセンス=["目黒区", "クリエイティブ・コモンズ表示4.0国際", "CC BY"]),
        meguro(画像1=repeated(PICTURE, 4), 画像1_ライセンス=["CC BY 4.0", "PDL1.0", "CC0", "CC BY-NC-SA 4.0"]),
        [(2, "画像1_ライセンス", "目黒区"), (3, "画像1_ライセンス", "クリエイティブ・コモンズ表示4.0国際")],
    ),
    Case(
        "point-outside-extent",
        "aed",
        {
            ADDRESS: ["静岡県焼津市本町5-9-1", "静岡県焼津市本町5-9-1"],
            "緯度": ["34.866500"] * 2,
            "経度": ["138.320100", "138.020100"],
        },
        {
            ADDRESS: ["静岡県焼津市本町5-9-1", "静岡県熱海市初島"],
            "緯度": ["34.866500", "35.0389"],
            "経度": ["138.320100", "139.1720"],
        },
        [(3, "緯度", "34.8665, 138.0201")],
    ),
    Case(
        "place-unchecked",
        "aed",
        {ADDRESS: ["本町5-9-1", STREETS[0]], "緯度": ["34.866500", ""], "経度": ["138.320100", ""]},
        meguro(緯度=["35.641463", ""], 経度=["139.698171", ""]),
        [(1, "緯度", None)],
    ),
    Case("sum-kept", "aed", meguro(名称="合　計"), meguro(名称="合計所"), [(2, "名称", "合　計")]),
    Case("sum-kept", "aed", meguro(名称="西部地区計"), meguro(名称="時計"), [(2, "名称", "西部地区計")]),
    Case("sum-differs", "population", ages(20, 25, 71), ages(20, 25, 70), [(2, "総人口", "71")]),
    Case(
        "sum-differs",
        "population",
        {"地域名": "見本町", "総人口": "26", "0-4歳の男性": "10", "0-4歳の女性": "15"},
        {"地域名": "見本町", "総人口": "25", "0-4歳の男性": "10", "0-4歳の女性": "15"},
        [(2, "総人口", "26")],
    ),
    Case("sum-differs", "population@2020", ages(21, 25, 70), ages(20, 25, 70), [(2, "男性", "30")]),
    Case(
        "sum-differs",
        "public_toilet",
        {"名称": "見本", "女性トイレ総数": "3", "女性トイレ数（和式）": "1", "女性トイレ数（洋式）": "1"},
        {"名称": "見本", "女性トイレ総数": "3", "女性トイレ数（和式）": "", "女性トイレ数（洋式）": "1"},
        [(2, "女性トイレ総数", "3")],
    ),
    Case("identifier-empty", "aed", meguro(ID=["1", ""]), meguro(ID=["1", "2"]), [(1, "ID", None)]),
    Case(
        "identifier-shape",
        "aed",
        meguro(ID=[*NUMBERED, "B-1"]),
        meguro(ID=[str(number) for number in range(1, 25)]),
        [(26, "ID", "B-1")],
    ),
    Case(
        "column-of-other-kind",
        "aed",
        meguro(団体名=[f"(03)5722-{number}" for number in range(1001, 1005)]),
        meguro(団体名=["目黒区", "(03)5722-1001", "目黒区", "目黒区"], 電話番号=repeated("(03)5722-9270", 4)),
        [(1, "団体名", "(03)5722-1001")],
    ),
    Case(
        "row-shifted",
        "aed",
        {
            "名称": ["見本", "見本"],
            ADDRESS: ["東京都目黒区", "東京都目黒区"],
            "緯度": ["35.641463", "見本"],
            "経度": ["139.698171", "35.641463"],
            "電話番号": ["(03)5722-9270", "139.698171"],
            "URL": ["", "(03)5722-9270"],
            "備考": ["", ""],
        },
        {
            "名称": ["見本", "見本"],
            ADDRESS: ["東京都目黒区", "東京都目黒区"],
            "緯度": ["35.641463", "見本"],
            "経度": ["139.698171", "見本"],
            "電話番号": ["(03)5722-9270", "見本"],
        },
        [(3, None, None)],
    ),
    Case(
        "standard-foreign",
        "food_business",
        dict.fromkeys(FOREIGN, "") | {"法人住所": "見本"},
        {field.name: "" for field in mo.load_standard("food_business").fields} | {"施設名称": "見本"},
        [(1, None, None)],
    ),
    Case(
        "standard-unlike",
        "care_service",
        {"年度": "2021", "サービスの種類": "訪問介護", "給付費（円）": "1000", "件数": "3"},
        {field.name: "" for field in mo.load_standard("care_service").fields} | {"備考": "見本"},
        [(1, None, None)],
    ),
    Case(
        "standard-other",
        "school_lunch",
        meguro(
            **{name: "" for name in [field.name for field in mo.load_standard("aed").fields] if name not in meguro()}
        ),
        {field.name: "" for field in mo.load_standard("school_lunch").fields} | {"料理名称": "見本"},
        [(1, None, None)],
    ),
]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check columns of cells against a standard; a single cell stands in every row."""

    def checked(standard: str, cells: Cells) -> Report:
        height = max(len(column) if isinstance(column, list) else 1 for column in cells.values())
        columns = [column if isinstance(column, list) else repeated(column, height) for column in cells.values()]
        path = tmp_path / "見本.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(cells), *zip(*columns, strict=True)])
        return mo.validate_file(path, standard)

    return checked


def places(report: Report, code: str) -> list[tuple[int | None, str | None, str | None]]:
    """Row, field and value of the findings of one code."""
    return [(found.row, found.field, found.value) for found in report.findings if found.code == code]


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.code}" for number, case in enumerate(CASES)])
def test_a_rule_tells_what_breaks_it(check: Check, case: Case) -> None:
    """What breaks the rule is told with its place, and in words of both languages."""
    report = check(case.standard, case.broken)
    assert places(report, case.code) == case.found
    for found in report.findings:
        assert all(found.text(part, lang) for part in ("title", "message", "advice") for lang in messages.LANGUAGES)


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.code}" for number, case in enumerate(CASES)])
def test_a_rule_is_silent_where_it_is_kept(check: Check, case: Case) -> None:
    """A table that keeps the rule is not accused of anything by it."""
    assert places(check(case.standard, case.kept), case.code) == []


def test_every_rule_has_an_example() -> None:
    """No rule stands in the data without a table that breaks it: here, or in the tests that are named."""
    series = {"series-copy", "expect-rows", "expect-total", "expect-change", "expect-total-change"}  # rules_of_series
    labels = {"period-differs", "period-labels-differ", "period-unreadable", "name-of-copy"}  # known_defects
    more = {"identifier-reused", "identifier-changed", "point-outside", "place-checked"}  # known_defects, places
    more |= {"point-outside-boundary", "point-outside-reach", "point-apart"}  # plausibility
    more |= {"datum-offset", "datum-offset-twice"}  # plausibility
    more |= {"zone-mistaken", "axes-mistaken", "zone-axes-mistaken", "datum-unchecked"}  # misread_points
    assert {case.code for case in CASES} | series | labels | more == set(rules())


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_rule_names_its_source_and_who_acts(lang: str) -> None:
    """A reader sees on what a rule rests, and whose work it is."""
    finding = {code: Finding(code, "warning") for code in rules()}
    assert all(found.text(part, lang) for found in finding.values() for part in ("source", "who"))


def test_the_page_names_every_rule() -> None:
    """``docs/rules.md`` lists each code in the row of a severity that is the rule's."""
    lines = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()
    listed = {code: line.split("|")[2].strip() for code in rules() for line in lines if f"`{code}`" in line[:120]}
    assert listed == {rule.code: rule.severity for rule in rules().values()}


def test_rules_keep_nothing_back_but_what_the_recipe_expects() -> None:
    """Only the recipe's own expectations are errors; everything else may be right after all."""
    assert {rule.code for rule in rules().values() if rule.severity == "error"} == {
        "expect-rows",
        "expect-total",
        "expect-change",
        "expect-total-change",
    }


@pytest.mark.parametrize(
    ("standard", "field", "value", "code", "suggestion"),
    [
        ("aed", "利用可能曜日", "日月火", "constraint-pattern", "月火日"),
        ("aed", "利用可能曜日", "月月火", "constraint-pattern", "月火"),
        ("aed", "電話番号", "5722-9270", "constraint-pattern", None),
        ("aed", "郵便番号", "153857", "constraint-pattern", None),
        ("aed", "連絡先メールアドレス", "mihon＠example.com", "type-string", "mihon@example.com"),
        ("aed", "連絡先メールアドレス", "mihon@", "type-string", None),
        ("aed", "緯度", "0", "constraint-minimum", None),
        ("aed", "緯度", "343.208813", "constraint-maximum", None),
        ("evacuation_space", "災害種別_洪水", "○", "constraint-enum", "1"),
        ("evacuation_space", "災害種別_洪水", "0", "constraint-enum", None),
    ],
)
def test_what_the_judge_tells_needs_no_rule(
    check: Check, standard: str, field: str, value: str, code: str, suggestion: str | None
) -> None:
    """Shapes, the order of weekdays, flags, and coordinates outside Japan are told by the schema itself."""
    report = check(standard, meguro(**{field: value}))
    (found,) = [one for one in report.findings if one.field == field and one.severity == "error"]
    assert (found.code, found.value, found.suggestion) == (code, value, suggestion)


def test_a_cell_with_an_error_is_not_told_twice(check: Check) -> None:
    """What frictionless has refused, a rule leaves alone, unless it says more: that two values are exchanged."""
    report = check("aed", meguro(電話番号="12", 緯度="139.698171", 経度="35.641463"))
    asked = [found for found in report.findings if found.severity != "info"]
    codes = [found.code for found in asked if found.field in ("電話番号", "緯度", "経度")]
    assert sorted(set(codes)) == [
        "constraint-maximum",
        "constraint-minimum",
        "constraint-pattern",
        "coordinates-swapped",
    ]


def test_findings_of_rules_follow_those_of_the_judge(check: Check) -> None:
    """The judge's findings keep their order, and the rules' stand behind them by row."""
    report = check("aed", meguro(ID=["1", "1"], 開始時間=["9:00", "25:00"], 終了時間=["5:00", "9:00"]))
    own = [(found.code, found.row) for found in report.findings if found.severity != "info"]
    assert own == [("constraint-pattern", 3), ("unique-error", 3), ("time-order", 2)]


@pytest.mark.parametrize(
    ("address", "town", "lot", "differs"),
    [
        ("東京都目黒区上目黒２－１９－１５", "上目黒二丁目", "19番15号", None),
        ("目黒区上目黒2丁目19番15号 目黒区総合庁舎", "上目黒2丁目", "19-15", None),
        ("東京都目黒区駒場三丁目11番", "駒場三丁目", "11", None),
        ("東京都目黒区駒場十丁目11番", "駒場三丁目", "11", "town"),
        ("東京都目黒区駒場三丁目12番", "駒場三丁目", "11", "lot"),
        ("神奈川県川崎市駒場三丁目11番", "駒場三丁目", "11", "prefecture"),
        ("東京都世田谷区駒場三丁目11番", "駒場三丁目", "11", "city"),
    ],
)
def test_addresses_are_compared_whatever_way_they_are_written(
    address: str, town: str, lot: str, differs: str | None
) -> None:
    """Widths, hyphens and 丁目 make no difference; another place does."""
    parts = {"prefecture": "東京都", "city": "目黒区", "town": town, "lot": lot}
    assert differing_part(address, parts) == differs


@given(st.from_regex("[1-9][0-9]{11}", fullmatch=True), st.integers(1, 9))
def test_just_one_first_digit_fits_a_corporate_number(digits: str, other: int) -> None:
    """Of the first digits 1 to 9, one is the check digit; no other passes."""
    fits = corporate_digits_fit(pl.Series([f"{first}{digits}" for first in range(1, 10)]))
    assert fits.sum() == 1
    assert fits.to_list()[other - 1] == (f"{fits.arg_true()[0] + 1}" == str(other))


WRITTEN = st.text() | st.text("一二十丁目番地の号大字・-1２ 東京都", max_size=12)


@given(WRITTEN, WRITTEN)
def test_no_text_breaks_the_comparison_of_addresses(address: str, town: str) -> None:
    """Whatever stands in an address, the answer is the name of a part or nothing."""
    assert differing_part(address, {"town": town, "city": "", "prefecture": "", "lot": ""}) in (None, "town")


OLD_CODES = ["都道府県コード又は市区町村コード", "市区町村コード", "NO", "管理番号", "法人番号（本店）", "施設ID"]
OLD_LABELS = [*OLD_CODES, "電話", "TEL", "代表FAX"]


@pytest.mark.parametrize("label", OLD_LABELS)
@pytest.mark.parametrize("value", ["1.31105E+11", "7.00002E+12", "####"])
def test_a_destroyed_number_is_found_in_columns_that_no_item_describes(label: str, value: str, tmp_path: Path) -> None:
    """Old and own labels say as well as the standard's that a column holds codes; quantities are left alone."""
    source = tmp_path / "一覧.csv"
    rows = [f"名称,{ADDRESS},{label},測定値", f"見本館,東京都目黒区上目黒2-19-15,{value},1.5E+01"]
    source.write_text("\n".join(rows), encoding="utf-8")
    found = [item for item in mo.validate_file(source, "aed").findings if item.code == "number-destroyed"]
    assert [(item.row, item.field, item.value) for item in found] == [(2, label, value)]
