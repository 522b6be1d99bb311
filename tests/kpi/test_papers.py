"""The papers: page, workbook and follow-up sheets say the same, and lead to the events behind each number."""

import io
import json
import math
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata import kpi, messages
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.board import Board, board_of
from meguro_opendata.kpi.board_page import chart_of, page_of
from meguro_opendata.kpi.board_tables import paper_of
from meguro_opendata.kpi.followup import followup_of
from meguro_opendata.kpi.followup_period import period_of
from meguro_opendata.kpi.forecast import Course, Forecast, Silence, forecast_of, recent_days
from meguro_opendata.kpi.next_steps import next_steps
from meguro_opendata.kpi.paper_forms import paper_bytes
from meguro_opendata.kpi.papers import Paper, Section, Sheet
from meguro_opendata.kpi.progress import Progress
from meguro_opendata.kpi.records import enter_record
from meguro_opendata.kpi.standing import Standing, standing_of
from meguro_opendata.kpi.workbook import workbook_of
from meguro_opendata.ledger import Event, append_events
from meguro_opendata.workspace.city import Workspace

DAY = date(2025, 12, 15)


class Page(HTMLParser):
    """Ids, links and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is looked for."""
        self.tags.add(tag)
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []


def event(day: str, dataset: str, file: str, **changed: Any) -> Event:
    """An event of a file, made up; its names are those of an attacker."""
    values: dict[str, Any] = {
        "event": "publish",
        "time": f"{day}T12:00:00+09:00",
        "portal": "ward",
        "dataset": dataset,
        "resource": file,
        "standard": None,
        "department": "危機管理部防災課",
        "rows": 1,
        "sha256": "",
        "title": f"<script>{dataset}|</script>",
        "frequency": "毎月",
        "theme": "防災",
    }
    return Event(**{**values, **changed})


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """A year with publications in three quarters, a routine addition, a withdrawal and records."""
    opened = mo.open_workspace(workspace_dir)
    events = [
        event("2025-05-10", "aed", "aed.csv", standard="aed@2026", title="AED設置箇所一覧"),
        event("2025-08-10", "pop", "pop_20250801.csv"),
        event("2025-09-10", "pop", "pop_20250901.csv"),
        event("2025-11-05", "park", "=cmd|'x'!A1.csv", department="都市整備部道路公園課", theme=""),
        event("2025-11-10", "gone", "gone.csv"),
        event("2025-11-20", "gone", "gone.csv", event="withdraw"),
    ]
    append_events(opened.ledger, events)
    for value, day in (("2", "2025-06-01"), ("1", "2025-12-01")):
        enter_record(
            opened,
            "opendata.use_cases",
            value,
            "https://example.jp/<b>",
            "係",
            note="架空の例",
            day=date.fromisoformat(day),
        )
    enter_record(opened, "procedures.online_rate", "72", "起案13", "係", day=date(2025, 10, 1))
    return opened


def board(workspace: Workspace, year: int = 2025, day: date = DAY, lang: str = "ja") -> Board:
    """A year's report."""
    situation = kpi.situation_of(workspace, year, day)
    return board_of(situation, kpi.figures_of(situation, lang), lang)


@pytest.mark.parametrize(
    ("year", "day"), [(2025, DAY), (2025, date(2030, 1, 1)), (2024, DAY), (2026, date(2026, 6, 1)), (2026, DAY)]
)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_link_of_the_page_leads_somewhere(year: int, day: date, lang: str, workspace: Workspace) -> None:
    """Each anchor is there once, nothing is loaded, and there is no script, whatever year is asked for."""
    text = page_of(board(workspace, year, day, lang))
    page = Page(text)
    inner = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inner) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if not link.startswith(("#", "https://example.jp/"))] == []
    assert {"script", "img", "iframe", "link"} & page.tags == set()
    assert ("strategy/2026.yaml" in text) is (year == 2026)


