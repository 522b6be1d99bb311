"""The figure of a year's records: sum, newest, greatest or least; negative reductions; renamed indicators."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata import kpi
from meguro_opendata.errors import ConfigurationError, EntryError
from meguro_opendata.kpi.records import enter_record, recorded_value
from meguro_opendata.kpi.strategy import Method, open_strategy
from meguro_opendata.ledger import Record
from meguro_opendata.workspace.city import Workspace

METHODS: tuple[Method, ...] = ("sum", "latest", "max", "min")


def figure(workspace: Workspace, name: str, year: int = 2025, day: date = date(2026, 3, 31)) -> kpi.Indicator:
    """One figure of a year."""
    return next(found for found in kpi.indicators(workspace, year, day) if found.id == name)


def record(workspace: Workspace, name: str, value: str, day: str, evidence: str = "起案12") -> None:
    """Record a figure."""
    enter_record(workspace, name, value, evidence, "係", day=date.fromisoformat(day))


def change(workspace: Workspace, name: str, **values: object) -> None:
    """Change the keys of one target in the strategy of 2025."""
    path = workspace.root / "strategy" / "2025.yaml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    targets = [one for theme in loaded["themes"] for focus in theme["focuses"] for one in focus.get("indicators", [])]
    next(one for one in targets if one["id"] == name).update(values)
    path.write_text(yaml.safe_dump(loaded, allow_unicode=True, sort_keys=False), encoding="utf-8")


@given(
    entered=st.lists(st.tuples(st.integers(-50, 50), st.dates(date(2025, 1, 1), date(2026, 12, 31))), max_size=12),
    method=st.sampled_from(METHODS),
)
def test_records_come_to_what_the_strategy_says(entered: list[tuple[int, date]], method: Method) -> None:
    """Each way agrees with a count by hand, in any order of entry, and names the lines that make the figure."""
    records = [
        (line, Record("2026-12-31T12:00:00+09:00", "a.b", value, "件", day.isoformat(), "x", "係"))
        for line, (value, day) in enumerate(entered, start=1)
    ]
    first, last = date(2025, 4, 1), date(2026, 3, 31)
    value, lines = recorded_value(records, "a.b", first, last, method=method)
    inside = [(day, line, number) for line, (number, day) in enumerate(entered, start=1) if first <= day <= last]
    if not inside:
        assert (value, lines) == (None, ())
        return
    numbers = [number for _, _, number in inside]
    wanted = {"sum": sum(numbers), "latest": max(inside)[2], "max": max(numbers), "min": min(numbers)}
    assert value == wanted[method]
    assert sum(entered[line - 1][0] for line in lines) == value


def test_the_longest_recovery_counts(workspace: Workspace) -> None:
    """A recovery of six hours in May is not forgotten because one of October took two."""
    for value, day in (("6", "2025-05-01"), ("2", "2025-10-01"), ("3.5時間", "2025-09-01")):
        record(workspace, "environment.recovery_hours", value, day)
    found = figure(workspace, "environment.recovery_hours")
    assert (found.actual, found.status, found.lines) == (6, "missed", (1,))


@pytest.mark.parametrize(("method", "actual"), [("latest", 4), ("sum", 15), ("max", 6), ("min", 2), (None, 15)])
def test_the_file_names_the_way(method: Method | None, actual: float, workspace: Workspace) -> None:
    """Every way can be named for any indicator; without a name cases add up as before."""
    if method:
        change(workspace, "ai.proposals", records=method)
    for value, day in (("6", "2025-05-01"), ("2", "2025-06-01"), ("4", "2025-10-01"), ("3", "2025-08-01")):
        record(workspace, "ai.proposals", value, day)
    assert figure(workspace, "ai.proposals").actual == actual


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("work.print_reduction", "-3%", "under_way"),
        ("work.print_reduction", "-180", "under_way"),
        ("work.print_reduction", "14.96", "under_way"),
        ("work.print_reduction", "15", "reached"),
        ("work.meeting_minutes", "-40分", "under_way"),
        ("environment.phones_reduction", "−3％", "under_way"),
    ],
)
def test_what_rose_is_a_negative_reduction(
    name: str, value: str, status: str, workspace: Workspace, command: Callable[..., Any]
) -> None:
    """A print count that rose is recorded and shown, with its rate below zero, in every form."""
    at = ("--workspace", workspace.root)
    done = command("kpi", "record", name, "--value", value, "--evidence", "起案", "--date", "2025/9/1", *at)
    found = figure(workspace, name)
    assert (done.code, found.status) == (0, status)
    shown = command("kpi", "show", "--fiscal-year", "2025", "--as-of", "2026-03-31", *at)
    assert (shown.code, found.percent in shown.out) == (0, True)
    out = workspace.root / "r.html"
    assert command("kpi", "report", "--fiscal-year", "2025", "-o", out, *at).code == 0
    assert 'width="-' not in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "value", "code", "advice"),
    [
        ("work.print_reduction", "101", "value-no-reduction", "-3%"),
        ("procedures.online_rate", "-3", "value-no-share", "72.5%"),
        ("media.monitor_notices", "3,5回", "value-no-number", "3回"),
        ("media.monitor_notices", "約3回", "value-no-number", "--note"),
        ("media.monitor_notices", "3.5回", "value-not-whole", "3回"),
        ("media.monitor_notices", "3件", "value-wrong-unit", "3回"),
        ("environment.recovery_hours", "2,5", "value-no-number", "12.5時間"),
        ("media.monitor_notices", "-1", "record-below-zero", "ledger annul"),
    ],
)
def test_a_refusal_says_what_would_be_right(
    name: str, value: str, code: str, advice: str, workspace: Workspace
) -> None:
    """Every refused value names its fault and gives an example in the indicator's own unit."""
    with pytest.raises(EntryError) as stopped:
        record(workspace, name, value, "2025-09-01")
    assert [fault.code for fault in stopped.value.faults] == [code]
    assert advice in stopped.value.text("ja")
    assert advice in stopped.value.text("en")


