"""Each kind of value: the spellings that offices use become the standard's form, uncertain ones a doubt."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata import messages
from meguro_opendata.cleaning import Doubt, clean, normalised
from meguro_opendata.cleaning.data import read_data
from meguro_opendata.cleaning.dates import date_doubt
from meguro_opendata.cleaning.rules import DOUBTERS, NORMALISERS, doubts_of, rules_of
from meguro_opendata.cleaning.text import symbols
from meguro_opendata.standard.model import Field, load_standard, standards, value_kinds


def field(kind: str, name: str = "見本", **descriptor: object) -> Field:
    """A field of a kind, of which cleaning needs no more."""
    return Field(name=name, kind=kind, requirement="optional", description="見本。", descriptor=descriptor)


def doubted(kind: str, value: str) -> list[tuple[str, tuple[str, ...]]]:
    """The doubts about a value after the rules of its kind."""
    item = field(kind)
    after = normalised(item, value)
    found = [check(after) for check in doubts_of(item)]
    return [(one.code, one.readings) for one in found if one]


@pytest.mark.parametrize(
    ("kind", "written", "standard"),
    [
        *(
            ("phone", written, "(03)5722-9270")
            for written in (
                "(03)5722-9270",
                "03-5722-9270",
                "03（5722）9270",
                "０３－５７２２－９２７０",
                "03ー5722ー9270",
                "０３‐５７２２−９２７０",
                "0357229270",
                "+81-3-5722-9270",
                "+81 (0)3 5722 9270",
                "357229270",
                "TEL 03-5722-9270",
                "電話：03-5722-9270",
                " 03-5722-9270　",
            )
        ),
        ("phone", "0467-22-1111", "(0467)22-1111"),
        ("phone", "04992-2-1111", "(04992)2-1111"),
        ("phone", "0120123456", "0120-123-456"),
        ("phone", "0120-123-456", "0120-123-456"),
        ("phone", "９０１２３４５６７８", "090-1234-5678"),
        ("phone", "08012345678", "080-1234-5678"),
        ("phone", "05012345678", "050-1234-5678"),
        ("phone", "(047)337-8703/(047)337-8750", "(047)337-8703 / (047)337-8750"),
        ("phone", "なし", ""),
        ("phone", "－", ""),
        ("time", "9時30分", "09:30"),
        ("time", "９：００", "9:00"),
        ("time", "午前9時", "09:00"),
        ("time", "午後3時半", "15:30"),
        ("time", "0.375", "09:00"),
        ("time", "24時", "24:00"),
        ("time", "正午", "12:00"),
        ("time", "0900", "09:00"),
        ("time", "9:00:00", "9:00:00"),
        ("time", "17時まで", "17:00"),
        ("duration_hhmm", "90分", "01:30"),
        ("duration_hhmm", "１時間３０分", "01:30"),
        ("weekdays", "月～金", "月火水木金"),
        ("weekdays", "月-金", "月火水木金"),
        ("weekdays", "火曜日～日曜日", "火水木金土日"),
        ("weekdays", "金～月", "月金土日"),
        ("weekdays", "毎日", "月火水木金土日"),
        ("weekdays", "平日", "月火水木金"),
        ("weekdays", "月;火;水", "月火水"),
        ("weekdays", "月、火", "月火"),
        ("weekdays", "日月火水木金土", "月火水木金土日"),
        ("postal7", "〒153-8573", "153-8573"),
        ("postal7", "１５３－８５７３", "153-8573"),
        ("kana", "ｷｭｳｹｲｼﾞｮ", "キュウケイジョ"),
        ("kana", "しながわ", "シナガワ"),
        ("kana", "センタ－", "センター"),
        ("umu", "○", "有"),
        ("umu", "×", "無"),
        ("umu", "なし", "無"),
        ("umu", "有り", "有"),
        ("umu", "－", ""),
        ("kahi", "不可", "否"),
        ("flag1", "○", "1"),
        ("flag1", "×", ""),
        ("flag01", "×", "0"),
        ("flag_open", "○", "1"),
        ("lgcode6", "１３１１０", "131105"),
        ("corporate_number13", "1-0000-2013-1105", "1000020131105"),
        ("machiaza_id", "136000", "0136000"),
        ("poi_code", "1302、1003", "1302;1003"),
        ("integer", "1,075", "1075"),
        ("integer", "７０名", "70"),
        ("integer", "12.0", "12"),
        ("decimal", "15.5㎡", "15.5"),
        ("decimal", "30.000000000000004", "30"),
        ("decimal_signed", "3、-1", "3;-1"),
        ("latitude", "　35.641462999999998 ", "35.641463"),
        ("uri", " https://www.example.com/　", "https://www.example.com/"),
        ("uri", "ｈｔｔｐｓ：／／ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ／", "https://www.example.com/"),
        ("email", "ｏｐｅｎｄａｔａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "opendata@example.com"),
        ("list", "内科、外科", "内科;外科"),
        ("list", "内科\n外科(月、水)", "内科;外科(月、水)"),
        ("date", "45016", "2023-03-31"),
        ("date", "20041117", "2004-11-17"),
        ("date", "2023年1月31日（火）", "2023-01-31"),
        ("date", "平成30年（2018年）4月1日", "2018-04-01"),
        ("date", "R02.07.21", "2020-07-21"),
        ("date", "㍻30.4.1", "2018-04-01"),
        ("date", "不明", ""),
        ("text", "見本\u200b館", "見本館"),
        ("text", "見本<br>2行目", "見本\n2行目"),
        ("text", "ｺﾐｭﾆﾃｨ㈱", "コミュニティ(株)"),
        ("text", "-", ""),
        ("text", "なし", "なし"),
        ("text", "髙橋・山﨑", "髙橋・山﨑"),
        ("text", "４階Ａ室", "４階Ａ室"),
        ("integer", "-0", "0"),
        ("integer", "－０.０", "0"),
        ("decimal", "-0.00000000001", "0"),
        ("decimal_signed", "3、-0", "3;0"),
        ("decimal_signed", "-0", "0"),
    ],
)
def test_what_offices_write_becomes_the_standards_form(kind: str, written: str, standard: str) -> None:
    """Each spelling that is certain is rewritten, and what comes out is left alone."""
    item = field(kind)
    assert normalised(item, written) == standard
    assert normalised(item, standard) == standard


@pytest.mark.parametrize(
    ("kind", "value", "code", "readings"),
    [
        ("date", "1/4/2015", "ambiguous-value", ("2015-01-04", "2015-04-01")),
        ("date", "15/4/1", "ambiguous-value", ("2015-04-01", "2033-04-01", "2003-04-01", "1940-04-01")),
        ("date", "40401", "ambiguous-value", ("2010-08-11", "2022-04-01")),
        ("date", "5989", "ambiguous-value", ("1916-05-24",)),
        ("date", "平成31年5月1日", "ambiguous-value", ("2019-05-01",)),
        ("date", "2023年1月31日（水）", "ambiguous-value", ("2023-01-31",)),
        ("date", "T14.4", "date-incomplete", ()),
        ("date", "1921-03", "date-incomplete", ()),
        ("date", "令和5年度", "date-incomplete", ()),
        ("time", "終日", "ambiguous-value", ("00:00-24:00",)),
        ("time", "午後12時", "ambiguous-value", ("00:00", "12:00")),
        ("time", "9.30", "ambiguous-value", ("09:30",)),
        ("time", "9時～17時", "several-values", ("09:00", "17:00")),
        ("weekdays", "月～金（祝日除く）", "ambiguous-value", ("月火水木金",)),
        ("phone", "5722-9270", "phone-without-area", ()),
        ("phone", "0467-222-111", "ambiguous-value", ("(0467)22-2111",)),
        ("phone", "課 03-5722-9270、係 03-5722-9271", "ambiguous-value", ("(03)5722-9270 / (03)5722-9271",)),
        ("postal7", "600001", "ambiguous-value", ("0600001",)),
        ("kana", "二ホン", "ambiguous-value", ("ニホン",)),
        ("lgcode6", "13421", "ambiguous-value", ("134210",)),
        ("lgcode6", "352113", "check-digit-wrong", ("352110",)),
        ("lgcode6", "3.00002E+12", "number-destroyed", ()),
        ("corporate_number13", "2000020131105", "check-digit-wrong", ()),
        ("machiaza_id", "7002", "ambiguous-value", ("0007002", "7002000")),
        ("poi_code", "801", "ambiguous-value", ("0801",)),
        ("id", "3.00002E+12", "number-destroyed", ()),
        ("integer", "約70", "ambiguous-value", ("70",)),
        ("integer", "2※内1個は故障中", "ambiguous-value", ("2",)),
        ("integer", "なし", "ambiguous-value", ("0",)),
        ("decimal_signed", "地下1階", "ambiguous-value", ("-1",)),
        ("uri", "www.example.com", "ambiguous-value", ("https://www.example.com", "http://www.example.com")),
        ("email", "opendata(at)example.com", "ambiguous-value", ("opendata@example.com",)),
        ("enum_open", "建造物\n歴史資料", "several-values", ("建造物", "歴史資料")),
        ("text", "川\ue3eb賢治", "lost-character", ()),
        ("text", "蛸薬師〓", "lost-character", ()),
        ("text", "平日 9:00?17:00", "lost-character", ("平日 9:00～17:00",)),
        ("address", "つつじが?丘1-2", "lost-character", ()),
        ("kana", "ヤマ?モト", "lost-character", ()),
        ("time", "9:00?17:00", "lost-character", ("9:00～17:00",)),
        ("time", "９：００？１７：００", "lost-character", ("9:00～17:00",)),
        ("weekdays", "月?金", "lost-character", ("月火水木金",)),
        ("weekdays", "火曜日?日曜日", "lost-character", ("火水木金土日",)),
        ("integer", "1900/1/20", "number-as-date", ("20",)),
        ("integer", "1900-03-01 00:00:00", "number-as-date", ("61",)),
        ("latitude", "34°03'07.7\"N", "ambiguous-value", ("34.052139",)),
        ("latitude", "34°　14′06″", "ambiguous-value", ("34.235000",)),
        ("longitude", "131°28’25”", "ambiguous-value", ("131.473611",)),
        ("date", "令和五年四月", "date-incomplete", ()),
        ("date", "平成三十一年五月一日", "ambiguous-value", ("2019-05-01",)),
        ("year", "平成三十三年", "ambiguous-value", ("2021",)),
    ],
)
def test_what_is_not_certain_is_left_and_told(kind: str, value: str, code: str, readings: tuple[str, ...]) -> None:
    """A value that may mean several things, or lost something, stays and gets a finding with its readings."""
    assert doubted(kind, value) == [(code, readings)]


@pytest.mark.parametrize("number", ["110", "119", "03-57229270-1", "代表", "内線1234", "#9110", "99-9999-99999"])
def test_what_is_no_phone_number_stays(number: str) -> None:
    """Anything that is not certainly a phone number is left for the check to tell."""
    assert normalised(field("phone"), number) == number


@pytest.mark.parametrize(
    "url", ["http://a.example.com/ http://b.example.com/", "http://a.example.com/、http://b.example.com/"]
)
def test_several_addresses_are_reported(url: str) -> None:
    """A cell with two addresses is not cut."""
    assert doubted("uri", url) == [("several-values", ("http://a.example.com/", "http://b.example.com/"))]


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("備考", "なし", ""),
        ("備考", "特になし", ""),
        ("備考", "1行目\n2行目", "1行目\n2行目"),
        ("名称", "なし", "なし"),
        ("名称", "見本館\n分館", "見本館 分館"),
        ("説明", "1行目\n2行目", "1行目\n2行目"),
        ("所在地_連結表記", "目黒区上目黒２ー１９ー１５", "目黒区上目黒2-19-15"),
        ("所在地_連結表記", "上目黒\n2-19-15", "上目黒 2-19-15"),
        ("開催パターン", "毎年８月", "毎年８月"),
    ],
)
def test_a_text_is_cleaned_as_its_name_says(name: str, value: str, after: str) -> None:
    """Names and addresses have one line, addresses half-width digits, and remarks that say nothing are empty."""
    assert normalised(field("text", name), value) == after


def test_listed_words_are_folded_and_never_emptied() -> None:
    """A word of a closed list is found whatever its width; a listed なし is a word and no placeholder."""
    item = field("enum", constraints={"enum": ["病院", "診療所", "-"]})
    assert [normalised(item, value) for value in ("病　院", "診療所 ", "-", "医院")] == ["病院", "診療所", "-", "医院"]


def examples() -> list[tuple[Field, str]]:
    """Every valid value that the standards give: the samples of the kinds, and the examples of the items."""
    kinds = [(field(kind), about["sample"]) for kind, about in value_kinds().items() if "sample" in about]
    loaded = [load_standard(entry.id, version) for entry in standards() for version in entry.versions]
    items = [
        (item, str(item.descriptor["example"]))
        for one in loaded
        for item in one.fields
        if "example" in item.descriptor and item.descriptor.get("mo:example_passes", True)
    ]
    return kinds + items


def test_what_is_valid_is_never_changed_nor_doubted() -> None:
    """Cleaning has nothing to do on any value that the standard itself shows."""
    touched = [(item.kind, item.name, value) for item, value in examples() if normalised(item, value) != value]
    unsure = [
        (item.name, value, found) for item, value in examples() for check in doubts_of(item) if (found := check(value))
    ]
    assert (touched, unsure) == ([], [])


@pytest.mark.parametrize("number", ["090-1234-5678", "0120-123-456", "012-3456-7890", "(00)0000-0000", "0120-123456"])
def test_a_valid_phone_number_is_not_doubted(number: str) -> None:
    """A well-written number, and one with an unknown area code, leads to no finding."""
    assert doubted("phone", number) == []


@pytest.mark.parametrize(
    ("kind", "strategy"),
    [
        ("date", st.dates().map(lambda day: day.isoformat())),
        ("time", st.times().map(lambda time: time.strftime("%H:%M"))),
        ("postal7", st.from_regex(r"[0-9]{3}-?[0-9]{4}", fullmatch=True)),
        ("machiaza_id", st.from_regex(r"(?:[0-9]{7}|[0-9]{4}-[0-9]{3})", fullmatch=True)),
        ("poi_code", st.from_regex(r"[0-9]{4}(?:;[0-9]{4}){0,2}", fullmatch=True)),
        ("lgcode6", st.from_regex(r"[0-9]{6}", fullmatch=True)),
        ("corporate_number13", st.from_regex(r"[0-9]{13}", fullmatch=True)),
        ("phone", st.from_regex(r"\([0-9]{1,5}\)[0-9]{1,4}-[0-9]{3,4}", fullmatch=True)),
        ("weekdays", st.from_regex("月?火?水?木?金?土?日?", fullmatch=True)),
        ("integer", st.integers().map(str)),
        ("latitude", st.from_regex(r"[0-9]{2}\.[0-9]{1,10}", fullmatch=True)),
        ("duration_hhmm", st.from_regex(r"[0-9]{1,3}:[0-5][0-9]", fullmatch=True)),
    ],
)
@settings(deadline=None)
@given(data=st.data())
def test_a_valid_form_is_a_fixed_point(kind: str, strategy: st.SearchStrategy[str], data: st.DataObject) -> None:
    """Whatever has the form of its kind already comes out as it went in."""
    value = data.draw(strategy)
    assert normalised(field(kind), value) == value


@given(st.text(max_size=40))
def test_no_text_breaks_a_rule(text: str) -> None:
    """Whatever is in a cell, every rule and every doubt of every kind ends in a value."""
    for kind in value_kinds():
        item = field(kind)
        after = normalised(item, text)
        assert isinstance(after, str)
        for check in doubts_of(item):
            check(after)


@pytest.mark.parametrize(
    "value", ["&amp;" * 4000, "<b>" * 4000, "<" * 9000, "(" * 9000, "1," * 6000, "9:00~" * 3000, "03-" * 4000]
)
def test_hostile_values_end(value: str) -> None:
    """Long values made to slow a pattern down are done with like any other."""
    frame = pl.DataFrame({kind: [value] for kind in value_kinds()})
    assert clean(frame, [field(kind, kind) for kind in value_kinds()], {}, [2]).frame.shape == frame.shape


@pytest.mark.parametrize(
    ("name", "value"),
    [("名称", "どうする?防災"), ("名称", "What?"), ("名称", "Q?A"), ("名称", "相談?(要予約)"), ("説明", "何?目黒")],
)
def test_a_question_is_no_lost_letter(name: str, value: str) -> None:
    """A question mark behind hiragana or in free text, or beside other letters, is not doubted."""
    assert [found for check in doubts_of(field("text", name)) if (found := check(value))] == []


@pytest.mark.parametrize(("name", "value"), [("名称", "山陽小野田市?山"), ("所在地_連結表記", "つつじが?丘1-2")])
def test_a_question_mark_inside_a_name_is_a_lost_letter(name: str, value: str) -> None:
    """A name or an address contains no question."""
    doubts = clean(pl.DataFrame({name: [value]}), [field("text", name)], {}, [2]).doubts
    assert doubts == [Doubt(0, name, "lost-character", value, ())]


@pytest.mark.parametrize("value", ["1E01", "A1E+05", "3.14", "2E5", "E+12"])
def test_an_id_with_an_e_is_not_destroyed(value: str) -> None:
    """Only what a spreadsheet writes for a large number is taken for one."""
    assert doubted("id", value) == []


@pytest.mark.parametrize(
    ("kind", "column", "readings"),
    [
        ("text", ["図書館", "〃", "同上", "公園", "〃"], [(1, "図書館"), (2, "図書館"), (4, "公園")]),
        ("text", ["〃", "図書館", "同上の分館", "々"], [(0, None), (3, "同上の分館")]),
        ("text", ["図書館", "", "〃"], [(2, None)]),
        ("phone", ["03-5722-1111", "〃"], [(1, "(03)5722-1111")]),
        ("integer", ["1,075", "同"], [(1, "1075")]),
        ("umu", ["有", '"'], [(1, "有")]),
        ("text_number", ["見本", "仝"], [(1, "見本")]),
        ("list", ["内科、外科", "同じ"], [(1, "内科;外科")]),
    ],
)
def test_a_ditto_mark_is_reported_with_the_value_above(
    kind: str, column: list[str], readings: list[tuple[int, str | None]]
) -> None:
    """A mark alone in its cell stays, and is reported with the cleaned value that it points to."""
    cleaned = clean(pl.DataFrame({"見本": column}), [field(kind)], {}, range(2, 2 + len(column)))
    told = [(doubt.position, doubt.rule, doubt.readings) for doubt in cleaned.doubts]
    assert told == [(at, "ditto-mark", (value,) if value else ()) for at, value in readings]
    assert [cleaned.frame["見本"][at] for at, _ in readings] == [column[at] for at, _ in readings]


def test_an_extension_that_became_a_date_is_reported_with_its_number() -> None:
    """A date in an item of an extension is the number of its day; in any other text it is text."""
    frame = pl.DataFrame({name: ["1911/7/16", "4215"] for name in ("連絡先内線番号", "名称_英字")})
    doubts = clean(frame, [field("text_halfwidth", name) for name in frame.columns], {}, [2, 3]).doubts
    assert doubts == [Doubt(0, "連絡先内線番号", "number-as-date", "1911/7/16", ("4215",))]


def test_an_id_in_scientific_notation_is_reported() -> None:
    """The column's pattern of clean values does not let it through."""
    doubts = clean(pl.DataFrame({"ID": ["3.00002E+12", "A0001"]}), [field("id", "ID")], {}, [2, 3]).doubts
    assert doubts == [Doubt(0, "ID", "number-destroyed", "3.00002E+12", ())]