def test_each_number_is_one_click_from_its_events(workspace: Workspace) -> None:
    """Figures with events are links to a table with exactly the lines that make them."""
    made = board(workspace)
    text = page_of(made)
    for figure in made.figures:
        assert (f'href="#e-{figure.id}"' in text) is bool(figure.lines)
    found = {one.indicator.id: [row.line for row in one.rows] for one in made.evidence}
    assert found["opendata.new_datasets"] == [1, 2, 4, 5]
    assert found["opendata.new_resources"] == [1, 2, 3, 4, 5]
    assert found["opendata.use_cases"] == [7, 8]
    assert found["opendata.standard_coverage"] == [1]
    (case,) = [one for one in made.evidence if one.indicator.id == "opendata.use_cases"]
    assert "架空の例" in case.rows[0].evidence


def test_a_long_list_of_events_says_how_many_are_left(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not shown is counted, on the page and in the workbook."""
    from meguro_opendata.kpi.counting import rules

    monkeypatch.setitem(rules()["report"], "events", 2)
    made = board(workspace)
    assert {one.indicator.id: one.more for one in made.evidence}["opendata.new_resources"] == 3
    assert "ほか3件" in page_of(made)
    rows = cells(workbook_of(paper_of(made)))["数字のもとになった記録"]
    assert "ほか3件" in {cell for row in rows for cell in row}


def test_the_path_through_the_year(workspace: Workspace) -> None:
    """By quarter: what there was, in the running quarter so far, and the range that two paces lead to."""
    paths = {path.indicator.id: path for path in board(workspace).progress}
    files = paths["opendata.new_resources"]
    assert [point.actual for point in files.points] == [1, 3, 5, None]
    gone = (DAY - date(2025, 4, 1)).days + 1
    ends = (5 + 5 / gone * (365 - gone), 5 + 2 / 91 * (365 - gone))  # two of the five came in the last 91 days
    assert files.forecast == Forecast(math.floor(min(ends)), math.ceil(max(ends)))
    assert [point.forecast is None for point in files.points] == [True, True, False, False]
    assert files.points[-1].forecast == files.forecast
    assert [point.pace for point in files.points] == [round(50 * days / 365, 1) for days in (91, 183, 275, 365)]
    assert [point.actual for point in paths["opendata.use_cases"].points] == [2, 2, 3, None]


def test_every_figure_with_records_has_a_path(workspace: Workspace) -> None:
    """A share has its newest value by quarter and no forecast; earlier years come from their own strategies."""
    paths = {path.indicator.id: path for path in board(workspace).progress}
    rate = paths["procedures.online_rate"]
    assert [point.actual for point in rate.points] == [None, None, 72, None]
    assert (rate.forecast, rate.points[0].pace) == (Silence.NO_PACE, None)
    assert [(year.fiscal_year, year.actual, year.target) for year in rate.years] == [(2024, 70.6, 60), (2025, 72, 75)]
    made = board(workspace)
    assert {figure.id for figure in made.figures if figure.lines} <= set(paths)


def test_a_year_that_is_over_has_no_forecast(workspace: Workspace) -> None:
    """Neither has one that has not begun."""
    past = path_of(workspace, "opendata.new_resources", 2025, date(2026, 5, 1))
    assert ([point.actual for point in past.points], past.forecast) == ([1, 3, 5, 5], Silence.OVER)
    early = path_of(workspace, "opendata.new_resources", 2027, DAY)
    assert ([point.actual for point in early.points], early.forecast) == ([None] * 4, Silence.NOT_BEGUN)


def path_of(workspace: Workspace, name: str, year: int, day: date) -> Progress:
    """The path of one indicator."""
    return {path.indicator.id: path for path in board(workspace, year, day).progress}[name]


def test_one_dataset_in_april_forecasts_nothing(workspace_dir: Path) -> None:
    """One dataset on 2 April forecasts no 182.5 datasets; by the end of May two days with events give a range."""
    opened = mo.open_workspace(workspace_dir)
    append_events(opened.ledger, [event("2025-04-02", "aed", "aed.csv"), event("2025-04-02", "aed", "aed.xlsx")])
    assert path_of(opened, "opendata.new_datasets", 2025, date(2025, 4, 2)).forecast is Silence.EARLY
    assert path_of(opened, "opendata.new_resources", 2025, date(2025, 5, 31)).forecast is Silence.FEW
    assert "182.5" not in page_of(board(opened, day=date(2025, 4, 2)))
    append_events(opened.ledger, [event("2025-05-20", "park", "park.csv")])
    assert path_of(opened, "opendata.new_resources", 2025, date(2025, 5, 31)).forecast == Forecast(13, 18)


@pytest.mark.parametrize(
    ("actual", "gained", "gone", "event_days", "whole", "right"),
    [
        (1, 1, 2, 1, True, Silence.EARLY),
        (9, 9, 36, 5, True, Silence.EARLY),  # a tenth of 365 days are 36.5
        (9, 9, 37, 5, True, Forecast(88, 173)),
        (9, 9, 100, 1, True, Silence.FEW),
        (4, 0, 182, 4, True, Forecast(4, 9)),
        (10, 5, 182, 4, True, Forecast(20, 21)),
        (2.5, 0.5, 182, 2, False, Forecast(3.5, 5.1)),
        (3, -2, 182, 4, True, Forecast(3, 7)),
        (-2, -2, 182, 2, True, Forecast(-2, -2)),
        (5, 5, 365, 5, True, Silence.OVER),
        (0, 0, 0, 0, True, Silence.NOT_BEGUN),
    ],
)
def test_a_forecast_is_a_range_of_two_paces(
    actual: float, gained: float, gone: int, event_days: int, whole: bool, right: Forecast | Silence
) -> None:
    """Rounded outward; none early in the year, none of a single day, never below the figure."""
    course = Course(actual, gained, gone, recent_days(gone, 365), 365, event_days, whole)
    assert forecast_of(course) == right


@given(
    st.integers(-50, 5000) | st.floats(-50, 5000),
    st.integers(-50, 5000) | st.floats(-50, 5000),
    st.integers(0, 366),
    st.integers(0, 9),
    st.booleans(),
)
def test_a_range_is_never_below_the_figure(
    actual: float, gained: float, gone: int, event_days: int, whole: bool
) -> None:
    """The lower end is at most the upper one and at least the figure, at the end of the year and on the way there."""
    course = Course(actual, gained, gone, recent_days(gone, 365), 365, event_days, whole)
    found = forecast_of(course)
    if isinstance(found, Silence):
        assert gone < 36.5 or gone >= 365 or event_days < 2
        return
    for ends in (found, found.after(0.5, actual, whole=whole), found.after(0, actual, whole=whole)):
        assert actual <= ends.lower <= ends.upper


STATUSES = ("reached", "under_way", "missed", "no_target", "not_recorded")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("comparison", ["at_least", "more_than", "at_most", "reduction"])
@pytest.mark.parametrize("forecast", [Forecast(4, 9), Forecast(5, 9), Forecast(6, 9), Silence.NO_PACE])
def test_each_indicator_has_one_standing(status: str, comparison: Any, forecast: Forecast | Silence) -> None:
    """By status, comparison and the lower end of the forecast; of each status that the JSON knows."""
    aim = None if status == "no_target" else 5.0
    figure = kpi.Indicator("a.b", "", aim, 3.0, None, "件", "", status, "", comparison)
    found = standing_of(figure, forecast)
    least = {"at_least": 5, "reduction": 5, "more_than": 5.5}.get(comparison)
    meets = comparison == "at_most" or (
        isinstance(forecast, Forecast) and least is not None and forecast.lower >= least
    )
    right = {
        "reached": Standing.REACHED,
        "under_way": Standing.EXPECTED if meets else Standing.ACTION,
        "missed": Standing.ACTION,
        "not_recorded": Standing.UNRECORDED,
        "no_target": None,
    }
    assert found is right[status]
    schema = json.loads((ROOT / "docs/schemas/kpi.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]["indicators"]["items"]["properties"]["status"]["enum"]) == set(STATUSES)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_each_standing_and_silence_has_a_word(lang: str) -> None:
    """Also each comparison, and what a document notes of a figure."""
    codes = [*(f"standing-{one}" for one in Standing), *(f"silence-{one}" for one in Silence)]
    codes += [f"held-{one}" for one in ("at_least", "more_than", "at_most", "reduction")]
    codes += [f"noted-{one}" for one in ("about", "at_least")]
    assert all(messages.word(code, lang) for code in codes)
    assert messages.message("qualifier-about", "ja", value="85%") == "約85%"
    assert messages.message("qualifier-at_least", "ja", value="65%") == "65%以上"


def test_the_first_page_has_every_indicator(workspace: Workspace) -> None:
    """All 40 of 2025 by theme and focus, counts on top that add up, each with sign and word."""
    made = board(workspace)
    assert len(made.status.lines) == 40
    assert dict(made.status.counts) == {
        Standing.REACHED: 0,
        Standing.EXPECTED: 1,  # four of five datasets, and the lower end of the range is five
        Standing.ACTION: 3,
        Standing.UNRECORDED: 36,
    }
    text = page_of(made)
    first = text[text.index('<section id="status">') : text.index('<section id="open-data">')]
    assert [f'id="s-{name}"' in first for name in made.situation.strategy.targets] == [True] * 40
    assert (
        re.findall(r'class="standing [a-z]+"><span class="sign">(.)</span> (\w+)<', first).count(("－", "未記録")) == 36
    )
    assert first.count('scope="rowgroup"') == 4 + 13
    assert text.index('<section id="open-data">') < text.index('<div id="rest">')


def test_a_broken_chain_is_said_beside_the_figures(workspace: Workspace) -> None:
    """The head of the ledger is printed; a line edited by hand is named on the page and in the workbook."""
    made = board(workspace)
    assert made.notes.head in page_of(made)
    lines = workspace.ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    workspace.ledger.write_text("".join([lines[0].replace("AED", "ＡＥＤ"), *lines[1:]]), encoding="utf-8")
    broken = board(workspace)
    assert [text for text in broken.notes.warnings if "行 1（1か所）" in text]
    assert broken.notes.warnings[0] in page_of(broken)
    assert broken.notes.warnings[0] in {text for _, text in paper_of(broken).facts}


def test_the_chart_is_drawn_to_scale(workspace: Workspace) -> None:
    """Heights are in proportion to values, places to days; everything lies within the picture."""
    (path,) = [path for path in board(workspace).progress if path.indicator.id == "opendata.new_resources"]
    chart = chart_of(path)
    assert chart is not None
    assert chart.target is not None
    assert (chart.base - chart.actual[-1].y) / (chart.base - chart.target.y) == pytest.approx(5 / 50, abs=0.01)
    assert [mark.text for mark in chart.actual] == ["0", "1", "3", "5"]
    assert chart.lower[0] == chart.upper[0] == chart.actual[-1]
    marks = [*chart.actual, *chart.lower, *chart.upper, chart.target, *chart.ticks]
    assert all(0 <= mark.x <= chart.width and 0 <= mark.y <= chart.height for mark in marks)
    assert [mark.text for mark in chart.lower[1:]] == ["", "7"]
    assert [mark.x for mark in chart.actual] == sorted(mark.x for mark in chart.actual)


def test_one_step_from_done(workspace: Workspace) -> None:
    """Built but unpublished, unbuilt, broken, planned but missing, late, unrecorded: each with what to do."""
    mo.build_release("preschool", workspace)
    (workspace.root / "stockpile_warehouse" / "dataset.yaml").write_text("title: 1\n", encoding="utf-8")
    steps = next_steps(kpi.situation_of(workspace, 2025, DAY))
    by_kind: dict[str, list[str]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step.what)
    assert list(by_kind) == ["publish", "build", "mend", "update", "soon", "supply", "record"]
    assert (by_kind["publish"], by_kind["mend"]) == (["子育て施設一覧"], ["stockpile_warehouse"])
    assert by_kind["build"] == ["防災行政無線設置一覧", "オープンデータ一覧"]
    assert "<script>pop|</script>" in by_kind["update"]
    assert {"文化財一覧", "赤ちゃんの駅一覧"} & set(by_kind["supply"])
    assert not {"AED設置箇所一覧", "子育て施設一覧"} & set(by_kind["supply"])
    assert "データ利活用案件の実施数" not in by_kind["record"]
    assert all(step.command for step in steps if step.kind not in ("update", "soon"))


@pytest.mark.parametrize("files", [["preschool.csv"], [""]], ids=["by its files", "as a whole"])
def test_what_was_withdrawn_is_no_step_from_done(files: list[str], workspace: Workspace) -> None:
    """No step proposes to publish what was taken off the portal, nor what was on it until that day."""
    made = [event("2025-06-01", "preschool", "preschool.csv")]
    gone = [event("2025-06-02", "preschool", file, event="withdraw") for file in files]
    append_events(workspace.ledger, [*made, *gone])
    for day in (date(2025, 6, 1), DAY):
        steps = next_steps(kpi.situation_of(workspace, 2025, day))
        assert "子育て施設一覧" not in {step.what for step in steps if step.kind in ("publish", "build")}


def test_the_gap_to_each_target_is_shown(workspace: Workspace) -> None:
    """What is missing, and what building and publishing would add; not once the year is over, and no limit has one."""
    made = board(workspace)
    gaps = {gap.indicator.id: (gap.missing, gap.in_reach) for gap in made.gaps}
    assert gaps == {
        "opendata.new_datasets": (1, 4),
        "opendata.new_resources": (45, 10),
        "opendata.use_cases": (2, None),
        "opendata.trained_staff": (10, None),
        "procedures.online_rate": (3, None),
    }
    append_events(workspace.ledger, [event("2025-12-01", "preschool", "p.csv", origin="harvested")])
    again = {gap.indicator.id: gap.in_reach for gap in board(workspace).gaps}
    assert (again["opendata.new_datasets"], again["opendata.new_resources"]) == (3, 7)
    over = board(workspace, day=date(2026, 5, 1))
    assert {gap.in_reach for gap in over.gaps} == {None}
    assert "2025年度は終わっています" in page_of(over)
    assert "2025年度は終わっています" not in page_of(made)


def test_parts_and_targets_show_where_they_are_from(workspace: Workspace) -> None:
    """A department's number leads to the events; the document's words are beside it."""
    text = page_of(board(workspace))
    row = text[text.index('<th scope="row" class="lead">都市整備部道路公園課</th>') :].partition("</tr>")[0]
    assert re.findall(r'href="#e-([a-z_.]+)">([^<]*)<', row) == [
        ("opendata.new_datasets", "1"),
        ("opendata.new_resources", "1"),
        ("opendata.on_time", "1 / 1"),
        ("opendata.machine_readable", "1 / 1"),
    ]
    assert "「行政手続のオンライン化率(※1):75%以上」" in text
    assert "区における年間総申請件数の内、オンラインで申請が可能な手続き件数の割合" in text
    assert "（2024年度: 70.6%）" in text


def cells(data: bytes) -> dict[str, list[list[Any]]]:
    """A workbook's cells by worksheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_workbook_holds_the_same_numbers(workspace: Workspace) -> None:
    """Every figure of the page is a number in the workbook."""
    made = board(workspace)
    paper = paper_of(made)
    book = cells(workbook_of(paper))
    rows = {row[0]: row for row in book["指標"]}
    for figure in made.figures:
        assert rows[figure.id][3:5] == [figure.target, figure.actual]
        assert (rows[figure.id][7] or 0) == pytest.approx(figure.rate or 0)
        assert figure.percent in page_of(made)
    assert next(iter(book)) == "戦略の全指標の状況"
    files = {row[0]: row for row in book["オープンデータ"]}["opendata.new_resources"]
    assert files[3:9] == [50, 5, 5, 4, 0, "データ"]
    assert "プリンター印刷枚数年間削減率:15%減" in rows["work.print_reduction"]
    assert ["高齢者等への生活を豊かにするデジタル活用機会の提供", None] in [row[1:3] for row in book["戦略"]]
    assert ["オープンデータの新規公開（データ）", "以上", 50, 5, 45, 10, "データ"] in book["目標まで"]
    assert paper_bytes(paper, "xlsx", "ja") == paper_bytes(paper_of(board(workspace)), "xlsx", "ja")


def test_no_text_of_a_catalogue_acts(workspace: Workspace) -> None:
    """Names that hold tags, formulas, bars and links are shown unchanged, on the page and in the workbook."""
    made = board(workspace)
    paper = paper_of(made)
    assert "<script>" not in page_of(made)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(paper)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_workbook_is_made_for_reading_and_print(workspace: Workspace) -> None:
    """Each number has a format; charts, filters, frozen heads, A4 landscape and repeated rows are there."""
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(paper_of(board(workspace)))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.number_format for cell in cells if cell.data_type == "n" and cell.value is not None} <= {
        "#,##0",
        "#,##0.0#########",
        "0.0########%",
    }
    assert sum(len(sheet._charts) for sheet in book) > 5
    for sheet in book:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.print_area
        tables = not sheet._charts
        assert [bool(sheet.auto_filter.ref), bool(sheet.freeze_panes), bool(sheet.print_title_rows)] == [tables] * 3


