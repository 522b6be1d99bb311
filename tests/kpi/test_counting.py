"""The figures: each counted as its definition says, for any day, the same when asked again."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up_events import figure, publish

import meguro_opendata as mo
from meguro_opendata import kpi
from meguro_opendata.errors import ConfigurationError, EntryError, SourceError
from meguro_opendata.kpi.coverage import kinds_of
from meguro_opendata.kpi.online_procedures import read_online_rate
from meguro_opendata.kpi.records import enter_record
from meguro_opendata.ledger import import_events, read_packages, scan_ledger
from meguro_opendata.ledger.dating import FirstPublication, enter_datings
from meguro_opendata.workspace.city import Workspace

CODE = "131105"


def actuals(workspace: Workspace, *years: int, name: str = "opendata.new_datasets") -> list[float | None]:
    """A figure's values over years."""
    return [figure(workspace, name, year).actual for year in years]


@pytest.mark.parametrize(
    ("time", "years"),
    [
        ("2026-03-31T23:59:59+09:00", [1, 0]),
        ("2026-04-01T00:00:00+09:00", [0, 1]),
        ("2026-03-31T14:59:59+00:00", [1, 0]),
        ("2026-03-31T15:00:00+00:00", [0, 1]),
        ("2025-04-01T00:00:00+09:00", [1, 0]),
        ("2025-03-31T15:00:00+00:00", [1, 0]),
    ],
)
def test_the_year_turns_at_midnight_in_japan(time: str, years: list[int], workspace: Workspace) -> None:
    """31 March 15:00 UTC is the first moment of the new fiscal year, however the time is written."""
    publish(workspace, time, "aed", "a.csv")
    assert actuals(workspace, 2025, 2026) == years


def test_leap_days_belong_to_their_year(workspace: Workspace) -> None:
    """29 February 2024 lies in fiscal year 2023, and as a day to count up to."""
    publish(workspace, "2024-02-29", "aed", "a.csv")
    assert actuals(workspace, 2023, 2024) == [1, 0]
    assert [figure(workspace, "opendata.new_datasets", 2023, day).actual for day in ("2024-02-28", "2024-02-29")] == [
        0,
        1,
    ]


@pytest.mark.parametrize(("start", "years"), [(4, [1, 0]), (1, [0, 1]), (10, [1, 0])])
def test_the_year_begins_where_the_city_says(start: int, years: list[int], workspace: Workspace) -> None:
    """The month in opendata.toml decides, not April."""
    profile = workspace.root / "opendata.toml"
    text = profile.read_text(encoding="utf-8").replace("fiscal_year_start = 4", f"fiscal_year_start = {start}")
    profile.write_text(text, encoding="utf-8")
    publish(workspace, "2026-02-01", "aed", "a.csv")
    assert actuals(mo.open_workspace(workspace.root), 2025, 2026) == years


def test_only_the_first_publication_is_new(workspace: Workspace) -> None:
    """Updates, a second portal, withdrawal and publication again add nothing; withdrawal takes nothing back."""
    publish(workspace, "2025-05-01", "aed", "a.csv", "a.xlsx", "a.geojson")
    for day, kind, portal in (
        ("2025-06-01", "update", "ward"),
        ("2025-07-01", "publish", "tokyo"),
        ("2025-08-01", "withdraw", "ward"),
        ("2026-05-01", "publish", "ward"),
    ):
        publish(workspace, day, "aed", "a.csv", "a.xlsx", "a.geojson", event=kind, portal=portal)
    assert actuals(workspace, 2025, 2026) == [1, 0]
    assert actuals(workspace, 2025, 2026, name="opendata.new_resources") == [3, 0]
    assert len(figure(workspace, "opendata.new_resources").lines) == 3


