"""The page of a report: complete, readable by all, safe whatever the values are, with the cells around each finding."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran
from report_samples import HOSTILE, Page, found, info, report

from meguro_opendata import messages, pages
from meguro_opendata.findings import Change, Finding, Rejection, Report
from meguro_opendata.reports.context import SourceView, view_of_grid, view_of_table
from meguro_opendata.reports.html import Checked, as_html
from meguro_opendata.reports.limits import limit
from meguro_opendata.sources import read_grid, read_source

LANGUAGES = messages.LANGUAGES
STYLE = (Path(pages.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
TABLE = [
    ["ID", "名称", "住所", "電話番号", "開設日", "定員", "備考"],
    ["1", "架空第一保育園", "見本町1-1", "03-0000-0001", "2020-04-01", "20", ""],
    ["2", "架空第二保育園", "見本町1-2", "03-0000-0002", "R5.4.1", "30", "鍵は佐藤花子様（090-1234-5678）へ"],
    ["3", "<b>架空第三保育園</b>", "見本町1-3", "03-0000-0003", "2022-04-01", "40", ""],
]


@pytest.fixture
def view(tmp_path: Path) -> SourceView:
    """The cells of a small table of nurseries that do not exist."""
    file = tmp_path / "表.csv"
    file.write_text("\n".join(",".join(row) for row in TABLE), encoding="utf-8")
    return view_of_grid(read_grid(file))


def shown(view: SourceView, *findings: Finding, lang: str = "ja", name: str = "表.csv") -> Page:
    """The page on some findings with the cells around them."""
    return Page(as_html(report(*findings), lang, checked={None: Checked(name, "ab" * 32, view)}))


def places_of(page: Page, lang: str) -> list[int]:
    """Every row that the page names as a finding's place, ranges spelled out."""
    word = messages.word("row", lang)
    texts = page.inside("strong") + page.inside("td") + page.inside("p")
    ranges = re.findall(rf"{word} (\d+)(?:-(\d+))?", texts)
    return [row for first, last in ranges for row in range(int(first), int(last or first) + 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3, 4, 40])
def test_the_page_shows_every_finding(count: int, lang: str) -> None:
    """Three examples of a cause, the others listed one by one, and the sums."""
    page = Page(as_html(report(*(found(row=row, suggestion=f"s{row}") for row in range(2, 2 + count))), lang))
    assert places_of(page, lang) == list(range(2, 2 + count))
    rest = [f"s{row}" for row in range(5, 2 + count)]
    assert re.findall(r"s\d+", page.inside("td")) == rest
    assert (messages.message("and-more", lang, count=count - 3) in page.text) is (count > 3)
    assert messages.message("invalid", lang, errors=count) in page.text
    assert messages.message("checked", lang, rows=40, checked=38) in page.text


def test_nothing_of_ten_thousand_findings_is_cut() -> None:
    """Beyond those that are listed one by one, the places of all others stand there, as ranges; the page says so."""
    rows = [*range(2, 9002), *range(9003, 12003, 3)]
    html = as_html(report(*(found(row=row) for row in rows)), "ja")
    page = Page(html)
    assert places_of(page, "ja") == rows
    unlisted = len(rows) - limit("examples") - limit("listed")
    assert messages.message("places-only", "ja", count=f"{unlisted:,}") in page.text
    assert len(html.encode()) < 1_000_000


def test_the_page_names_every_absent_field() -> None:
    """A place is no help where the findings differ by their field alone."""
    names = [f"項目{number}" for number in range(15)]
    text = Page(as_html(report(*(info("column-absent", name) for name in names)), "ja")).text
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_cause_is_told_in_full(lang: str) -> None:
    """What, what to do, why, who acts, and how the standard wants the value written."""
    finding = found("type-number", field="緯度", column="緯度", suggestion="35.6", params={"kind": "latitude"})
    text = Page(as_html(report(finding, standard=("aed", "2026")), lang)).text
    for part in ("title", "message", "advice", "source", "who"):
        assert finding.text(part, lang) in text
    assert f"{messages.word('example', lang)}: 35.641500" in text
    assert "35.6" in text