def test_departments_and_themes_are_beside_each_other(workspace: Workspace) -> None:
    """Each department's parts: new datasets and files, on time, machine-readable; a missing theme is named so."""
    made = board(workspace)
    found = {name: [(part.actual, part.of) for part in parts if part] for name, parts in made.departments}
    assert found == {
        "危機管理部防災課": [(3, None), (4, None), (0, 2), (2, 2)],
        "都市整備部道路公園課": [(1, None), (1, None), (1, 1), (1, 1)],
    }
    assert [name for name, _ in made.themes] == ["（記載なし）", "防災"]


@pytest.mark.parametrize(("quarter", "month", "files"), [(1, 7, 1), (2, 10, 2), (3, 1, 1), (4, 3, 0)])
def test_the_follow_up_is_handed_in_when_the_strategy_says(
    quarter: int, month: int, files: int, workspace: Workspace
) -> None:
    """One section a department; the month is the strategy's; what is listed as done lies in the quarter."""
    paper = followup_of(workspace, period_of(2025, 4, date(2026, 4, 1), quarter), date(2026, 4, 1), "ja")
    facts = dict(paper.facts)
    assert facts["提出"].startswith(f"{month}月 ")
    sheets = {section.name: section.sheets for section in paper.sections}
    done = sheets["危機管理部防災課"][1]
    assert len(done.rows) == files
    assert len({section.name for section in paper.sections}) == len(paper.sections)
    assert [row[1] for row in sheets["危機管理部防災課"][4].rows] == [None] * 5


