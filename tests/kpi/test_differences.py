"""Differences between figures: reasons of a difference from a submission, and corrections of years that are over."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.corrections import DATASETS, FILES, Change, changes_of
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.since import lines_since
from meguro_opendata.kpi.submission import (
    Difference,
    _difference,
    _Sides,
    find_submission,
    folder_of,
    quarter_name,
    staging_of,
)
from meguro_opendata.ledger import (
    Annulment,
    Dating,
    Entry,
    Event,
    Record,
    SameAs,
    Submission,
    append_events,
    lines_in_full,
    scan_ledger,
)

NOW = "2025-12-01T09:00:00+09:00"
ID = "opendata.new_datasets"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, []),
        ({(DATASETS, 2024): 3}, {(DATASETS, 2024): 3}, []),
        ({(DATASETS, 2024): 3}, {(DATASETS, 2024): 4}, [Change(DATASETS, 2024, 3, 4)]),
        ({}, {(FILES, 2024): 4}, [Change(FILES, 2024, 0, 4)]),
        ({(FILES, 2024): 4}, {}, [Change(FILES, 2024, 4, 0)]),
        ({}, {("a.b", 2024): 4}, [Change("a.b", 2024, None, 4)]),
        ({("a.b", 2024): 4}, {}, [Change("a.b", 2024, 4, None)]),
        ({("a.b", 2024): 0}, {}, [Change("a.b", 2024, 0, None)]),
        ({(FILES, 2024): 0}, {}, []),
        (
            {(FILES, 2025): 1, (DATASETS, 2025): 1, ("z.z", 2024): 1},
            {(FILES, 2025): 2, (DATASETS, 2025): 2, ("z.z", 2024): 2},
            [Change("z.z", 2024, 1, 2), Change(DATASETS, 2025, 1, 2), Change(FILES, 2025, 1, 2)],
        ),
    ],
)
def test_changes_are_the_figures_that_differ_by_year_and_indicator(
    before: Mapping[tuple[str, int], float], after: Mapping[tuple[str, int], float], changes: list[Change]
) -> None:
    """A missing count is 0; a missing recorded figure is None, which differs from a recorded 0."""
    assert changes_of(before, after) == changes


def figure(actual: float | None, target: float | None = 10, lines: tuple[int, ...] = (1,)) -> Indicator:
    """A figure with a target, made by some lines."""
    return Indicator(ID, "新規", target, actual, None, "種類", "", "under_way", "", lines=lines)


def sides(kept: Indicator | None, *counted: Indicator | None, recounted: bool = True) -> _Sides:
    """The figures as kept, counted again, of the same day, and now."""
    old = {} if kept is None else {ID: {"actual": kept.actual, "target": kept.target, "name": "旧名", "unit": "種類"}}
    then, same, now = ({ID: one} if one else {} for one in counted)
    return _Sides(old, then, same, now, recounted)


@pytest.mark.parametrize(
    ("compared", "reasons"),
    [
        (sides(figure(5), figure(5), figure(5), figure(5)), None),
        (sides(figure(5), figure(5), figure(5), figure(6)), ("later",)),
        (sides(figure(5), figure(5), figure(6), figure(6)), ("corrected",)),
        (sides(figure(5), figure(5), figure(6), figure(7)), ("corrected", "later")),
        (sides(figure(5), figure(6), figure(6), figure(6)), ("counting",)),
        (sides(figure(5), figure(6), figure(7), figure(8)), ("counting", "corrected", "later")),
        (sides(figure(5), figure(5), figure(5, lines=(2,)), figure(5, lines=(2,))), ("composed",)),
        (sides(figure(5), figure(5), figure(5, lines=(1, 2)), figure(6)), ("composed", "later")),
        (sides(figure(5), figure(5), figure(5), figure(5, target=11)), ("target",)),
        (sides(figure(5, target=None), figure(5), figure(5), figure(5)), ("target",)),
        (sides(figure(5), figure(5), figure(6), figure(6), recounted=False), ("corrected",)),
        (sides(figure(5), figure(9), figure(5), figure(5), recounted=False), None),
        (sides(figure(5), figure(5), figure(5), None), ("removed",)),
        (sides(None, None, None, figure(5)), ("added",)),
        (sides(None, None, None, figure(None)), None),
        (sides(figure(None), figure(None), figure(None), figure(5)), ("later",)),
        (sides(figure(5), None, None, figure(6)), ("counting",)),
    ],
)
def test_a_difference_has_the_reason_of_each_step(compared: _Sides, reasons: tuple[str, ...] | None) -> None:
    """From the kept figure over the same lines and the same day to now; equal figures are no difference."""
    found = _difference(ID, compared)
    assert (found.reasons if found else None) == reasons


def test_a_difference_names_all_figures_and_targets() -> None:
    """An indicator that is gone keeps its old name."""
    found = _difference(ID, sides(figure(5), figure(5), figure(6), figure(7, target=11)))
    assert found == Difference(ID, "新規", "種類", 5, 6, 7, 10, 11, ("corrected", "later", "target"), ())
    assert found.corrected
    gone = _difference(ID, sides(figure(5), figure(5), None, None))
    assert gone == Difference(ID, "旧名", "種類", 5, None, None, 10, None, ("removed",), ())


@pytest.mark.parametrize(
    ("submitted", "same_day", "corrected"),
    [(1, 1, False), (1, 2, True), (None, None, False), (None, 0, True), (1, None, True)],
)
def test_only_a_changed_figure_of_the_same_day_is_corrected(
    submitted: float | None, same_day: float | None, corrected: bool
) -> None:
    """The figure of a later day is merely continued."""
    assert Difference(ID, "", "", submitted, same_day, 9, None, None, ("later",), ()).corrected is corrected


def event(dataset: str, day: str, kind: str = "publish") -> Event:
    """A made-up event at noon."""
    return Event(kind, f"{day}T12:00:00+09:00", "ward", dataset, "a.csv", None, "課", 1, "")


def record(indicator: str, value: float) -> Record:
    """A made-up record."""
    return Record(NOW, indicator, value, "件", "2025-06-01", "起案", "係")


def test_lines_since_are_those_that_came_and_those_that_took_others_away(tmp_path: Path) -> None:
    """Annulments of a line, and continuations, datings and last events of its dataset; other lines are not named."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event("aed", "2025-05-01"), event("old", "2025-05-01"), record("a.b", 1)])
    hashes = [body["hash"] for body in lines_in_full(scan_ledger(ledger, date.max), [1, 2, 3]).values()]
    later: list[Entry] = [
        Annulment(NOW, hashes[0], 1, "誤り", "係"),  # 4
        Dating(NOW, "aed", "", "2024-05-01", "区報", "係"),  # 5
        SameAs(NOW, "aed", "old", "改名", "係"),  # 6
        event("aed", "2025-06-01", "update"),  # 7
        event("toilet", "2025-06-01"),  # 8
        record("a.b", 2),  # 9
        record("c.d", 2),  # 10
    ]
    append_events(ledger, later)
    history = scan_ledger(ledger, date.max)
    assert lines_since(history, 3, {1}, {8}, set()) == (4, 5, 6, 7, 8)
    assert lines_since(history, 3, {2}, set(), set()) == (6,)
    assert lines_since(history, 3, {3}, {9}, set()) == (9,)
    assert lines_since(history, 3, {1}, {1, 8}, {1}) == (8,)
    assert lines_since(history, 5, {1}, set(), set()) == (6, 7)
    assert lines_since(history, 10, {1, 3}, {8, 9}, set()) == ()


