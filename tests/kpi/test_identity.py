"""Renamed, annulled and added data: each figure, each command and each refusal."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_up_events import figure, publish

from meguro_opendata import kpi
from meguro_opendata.errors import EntryError
from meguro_opendata.ledger.correcting import Continuation, enter_annulment, enter_same
from meguro_opendata.workspace.city import Workspace

FILES = "opendata.new_resources"


def same(workspace: Workspace, old: str, new: str, reason: str = "改名通知") -> None:
    """Say that something continues something."""
    enter_same(workspace.ledger, [Continuation(new, old, new, reason)], "係", "x")


def new(workspace: Workspace, year: int) -> tuple[float | None, ...]:
    """New datasets, files and files without routine additions of a year."""
    files = figure(workspace, FILES, year)
    return figure(workspace, "opendata.new_datasets", year).actual, files.actual, files.without_routine


def test_a_renamed_dataset_counts_once(workspace: Workspace) -> None:
    """Its files of the old name, by the new slug, or of equal data come along; a monthly file goes on as routine."""
    publish(workspace, "2024-06-01", "park_old", "park_old_202405.csv", "list.csv")
    publish(workspace, "2024-06-01", "park_old", "data.csv", sha256="a" * 64)
    publish(workspace, "2025-06-01", "park", "park_202405.csv", "list.csv", "other.csv")
    publish(workspace, "2025-06-01", "park", "renamed.csv", sha256="a" * 64)
    publish(workspace, "2025-07-01", "park", "park_202506.csv")
    assert new(workspace, 2025) == (1, 5, 4)
    same(workspace, "park_old", "park")
    assert (new(workspace, 2024), new(workspace, 2025)) == ((1, 3, 3), (0, 2, 1))


def test_merged_split_and_moved_data_is_not_new(workspace: Workspace) -> None:
    """Two become one, one becomes two, a chain of names, and a file of another dataset: all new once."""
    publish(workspace, "2024-05-01", "a", "x.csv")
    publish(workspace, "2024-05-01", "b", "y.csv")
    for day, name in (("2025-05-01", "c"), ("2025-06-01", "d"), ("2025-06-01", "e"), ("2025-07-01", "f")):
        publish(workspace, day, name, "x.csv", "y.csv")
    for old, later in (("a", "c"), ("b", "c"), ("c", "d"), ("c", "e"), ("d", "f")):
        same(workspace, old, later)
    publish(workspace, "2025-08-01", "g", "moved.csv", "own.csv")
    same(workspace, "a/x.csv", "g/moved.csv")
    assert (new(workspace, 2024), new(workspace, 2025)) == ((2, 2, 2), (1, 1, 1))


@pytest.mark.parametrize(
    ("old", "later", "reason", "code"),
    [
        ("a", "b", " ", "reason-missing"),
        ("zz", "b", "x", "ledger-dataset-unknown"),
        ("a/zz", "b/y.csv", "x", "ledger-file-unknown"),
        ("a", "b/y.csv", "x", "same-mixed"),
        ("a", "a", "x", "same-itself"),
        ("b", "a", "x", "same-too-early"),
        ("c", "a", "x", "same-circle"),
        ("a", "c", "x", "same-twice"),
    ],
)
def test_a_continuation_that_cannot_be_is_refused(
    old: str, later: str, reason: str, code: str, workspace: Workspace
) -> None:
    """The fault is named, and nothing is written."""
    for day, name in (("2024-05-01", "a"), ("2024-06-01", "b"), ("2024-05-01", "c")):
        publish(workspace, day, name, "x.csv", "y.csv")
    same(workspace, "a", "c")
    before = workspace.ledger.read_bytes()
    with pytest.raises(EntryError) as stopped:
        same(workspace, old, later, reason)
    assert [fault.code.removesuffix("-near") for fault in stopped.value.faults] == [code]
    assert workspace.ledger.read_bytes() == before


def test_a_mistake_is_taken_back_and_that_too(workspace: Workspace) -> None:
    """An annulled line counts for nothing; an annulment of the annulment brings it back; each only once."""
    publish(workspace, "2025-06-01", "park", "x.csv")
    publish(workspace, "2025-06-02", "park", "x.csv", event="withdraw")
    enter_annulment(workspace.ledger, 1, "誤公開", "係")
    assert new(workspace, 2025) == (0, 0, 0)
    with pytest.raises(EntryError, match="3行目"):
        enter_annulment(workspace.ledger, 1, "誤公開", "係")
    enter_annulment(workspace.ledger, 3, "取り違え", "係")
    assert new(workspace, 2025) == (1, 1, 1)
    enter_annulment(workspace.ledger, 1, "時計", "係", at="2024-06-01T09:00")
    assert (new(workspace, 2024), new(workspace, 2025)) == ((1, 1, 1), (0, 0, 0))
    for line, reason, at in ((9, "x", ""), (2, " ", ""), (2, "x", "x"), (2, "x", "2999-01-01"), (3, "x", "2024-01-01")):
        with pytest.raises(EntryError):
            enter_annulment(workspace.ledger, line, reason, "係", at=at)


def test_what_is_withdrawn_soon_is_marked(workspace: Workspace) -> None:
    """Gone from every portal within 30 days, also when the year had ended by then; not if it is there again."""
    for name, day, gone in (("a", "2026-03-20", "2026-04-10"), ("b", "2025-05-01", "2025-06-10")):
        publish(workspace, day, name, "x.csv", "y.csv")
        publish(workspace, gone, name, "x.csv", event="withdraw")
    found = figure(workspace, FILES)
    assert (found.actual, found.withdrawn_soon) == (4, 1)
    publish(workspace, "2026-04-12", "a", "x.csv", event="update")
    assert figure(workspace, FILES).withdrawn_soon == 0


@pytest.mark.parametrize(
    "later",
    [
        {"files": ["x.pdf"], "event": "withdraw"},
        {"files": ["x.xlsx"]},
        {"files": ["x.csv"], "portal": "tokyo"},
        {"files": ["x.csv"], "event": "update", "sha256": "a" * 64},
    ],
)
def test_only_new_data_is_an_update(later: dict[str, Any], workspace: Workspace) -> None:
    """A withdrawal, another format, a second portal and the same data again lift nothing; new data does."""
    publish(workspace, "2023-06-01", "aed", "x.csv", "x.pdf", sha256="a" * 64)
    files = later.pop("files")
    publish(workspace, "2026-03-20", "aed", *files, **later)
    assert figure(workspace, "opendata.on_time").actual == 0
    publish(workspace, "2026-03-21", "aed", "x.csv", event="update", sha256="b" * 64)
    assert figure(workspace, "opendata.on_time").actual == 100


@pytest.mark.parametrize(
    ("case", "year", "wanted"),
    [("adopt", 2025, (0, 0, 0)), ("series", 2025, (0, 3, 1)), ("wd", 2025, (0, 0, 0))],
)
def test_renamed_merged_and_annulled_data_in_the_cases_of_offices(
    case: str, year: int, wanted: tuple[float, ...], shared: Path, workspace: Workspace
) -> None:
    """Ledgers of offices: formats added to what was public, series and schools, a withdrawn file."""
    workspace.ledger.write_bytes((shared / "cases" / "kpi" / f"ledger_{case}.jsonl").read_bytes())
    assert new(workspace, year) == wanted
    if case == "adopt":
        assert figure(workspace, FILES).apart == 51
    if case == "wd":
        assert figure(workspace, "opendata.on_time").actual == 0


def test_same_and_annul_print_the_figures_that_change(
    workspace: Workspace, command: Callable[..., Any], tmp_path: Path
) -> None:
    """The year's figure before and after, at once and as a correction beside the figures; a table does the same."""
    at = ("--workspace", workspace.root, "--recorder", "係")
    publish(workspace, "2022-06-01", "park_old", "x.csv")
    publish(workspace, "2023-06-01", "park", "x.csv")
    table = tmp_path / "same.csv"
    table.write_text("旧,新,理由\npark_old,park,改名通知\n", encoding="utf-8")
    done = command("ledger", "same", "--from", table, *at)
    assert (done.code, "2023年度 opendata.new_datasets: 1 → 0" in done.out) == (0, True)
    shown = command("kpi", "show", "--fiscal-year", "2025", *at[:2])
    assert "2023年度 opendata.new_datasets: 1 → 0（台帳 3行目・同一の登録: 改名通知）" in shown.out
    undone = command("ledger", "annul", "3", "--reason", "別のもの", *at)
    assert (undone.code, "2023年度 opendata.new_datasets: 0 → 1" in undone.out) == (0, True)
    assert command("ledger", "annul", "3", "--reason", "別のもの", *at).code == 2
    assert command("ledger", "same", "park_old", *at).code == 2
    found = kpi.situation_of(workspace, 2025, date(2026, 1, 1)).corrections
    assert [(one.line, one.before, one.after) for one in found if one.indicator == FILES] == [(3, 1, 0), (4, 0, 1)]