def test_every_indicator_is_on_a_sheet_of_its_own_department(workspace: Workspace) -> None:
    """Those of an owner on its sheet with plan, result and cells to fill in; the others on a sheet apart."""
    path = workspace.root / "strategy" / "2025.yaml"
    owned = "          - id: procedures.online_rate\n"
    text = path.read_text(encoding="utf-8").replace(owned, f"{owned}            owner: 企画経営部秘書課\n", 1)
    path.write_text(text, encoding="utf-8")
    paper = followup_of(workspace, period_of(2025, 4, DAY, 3), DAY, "ja")
    sheets = {section.name: section.sheets for section in paper.sections}
    assert set(workspace.city.departments) <= set(sheets)
    (row,) = sheets["企画経営部秘書課"][0].rows
    assert row[:5] == ("行政手続のオンライン化率", "一部の手続に具体策の着手", "以上", 75, 72)
    assert row[-5:] == ("▲ 要対応", None, None, None, None)
    assert sheets["企画経営部秘書課"][0].entry == (10, 11, 12, 13)
    unowned = sheets["担当課の記入がない指標"][0].rows
    assert len(unowned) == 39
    named = {row[0] for found in sheets.values() for row in found[0].rows}
    assert {line.figure.name for line in board(workspace).status.lines} == named