def test_a_repeated_record_says_how_to_take_it_back(workspace: Workspace) -> None:
    """The line that is there is named, and the command that annuls it."""
    record(workspace, "ai.proposals", "1", "2025-05-01")
    with pytest.raises(EntryError, match="ledger annul 1 --reason"):
        record(workspace, "ai.proposals", "1", "2025-05-01")


def test_records_of_a_former_id_count(workspace: Workspace) -> None:
    """An indicator that was renamed keeps its figure, its duplicates and its limits."""
    record(workspace, "ai.proposals", "3", "2025-12-01")
    change(workspace, "ai.proposals", id="ai.suggestions", formerly=["ai.proposals"])
    found = figure(workspace, "ai.suggestions")
    assert (found.actual, found.status, found.lines) == (3, "reached", (1,))
    situation = kpi.situation_of(workspace, 2025, date(2026, 3, 31))
    assert situation.unknown_indicators == []
    record(workspace, "ai.suggestions", "-1", "2025-12-02")
    assert figure(workspace, "ai.suggestions").actual == 2
    for name, value, code in (
        ("ai.suggestions", "3", "record-twice"),
        ("ai.suggestions", "-9", "record-below-zero"),
        ("ai.proposals", "1", "indicator-renamed"),
    ):
        with pytest.raises(EntryError) as stopped:
            record(workspace, name, value, "2025-12-01")
        assert [fault.code for fault in stopped.value.faults] == [code]


def test_records_that_no_figure_counts_are_named(
    shared: Path, workspace: Workspace, command: Callable[..., Any], tmp_path: Path
) -> None:
    """An id that the strategy lost is named with its line: on the terminal, in JSON, on the page and in the book."""
    shutil.copyfile(shared / "cases" / "kpi" / "ledger_renamed_indicator.jsonl", workspace.ledger)
    workspace.ledger.chmod(0o644)
    at = ("--fiscal-year", "2025", "--as-of", "2026-03-31", "--workspace", workspace.root)
    assert json.loads(command("kpi", "show", *at, "--format", "json").out)["unknown_indicators"] == []
    change(workspace, "ai.proposals", id="ai.suggestions")
    shown = command("kpi", "show", *at)
    assert (shown.code, "台帳の1行目" in shown.out, "formerly: [ai.proposals]" in shown.out) == (0, True, True)
    told = json.loads(command("kpi", "show", *at, "--format", "json").out)
    assert told["unknown_indicators"] == [{"id": "ai.proposals", "lines": [1]}]
    for name in ("r.html", "r.xlsx"):
        assert command("kpi", "report", *at[:4], "-o", tmp_path / name, *at[4:]).code == 0
    assert "formerly: [ai.proposals]" in (tmp_path / "r.html").read_text("utf-8")
    other = command("kpi", "show", "--fiscal-year", "2024", "--workspace", workspace.root)
    assert "ai.proposals" not in other.out
    change(workspace, "ai.suggestions", formerly=["ai.proposals"])
    assert "formerly:" not in command("kpi", "show", *at).out
    assert figure(workspace, "ai.suggestions").actual == 3


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (["ai.suggestions"], ["media.monitor_notices"], "今も指標のIDとして使われています"),
        (["ai.suggestions"], ["plans.achieved_rate"], "今も指標のIDとして使われています"),
        (["ai.suggestions"], ["opendata.use_cases"], "今も指標のIDとして使われています"),
        (["ai.suggestions"], ["ai.suggestions"], "どちらの実績か決まりません"),
        (["AI"], [], "指標のID"),
    ],
)
def test_a_former_id_belongs_to_one_indicator(
    first: list[str], second: list[str], told: str, workspace: Workspace
) -> None:
    """An id that is still used, its own, or claimed twice is refused with its place and what to do."""
    change(workspace, "ai.proposals", formerly=first)
    change(workspace, "plans.achieved_rate", formerly=second)
    with pytest.raises(ConfigurationError) as stopped:
        open_strategy(workspace, 2025)
    assert told in stopped.value.text("ja")
    assert "formerly" in stopped.value.text("ja")


def test_a_figure_keeps_the_word_of_its_document(workspace: Workspace, command: Callable[..., Any]) -> None:
    """約 and 以上 stay with a published figure until one is recorded; what is only about its target is not reached."""
    path = workspace.root / "strategy" / "2024.yaml"
    at = ("--fiscal-year", "2024", "--workspace", workspace.root)
    whole, value = path.read_text(encoding="utf-8"), "            value: 70.6\n"
    for word, text in (("about", "約70.6%"), ("at_least", "70.6%以上")):
        path.write_text(whole.replace(value, f"{value}            qualifier: {word}\n"), encoding="utf-8")
        found = figure(workspace, "procedures.online_rate", 2024, date(2026, 3, 31))
        assert (found.qualifier, found.status, text in command("kpi", "show", *at).out) == (word, "reached", True)
    near = whole.replace(value, f"{value}            qualifier: about\n").replace("target: 60\n", "target: 70.6\n")
    path.write_text(near, encoding="utf-8")
    assert figure(workspace, "procedures.online_rate", 2024).status == "missed"
    record(workspace, "procedures.online_rate", "70.6", "2025-03-31")
    found = figure(workspace, "procedures.online_rate", 2024)
    assert (found.qualifier, found.status) == ("", "reached")
