"""The normalisers, one kind of value each, and the list of what they rewrote."""

import itertools
import string

import polars as pl
import pytest
from cleaned_values import FULL_DIGITS, cleaned, field
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.cleaning import NORMALISERS, Doubt, clean
from meguro_opendata.cleaning.cells import is_settled
from meguro_opendata.cleaning.codes import municipality_code
from meguro_opendata.cleaning.damage import is_ditto
from meguro_opendata.cleaning.rules import doubts_of, rules_of
from meguro_opendata.cleaning.text import trim
from meguro_opendata.findings import Change
from meguro_opendata.japan.folding import half_width, half_width_digits
from meguro_opendata.standard.model import Field, value_kinds
from meguro_opendata.workspace.city import check_digit

OUTER = " \t\r\n\u3000\u00a0\ufeff\u200b"
DASHES = "‐‑‒–—―−－ー─"
ERAS = ["R", "H", "S", "T", "M", "r", "令和", "平成", "昭和", "大正", "明治", "昭", "㍻", "㋿"]
# What offices write, thickly enough that every rule has something to do.
WRITTEN = st.text(
    alphabet=f"{string.digits}{FULL_DIGITS}{DASHES}{OUTER}RHSTMrh令和平成昭年月日元度号./-ビルＡａ：", max_size=14
)
ERA_DATES = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(ERAS),
    st.one_of(st.just("元"), st.integers(0, 99).map(str)),
    st.sampled_from(["年", ".", "/", "-"]),
    st.integers(0, 13).map(str),
    st.sampled_from(["月", ".", "/", "-"]),
    st.integers(0, 32).map(str),
)
VALUES = st.one_of(WRITTEN, ERA_DATES, st.from_regex(r"[0-9]{4,6}", fullmatch=True), st.text(max_size=8))
KINDS = sorted(value_kinds())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("　駒場小学校 ", "駒場小学校"),
        ("\t1\r\n", "1"),
        ("\u00a0a\u200b\ufeff", "a"),
        ("目黒 区", "目黒 区"),
        ("目黒\u3000区\n", "目黒\u3000区"),
        ("\u3000 ", ""),
        ("", ""),
        ("改\n行", "改\n行"),
    ],
)
def test_trim(before: str, after: str) -> None:
    """Spaces of every kind vanish at both ends, and only there."""
    assert trim(before) == after


@given(st.text(alphabet=OUTER, max_size=4), VALUES, st.text(alphabet=OUTER, max_size=4))
def test_trim_never_changes_inner_text(head: str, text: str, tail: str) -> None:
    """What is left is one piece of the value, begins and ends with ink, and what was cut off is blank."""
    whole = head + text + tail
    inner = trim(whole)
    cut_off = whole.split(inner, 1) if inner else [whole]
    assert inner in whole
    assert all(not part.strip(OUTER + "\v\f") for part in cut_off)
    assert not inner or (inner[0] not in OUTER and inner[-1] not in OUTER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("０３－５７２２－１１１１", "03-5722-1111"),
        *((f"０３{dash}５７２２", "03-5722") for dash in DASHES),
        ("（０３）ー５７２２ー（１）", "(03)-5722-(1)"),
        ("センター１ー２Ｆ", "センター1-2F"),
        *[("センター１", "センター1"), ("１ー", "1ー"), ("ー１", "ー1"), ("Ａー１", "Aー1"), ("１ーー２", "1ーー2")],
        ("３５．６４１５", "35.6415"),
        ("（０３）５７２２", "(03)5722"),
        ("ＡＢＣ　ｄｅｆ", "ABC def"),
        ("１２：３０～１３：００", "12:30~13:00"),
        ("Ｒ５．４．１", "R5.4.1"),
        ("−１２", "-12"),
        ("info＠example．org", "info@example.org"),
        ("03-5722", "03-5722"),
        ("ｱｲｳ", "ｱｲｳ"),
        ("一二三", "一二三"),
        ("", ""),
    ],
)
def test_half_width(before: str, after: str) -> None:
    """Full-width letters, digits, signs and dashes become half-width; Japanese letters stay, ー but between digits."""
    assert half_width(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("駒場三丁目１１番１３号", "駒場三丁目11番13号"),
        ("目黒１－２－３ セントラルビル", "目黒1-2-3 セントラルビル"),
        ("目黒１ー２ー３センタービルー", "目黒1-2-3センタービルー"),
        *((f"1{dash}2", "1-2") for dash in DASHES),
        ("ビルー２", "ビルー2"),
        ("２ービル", "2ービル"),
        ("タワー１－２", "タワー1-2"),
        ("１――２", "1――2"),
        ("ー１", "ー1"),
        ("１ー", "1ー"),
        ("Ａ棟１０１", "Ａ棟101"),
        ("3-4", "3-4"),
        ("", ""),
    ],
)
def test_half_width_digits(before: str, after: str) -> None:
    """In an address digits and the dashes between them become half-width; the long vowel of a name stays."""
    assert half_width_digits(before) == after