def test_the_summary_counts_by_cause_column_and_actor() -> None:
    """The three tables say the same figures, and lead to the causes by their numbers."""
    rough = found("coordinate-rough", check=None, severity="warning", column="緯度", field="緯度")
    page = Page(as_html(report(found(row=2), found(row=3), rough), "ja"))
    assert messages.message("error-causes", "ja", count=1) in page.text
    targets = {attributes["id"] for tag, attributes in page.elements if tag == "section"}
    assert targets == {"g1", "g2"}
    links = {a["href"] for tag, a in page.elements if tag == "a"} - {"#content"}
    assert links == {"#g1", "#g2"}
    assert "担当課" in page.inside("th")


def test_the_row_is_shown_with_its_neighbours(view: SourceView) -> None:
    """The bad cell is marked; beside it stand header names, the row's name, the columns and rows next to it."""
    page = shown(view, found("type-integer", row=3, column="定員", field="定員", value="30"))
    assert page.inside("mark") == "30"
    for text in ("名称", "架空第二保育園", "20", "40", "開設日", "R5.4.1", "電話番号"):
        assert text in page.text
    assert "見本町1-2" not in page.text


def test_personal_values_are_masked(view: SourceView) -> None:
    """Neither the cell itself nor the cells beside another finding show a name or a mobile number; the page says so."""
    note = TABLE[2][6]
    own = found(
        "constraint-enum", row=3, column="備考", field="備考", value=note, suggestion=note, params={"bound": [1]}
    )
    beside = found("kana-without-kana", row=3, column="定員", field="定員", value="30", params={"name": note})
    for finding in (own, beside, found("blank-row", row=3, column=None)):
        page = shown(view, finding)
        assert "佐藤" not in page.text
        assert "1234" not in page.text
        assert messages.message("values-masked", "ja") in page.text
    assert messages.message("values-masked", "ja") not in shown(view, Finding("no-rows", "error")).text


def test_listed_findings_say_which_row_they_are_on(view: SourceView) -> None:
    """Beyond the examples each finding stands beside what names its row."""
    page = shown(view, *(found(row=2, column="定員") for _ in range(3)), found(row=4, column="定員", field="開設日"))
    assert "<b>架空第三保育園</b>" in page.inside("td")


@pytest.mark.parametrize(
    "finding",
    [
        found(row=99, column="定員"),
        found(row=1, column=None, check="missing-label"),
        Finding("no-rows", "error"),
        found(row=3, sheet="別のシート"),
        found(row=3, column="ない列"),
        found(row=4, column="備考"),
    ],
)
def test_a_finding_without_a_cell_is_told_all_the_same(view: SourceView, finding: Finding) -> None:
    """Rows beyond the end, other sheets and unknown columns take nothing away from the message."""
    assert finding.text("message", "ja") in shown(view, finding).text


def test_a_workbooks_cells_have_their_letters(shared: Path) -> None:
    """In a workbook the snippet has Excel's letters and row numbers, header rows above the table left aside."""
    table = read_source(shared / "corpus/hachioji/kosodateshisetuitiran.xlsx")
    finding = Finding("type-date", "error", sheet=table.grid.sheet, cell="F3", row=3, column="名称_カナ", value="x")
    snippet = view_of_table(table).snippet(finding, frozenset())
    assert snippet.letters[:5] == ("B", None, "D", "E", "F")
    assert [(row.number, row.meant) for row in snippet.rows] == [(2, False), (3, True), (4, False)]
    bad = [place for place, cell in enumerate(snippet.rows[1].cells) if cell and cell.bad]
    assert [snippet.labels[place] for place in bad] == ["名称_カナ"]


def test_of_two_columns_of_one_name_the_right_one_is_shown(shared: Path) -> None:
    """The cell's address decides, not the name, which both columns have."""
    table = read_source(shared / "corpus/sabae/R3jinnkousuii.xls", header_row=5)
    finding = Finding("duplicate-header", "error", sheet=table.grid.sheet, cell="H5", row=5, column="地区名")
    (bad,) = [cell for cell in view_of_table(table).snippet(finding, frozenset()).rows[0].cells if cell and cell.bad]
    assert (view_of_table(table).column(finding), bad.text) == (7, "地区名")