def test_routine_additions_are_shown_apart(workspace: Workspace) -> None:
    """Of twelve monthly files of a series the first is new, eleven are routine; another table of the dataset is not."""
    for month in range(4, 13):
        publish(workspace, f"2025-{month:02}-10", "population", f"131105_population_2025{month:02}01.csv")
    publish(workspace, "2025-06-10", "population", "131105_households_20250601.csv")
    new = figure(workspace, "opendata.new_resources")
    assert (new.actual, new.without_routine) == (10, 2)
    next_year = figure(workspace, "opendata.new_resources", 2026)
    assert (next_year.actual, next_year.without_routine) == (0, 0)
    publish(workspace, "2026-04-10", "population", "131105_population_20260401.csv")
    later = figure(workspace, "opendata.new_resources", 2026)
    assert (later.actual, later.without_routine) == (1, 0)


def test_the_strategy_names_the_official_figure(workspace: Workspace) -> None:
    """With official: without_routine or tables the target is held against the figure without routine additions."""
    path = workspace.root / "strategy" / "2025.yaml"
    for day in ("2025-05-10", "2025-06-10"):
        publish(workspace, day, "population", f"population_{day.replace('-', '')}.csv")
    assert figure(workspace, "opendata.new_resources").actual == 2
    path.write_text(
        path.read_text(encoding="utf-8").replace("official: files      # 同上", "official: without_routine"),
        encoding="utf-8",
    )
    assert figure(workspace, "opendata.new_resources").actual == 1


def test_a_catalogues_dates_count_only_once_dated(shared: Path, workspace: Workspace) -> None:
    """The ward's 56 datasets are new in no year until first publications are given; then in the years given."""
    source = shared / "catalog" / "meguro_package_show.jsonl"
    import_events(workspace.ledger, read_packages(source), "tokyo", CODE)
    years = range(2017, 2027)
    assert actuals(workspace, *years) == [0] * 10
    assert actuals(workspace, *years, name="opendata.new_resources") == [0] * 10
    names = sorted(scan_ledger(workspace.ledger, date.max).datasets)
    days = ["2018-02-18"] * 20 + ["2018-04-01"] * 3 + ["2020-03-31"] * 2
    said = [
        FirstPublication(str(row), name, "", day, "区報")
        for row, (name, day) in enumerate(zip(names, days, strict=False))
    ]
    enter_datings(workspace.ledger, said, "係", "dates.csv")
    assert actuals(workspace, 2017, 2018, 2019, 2020, 2021) == [20, 3, 2, 0, 0]
    files = {name: len(dataset.firsts) for name, dataset in scan_ledger(workspace.ledger, date.max).datasets.items()}
    wanted = [
        sum(files[name] for name, day in zip(names, days, strict=False) if day == first)
        for first in dict.fromkeys(days)
    ]
    assert actuals(workspace, 2017, 2018, 2019, name="opendata.new_resources") == wanted


def test_a_series_begins_where_its_files_were_dated(workspace: Workspace) -> None:
    """Of two catalogued files of a series that were dated, the later one is routine; one published now is apart.

    Once it is dated itself, with evidence, it is new, and routine.
    """
    names = ("人口_2019年4月.csv", "人口_2020年4月.csv")
    publish(workspace, "2021-08-13", "population", *names, origin="harvested")
    said = [
        FirstPublication("2", "population", name, f"{year}-04-10", "区報")
        for name, year in zip(names, (2019, 2020), strict=True)
    ]
    enter_datings(workspace.ledger, said, "係", "dates.csv")
    publish(workspace, "2025-04-10", "population", "人口_2025年4月.csv")
    found = [figure(workspace, "opendata.new_resources", year) for year in (2019, 2020, 2025)]
    assert [(new.actual, new.without_routine, new.apart) for new in found] == [(1, 1, 0), (1, 0, 0), (0, 0, 1)]
    last = FirstPublication("2", "population", "人口_2025年4月.csv", "2025-04-10", "起案5")
    enter_datings(workspace.ledger, [last], "係", "dates.csv")
    dated = figure(workspace, "opendata.new_resources", 2025)
    assert (dated.actual, dated.without_routine, dated.apart) == (1, 0, 0)