@given(st.text(alphabet="ビルタワセンーアパト棟号室Ａ", max_size=12))
def test_names_are_left_alone(name: str) -> None:
    """Text without digits is never touched, but for the full-width letters that half_width is for."""
    assert half_width_digits(name) == name
    assert half_width(name) == name.replace("Ａ", "A")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *[("13110", "131105"), ("01100", "011002"), ("35207", "352071"), ("92011", "092011")],
        # 小笠原村 without its check digit, 札幌市 without its zero: both could also be the other.
        *[("13421", "13421"), ("11002", "11002"), ("131105", "131105"), ("13110５", "13110５")],
        *[("99999", "99999"), ("00000", "00000"), ("48000", "48000"), ("1310", "1310"), ("1311055", "1311055")],
        *[("13-11", "13-11"), ("目黒区", "目黒区"), ("", "")],
    ],
)
def test_municipality_code(before: str, after: str) -> None:
    """Five digits get their sixth, lost in front or at the end, if only one reading is possible."""
    assert municipality_code(before) == after


@given(st.integers(1, 47), st.integers(0, 999))
def test_a_restored_code_is_right(prefecture: int, number: int) -> None:
    """A code without its check digit, or without its zero, becomes itself again or stays as it is, never another."""
    code5 = f"{prefecture:02}{number:03}"
    code = code5 + check_digit(code5)
    assert municipality_code(code) == code
    assert municipality_code(code5) in {code, code5}
    short = code.removeprefix("0")
    assert municipality_code(short) in {code, short}


@pytest.mark.parametrize("rule", sorted(NORMALISERS))
@settings(deadline=None)
@given(text=VALUES)
def test_every_normaliser_is_idempotent(rule: str, text: str) -> None:
    """A second run changes nothing."""
    once = NORMALISERS[rule](text)
    assert NORMALISERS[rule](once) == once


@settings(deadline=None)
@given(st.sampled_from(KINDS), VALUES)
def test_a_cleaned_value_is_clean(kind: str, text: str) -> None:
    """All rules of a kind together are idempotent too, so that a release can be built from a release."""
    once = cleaned(kind, text)
    assert cleaned(kind, once) == once


def test_every_rule_of_every_kind_exists() -> None:
    """A kind names no rule that does not exist, and every rule serves some kind."""
    assert {rule for kind in value_kinds().values() for rule in kind["clean"]} == set(NORMALISERS)
    assert all(kind["clean"][0] == "invisible" for kind in value_kinds().values())


def test_a_long_vowel_in_free_text_stays() -> None:
    """The price or the capacity, said in words, keeps its words and their signs."""
    assert cleaned("text_number", "　１回５００円（センター利用）") == "1回500円（センター利用）"
    assert cleaned("text_number", "１０ー２０人、Ａコース") == "10-20人、Ａコース"
    assert cleaned("text_halfwidth", "内線１２ー３（センター）") == "内線12-3(センター)"


def test_clean_tells_every_rewritten_cell() -> None:
    """Changes come by field, rule and row, with the source's row numbers and column names."""
    frame = pl.DataFrame({"設置年": [" Ｒ３", "2020", "Ｓ５５"], "名称": ["駅　", "園", "駅　"]})
    done = clean(frame, [field("設置年", "year"), field("名称", "text")], {"設置年": "年", "名称": None}, [6, 7, 9])
    assert done.frame.to_dict(as_series=False) == {"設置年": ["2021", "2020", "1980"], "名称": ["駅", "園", "駅"]}
    assert done.doubts == []
    assert done.changes == [
        Change(6, "年", "設置年", "trim", " Ｒ３", "Ｒ３"),
        Change(6, "年", "設置年", "half_width", "Ｒ３", "R3"),
        Change(9, "年", "設置年", "half_width", "Ｓ５５", "S55"),
        Change(6, "年", "設置年", "year", "R3", "2021"),
        Change(9, "年", "設置年", "year", "S55", "1980"),
        Change(6, "", "名称", "trim", "駅　", "駅"),
        Change(9, "", "名称", "trim", "駅　", "駅"),
    ]
    assert frame["設置年"].to_list() == [" Ｒ３", "2020", "Ｓ５５"]