def test_a_half_year_has_the_plan_of_both_quarters(workspace: Workspace) -> None:
    """Its files, its plan and its month are those of two quarters."""
    period = period_of(2025, 4, DAY, half=1)
    paper = followup_of(workspace, period, DAY, "ja")
    facts = dict(paper.facts)
    assert (facts["半期"], facts["提出"][:3]) == ("2025年度（令和7年度）第1半期", "10月")
    sheets = {section.name: section.sheets for section in paper.sections}
    assert len(sheets["危機管理部防災課"][1].rows) == 3
    plans = {row[0]: row[1] for row in sheets["担当課の記入がない指標"][0].rows}
    assert plans["行政手続のオンライン化率"] == "オンライン申請利用率の把握、利用率向上の具体策の検討"
    with pytest.raises(MeguroOpendataError, match="第2半期"):
        period_of(2025, 4, date(2025, 9, 30), half=2)


def test_a_follow_up_without_strategy_names_no_month(workspace: Workspace) -> None:
    """A year without a strategy has sheets, but nothing says when they are handed in."""
    day = date(2026, 6, 1)
    paper = followup_of(workspace, period_of(2026, 4, day), day, "en", "危機管理部防災課")
    assert [section.name for section in paper.sections] == ["危機管理部防災課"]
    assert "Handed in" not in dict(paper.facts)