def test_what_a_catalogue_had_before_is_not_new(workspace: Workspace) -> None:
    """A dataset that a catalogue already had is not new when this tool publishes it; what it adds is shown apart."""
    publish(workspace, "2021-08-13", "aed", "131105_aed_2021.csv", origin="harvested")
    publish(workspace, "2025-06-01", "aed", "131105_aed.csv")
    publish(workspace, "2025-06-01", "park", "131105_park.csv")
    publish(workspace, "2025-09-01", "park", "by_hand.csv", origin="harvested")
    assert figure(workspace, "opendata.new_datasets").actual == 1
    found = figure(workspace, "opendata.new_resources")
    assert (found.actual, found.tables, found.apart) == (1, 1, 1)


def test_any_past_day_can_be_asked_for(workspace: Workspace) -> None:
    """The figure of a past day does not change when more happens later."""
    steps = [("2025-05-01", "a"), ("2025-05-31", "b"), ("2025-06-01", "c")]
    asked = ["2025-04-30", "2025-05-01", "2025-05-31", "2025-06-01"]
    publish(workspace, *steps[0], "x.csv")
    early = [figure(workspace, "opendata.new_datasets", as_of=day).actual for day in asked[:2]]
    for day, name in steps[1:]:
        publish(workspace, day, name, "x.csv")
    found = [figure(workspace, "opendata.new_datasets", as_of=day).actual for day in asked]
    assert (early, found) == ([0, 1], [0, 1, 2, 3])


def test_kinds_are_covered_with_reasons(workspace: Workspace) -> None:
    """Of 31 kinds, the one without data leaves the denominator with its reason; blocked ones stay, by whom is said."""
    publish(workspace, "2025-05-01", "aed", "aed.csv", standard="aed@2026")
    publish(workspace, "2025-05-01", "old", "old.csv", standard="public_toilet@2020")
    kinds = {kind.id: kind for kind in kpi.situation_of(workspace, 2025, date(2025, 6, 1)).kinds}
    states = [kind.state for kind in kinds.values()]
    assert (
        len(kinds),
        states.count("published"),
        states.count("planned"),
        states.count("blocked"),
        states.count("no_data"),
    ) == (31, 2, 17, 7, 1)
    assert (kinds["car_park"].state, kinds["car_park"].reason) == ("no_data", "該当データがない")
    assert (kinds["tourism"].by, kinds["garbage_collection_place"].reason) == (
        "外部団体",
        "個人情報が含まれているため提供できない",
    )
    assert figure(workspace, "opendata.standard_coverage").actual == round(100 * 2 / 30, 1)
    assert figure(workspace, "opendata.planned_coverage").actual == round(100 * 2 / 19, 1)
    publish(workspace, "2025-07-01", "aed", "aed.csv", standard="aed@2026", event="withdraw")
    assert figure(workspace, "opendata.planned_coverage").actual == round(100 * 1 / 19, 1)
    assert figure(workspace, "opendata.planned_coverage", as_of="2025-06-30").actual == round(100 * 2 / 19, 1)