def submission(quarter: str, version: int) -> Submission:
    """A made-up submission without kept files."""
    return Submission(NOW, quarter, "決裁1", "0" * 64, "係", "2025-09-30", version)


@pytest.fixture
def handed_in(tmp_path: Path) -> tuple[Any, Any]:
    """A workspace's folder with three submissions, and its history."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [submission("2025Q1", 1), submission("2025Q2", 1), submission("2025Q2", 2)])
    return SimpleNamespace(root=tmp_path, ledger=ledger), scan_ledger(ledger, date.max)


@pytest.mark.parametrize(
    ("name", "line"),
    [("2025Q1", 1), ("2025Q2", 3), ("2025Q2-1", 2), ("2025Q2-2", 3), (" 2025q2-1 ", 2)],
)
def test_a_name_finds_the_newest_version_or_the_one_it_gives(name: str, line: int, handed_in: tuple[Any, Any]) -> None:
    """In small letters and with blanks around, too."""
    assert find_submission(*handed_in, name).line == line


@pytest.mark.parametrize("name", ["2025Q3", "2025Q2-3", "2025Q5", "2025Q2-", "2025", "", "2024Q1", "2025Q2-1-1"])
def test_an_unknown_name_gets_the_known_ones(name: str, handed_in: tuple[Any, Any]) -> None:
    """With their versions, in the order in which they were handed in."""
    with pytest.raises(MeguroOpendataError) as refused:
        find_submission(*handed_in, name)
    assert refused.value.code == "submission-unknown"
    assert refused.value.params == {"value": name, "known": ["2025Q1-1", "2025Q2-1", "2025Q2-2"]}


def test_without_submissions_the_error_says_how_to_hand_in(tmp_path: Path) -> None:
    """There are no known names to list."""
    workspace: Any = SimpleNamespace(root=tmp_path, ledger=tmp_path / "ledger.jsonl")
    with pytest.raises(MeguroOpendataError) as refused:
        find_submission(workspace, scan_ledger(workspace.ledger, date.max), "2025Q2")
    assert refused.value.code == "submission-none"


def test_each_version_has_a_folder_and_a_hidden_one_while_it_is_written(tmp_path: Path) -> None:
    """The first version has the quarter's own name."""
    workspace: Any = SimpleNamespace(root=tmp_path)
    name = quarter_name(2025, 2)
    folders = [folder_of(workspace, name, version).relative_to(tmp_path).as_posix() for version in (1, 2, 12)]
    assert folders == ["submitted/2025Q2", "submitted/2025Q2-2", "submitted/2025Q2-12"]
    assert staging_of(tmp_path / "2025Q2-2") == tmp_path / ".2025Q2-2.pending"
