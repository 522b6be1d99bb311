"""Reports for people: the same mistake told once, nothing left uncounted, and pages that no value can break."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from html.parser import HTMLParser
from importlib import resources
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Change, Finding, Rejection, Report
from meguro_opendata.reports import as_html, as_text
from meguro_opendata.reports.grouping import grouped, place

LANGUAGES = messages.LANGUAGES
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{field}{{ 7*7 }}</style></td>"


def found(code: str = "type-date", row: int = 2, severity: str = "error", **more: Any) -> Finding:
    """A finding; by default a date in row 2 that is none."""
    given_parts = {"check": "type-error", "column": "日付", "field": "開設日", "value": f"v{row}", **more}
    return Finding(code=code, severity=severity, row=row, line=row, **given_parts)


def info(code: str, name: str) -> Finding:
    """An information on a column or field."""
    part = "field" if code == "column-absent" else "column"
    return Finding(code=code, severity="info", row=1, **{part: name})


def report(*findings: Finding, **more: Any) -> Report:
    """A report with these findings."""
    parts = {"standard": ("aed", "2026"), "header": ("ID", "名称"), "encoding": "cp932", **more}
    return Report(file="表.csv", rows=40, rows_checked=38, findings=findings, **parts)


class Page(HTMLParser):
    """A parsed page: its elements with their attributes, and the text inside each element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Elements are closed in their order."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append((self._open[-1] if self._open else "", data))

    @property
    def tags(self) -> set[str]:
        """Every kind of element."""
        return {tag for tag, _ in self.elements}

    @property
    def text(self) -> str:
        """All that a reader sees."""
        return " ".join(text for tag, text in self.texts if tag not in ("style", "title"))

    def inside(self, tag: str) -> str:
        """The text directly inside all elements of a kind."""
        return "".join(text for inner, text in self.texts if inner == tag)


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
@pytest.mark.parametrize("count", [1, 10, 11, 40])
def test_the_page_shows_or_counts_every_finding(count: int, lang: str) -> None:
    """Ten examples of a cause in full, the places of all others, and the sum."""
    findings = [found(row=row, suggestion=f"s{row}") for row in range(2, 2 + count)]
    page = Page(as_html(report(*findings), lang))
    word = messages.word("row", lang)
    places = re.findall(rf"{word} (\d+)", page.inside("td") + page.inside("p"))
    assert places == [str(row) for row in range(2, 2 + count)]
    assert re.findall(r"s\d+", page.inside("td")) == [f"s{row}" for row in range(2, 2 + min(count, 10))]
    assert (messages.message("and-more", lang, count=count - 10) in page.text) is (count > 10)
    assert messages.message("invalid", lang, errors=count) in page.text
    assert messages.message("checked", lang, rows=40, checked=38) in page.text


def test_the_page_names_every_absent_field() -> None:
    """A place is no help where the findings differ by their field alone."""
    names = [f"項目{number}" for number in range(15)]
    text = Page(as_html(report(*(info("column-absent", name) for name in names)), "ja")).text
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_waived_finding_shows_its_reason(lang: str) -> None:
    """The recipe's reason takes the place of the advice; the finding is a warning and the table valid."""
    checked = report(found("constraint-required", value="").waive("元の表にない"))
    advice = messages.finding_text("constraint-required", "advice", {}, lang)
    for shown in (as_text(checked, lang), Page(as_html(checked, lang)).text):
        assert f"{messages.word('waived', lang)}: 元の表にない" in shown
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


def hostile_page(lang: str = "ja") -> Page:
    """A page whose every value tries to break out of its place."""
    places = {"sheet": HOSTILE, "column": HOSTILE, "field": HOSTILE, "value": HOSTILE, "suggestion": HOSTILE}
    findings = [*(found(row=row, **places) for row in range(2, 16)), found("blank-row").waive(HOSTILE)]
    checked = report(*findings, header=(HOSTILE,), encoding=HOSTILE)
    changes = [Change(2, HOSTILE, HOSTILE, "trim", HOSTILE, HOSTILE)]
    return Page(as_html(checked, lang, title=HOSTILE, changes=changes, rejected=[Rejection(3, HOSTILE, HOSTILE)]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_value_breaks_out_of_its_place(lang: str) -> None:
    """Values of a table are shown letter by letter; they make no element, no attribute and no second style."""
    page = hostile_page(lang)
    plain = Page(as_html(report(found(), found("blank-row").waive("x")), lang))
    assert page.tags - plain.tags <= {"details", "summary", "br"}
    attributes = {name for _, attributes in page.elements for name in attributes}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "scope"}
    assert page.inside("style") == plain.inside("style")
    assert HOSTILE in page.inside("title")
    assert page.text.count(HOSTILE) >= 10 * 4 + 4 + 8
    assert "49" not in page.inside("h1")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_runs_and_loads_nothing(lang: str) -> None:
    """Its policy allows its own style alone, and it has no script, picture, frame or address of another place."""
    page = hostile_page(lang)
    policies = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(page.inside("style").encode("utf-8")).digest()).decode("ascii")
    (policy,) = policies
    rules = dict(part.strip().split(" ", 1) for part in str(policy).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{digest}'"
    assert "script-src" not in rules
    assert not page.tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "svg"}
    assert {a["href"] for _, a in page.elements if "href" in a} == {"#content"}
    assert not re.search(r"url\(|@import|https?:", page.inside("style"))
    assert dict(page.elements)["html"] == {"lang": lang}


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
    """A clean table gets its verdict and no empty headings; a schema of one's own is called that."""
    page = Page(as_html(report(standard=None), lang))
    assert messages.message("valid", lang) in page.text
    assert messages.word("own-schema", lang) in page.text
    assert "section" not in page.tags
    assert page.inside("h2") == messages.word("findings", lang)
    assert "aed" not in page.text