def hostile_page(lang: str, view: SourceView | None = None) -> Page:
    """A page whose every value tries to break out of its place."""
    places = {"sheet": HOSTILE, "column": HOSTILE, "field": HOSTILE, "value": HOSTILE, "suggestion": HOSTILE}
    findings = [*(found(row=row, **places) for row in range(2, 16)), found("blank-row").waive(HOSTILE)]
    checked = report(*findings, header=(HOSTILE,), encoding=HOSTILE)
    changes = [Change(2, HOSTILE, HOSTILE, "trim", HOSTILE, HOSTILE)]
    files: dict[str | None, Checked] = {None: Checked(HOSTILE, "ab" * 32, view)}
    rejected = [Rejection(3, HOSTILE, HOSTILE)]
    return Page(as_html(checked, lang, title=HOSTILE, changes=changes, rejected=rejected, checked=files))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_value_breaks_out_of_its_place(lang: str, view: SourceView) -> None:
    """Values of a table are shown letter by letter; they make no element, no attribute and no second style."""
    page = hostile_page(lang, view)
    plain = shown(view, *(found(row=row) for row in range(2, 8)), lang=lang)
    assert page.tags - plain.tags <= {"br"}
    names = {name for _, attributes in page.elements for name in attributes}
    assert names - {name for _, attributes in plain.elements for name in attributes} <= {"tabindex", "role"}
    assert not any(name.startswith("on") or name == "style" for name in names)
    assert page.tags & {"img", "iframe", "b"} == set()
    assert [tag for tag, _ in page.elements].count("script") == [tag for tag, _ in page.elements].count("style") == 1
    assert HOSTILE in page.inside("title")
    assert page.text.count(HOSTILE) >= 14 * 3
    assert "49" not in page.inside("h1")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_loads_nothing_and_runs_its_own_script_alone(lang: str) -> None:
    """Its policy allows just its own style and script; no picture, frame or address of another place."""
    page = hostile_page(lang)
    policies = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    (policy,) = policies
    rules = dict(part.strip().split(" ", 1) for part in str(policy).split(";"))
    for rule, tag in (("style-src", "style"), ("script-src", "script")):
        digest = base64.b64encode(hashlib.sha256(page.inside(tag).encode("utf-8")).digest()).decode("ascii")
        assert rules[rule] == f"'sha256-{digest}'"
    assert (rules["default-src"], rules["form-action"], rules["base-uri"]) == ("'none'",) * 3
    assert not page.tags & {"img", "link", "iframe", "object", "embed", "base", "svg"}
    assert all(str(a["href"]).startswith("#") for _, a in page.elements if "href" in a)
    assert not re.search(r"url\(|@import|https?:", page.inside("style"))
    assert not re.search(r"innerHTML|eval|fetch|XMLHttp|https?:|document\.write", page.inside("script"))
    assert dict(page.elements)["html"] == {"lang": lang}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everybody_can_use_the_page(lang: str, view: SourceView) -> None:
    """Headings in order, scope on each header cell, names on inputs and scrolled regions, links that lead somewhere."""
    page = shown(view, *(found(row=row) for row in (2, 3, 3, 4, 4)), info("column-absent", "緯度"), lang=lang)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.elements if tag == "th")
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for tag, a in page.elements if tag == "a"} <= set(ids)
    assert [tag for tag, _ in page.elements].count("label") == sum(
        tag in ("select", "input") for tag, _ in page.elements
    )
    assert all(a.get("aria-label") for _, a in page.elements if a.get("role") in ("region", "search"))
    assert all(a.get("tabindex") == "0" for _, a in page.elements if a.get("role") == "region")


