"""Figures are never rounded into their targets, and numbers and days are read only as what they are."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meguro_opendata.cli.texts.kpi import number_text

from meguro_opendata import kpi
from meguro_opendata.japan.days import written_day
from meguro_opendata.kpi.board import board_of
from meguro_opendata.kpi.board_page import page_of
from meguro_opendata.kpi.board_tables import paper_of
from meguro_opendata.kpi.exact import as_number, beside, exact, percentage, sum_of
from meguro_opendata.kpi.figures import Count, Indicator, held_against
from meguro_opendata.kpi.online_procedures import read_online_rate
from meguro_opendata.kpi.records import enter_record
from meguro_opendata.kpi.strategy import Comparison, Target
from meguro_opendata.kpi.written_numbers import read_number
from meguro_opendata.pages.numbers import figure_text
from meguro_opendata.workspace.city import Workspace

SHARES = st.builds(lambda part, rest: Fraction(100 * part, part + rest or 1), *[st.integers(0, 10**9)] * 2)
TARGETS = st.integers(1, 1000).map(lambda tenths: tenths / 10)
COMPARISONS: tuple[Comparison, ...] = ("at_least", "more_than", "at_most", "reduction")


def target_of(aim: float, comparison: Comparison, unit: str = "%") -> Target:
    """A target as a strategy's file gives it."""
    return Target(id="a.b", name="a", target=aim, unit=unit, comparison=comparison, text=f"{aim}{unit}", definition="a")


def reaches(value: Fraction, aim: float, comparison: Comparison) -> bool:
    """Whether a value meets its target, said once more in exact numbers."""
    goal = exact(aim)
    return {"at_most": value <= goal, "more_than": value > goal}.get(comparison, value >= goal)


@given(value=SHARES, aim=TARGETS, comparison=st.sampled_from(COMPARISONS))
def test_no_share_is_rounded_into_its_target(value: Fraction, aim: float, comparison: Comparison) -> None:
    """Status and every printed form of a share agree with exact arithmetic: on its side of the target, and no other."""
    found = held_against(target_of(aim, comparison), Count(as_number(value)), over=True)
    assert (found.status == "reached") == reaches(value, aim, comparison)
    assert found.shown is not None
    for text in (number_text(found.shown, "%"), f"{figure_text(found.shown)}%"):
        printed = Fraction(text.removesuffix("%").replace(",", ""))
        assert (printed > exact(aim), printed < exact(aim)) == (value > exact(aim), value < exact(aim))
    if comparison == "at_most":
        assert found.rate is None
    else:
        assert found.rate is not None
        rate = Indicator("a.b", "a", aim, found.shown, found.rate, "%", "", found.status, "a").percent
        ratio = Fraction(rate.removesuffix("%").replace(",", "")) / 100
        assert (ratio > 1, ratio < 1) == (value > exact(aim), value < exact(aim))


@given(value=st.decimals(-(10**6), 10**6, places=9), aim=st.integers(1, 10**5))
def test_no_recorded_figure_is_rounded_at_all(value: float, aim: int) -> None:
    """What a person recorded in hours, minutes or cases is printed with all of its digits."""
    number = float(value)
    found = held_against(target_of(aim, "reduction", "分"), Count(number), over=True)
    assert Fraction(number_text(found.shown, "").replace(",", "")) == exact(number)
    assert (found.status == "reached") == (exact(number) >= aim)


@given(parts=st.lists(st.decimals(0, 10**6, places=6), max_size=30))
def test_sums_are_those_of_decimal_numbers(parts: list[float]) -> None:
    """Adding floats leaves no trace of the binary numbers that they are."""
    assert sum_of([float(part) for part in parts]) == float(sum(Fraction(str(part)) for part in parts))


@given(value=st.fractions(-1000, 1000), places=st.integers(0, 4), mark=TARGETS)
def test_rounding_beside_a_mark_is_rounding(value: Fraction, places: int, mark: float) -> None:
    """It stays within the last place that was asked for."""
    assert abs(exact(beside(value, places, mark)) - value) <= Fraction(1, 2 * 10**places)


def test_shares_are_exact() -> None:
    """A part of a whole is a share in percent; a whole of 0 has no share."""
    assert (percentage(3, 4), percentage(0, 7), percentage(1, 0)) == (75, 0, None)


@pytest.mark.parametrize(
    ("online", "rest", "status", "shown", "rate"),
    [
        (7496, 2504, "under_way", 74.96, 0.999),
        (7500, 2500, "reached", 75, 1),
        (74_999_999, 25_000_001, "under_way", 74.999999, 0.99999999),
        (1200, 500, "under_way", 70.6, 0.941),
        (2, 1, "under_way", 66.7, 0.889),
    ],
)
def test_the_rate_of_a_table_is_exact(
    online: int, rest: int, status: str, shown: float, rate: float, workspace: Workspace, tmp_path: Path
) -> None:
    """74.96 % is neither 75 % nor reached: in the figures, on the page and in the workbook."""
    table = tmp_path / "p.csv"
    table.write_text(f"手続名,年間申請件数,オンライン申請\n手続A,{online},○\n手続B,{rest},×\n", encoding="utf-8")
    read = read_online_rate(table)
    assert f"{online:,} / {online + rest:,}" in read.evidence
    enter_record(workspace, "procedures.online_rate", figure_text(read.value), "手続", "係", day=date(2025, 12, 1))
    situation = kpi.situation_of(workspace, 2025, date(2025, 12, 31))
    figures = kpi.figures_of(situation, "ja")
    found = next(one for one in figures if one.id == "procedures.online_rate")
    assert (found.status, found.actual, found.rate) == (status, shown, rate)
    made = board_of(situation, figures, "ja")
    page, sheets = page_of(made), [sheet for section in paper_of(made).sections for sheet in section.sheets]
    *_, cells = (row for sheet in sheets for row in sheet.rows if row[0] == found.id)
    assert (f">{figure_text(shown)}%</a>" in page, shown in cells) == (True, True)
    assert (f">{75}%</a>" in page) == (status == "reached")


