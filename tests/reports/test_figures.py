"""Every figure of a report adds up, on the page, in the terminal and in the workbook, or says why not."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Finding, NotChecked, Report
from meguro_opendata.reports.html import as_html
from meguro_opendata.reports.index import as_index
from meguro_opendata.reports.junit import as_junit
from meguro_opendata.reports.overview import Overview, PassedOver, Unchecked
from meguro_opendata.reports.text import as_text
from meguro_opendata.reports.workbook.cellmarks import Layout, listing

# Codes with the severities that they may have; those of columns that are absent are reported together.
CODES = ["type-date", "constraint-required", "row-shifted", "url-shape", "column-absent", "column-unknown", "blank-row"]
FINDINGS = st.builds(
    Finding,
    st.sampled_from(CODES),
    st.sampled_from(SEVERITIES),
    sheet=st.sampled_from([None, "一覧"]),
    row=st.sampled_from([None, 2, 3, 4]),
    column=st.sampled_from([None, "日付", "名称", "URL"]),
    field=st.sampled_from([None, "開設日"]),
    value=st.sampled_from([None, "x"]),
    params=st.just({"by": 1, "side": "->", "type": "x", "name": "開設日", "kind": None, "bound": "x", "code": "x"}),
).flatmap(
    lambda found: st.just(found) if found.severity == "error" else st.sampled_from([found, found.waive("了解済み")])
)
LISTS = st.lists(FINDINGS, max_size=12)
LANGS = st.sampled_from(messages.LANGUAGES)


class Tables(HTMLParser):
    """The tables of a page: the caption or the heading before it, and the texts of the cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._title, self._into = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell or a title."""
        if tag in ("caption", "h2"):
            self._title, self._into = "", tag
        elif tag == "table":
            self.tables.setdefault(self._title, [])
        elif tag == "tr":
            self.tables.setdefault(self._title, []).append([])
        elif tag in ("td", "th"):
            self.tables[self._title][-1].append("")
            self._into = "cell"

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a title."""
        if tag in ("caption", "h2", "td", "th"):
            self._into = ""

    def handle_data(self, data: str) -> None:
        """Add to the cell or title."""
        if self._into in ("caption", "h2"):
            self._title += data
        elif self._into == "cell":
            self.tables[self._title][-1][-1] += data


def report_of(findings: list[Finding]) -> Report:
    """A report on three rows with some findings."""
    return Report("/home/somebody/表.csv", None, 3, 3, tuple(findings), header=("日付", "名称", "URL"))


def figures(row: list[str]) -> list[int]:
    """The numbers of the three severities, the last cells that are numbers."""
    return [int(cell.replace(",", "")) for cell in row if re.fullmatch("[0-9,]+", cell)][-len(SEVERITIES) :]


def summed(rows: list[list[str]]) -> list[int]:
    """The numbers of some rows added up."""
    return [sum(column) for column in zip(*map(figures, rows), strict=True)] or [0, 0, 0]


@settings(deadline=None, max_examples=60)
@given(LISTS, LANGS)
def test_every_table_of_the_page_adds_up(findings: list[Finding], lang: str) -> None:
    """By severity, by who acts and by column: the rows give the total, and the total is that of the findings."""
    report = report_of(findings)
    tables = Tables(as_html(report, lang)).tables
    counts = [report.counts[severity] for severity in SEVERITIES]
    waived = Counter(found.severity for found in findings if found.waived)
    found = tables[messages.word("findings", lang)]
    assert figures(found[1]) == counts
    if waived:
        assert figures(found[2]) == [waived[severity] for severity in SEVERITIES]
    if not findings:
        return
    acting = tables[messages.word("who-acts", lang)][1:]
    assert summed(acting[:-1]) == figures(acting[-1]) == counts
    causes = tables[messages.word("by-cause", lang)][1:]
    assert sum(int(row[-2].replace(",", "")) for row in causes) == len(findings)
    assert sum(int(row[1]) for row in acting[:-1]) == int(acting[-1][1]) == len(causes)
    columns = tables.get(messages.word("by-column", lang))
    if columns:
        assert summed(columns[1:-1]) == figures(columns[-1]) == counts


@settings(deadline=None, max_examples=60)
@given(LISTS)
def test_the_terminal_adds_up(findings: list[Finding]) -> None:
    """The causes' numbers give those of the last line, which says how many of them the recipe accepts."""
    told = as_text(report_of(findings), "ja")
    heads = [line for line in told.splitlines() if re.match(r"\[(誤り|警告|お知らせ)\] ", line)]
    numbers = [re.search("同じ原因で([0-9,]+)件|すべての行（([0-9,]+)行）", line) for line in heads]
    assert sum(int(next(filter(None, one.groups()))) if one else 1 for one in numbers) == len(findings)
    last = told.splitlines()[-1]
    counts = Counter(found.severity for found in findings)
    assert f"誤り {counts['error']}, 警告 {counts['warning']}, お知らせ {counts['info']}" in last
    assert ("うち承知済み" in last) == any(found.waived for found in findings)


@settings(deadline=None, max_examples=40)
@given(LISTS, LANGS)
def test_the_sheet_of_findings_has_them_all(findings: list[Finding], lang: str) -> None:
    """A row each."""
    assert len(list(listing(findings, Layout("一覧", {}), lang, []).rows())) == len(findings)


GAPS = (
    NotChecked("uniqueKeys", None, "unchecked-engine"),
    NotChecked("categories", "a", "unchecked-engine"),
    NotChecked("categories", "b", "unchecked-engine"),
)


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_what_was_not_checked_stands_in_every_form(lang: str) -> None:
    """Demand, fields and reason; fields of one demand in one line."""
    report = Report("表.csv", None, 3, 3, (), not_checked=GAPS)
    reason = messages.word("unchecked-engine", lang)
    lines = as_text(report, lang).splitlines()
    assert f"  categories (a, b): {reason}" in lines
    assert f"  uniqueKeys ({messages.word('whole-table', lang)}): {reason}" in lines
    rows = Tables(as_html(report, lang)).tables[messages.word("not-checked-demands", lang)]
    assert rows[1:] == [["uniqueKeys", messages.word("whole-table", lang), reason], ["categories", "a, b", reason]]
    assert "categories (a, b)" in as_junit([report], lang).decode()


def test_no_page_shows_the_folders_of_whoever_checks() -> None:
    """A page goes to others: it names files, not where they lie on this machine."""
    report = report_of([Finding("type-date", "error", row=2, column="日付", value="x")])
    assert "somebody" not in as_html(report, "ja")
    lost = Unchecked("/home/somebody/b/い.csv", "file-empty", "/home/somebody/b/い.csv は空です。")
    overview = Overview(
        (report, lost), (PassedOver("/home/somebody/c.pdf", "kind"), PassedOver("/srv/other/d.pdf", "kind"))
    )
    page = as_index(overview, [None, None], "ja")
    assert "somebody" not in page
    assert "/srv" not in page
    assert "b/い.csv は空です。" in page