def luminance(colour: str) -> float:
    """How bright a colour is, as WCAG 2 reckons."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "error", "warning"])
@pytest.mark.parametrize("paper", ["paper", "shade", "error-shade", "warning-shade"])
def test_text_stands_out_from_its_ground(ink: str, paper: str) -> None:
    """Contrast is 4.5 to 1 or more, as WCAG AA asks."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", STYLE))
    bright, dark = luminance(colours[paper]), luminance(colours[ink])
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_printed_pages_carry_file_checksum_and_tool() -> None:
    """Each sheet of A4 names the file, the beginning of its checksum and the tool; a hostile name stays a text."""
    style = hostile_page("ja").inside("style")
    assert "size: A4" in style
    assert pages.css_text(HOSTILE) in style
    assert "<" not in style.split("@top-left")[1]
    assert pages.css_text(f"SHA-256 {'ab' * 8}…") in style
    assert pages.css_text("meguro-opendata 0.1.0") in style


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_lists_changes_and_rejected_rows(lang: str) -> None:
    """Rewritten values by rule with three examples and their number; every rejected row with its reason."""
    changes = [Change(row, "日付", "開設日", "date", f"R5.4.{row}", f"2023-04-0{row}") for row in range(2, 7)]
    rejected = [Rejection(row, "blank", "") for row in range(10, 30)] + [Rejection(31, "見本の行", "例 001")]
    page = Page(as_html(report(), lang, title="施設一覧", changes=changes, rejected=rejected))
    assert page.inside("h1") == "施設一覧"
    assert re.findall(r"R5\.4\.\d", page.text) == ["R5.4.2", "R5.4.3", "R5.4.4"]
    assert messages.rule_name("date", lang) in page.text
    assert "(5)" in page.text
    assert "(21)" in page.text
    assert page.inside("td").count(messages.word("blank", lang)) == 20
    assert "見本の行" in page.text
    assert "例 001" in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_without_findings_is_short_and_says_so(lang: str) -> None:
    """A clean table gets its verdict, no empty headings and no script; a schema of one's own is called that."""
    page = Page(as_html(report(standard=None), lang))
    assert messages.message("valid", lang) in page.text
    assert messages.word("own-schema", lang) in page.text
    assert page.tags & {"section", "script", "form"} == set()
    assert page.inside("h2") == messages.word("summary", lang)
    assert "aed" not in page.text


def test_the_same_report_is_the_same_page(view: SourceView) -> None:
    """No clock and no order of chance stands in it."""
    made = [
        as_html(report(found(row=3), found(row=2)), "ja", checked={None: Checked("表.csv", "ab" * 32, view)})
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_validate_writes_the_page_with_the_files_own_cells(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """The page has the checksum that other tools give, and the cells of the file; with a schema of one's own, too."""
    file = tmp_path / "a.csv"
    file.write_text("名称,数\n架空の館,x\n", encoding="utf-8")
    schema = '{"fields": [{"name": "名称", "type": "string"}, {"name": "数", "type": "integer"}]}'
    (tmp_path / "a.json").write_text(schema, encoding="utf-8")
    ran = command("validate", file, "--schema", "a.json", "--html", "a.html")
    page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert ran.code == 1
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page.inside("code")
    assert (page.inside("mark"), "架空の館" in page.inside("td")) == ("x", True)


def any_report(**more: Any) -> Report:
    """A report on two files of a dataset."""
    return report(found(row=3, file="一.csv"), found(row=3, file="二.csv"), **more)


def test_findings_of_several_files_show_their_own_cells(view: SourceView, tmp_path: Path) -> None:
    """Where a dataset has several files, each finding's row is looked up in its own; all checksums are there."""
    other = tmp_path / "二.csv"
    other.write_text("日付\na\n別の値\n", encoding="utf-8")
    files: dict[str | None, Checked] = {
        "一.csv": Checked("一.csv", "ab" * 32, view),
        "二.csv": Checked("二.csv", "cd" * 32, view_of_grid(read_grid(other))),
    }
    page = Page(as_html(any_report(), "ja", checked=files))
    assert page.inside("mark").endswith("別の値")
    assert "ab" * 32 in page.inside("code")
    assert "cd" * 32 in page.inside("code")