@pytest.mark.parametrize(
    ("latitude", "longitude", "told"),
    [
        ("35.641463", "139.698171", []),
        ("", "", []),
        ("0", "0", []),
        ("見本", "139.698171", []),
        (
            "139.698171",
            "35.641463",
            [
                ("緯度", "coordinates-swapped", ("35.641463",)),
                ("経度", "coordinates-swapped", ("139.698171",)),
            ],
        ),
        ("34.017177", "34.017177", [("経度", "coordinates-equal", ())]),
        ("139.698171", "139.698171", [("緯度", "coordinates-equal", ())]),
        ("35.641463", "", [("経度", "coordinate-half", ())]),
        ("－", "139.698171", [("緯度", "coordinate-half", ())]),
        ("35.734577", "39.917109", [("経度", "ambiguous-value", ("139.917109",))]),
        ("34.037", "131.826", [("緯度", "coordinate-rough", ())]),
        ("35", "139", [("緯度", "coordinate-rough", ())]),
        ("38.7", "141264748", [("経度", "ambiguous-value", ("141.264748",))]),
        ("3707321", "23693007", [("緯度", "ambiguous-value", ("37.07321",))]),
        ("999999999", "999999999", [("緯度", "coordinates-equal", ())]),
    ],
)
def test_coordinates_are_looked_at_together(
    latitude: str, longitude: str, told: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    """What a pair shows to be wrong is reported with what it may mean, and nothing is exchanged or filled."""
    fields = [field("latitude", "緯度"), field("longitude", "経度")]
    done = clean(pl.DataFrame({"緯度": [latitude], "経度": [longitude]}), fields, {}, [2])
    assert [(doubt.field, doubt.rule, doubt.readings) for doubt in done.doubts] == told
    assert done.frame.row(0) == (latitude.replace("－", ""), longitude)


def test_names_of_people_keep_their_letters() -> None:
    """No letter of a name is a machine-dependent character that is rewritten."""
    assert symbols("髙﨑德濵𠮷槗") == "髙﨑德濵𠮷槗"


def test_every_doubt_has_a_finding() -> None:
    """The codes of all doubts are in the catalogue, and a doubt belongs to a rule that exists."""
    known = set(messages.codes("findings"))
    codes = {"ambiguous-value", "several-values", "lost-character", "check-digit-wrong", "number-destroyed"}
    assert codes | {"date-incomplete", "phone-without-area", "ditto-mark", "number-as-date", "coordinate-half"} <= known
    assert set(DOUBTERS) <= set(NORMALISERS)


def test_the_data_files_name_kinds_and_rules_that_exist() -> None:
    """Placeholders and flags are reported for kinds of value that there are, and area codes begin with 0."""
    kinds = set(value_kinds())
    assert set(read_data("placeholders.toml")["kinds"]) <= kinds | {"remarks"}
    assert set(read_data("flags.toml")) <= kinds
    for entry in read_data("area_codes.toml")["areas"]:
        assert all(re.fullmatch("0[1-9][0-9]{0,4}", beginning) for beginning in entry["beginnings"].split())


def test_a_rule_that_has_nothing_to_do_here_does_not_run() -> None:
    """Rules that need an address or a list of words are not among those of other items."""
    assert "address_digits" not in dict(rules_of(field("text", "名称")))
    assert "word" not in dict(rules_of(field("enum_open")))


def test_a_date_that_is_invalid_is_not_doubted() -> None:
    """Words and ranges that are no date at all are left to the check, without a second finding."""
    assert [date_doubt(text) for text in ("4月中旬", "不定期", "2023-04-01", "")] == [None] * 4