def test_worksheets_have_names_that_excel_takes() -> None:
    """Departments with Excel's own signs, long or equal names each get a worksheet."""
    names = ["a/b", "a?b", "長" * 40, "長" * 40, "'x'", ""]
    sections = tuple(Section(name, (Sheet("t", ("h",), (("=1+1",), (2,), (None,))),)) for name in names)
    book = cells(workbook_of(Paper("p", (), sections)))
    assert len(book) == 6
    assert all(len(name) <= 31 for name in book)


def test_the_commands_write_reports_and_follow_up_sheets(
    workspace: Workspace, command: Callable[..., Any], tmp_path: Path
) -> None:
    """Each form is written whole; an unknown department and a future quarter are refused."""
    at = ("--workspace", workspace.root, "--as-of", "2025-12-15")
    for ending in ("html", "xlsx"):
        out = tmp_path / f"r.{ending}"
        ran = command("kpi", "report", "-o", out, *at, encoding="cp932:strict")
        assert (ran.code, out.is_file()) == (0, True)
    first = out.read_bytes()
    assert command("kpi", "report", "-o", out, *at).code == 0
    assert out.read_bytes() == first
    assert command("kpi", "followup", "-o", tmp_path / "f.html", *at).code == 0
    listed = ("--department", "企画経営部秘書課", "--half", "1")  # publishes nothing
    assert command("kpi", "followup", "-o", tmp_path / "f.html", *listed, *at).code == 0
    assert command("kpi", "followup", "-o", tmp_path / "x.xlsx", "--half", "1", "--quarter", "1", *at).code == 2
    ahead = command("kpi", "show", "--as-of", "2199-03-31", "--format", "json", "--workspace", workspace.root)
    assert (ahead.code, "今日までに起きたことだけ" in ahead.err, json.loads(ahead.out)["as_of"]) == (
        0,
        True,
        "2199-03-31",
    )
    assert command("kpi", "report", *at).code == 2
    assert command("kpi", "followup", "-o", tmp_path / "x.xlsx", "--quarter", "4", *at).code == 2
    unknown = command("kpi", "followup", "-o", tmp_path / "x.xlsx", "--department", "防災", *at)
    assert (unknown.code, "危機管理部防災課" in unknown.err) == (2, True)
    assert not (tmp_path / "x.xlsx").exists()
    assert command("kpi", "report", "-o", workspace.root / "opendata.toml" / "r.html", *at).code == 3


@pytest.mark.parametrize(("lang", "told"), [("ja", "書き出せません"), ("en", "Cannot write")])
@pytest.mark.parametrize("name", ["r.md", "r.MD", "r.pdf", "r"])
@pytest.mark.parametrize("paper", ["report", "followup"])
def test_another_ending_is_refused(
    paper: str, name: str, lang: str, told: str, workspace: Workspace, command: Callable[..., Any], tmp_path: Path
) -> None:
    """Markdown, or any other form, is refused with the endings that can be written, before anything is read."""
    (workspace.root / "ledger.jsonl").write_bytes(b"broken")
    ran = command("kpi", paper, "-o", tmp_path / name, "--workspace", workspace.root, "--lang", lang)
    assert (ran.code, told in ran.err, name in ran.err) == (2, True, True)
    assert {form for form in (".html", ".xlsx", ".md、", ".md,") if form in ran.err} == {".html", ".xlsx"}
    assert not (tmp_path / name).exists()