def test_rules_do_not_run_into_each_other() -> None:
    """A value that one cell is rewritten to, and another has from the start, is rewritten once in each."""
    done = clean(pl.DataFrame({"a": ["　x ", " x", "x"]}), [field("a", "text")], {"a": "A"}, [2, 3, 4])
    assert done.frame["a"].to_list() == ["x", "x", "x"]
    assert [(change.row, change.before, change.after) for change in done.changes] == [(2, "　x ", "x"), (3, " x", "x")]


@pytest.mark.parametrize(
    ("keep", "value", "rules"),
    [
        ({}, "2021", ["trim", "half_width", "year"]),
        ({"設置年": ("year",)}, "R3", ["trim", "half_width"]),
        ({"設置年": ["year", "trim"]}, " R3", ["half_width"]),
        ({"設置年": {"trim", "half_width", "year"}}, " Ｒ３", []),
        ({"名称": ("year",)}, "2021", ["trim", "half_width", "year"]),
    ],
)
def test_keep_switches_a_rule_off(keep: dict[str, tuple[str, ...]], value: str, rules: list[str]) -> None:
    """A rule that the recipe keeps off does not run for that field, and runs for all others."""
    done = clean(pl.DataFrame({"設置年": [" Ｒ３"]}), [field("設置年", "year")], {}, [2], keep)
    assert done.frame["設置年"].to_list() == [value]
    assert [change.rule for change in done.changes] == rules


@pytest.mark.parametrize("height", [0, 2])
def test_nothing_to_clean_is_nothing_changed(height: int) -> None:
    """An empty table, and one of empty cells, keep their shape and give no change."""
    frame = pl.DataFrame({"a": [""] * height, "b": [""] * height}, schema={"a": pl.String, "b": pl.String})
    done = clean(frame, [field("a", "date"), field("b", "address")], {}, range(2, 2 + height))
    assert done.frame.equals(frame)
    assert (done.changes, done.doubts) == ([], [])


@st.composite
def tables(draw: st.DrawFn) -> tuple[pl.DataFrame, list[Field], list[int], dict[str, set[str]]]:
    """A table of one to three fields of any kind, with gaps in its row numbers and some rules kept off."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    fields = [field(f"項目{number}", kind) for number, kind in enumerate(kinds)]
    height = draw(st.integers(0, 5))
    few = draw(st.lists(VALUES, min_size=1, max_size=4))
    cells = st.lists(st.sampled_from(few), min_size=height, max_size=height)
    frame = pl.DataFrame({item.name: draw(cells) for item in fields}, schema={item.name: pl.String for item in fields})
    rows = sorted(draw(st.sets(st.integers(2, 99), min_size=height, max_size=height)))
    keep = {item.name: draw(st.sets(st.sampled_from(sorted(NORMALISERS)), max_size=2)) for item in fields}
    return frame, fields, rows, keep


@settings(deadline=None)
@given(tables())
def test_changes_lead_from_the_source_to_the_result(
    table: tuple[pl.DataFrame, list[Field], list[int], dict[str, set[str]]],
) -> None:
    """Each cell's changes are a chain from its source value to the result, in the order of its rules."""
    frame, fields, rows, keep = table
    done = clean(frame, fields, {item.name: f"列{item.name}" for item in fields}, rows, keep)
    after, changes = done.frame, done.changes
    assert (after.shape, after.columns, after.dtypes) == (frame.shape, frame.columns, frame.dtypes)
    by_cell = {cell: list(made) for cell, made in itertools.groupby(sorted(changes, key=place), key=place)}
    assert set(by_cell) <= {(item.name, row) for item in fields for row in rows}
    for item, (position, row) in itertools.product(fields, enumerate(rows)):
        chain = by_cell.get((item.name, row), [])
        values = [frame[item.name][position], *(change.after for change in chain)]
        assert [change.before for change in chain] == values[:-1]
        assert values[-1] == after[item.name][position]
        order = [rule for rule in value_kinds()[item.kind]["clean"] if rule not in keep[item.name]]
        assert [change.rule for change in chain] == [rule for rule in order if rule in {c.rule for c in chain}]
        assert all(change.before != change.after and change.column == f"列{item.name}" for change in chain)


