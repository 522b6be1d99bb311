"""The report in a real browser: from the disk, on screens of three widths, and on paper."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from chromium import Tab, browser, open_tab
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.kpi.records import enter_record
from meguro_opendata.kpi.report import write_followup, write_report

pytestmark = pytest.mark.browser
DAY = date(2025, 12, 15)
LINES = "[...document.querySelectorAll('#status tbody tr[id]')]"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report and the follow-up sheets of a year in which some indicators were recorded."""
    home = tmp_path_factory.mktemp("papers")
    shutil.copytree(ROOT / "datasets", home / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    opened = mo.open_workspace(home / "datasets")
    for name, value, day in (
        ("opendata.use_cases", "2", "2025-06-01"),
        ("opendata.use_cases", "3", "2025-12-01"),
        ("procedures.online_rate", "72", "2025-10-01"),
        ("apps.staff", "7", "2025-05-01"),
        ("apps.staff", "7", "2025-09-01"),
        ("systems.incidents", "0", "2025-10-01"),
    ):
        enter_record(opened, name, value, "起案1", "係", day=date.fromisoformat(day))
    write_report(opened, 2025, home / "報告.html", "ja", DAY)
    write_report(opened, 2025, home / "report.html", "en", DAY)
    write_followup(opened, 2025, 3, home / "followup.html", "ja", DAY)
    return home


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of the browser."""
    program = browser()
    if program is None:
        pytest.skip("NOT TESTED in a browser: there is none; `make browser` installs it")
    with open_tab(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("name", ["報告.html", "report.html", "followup.html"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_screen_is_too_narrow(width: int, name: str, home: Path, tab: Tab) -> None:
    """Nothing is asked for beside the page itself, the page never scrolls sideways, and no text is a letter wide."""
    tab.events.clear()
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    tab.open(home / name)
    assert tab.seen("Log.entryAdded", "Runtime.exceptionThrown") == []
    assert {sent["request"]["url"] for sent in tab.seen("Network.requestWillBeSent")} == {(home / name).as_uri()}
    assert tab.value("document.documentElement.scrollWidth") <= width
    narrow = "[...document.querySelectorAll('th.lead')].filter(one => one.offsetWidth < 90).length"
    assert tab.value(narrow) == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_status_is_a_table_for_readers_of_screens(width: int, home: Path, tab: Tab) -> None:
    """Stacked or not, rows and their heads are in the tree that screen readers use."""
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    tab.events.clear()
    tab.open(home / "報告.html")
    assert tab.value(f"{LINES}.length") == 40
    assert tab.value("[...document.querySelectorAll('table')].filter(one => !one.caption).length") == 0
    roles = [node.get("role", {}).get("value") for node in tab.call("Accessibility.getFullAXTree")["nodes"]]
    assert roles.count("row") >= 40
    assert roles.count("rowheader") >= 40


def printed(tab: Tab, page: Path, where: Path) -> list[str]:
    """The text of each printed page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("NOT TESTED on paper: pdftotext is absent; `make browser` installs it")
    tab.events.clear()
    tab.open(page)
    pdf = where / "paper.pdf"
    pdf.write_bytes(tab.printed())
    assert "A4" in subprocess.run(["pdfinfo", pdf], capture_output=True, check=True, text=True).stdout
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True, text=True)
    return done.stdout.rstrip("\f").split("\f")


@pytest.mark.parametrize(("name", "rest"), [("報告.html", "四半期ごとの推移"), ("report.html", "Quarter by quarter")])
def test_the_first_pages_of_paper(name: str, rest: str, home: Path, tab: Tab, tmp_path: Path) -> None:
    """The status of all indicators is one page; it and open data are at most four, and the rest begins on a new one."""
    paper = printed(tab, home / name, tmp_path)
    first = next(number for number, text in enumerate(paper) if text.lstrip().startswith(rest))
    assert first <= 4
    assert len(re.findall("[◎○▲－] ?(?:達成|見込み|要対応|未記録|Reached|Expected|Action|Not rec)", paper[0])) >= 40
    assert paper[1].lstrip().startswith(("オープンデータ", "Open data"))
    head = json.loads((home / "datasets" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()[-1])["hash"]
    assert head in "".join(paper[:4]).replace("\n", "").replace(" ", "")
    for number, text in enumerate(paper, start=1):
        assert head[:16] in text
        assert re.search(rf"\b{number} / {len(paper)}\b", text)
