"""What is personal is shown masked: no report of a build, and no other finding, holds the words themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from locations import DATA

from meguro_opendata.findings import Change, Finding, Rejection
from meguro_opendata.privacy import masked, masked_changes, masked_rejections

PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
RECIPE = """
title: AED（架空の例）
standard: aed
source: {file: aed.csv, encoding: utf-8}
mapping: {名称: 名称, 名称_カナ: カナ, 所在地_連結表記: 住所, 電話番号: 電話番号, 開始時間: 開始時間, 備考: 備考}
key: [名称, 備考]
formats: [csv, xlsx]
metadata: {description: 架空の例。, department: 見本部見本課, frequency: 1年}
"""
HEADER = "名称,カナ,住所,電話番号,開始時間,備考"
GOOD = [
    "例示館,レイジカン,見本市1-2　藤井正夫方,０３－５７２２－１１１１,9:00,　藤井正夫様０９０－１２３４－５６７８",
    "見本館,ミホンカン,見本市例示町1-3,090-1234-5678 藤井正夫,10:00,",
    "※ 担当：藤井正夫 090-1234-5678,,,,,",
]
BAD = [*GOOD[:2], "見本館,ミホンカン,見本市例示町1-4,090-1234-5678 藤井正夫,藤井正夫様に連絡,", *GOOD[2:]]
WORDS = ("藤井", "正夫", "1234", "１２３４")
# These stay in the office, and say what was done to the source's own values.
OWN_LISTS = {"changes.csv", "rejected.csv"}
RAW = "鍵は藤井正夫様へ"


@pytest.fixture(params=[GOOD, BAD], ids=["published", "kept-back"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace whose one table has persons in every kind of place."""
    folder = tmp_path / "datasets" / "aed"
    folder.mkdir(parents=True)
    (tmp_path / "datasets" / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "dataset.yaml").write_text(RECIPE, encoding="utf-8")
    (folder / "aed.csv").write_text("\n".join([HEADER, *request.param, ""]), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("form", "lang"), [("text", "ja"), ("json", "en")])
def test_nothing_that_a_build_shows_holds_the_words_themselves(
    home: Path, command: Callable[..., Ran], form: str, lang: str
) -> None:
    """Neither the terminal nor report.json nor report.html; only the lists of the office's own values do."""
    ran = command("build", "aed", "--format", form, "--lang", lang, cwd=home)
    assert ran.code in (0, 1)
    assert "藤＊" in ran.text
    (folder,) = (home / "releases").iterdir()
    reports = [path for path in folder.iterdir() if path.suffix in (".json", ".html")]
    shown = {path.name: path.read_text(encoding="utf-8") for path in reports}
    leaks = [name for name, text in {"terminal": ran.text, **shown}.items() if any(word in text for word in WORDS)]
    assert leaks == []
    holding = {path.name for path in folder.glob("*.csv") if "藤井" in path.read_text(encoding="utf-8")}
    assert holding >= OWN_LISTS


def test_convert_shows_no_words_in_its_examples(home: Path, command: Callable[..., Ran]) -> None:
    """What convert prints has an example of each rewriting, none of which is personal; its pages neither."""
    ran = command("convert", "datasets/aed/aed.csv", "--standard", "aed", "--out", "out", cwd=home)
    pages = [(home / "out" / name).read_text(encoding="utf-8") for name in ("report.json", "report.html")]
    assert ran.code in (0, 1)
    assert [word for word in WORDS for text in (ran.text, *pages) if word in text] == []


@pytest.mark.parametrize("home", [GOOD], indirect=True, ids=["published"])
def test_plan_and_publish_tell_no_words(home: Path, command: Callable[..., Ran]) -> None:
    """The guard names dataset, code and field."""
    assert command("build", "aed", cwd=home).code == 0
    for step, code in ((["plan", "aed", "--format", "json"], 1), (["publish", "aed", "--yes"], 4)):
        ran = command(*step, cwd=home)
        assert (ran.code, any(word in ran.text for word in WORDS)) == (code, False)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (Finding("type-date", "error", row=3, field="備考", value=RAW, suggestion=RAW), ("鍵＊", None, {})),
        (Finding("key-repeated", "error", row=3, value=f"見本館 / {RAW}"), ("見本館 / 鍵＊", None, {})),
        (
            Finding("kana-without-kana", "warning", row=3, value="A", params={"name": RAW}),
            ("A", None, {"name": "鍵＊"}),
        ),
        (Finding("column-of-other-kind", "warning", row=1, value=RAW), ("鍵＊", None, {})),
        (Finding("series-copy", "warning", params={"missing": [RAW, "x"]}), (None, None, {"missing": ["鍵＊", "x"]})),
        (Finding("type-date", "error", row=4, field="備考", value="2025", suggestion="s"), ("2025", "s", {})),
    ],
)
def test_another_finding_hides_what_is_personal(
    found: Finding, shown: tuple[str | None, str | None, dict[str, object]]
) -> None:
    """Its value, the parts of its value, and what it names besides; a finding without such a value is as it was."""
    (after,) = masked([found], {3: {RAW}})
    assert (after.value, after.suggestion, dict(after.params)) == shown


def test_changes_of_a_row_with_something_personal_are_looked_at() -> None:
    """Those of the cell, and those that moved its words to another field; other rows and fields are left alone."""
    changes = [
        Change(2, "備考", "備考", "trim", f" {RAW}", RAW),
        Change(2, "電話番号", "連絡先備考", "move", "", "藤井正夫様"),
        Change(2, "開始時間", "開始時間", "time", "9:00", "09:00"),
        Change(3, "備考", "備考", "trim", " 可", "可"),
    ]
    after = masked_changes(changes, [Finding("personal-name", "warning", row=2, field="備考", value="鍵＊")])
    assert [change.after for change in after] == ["鍵＊", "藤＊", "09:00", "可"]


def test_rows_that_were_left_out_are_looked_at() -> None:
    """A note below the table may name a person; the reason stays."""
    rows = [Rejection(8, "note", "担当：藤井正夫"), Rejection(9, "total", "合計 3")]
    assert [row.text for row in masked_rejections(rows)] == ["担＊", "合計 3"]
    assert masked_rejections([]) == []
