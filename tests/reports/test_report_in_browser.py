"""The page of a report in a real browser: from the disk, filtered, by keyboard, on a narrow screen, and on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Tab, browser, open_tab
from report_samples import found, info, report

from meguro_opendata.reports.context import view_of_grid
from meguro_opendata.reports.html import Checked, as_html
from meguro_opendata.sources import read_grid

pytestmark = pytest.mark.browser
ROWS = 3000
VISIBLE = "[...document.querySelectorAll('section[data-rule]')].filter(c => c.checkVisibility()).map(c => c.id).join()"
CHOOSE = """(() => {{ const bar = document.getElementById("filter"); bar.reset();
  for (const [name, value] of Object.entries({})) bar.elements[name].value = value;
  bar.dispatchEvent(new Event("input", {{bubbles: true}})); }})()"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two causes of errors, a warning and information, one cause 3,000 times."""
    home = tmp_path_factory.mktemp("page")
    table = home / "架空の表.csv"
    lines = [
        "ID,名称,開設日,定員",
        *(f"{row},架空第{row}保育園,R5.4.{row % 28 + 1},x{row}" for row in range(2, ROWS + 2)),
    ]
    table.write_text("\n".join(lines), encoding="utf-8")
    findings = [found(row=row, column="開設日", value=f"R5.4.{row % 28 + 1}") for row in range(2, ROWS + 2)]
    findings += [found("type-integer", row=row, column="定員", field="定員", value=f"x{row}") for row in range(2, 40)]
    findings += [found("lost-character", row=7, column="名称", field="名称", severity="warning", check=None)]
    findings += [info("column-absent", "緯度")]
    files: dict[str | None, Checked] = {None: Checked(table.name, "ab" * 32, view_of_grid(read_grid(table)))}
    made = home / "報告.html"
    made.write_text(as_html(report(*findings), "ja", title=table.name, checked=files), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def tab(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """The page, opened from the disk."""
    program = browser()
    if program is None:
        pytest.skip("NOT TESTED in a browser: there is none; `make browser` installs it")
    with open_tab(program, tmp_path_factory.mktemp("profile")) as opened:
        opened.open(page)
        yield opened


def test_the_page_needs_nothing_but_itself(tab: Tab, page: Path) -> None:
    """No error, no refusal by its own policy, and nothing else is asked for."""
    assert tab.seen("Log.entryAdded", "Runtime.exceptionThrown") == []
    assert {sent["request"]["url"] for sent in tab.seen("Network.requestWillBeSent")} == {page.as_uri()}


@pytest.mark.parametrize(
    ("wanted", "visible"),
    [
        ({}, "g1,g2,g3,g4"),
        ({"severity": "error"}, "g1,g2"),
        ({"severity": "warning"}, "g3"),
        ({"rule": "type-integer"}, "g2"),
        ({"column": "0"}, "g1"),
        ({"column": "1", "severity": "warning"}, ""),
        ({"words": "ｘ３９"}, "g2"),
        ({"words": "どこにもない"}, ""),
    ],
)
def test_the_filter_shows_what_is_asked_for(wanted: dict[str, str], visible: str, tab: Tab) -> None:
    """By severity, column, cause and words, alone and together; words are found in any width, in closed lists too."""
    tab.value(CHOOSE.format(wanted))
    assert tab.value(VISIBLE) == visible
    told = tab.value("document.getElementById('shown').textContent")
    assert re.findall(r"\d+", told) == ["4", str(len(visible.split(",")) if visible else 0)]
    if "words" in wanted and visible:
        assert tab.value("[...document.querySelectorAll('#g2 .one')].filter(one => !one.hidden).length") == 1
    tab.value(CHOOSE.format({}))
    assert tab.value(VISIBLE) == "g1,g2,g3,g4"


def test_the_keyboard_reaches_everything(tab: Tab) -> None:
    """The first stop jumps to the content; the lists, the filter and the closed lists are among the next ones."""
    tab.value("document.activeElement.blur()")
    stops = []
    for _ in range(40):
        for kind in ("rawKeyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        stops.append(tab.value("document.activeElement.tagName + ' ' + document.activeElement.className"))
    assert stops[0] == "A skip"
    assert {"A", "SELECT", "INPUT", "BUTTON", "DIV", "SUMMARY"} <= {stop.split()[0] for stop in stops}


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_screen_is_too_narrow(width: int, tab: Tab) -> None:
    """Only the pieces of the table scroll sideways, never the page."""
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    assert tab.value("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def paper(tab: Tab, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The text of each printed page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("NOT TESTED on paper: pdftotext is absent; `make browser` installs it")
    pdf = tmp_path_factory.mktemp("paper") / "報告.pdf"
    pdf.write_bytes(tab.printed())
    size = subprocess.run(["pdfinfo", pdf], capture_output=True, check=True, text=True).stdout
    assert "A4" in size
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True, text=True)
    return done.stdout.rstrip("\f").split("\f")


def test_every_sheet_of_paper_says_what_it_is(paper: list[str]) -> None:
    """File, beginning of the checksum, tool and page number stand on each sheet."""
    assert len(paper) > 3
    for number, text in enumerate(paper, start=1):
        assert "架空の表.csv" in text
        assert "SHA-256 abababababababab" in text
        assert re.search(r"meguro-opendata \d", text)
        assert re.search(rf"\b{number} / {len(paper)}\b", text)


def test_paper_has_all_that_the_screen_has(paper: list[str]) -> None:
    """Closed lists are printed open: each row of the smaller cause, every row of the larger, alone or in a range."""
    text = " ".join(paper)
    assert [row for row in range(2, 40) if not re.search(rf"\bx{row}\b", text)] == []
    ranges = re.findall(r"行 (\d+)(?:-(\d+))?", text)
    rows = {row for first, last in ranges for row in range(int(first), int(last or first) + 1)}
    assert set(range(2, ROWS + 2)) <= rows
    assert "言葉で探す" not in text