def test_the_case_of_74_96_percent(shared: Path, workspace: Workspace) -> None:
    """The table of the case is under way at 74.96 %."""
    read = read_online_rate(shared / "cases" / "kpi" / "online_74_96.csv")
    assert (read.online, read.total, read.value, read.percent) == (7496, 10_000, 74.96, 74.96)
    enter_record(workspace, "procedures.online_rate", figure_text(read.value), "x", "係", day=date(2025, 12, 1))
    found = next(one for one in kpi.indicators(workspace, 2025) if one.id == "procedures.online_rate")
    assert (found.actual, found.percent) == (74.96, "99.9%")
    assert found.status in ("under_way", "missed")


NUMBERS: dict[str, tuple[float | None, str]] = {
    "0": (0, ""),
    "7": (7, ""),
    "007": (7, ""),
    "12件": (12, "件"),
    "12 件": (12, "件"),
    "１２件": (12, "件"),
    "１２　件": (12, "件"),
    "1,250件": (1250, "件"),
    "１，２５０件": (1250, "件"),
    "1,234,567": (1234567, ""),
    "12,345,678,901": (12345678901, ""),
    "3200分": (3200, "分"),
    "2,000分": (2000, "分"),
    "70.6%": (70.6, "%"),
    "70.6 %": (70.6, "%"),
    "７０．６％": (70.6, "%"),
    "1,250.5時間": (1250.5, "時間"),
    "74.96": (74.96, ""),
    "0.05": (0.05, ""),
    "70.58823529411765": (70.58823529411765, ""),
    "+3": (3, ""),
    "-3": (-3, ""),
    "－３％": (-3, "%"),
    "−3%": (-3, "%"),
    "-1,250": (-1250, ""),
    "2 cases": (2, "cases"),
    "85%以上": (85, "%以上"),
    "1万": (1, "万"),
    "3,5回": (None, ""),
    "３，５回": (None, ""),
    "3,5": (None, ""),
    "12,50": (None, ""),
    "1,25": (None, ""),
    "1,2345": (None, ""),
    "1234,567": (None, ""),
    "1,234,56": (None, ""),
    "1,,234": (None, ""),
    ",123": (None, ""),
    "0,125": (None, ""),
    "00,125": (None, ""),
    "3,": (None, ""),
    "3,回": (None, ""),
    "3.": (None, ""),
    "3.回": (None, ""),
    ".5": (None, ""),
    "1.250,5": (None, ""),
    "1.250.000": (None, ""),
    "1 250": (None, ""),
    "1、250": (None, ""),
    "3/5": (None, ""),
    "3-5": (None, ""),
    "3～5": (None, ""),
    "--3": (None, ""),
    "約85%": (None, ""),
    "▲3": (None, ""),
    "△3": (None, ""),
    "三件": (None, ""),
    "12²": (None, ""),
    "①": (None, ""),
    "1e5": (None, ""),
    "nan": (None, ""),
    "many": (None, ""),
    "": (None, ""),
    "74.99999999999999999": (None, ""),
    "9" * 400: (None, ""),
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_written_number_is_read_as_what_it_is(text: str) -> None:
    """Commas part groups of three digits; a decimal comma is refused and never read as a number ten times as large."""
    assert read_number(text) == NUMBERS[text]


@given(number=st.integers(-(10**14), 10**14), digits=st.integers(0, 6))
def test_numbers_are_read_back(number: int, digits: int) -> None:
    """What this program prints is read as the same number."""
    value = number / 10**digits
    if abs(value) < 10**15 and value == float(f"{value:.10f}"):
        assert read_number(figure_text(value)) == (value, "")


DAYS = {
    "2025-03-01": "2025-03-01",
    "2025-3-1": "2025-03-01",
    "2025/3/1": "2025-03-01",
    "2025/03/01": "2025-03-01",
    "2025.3.1": "2025-03-01",
    "20250301": "2025-03-01",
    "2025年3月1日": "2025-03-01",
    "２０２５年３月１日": "2025-03-01",
    "2025-03-01 00:00:00": "2025-03-01",
    "令和7年3月1日": "2025-03-01",
    "令和７年３月１日": "2025-03-01",
    "令和七年三月一日": "2025-03-01",
    "R7.3.1": "2025-03-01",
    "R7/3/1": "2025-03-01",
    "r7.3.1": "2025-03-01",
    "令和元年5月1日": "2019-05-01",
    "平成30年2月18日": "2018-02-18",
    "H30.2.18": "2018-02-18",
    "平成31年5月1日": None,
    "2025-02-30": None,
    "2025/13/1": None,
    "7/3/1": None,
    "3/1/2025": None,
    "2025-03": None,
    "令和7年": None,
    "昨日": None,
    "45016": None,
    "": None,
}


@pytest.mark.parametrize("text", DAYS)
def test_a_written_day_is_read_as_other_dates_are(text: str) -> None:
    """Days as Excel and officers write them; what is no certain full date is refused."""
    found = written_day(text)
    assert (found.isoformat() if found else None) == DAYS[text]
