"""The JUnit file: what a CI system shows of a check, in the form of Jenkins's junit-10.xsd, whatever the values are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import Ran
from hypothesis import given
from hypothesis import strategies as st
from report_samples import HOSTILE, found, info, report

from meguro_opendata import messages
from meguro_opendata.findings import Finding, Report
from meguro_opendata.reports.junit import as_junit
from meguro_opendata.reports.overview import Unchecked

LANGUAGES = messages.LANGUAGES
LOST = Unchecked("壊れた表.xlsx", "workbook-broken", "ブックを読めません\n→ 保存し直してください。")
# What junit-10.xsd allows of the elements used here: attributes that must and may stand there, and children.
ALLOWED = {
    "testsuites": (set(), {"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests"}, {"failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"classname", "name"}, set(), {"failure", "error", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def faults(root: ET.Element) -> list[str]:
    """What does not fit the schema's rules: names, attributes, children, and sums that differ from what is there."""
    wrong = []
    for element in root.iter():
        must, may, children = ALLOWED[element.tag]
        names = set(element.attrib)
        if not must <= names <= must | may or not {child.tag for child in element} <= children:
            wrong.append(f"{element.tag}: {sorted(names)}")
    for suite in root:
        cases = suite.findall("testcase")
        found_sums = [len(cases), *(len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error"))]
        if [int(suite.attrib[name]) for name in ("tests", "failures", "errors")] != found_sums:
            wrong.append(f"{suite.attrib}")
        if len({case.attrib["name"] for case in cases}) != len(cases):
            wrong.append("names repeat")
    for name in ("tests", "failures", "errors"):
        if int(root.attrib[name]) != sum(int(suite.attrib[name]) for suite in root):
            wrong.append(name)
    return wrong


def parsed(*reports: Report | Unchecked, lang: str = "ja") -> ET.Element:
    """The file as an XML parser sees it."""
    return ET.fromstring(as_junit(reports, lang))  # noqa: S314 (made here)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_errors_fail_and_the_rest_passes(lang: str) -> None:
    """A case for the file and one for each cause; only errors are failures, and tell all places and what to do."""
    rows = (2, 3, 4, 5, 6, 9)
    root = parsed(report(*(found(row=row) for row in rows), info("column-absent", "緯度")), lang=lang)
    assert faults(root) == []
    (suite,) = root
    whole, error, absent = suite
    assert suite.attrib["name"] == whole.attrib["classname"] == "表.csv"
    assert messages.message("checked", lang, rows=40, checked=38) == whole.findtext("system-out")
    (failure,) = error
    assert failure.attrib["type"] == "type-date"
    assert "開設日" in error.attrib["name"]
    text = str(failure.text)
    for part in ("advice", "source", "who"):
        assert found().text(part, lang) in text
    assert f"{messages.word('row', lang)} 5-6" in text
    assert f"{messages.word('row', lang)} 9" in text
    assert [child.tag for child in absent] == ["system-out"]


def test_a_clean_file_still_has_a_case() -> None:
    """A suite without cases would be shown as nothing at all."""
    root = parsed(report())
    assert faults(root) == []
    assert (root.attrib["tests"], root.attrib["failures"]) == ("1", "0")


def test_a_file_that_could_not_be_checked_is_an_error() -> None:
    """Its suite has one case, which says why and what to do."""
    root = parsed(report(), LOST)
    assert faults(root) == []
    assert (root.attrib["errors"], [suite.attrib["name"] for suite in root]) == ("1", ["表.csv", LOST.file])
    assert root[1].findtext("testcase/error") == LOST.message


def test_waived_findings_pass_with_their_reason() -> None:
    """What the recipe waives fails no build."""
    root = parsed(report(found("constraint-required").waive("元の表にない")))
    assert root.attrib["failures"] == "0"
    assert "元の表にない" in str(root[0][1].findtext("system-out"))


def test_two_causes_of_one_name_are_told_apart() -> None:
    """The same code on the same field, once waived and once on another sheet, makes names of their own."""
    root = parsed(report(found(sheet="一"), found(sheet="二")))
    assert faults(root) == []


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\x0b\x1b\x85\ufffe\uffff<>&\"']]>"), max_size=30)


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_makes_a_file_that_parsers_read(file: str, value: str, suggestion: str) -> None:
    """Signs that XML cannot hold are left out; all others come back as they were."""
    finding = Finding("type-date", "error", row=2, column=value, field=value, value=value, suggestion=suggestion)
    made = Report(file, None, 1, 1, (finding,))
    root = parsed(made)
    assert faults(root) == []
    assert as_junit([made], "ja") == as_junit([made], "ja")


def test_values_are_escaped() -> None:
    """A value that looks like markup makes none."""
    root = parsed(report(found(value=HOSTILE, column=HOSTILE)))
    assert HOSTILE in str(root[0][1][0].text)


def test_validate_writes_the_file(tmp_path: Path, command: Callable[..., Ran]) -> None:
    """One file or many: --junit writes one XML; never over a file that is read."""
    table = tmp_path / "a.csv"
    table.write_text("数\nx\n", encoding="utf-8")
    (tmp_path / "a.json").write_text('{"fields": [{"name": "数", "type": "integer"}]}', encoding="utf-8")
    ran = command("validate", table, "--schema", "a.json", "--junit", "out/a.xml", "--lang", "en")
    root = ET.fromstring((tmp_path / "out" / "a.xml").read_bytes())  # noqa: S314 (made here)
    assert (ran.code, root.attrib["failures"], faults(root)) == (1, "1", [])
    over = command("validate", table, "--schema", "a.json", "--junit", table)
    assert (over.code, table.read_text(encoding="utf-8")) == (2, "数\nx\n")