def place(change: Change) -> tuple[str, int]:
    """The cell that a change belongs to."""
    return change.field, change.row


# Written thickly with what the rules of some kind look for, in and out of its place.
PIECES = st.sampled_from(
    [
        *(
            "-",
            "－",
            "ー",
            "~",
            "～",
            "、",
            ",",
            ";",
            "；",
            "/",
            "・",
            " ",
            "　",
            "\n",
            "\r\n",
            "\u200b",
            "_x000D_",
            "(",
            ")",
            "（",
            "）",
        ),
        *(
            "0",
            "1",
            "3",
            "12",
            "１２",
            "2019",
            "45016",
            "131105",
            "03",
            "090",
            "0120",
            "5722",
            "9270",
            "1,075",
            "0.375",
            "35.641463",
        ),
        *(
            "月",
            "金",
            "土日",
            "毎日",
            "祝日除く",
            "曜日",
            "午前",
            "午後",
            "時",
            "分",
            "30",
            "正午",
            "終日",
            "24時間",
            "から",
            "まで",
        ),
        *(
            "年",
            "令和",
            "R",
            "H",
            "元",
            "日",
            "有",
            "無",
            "なし",
            "○",
            "×",
            "可",
            "否",
            "特になし",
            "不明",
            "null",
            "#N/A",
            "None",
        ),
        *(
            "http://",
            "https://",
            "www.",
            "example.com",
            "@",
            "(at)",
            "内線",
            "TEL",
            "〒",
            "人",
            "約",
            "㎡",
            "名",
            "階",
            "地下",
        ),
        *(
            "ｶﾞ",
            "ｱ",
            "カ",
            "か\u3099",
            "の",
            "二",
            "㈱",
            "①",
            "Ⅲ",
            "髙",
            "〓",
            "\ue021",
            "&amp;",
            "<br>",
            "<a href='x'>",
            "</a>",
            "&#38;",
        ),
        *("〃", "同上", "?", "山?田", "9:00?17:00", "-0", "3.0E+5", "1911/7/16", "五", "三十一日", "°", "'"),
        *("E+12", ".", ":", "A", "Ａ", "N", "公園", "とくに", "該当", "no"),
    ]
)
MESSY = st.one_of(st.lists(PIECES, max_size=7).map("".join), VALUES)
NAMES = ["見本", "名称", "備考", "所在地_連結表記", "対象地域", "内線番号"]


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(KINDS), st.sampled_from(NAMES), st.lists(MESSY, min_size=1, max_size=8))
def test_a_settled_value_is_left_alone_and_not_doubted(kind: str, name: str, values: list[str]) -> None:
    """The pattern that spares a value its rules only ever matches values that the rules would leave as they are."""
    item = field(name, kind)
    settled = pl.DataFrame({name: values}).select(is_settled(pl.col(name), item)).to_series().to_list()
    for value, is_clean in zip(values, settled, strict=True):
        if is_clean:
            assert [(rule, value) for rule, run in rules_of(item) if run(value) != value] == []
            assert [doubt for check in doubts_of(item) if (doubt := check(value))] == []
            assert not is_ditto(value)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(KINDS), st.sampled_from(NAMES), MESSY)
def test_cleaning_twice_is_cleaning_once(kind: str, name: str, value: str) -> None:
    """What comes out is left alone by a second run, whatever the item is for."""
    item = field(name, kind)
    once = clean(pl.DataFrame({name: [value]}), [item], {}, [2]).frame
    assert clean(once, [item], {}, [2]).changes == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_is_settled_or_left_alone(kind: str) -> None:
    """Most values of a clean table are never looked at: the pattern of a kind matches its own sample."""
    about = value_kinds()[kind]
    if "sample" in about and "settled" in about:
        frame = pl.DataFrame({"見本": [about["sample"], ""]})
        assert frame.select(is_settled(pl.col("見本"), field("見本", kind))).to_series().all()


def test_a_doubt_says_where_and_what() -> None:
    """A value that may mean several things is left unchanged and reported with its readings."""
    frame = pl.DataFrame({"所在地": ["駒場", "上目黒"], "設置日": ["2015-04-01", "1/4/2015"]})
    done = clean(frame, [field("所在地", "text"), field("設置日", "date")], {}, [2, 3])
    assert done.frame.equals(frame)
    assert done.doubts == [Doubt(1, "設置日", "ambiguous-value", "1/4/2015", ("2015-01-04", "2015-04-01"))]
