"""Reports for people: the same mistake told once, nothing left uncounted."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_samples import Page, found, info, report

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Finding
from meguro_opendata.reports import as_text
from meguro_opendata.reports.grouping import grouped, place
from meguro_opendata.reports.html import as_html
from meguro_opendata.reports.workbook.spans import spans

LANGUAGES = messages.LANGUAGES


def test_the_same_cause_is_one_group() -> None:
    """Findings that share code, severity, field and waiver go together, errors first, each where it first stood."""
    findings = [
        info("column-absent", "緯度"),
        found(row=2),
        found(row=3, field="閉鎖日"),
        found("constraint-required", row=3, severity="warning", waived="理由"),
        found(row=4),
        found("constraint-required", row=5),
        info("column-absent", "経度"),
        info("column-unknown", "独自"),
        found("constraint-required", row=6, severity="warning", waived="他の理由"),
    ]
    groups = grouped(findings)
    assert [(group.first.code, group.first.severity, group.count) for group in groups] == [
        ("type-date", "error", 2),
        ("type-date", "error", 1),
        ("constraint-required", "error", 1),
        ("constraint-required", "warning", 1),
        ("constraint-required", "warning", 1),
        ("column-absent", "info", 2),
        ("column-unknown", "info", 1),
    ]
    assert [member.row for member in groups[0].findings] == [2, 4]


FINDINGS = st.builds(
    found,
    st.sampled_from(["type-date", "column-absent", "column-unknown", "constraint-required"]),
    st.integers(1, 50),
    st.sampled_from(SEVERITIES),
    field=st.sampled_from([None, "開設日", "名称"]),
    waived=st.sampled_from([None, "理由"]),
)


@settings(deadline=None)
@given(st.lists(FINDINGS, max_size=30))
def test_grouping_loses_and_doubles_nothing(findings: list[Finding]) -> None:
    """Every finding is in just one group, in its order; groups go from errors to information."""
    groups = grouped(findings)
    members = [id(member) for group in groups for member in group.findings]
    assert sorted(members) == sorted(map(id, findings))
    order = {id(finding): position for position, finding in enumerate(findings)}
    for group in groups:
        positions = [order[id(member)] for member in group.findings]
        assert positions == sorted(positions)
    ranks = [SEVERITIES.index(group.first.severity) for group in groups]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("finding", "where"),
    [
        (Finding("type-date", "error", sheet="一覧", cell="I5", row=5, column="日付"), "sheet「一覧」 cell I5"),
        (Finding("type-date", "error", row=5, line=7, column="日付"), "row 5 line 7 column「日付」"),
        (Finding("type-date", "error", row=5, line=5, column="日付"), "row 5 column「日付」"),
        (Finding("blank-row", "error", sheet="一覧", row=5), "sheet「一覧」 row 5"),
        (Finding("table-error", "error"), ""),
    ],
)
def test_a_place_is_told_as_one_looks_for_it(finding: Finding, where: str) -> None:
    """Sheet and cell in a workbook; record, column and, where it differs, line in a text file."""
    assert place(finding, {name: name for name in ("sheet", "cell", "row", "line", "column")}) == where


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3, 4, 25])
def test_the_text_shows_or_counts_every_finding(count: int, lang: str) -> None:
    """Three examples of a cause, then how many more; the sum stands at the end."""
    text = as_text(report(*(found(row=row) for row in range(2, 2 + count)), info("column-absent", "緯度")), lang)
    shown = [row for row in range(2, 2 + count) if f"v{row}'" in text or f"「v{row}」" in text]
    assert shown == list(range(2, 2 + min(count, 3)))
    assert (messages.message("and-more", lang, count=count - 3) in text) is (count > 3)
    assert (messages.message("same-cause", lang, count=count) in text) is (count > 1)
    last = text.splitlines()[-1]
    for severity, number in (("error", count), ("warning", 0), ("info", 1)):
        assert f"{messages.word(severity, lang)} {number}" in last
    assert messages.message("checked", lang, rows=40, checked=38) in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_waived_finding_shows_its_reason(lang: str) -> None:
    """The recipe's reason takes the place of the advice; the finding is a warning and the table valid."""
    checked = report(found("constraint-required", value="").waive("元の表にない"))
    advice = messages.finding_text("constraint-required", "advice", {}, lang)
    for shown in (as_text(checked, lang), Page(as_html(checked, lang)).text):
        assert re.search(rf"{messages.word('waived', lang)}[:\s]+元の表にない", shown)
        assert advice not in shown
        assert messages.message("valid", lang) in shown
    assert advice in as_text(report(found("constraint-required", value="")), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_says_what_was_checked(lang: str) -> None:
    """File, standard, encoding and the first labels, to show that the file was read rightly; advice and suggestion."""
    header = tuple(f"列{number}" for number in range(8))
    lines = as_text(report(found(suggestion="2023-04-01"), header=header), lang).splitlines()
    assert lines[:4] == [
        f"{messages.word('file', lang)}: 表.csv",
        f"{messages.word('standard', lang)}: aed@2026",
        f"{messages.word('encoding', lang)}: cp932",
        f"{messages.word('header', lang)}: 列0, 列1, 列2, 列3, 列4, 列5 ...",
    ]
    assert any(line.endswith(" -> 2023-04-01") for line in lines)
    assert messages.finding_text("type-date", "advice", {"kind": "date"}, lang) in "\n".join(lines)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("show", [as_text, as_html], ids=["text", "page"])
def test_every_code_can_be_shown(show: Any, lang: str) -> None:
    """No finding of the closed list makes a report fail."""
    texts = tomllib.loads(resources.files(messages).joinpath(f"{lang}.toml").read_text(encoding="utf-8"))["findings"]
    names = {name for text in texts.values() for part in text.values() for _, name, _, _ in Formatter().parse(part)}
    findings = [found(code, params=dict.fromkeys(filter(None, names), "x")) for code in texts]
    shown = show(report(*findings), lang)
    assert set(texts) <= set(re.findall(r"[\w-]+", shown))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_text_says_why_and_who_acts(lang: str) -> None:
    """Each cause is told with the source of its rule and with who acts."""
    finding = found("check-digit-wrong", severity="warning", check=None)
    source, who = finding.text("source", lang), finding.text("who", lang)
    assert messages.message("why", lang, source=source, who=who) in as_text(report(finding), lang)


WORDS = {name: name for name in ("file", "sheet", "cell", "row", "line", "column")}


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([found(row=row) for row in (2, 3, 5)], ["row 2-3 column「日付」", "row 5 column「日付」"]),
        (
            [Finding("type-date", "error", row=r, line=r + 4, column="a") for r in (2, 3)],
            ["row 2-3 line 6-7 column「a」"],
        ),
        (
            [Finding("type-date", "error", sheet="x 2 y", cell=f"B{r}", row=r) for r in (2, 3)],
            ["sheet「x 2 y」 cell B2:B3"],
        ),
        ([Finding("blank-row", "error", sheet="2", row=r) for r in (2, 3)], ["sheet「2」 row 2-3"]),
        ([info("column-absent", "緯度"), info("column-absent", "経度")], ["「緯度」", "「経度」"]),
        ([Finding("table-error", "error")], [""]),
    ],
)
def test_neighbouring_places_are_told_as_a_range(findings: list[Finding], told: list[str]) -> None:
    """Rows that follow one another in one column of one sheet go together; names with numbers stay as they are."""
    assert spans(findings, WORDS) == told


@settings(deadline=None)
@given(st.lists(st.integers(2, 60), min_size=1, max_size=40))
def test_ranges_name_each_row_and_no_other(rows: list[int]) -> None:
    """Whatever rows there are, in any order and twice, the ranges cover just these."""
    texts = spans([found(row=row) for row in rows], WORDS)
    parts = [re.match(r"row (\d+)(?:-(\d+))?", text) for text in texts]
    covered = [row for part in parts if part for row in range(int(part[1]), int(part[2] or part[1]) + 1)]
    assert sorted(covered) == sorted(set(rows))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_cause_on_every_row_is_told_so(lang: str) -> None:
    """That a whole column is wrong is another thing than so many wrong cells."""
    findings = [found(row=row) for row in range(2, 42)]
    told = messages.message("every-row", lang, count=40)
    assert told in as_text(report(*findings), lang)
    assert told in Page(as_html(report(*findings), lang)).text
    assert told not in as_text(report(*findings[1:]), lang)
    assert told not in as_text(report(*findings[1:], found(row=3)), lang)
