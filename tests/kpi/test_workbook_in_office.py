"""The report's workbook, drawn and printed by LibreOffice: charts whole, and all 40 indicators on the first page."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.kpi.report import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the shipped workspace's report."""
    home = tmp_path_factory.mktemp("office")
    shutil.copytree(ROOT / "datasets", home / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return write_report(mo.open_workspace(home / "datasets"), 2025, home / "report.xlsx", "ja", date(2025, 12, 15))


@pytest.fixture(scope="module")
def charts(report: Path) -> int:
    """The number of charts in the workbook."""
    return sum(len(sheet._charts) for sheet in openpyxl.load_workbook(report))


@pytest.fixture(scope="module")
def pages(report: Path) -> list[str]:
    """The text of each printed page of the workbook."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("NOT TESTED in a spreadsheet program: LibreOffice is absent")
    home = report.parent
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    convert = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", home, report]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    read = subprocess.run(
        ["pdftotext", "-layout", home / "report.pdf", "-"], check=True, capture_output=True, text=True, timeout=60
    )
    return read.stdout.split("\f")


def test_the_first_page_shows_the_status_of_every_indicator(pages: list[str]) -> None:
    """The status of 40 indicators in one view: a line each, below the header and the summary."""
    assert "戦略の全指標の状況" in pages[0]
    assert sum("未記録" in line or "要対応" in line for line in pages[0].splitlines()) >= 40 + 2
    assert "plans.achieved_rate" in pages[0]


def test_four_charts_are_on_a_page_so_that_none_is_divided(pages: list[str], charts: int) -> None:
    """A chart that a page's end cuts would need fewer pages; what is cut off is still in a page's text."""
    printed = [page for page in pages if re.search(r"^図 +\d+ / \d+$", page, re.MULTILINE)]
    assert len(printed) == -(-charts // 4)