@pytest.mark.parametrize("day", ["2025-06-30", "2025-07-01", "2026-03-31"])
def test_one_event_of_a_dataset_counts_as_one_of_each_file(
    day: str, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A dataset's withdrawal and the withdrawals of all its files give the same figures; so does its return."""
    found = []
    for files in (["aed.csv", "aed.xlsx"], [""]):
        root = tmp_path_factory.mktemp("city") / "datasets"
        shutil.copytree(workspace.root, root)
        city = mo.open_workspace(root)
        for portal in ("ward", "tokyo"):
            publish(city, "2025-05-01", "aed", "aed.csv", "aed.xlsx", standard="aed@2026", portal=portal)
        publish(city, "2025-05-01", "park", "park.csv", frequency="随時")
        for portal in ("ward", "tokyo"):
            publish(city, "2025-07-01", "aed", *files, event="withdraw", portal=portal)
        publish(city, "2026-03-31", "aed", "aed.csv", standard="aed@2026", event="update")
        counted = kpi.indicators(city, 2025, date.fromisoformat(day))
        found.append({one.id: one.actual for one in counted if one.id.startswith("opendata.")})
    assert found[0] == found[1]
    assert found[0]["opendata.planned_coverage"] == (0 if day == "2025-07-01" else round(100 / 19, 1))


def test_the_reasons_are_the_wards_answers(shared: Path, workspace: Workspace) -> None:
    """The kinds that are hard to publish are those of the ward's own answer, and the planned ones, too."""
    answers = json.loads((shared / "standards" / "meguro_survey.json").read_text(encoding="utf-8"))["meguro"]
    kinds = kinds_of(workspace, [])
    hard = {kind.title for kind in kinds if kind.state in ("blocked", "no_data")}
    spelled = {"ゴミ集積場所一覧": "ゴミ集積所一覧", "観光ポイント一覧": "観光ポイント"}
    wanted = {title.rpartition("：")[2] for title in answers["Q33_hard_to_publish"]}
    assert {spelled.get(title, title) for title in hard} == wanted
    text = (shared / "facts" / "meguro_survey_2024.md").read_text(encoding="utf-8")
    assert [kind.reason for kind in kinds if kind.reason not in text] == []
    assert sum(kind.planned for kind in kinds) == len(answers["Q30_plans_or_considers_standard_datasets"])


@pytest.mark.parametrize(
    ("frequency", "day", "share"),
    [
        ("毎月", "2025-06-16", 100),
        ("毎月", "2025-06-17", 0),
        ("月２回", "2025-05-24", 100),
        ("月2回", "2025-05-25", 0),
        ("1年", "2026-03-31", 100),
        ("3ヶ月", "2025-09-01", 100),
        ("3か月", "2025-09-02", 0),
        ("随時", "2026-03-31", None),
        ("", "2026-03-31", None),
        ("気が向いたら", "2026-03-31", None),
    ],
)
def test_on_time_means_within_the_declared_frequency(
    frequency: str, day: str, share: float | None, workspace: Workspace
) -> None:
    """A dataset published on 1 May is late once its frequency and the days of grace are over; one-off data never is."""
    publish(workspace, "2025-05-01", "x", "x.csv", frequency=frequency)
    assert figure(workspace, "opendata.on_time", as_of=day).actual == share


def test_baselines_and_withdrawn_data_are_not_late(workspace: Workspace) -> None:
    """What is only known from a catalogue, or is no longer published, is not judged."""
    publish(workspace, "2021-05-01", "old", "x.csv", origin="harvested")
    publish(workspace, "2021-05-01", "gone", "x.csv")
    publish(workspace, "2021-06-01", "gone", "x.csv", event="withdraw")
    publish(workspace, "2026-03-20", "good", "x.csv", department="防災課", theme="生活")
    found = figure(workspace, "opendata.on_time")
    assert (found.actual, [(part.name, part.actual, part.of) for part in found.by_department]) == (
        100,
        [("防災課", 1, 1)],
    )
    assert [part.name for part in found.by_theme] == ["生活"]


@pytest.mark.parametrize(
    ("files", "changed", "share"),
    [
        (["x.pdf"], {}, 0),
        (["x.pdf", "x.xlsx"], {}, 0),
        (["x.csv"], {"origin": "harvested"}, 0),
        (["x.csv"], {}, 100),
        (["x.pdf", "x.geojson"], {"origin": "harvested"}, 100),
    ],
)
def test_machine_readable_by_the_best_file(
    files: list[str], changed: dict[str, Any], share: float, workspace: Workspace
) -> None:
    """Stage 3 or more: what this tool built, or a form that cannot but have a structure."""
    publish(workspace, "2025-05-01", "x", *files, **changed)
    assert figure(workspace, "opendata.machine_readable").actual == share


def test_parts_add_up(workspace: Workspace) -> None:
    """By department and by theme, the parts of a number are the number."""
    for number, department in enumerate(["A課", "A課", "B課", ""]):
        publish(workspace, "2025-05-01", f"d{number}", "a.csv", "b.csv", department=department, theme=str(number % 2))
    for name in ("opendata.new_datasets", "opendata.new_resources"):
        found = figure(workspace, name)
        assert (
            sum(part.actual for part in found.by_department)
            == sum(part.actual for part in found.by_theme)
            == found.actual
        )
    assert [(part.name, part.actual) for part in figure(workspace, "opendata.new_datasets").by_department] == [
        ("", 1),
        ("A課", 2),
        ("B課", 1),
    ]


def record(workspace: Workspace, name: str, value: str, day: str, evidence: str = "起案12") -> None:
    """Record a figure."""
    enter_record(workspace, name, value, evidence, "係", day=date.fromisoformat(day))


def test_numbers_add_up_and_shares_do_not(workspace: Workspace) -> None:
    """Cases are summed over the year, up to the day asked for; of shares the newest counts; each year is its own."""
    for value, day in (("1", "2025-04-01"), ("2件", "2025-10-01"), ("-1", "2025-10-02"), ("4", "2026-04-01")):
        record(workspace, "opendata.use_cases", value, day)
    for value, day in (("72", "2025-06-30"), ("76.5%", "2025-12-31"), ("74", "2025-09-30")):
        record(workspace, "procedures.online_rate", value, day)
    assert [
        figure(workspace, "opendata.use_cases", as_of=day).actual
        for day in ("2025-03-31", "2025-04-01", "2025-10-01", "2026-03-31")
    ] == [None, 1, 3, 2]
    assert figure(workspace, "opendata.use_cases", 2026).actual == 4
    rates = [
        figure(workspace, "procedures.online_rate", as_of=day) for day in ("2025-06-30", "2025-11-01", "2026-04-30")
    ]
    assert [(rate.actual, rate.status) for rate in rates] == [(72, "under_way"), (74, "under_way"), (76.5, "reached")]


@pytest.mark.parametrize(
    ("name", "value", "day", "status"),
    [
        ("systems.incidents", "0", "2025-12-01", "under_way"),
        ("systems.incidents", "1", "2025-12-01", "missed"),
        ("systems.incidents", "0", "2026-05-01", "reached"),
        ("governance.security_training_rate", "95", "2026-05-01", "missed"),
        ("governance.security_training_rate", "95.1", "2025-12-01", "reached"),
        ("work.print_reduction", "15", "2025-12-01", "reached"),
        ("work.print_reduction", "14.9", "2026-05-01", "missed"),
    ],
)
def test_targets_are_met_as_they_are_meant(name: str, value: str, day: str, status: str, workspace: Workspace) -> None:
    """At most, more than and by at least: each is held against its target in its own way, during and after the year."""
    record(workspace, name, value, "2025-11-01")
    assert figure(workspace, name, as_of=day).status == status


def test_a_limit_has_no_rate(workspace: Workspace) -> None:
    """Five hours where four are allowed are no 125 %; of what is to be reached the rate has one place everywhere."""
    record(workspace, "environment.recovery_hours", "5", "2025-11-01")
    record(workspace, "procedures.online_rate", "72.5", "2025-11-01")
    limit, share = (figure(workspace, name) for name in ("environment.recovery_hours", "procedures.online_rate"))
    assert (limit.rate, limit.percent, limit.status) == (None, "", "missed")
    assert (share.rate, share.percent) == (0.967, "96.7%")


def test_a_published_result_is_the_figure_of_a_year_without_records(workspace: Workspace) -> None:
    """The published 70.6 % against 60 % is the figure of 2024, with its source, as long as nothing is recorded."""
    found = figure(workspace, "procedures.online_rate", 2024)
    assert (found.target, found.actual, found.status) == (60, 70.6, "reached")
    assert "主な成果1" in found.source
    record(workspace, "procedures.online_rate", "71", "2025-03-31")
    assert figure(workspace, "procedures.online_rate", 2024).actual == 71


@pytest.mark.parametrize(
    ("name", "value", "day", "evidence", "code"),
    [
        ("opendata.use_case", "1", "2025-05-01", "x", "indicator-not-of-year-near"),
        ("plans.achieved_rate", "1", "2026-05-01", "x", "indicator-not-of-year"),
        ("opendata.new_datasets", "1", "2025-05-01", "x", "indicator-counted"),
        ("opendata.use_cases", "1", "2999-05-01", "x", "day-in-future"),
        ("opendata.use_cases", "1", "2025-05-01", " ", "evidence-missing"),
        ("opendata.use_cases", "1人", "2025-05-01", "x", "value-wrong-unit"),
        ("opendata.use_cases", "1%", "2025-05-01", "x", "value-wrong-unit"),
        ("opendata.use_cases", "1.5", "2025-05-01", "x", "value-not-whole"),
        ("opendata.use_cases", "many", "2025-05-01", "x", "value-no-number"),
        ("opendata.use_cases", "", "2025-05-01", "x", "value-no-number"),
        ("opendata.use_cases", "nan", "2025-05-01", "x", "value-no-number"),
        ("opendata.use_cases", "9" * 400, "2025-05-01", "x", "value-no-number"),
        ("opendata.use_cases", "-1", "2025-05-01", "x", "record-below-zero"),
        ("procedures.online_rate", "101", "2025-05-01", "x", "value-no-share"),
        ("procedures.online_rate", "-1", "2025-05-01", "x", "value-no-share"),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    name: str, value: str, day: str, evidence: str, code: str, workspace: Workspace
) -> None:
    """Unknown or counted indicators, the future, no evidence, wrong units: named, and nothing is written."""
    with pytest.raises(EntryError) as stopped:
        record(workspace, name, value, day, evidence)
    assert code in {fault.code for fault in stopped.value.faults}
    assert not workspace.ledger.exists()
    assert stopped.value.text("ja") != stopped.value.text("en")


def test_a_record_is_not_entered_twice_by_mistake(workspace: Workspace) -> None:
    """The same value, day, evidence and note again is refused with its line; another evidence is another case."""
    record(workspace, "opendata.use_cases", "1", "2025-05-01", "起案12")
    before = workspace.ledger.read_bytes()
    with pytest.raises(EntryError, match="1行目") as stopped:
        record(workspace, "opendata.use_cases", "1件", "2025-05-01", "起案12")
    assert ([fault.code for fault in stopped.value.faults], workspace.ledger.read_bytes()) == (["record-twice"], before)
    record(workspace, "opendata.use_cases", "1", "2025-05-01", "起案13")
    assert figure(workspace, "opendata.use_cases").actual == 2


def test_the_rate_of_a_table_of_procedures(tmp_path: Path) -> None:
    """Applications that can be filed online ÷ all applications, not procedures ÷ procedures."""
    table = tmp_path / "手続.csv"
    table.write_text(
        '手続名,年間申請件数,オンライン申請\n住民票,"1,000",○\n転入届,５００件,×\n児童手当,200,可\n', encoding="utf-8"
    )
    rate = read_online_rate(table)
    assert (rate.online, rate.total, rate.procedures, rate.percent) == (1200, 1700, 3, 70.6)
    assert rate.evidence.startswith("手続.csv (sha256 ")


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ("住民票,-1,○\n", ["procedure-count"]),
        ("住民票,1.5,○\n", ["procedure-count"]),
        ("住民票,,○\n", ["procedure-count"]),
        ("住民票,²,○\n", ["procedure-count"]),
        ("住民票,1,多分\n,2,○\n", ["procedure-online", "procedure-unnamed"]),
        ("住民票,1,○\n住民票,2,×\n", ["procedure-twice"]),
        ("住民票,0,○\n", ["no-applications"]),
        ("", ["no-rows"]),
    ],
)
def test_the_faults_of_a_table_of_procedures_are_named_by_row(rows: str, codes: list[str], tmp_path: Path) -> None:
    """Every fault of the table at once, with its row."""
    table = tmp_path / "p.csv"
    table.write_text("手続名,年間申請件数,オンライン申請\n" + rows, encoding="utf-8")
    with pytest.raises((EntryError, SourceError)) as stopped:
        read_online_rate(table)
    assert [fault.code for fault in getattr(stopped.value, "faults", [])] == codes
    if rows.startswith("住民票,-1"):
        assert "2行目" in stopped.value.text("ja")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source: x\nstandards:\n  aedd: {status: no_data, reason: x}\n", "aed"),
        ("source: x\nstandards:\n  aed: {status: blocked, reason: x}\n", "by"),
        ("source: x\nstandards:\n  aed: {status: no_data, by: x, reason: x}\n", "by"),
        ("source: x\nstandards:\n  aed: {status: lost, reason: x}\n", "lost"),
        ("standards: {}\n", "source"),
    ],
)
def test_a_fault_of_the_coverage_file_is_named(text: str, told: str, workspace: Workspace) -> None:
    """Unknown kinds and states, and a blocked kind without the blocking office."""
    (workspace.root / "coverage.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"coverage\.yaml") as stopped:
        kpi.indicators(workspace, 2025)
    assert told in stopped.value.text("ja")


def test_a_workspace_without_anything_has_figures(workspace: Workspace) -> None:
    """Without ledger, strategy and coverage file there are the eight figures of open data, none with a target."""
    (workspace.root / "coverage.yaml").unlink()
    found = kpi.indicators(workspace, 2026, date(2026, 6, 1))
    assert [(one.id.partition(".")[0], one.target, one.rate, one.status) for one in found] == [
        ("opendata", None, None, "no_target")
    ] * 8
    assert len(kpi.indicators(workspace, 2025)) == 8 + 36


def test_the_kpi_commands_record_and_show(workspace: Workspace, command: Callable[..., Any], tmp_path: Path) -> None:
    """Show and record as a user types them, on a console of CP932, too."""
    at = ("--workspace", workspace.root)
    publish(workspace, "2025-05-01", "aed", "a.csv")
    shown = command("kpi", "show", "--fiscal-year", "2025", *at, encoding="cp932:strict")
    assert (shown.code, "?" in shown.out, "[##........]" in shown.out, "令和7年度" in shown.out) == (
        0,
        False,
        True,
        True,
    )
    other = command("kpi", "show", "--as-of", "2026-05-01", *at)
    assert (other.code, "strategy/2026.yaml" in other.out) == (0, True)
    case = ("kpi", "record", "opendata.use_cases", "--evidence", "https://example.jp/", "--date", "2025-06-01")
    good = command(*case, "--value", "1", *at)
    assert (good.code, "2025年度の実績: 1件" in good.out) == (0, True)
    assert command(*case, "--value", "1人", *at).code == 2
    assert command(*case, *at).code == 2
    table = tmp_path / "p.csv"
    table.write_text("手続名,年間申請件数,オンライン申請\n住民票,3,○\n転入,1,×\n", encoding="utf-8")
    rate = command("kpi", "record", "procedures.online_rate", "--from", table, "--date", "2025-06-01", *at)
    assert (rate.code, "3件 ÷ 年間の申請 4件 = 75.0%" in rate.err) == (0, True)
    assert command(*case, "--from", table, *at).code == 2
    assert figure(workspace, "procedures.online_rate").actual == 75
