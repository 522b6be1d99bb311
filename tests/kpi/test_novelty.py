"""New data of a year: first and last day, files that are routine, tables, withdrawals soon after, and files apart."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.kpi.counting import New
from meguro_opendata.kpi.novelty import Novelties, Novelty, new_in_year
from meguro_opendata.ledger import Dating, Entry, Event, SameAs, append_events, scan_ledger

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)
NOW = "2026-03-01T09:00:00+09:00"


def event(day: str, file: str, kind: str = "publish", dataset: str = "aed", **changed: Any) -> Event:
    """A made-up event at noon of a day."""
    values: dict[str, Any] = {"portal": "ward", "standard": None, "department": "課", "rows": 1, "sha256": ""}
    return Event(kind, f"{day}T12:00:00+09:00", dataset=dataset, resource=file, **{**values, **changed})


def dated(day: str, file: str = "") -> Dating:
    """The first publication of a dataset or a file."""
    return Dating(NOW, "aed", file, day, "区報", "係")


def new(folder: Path, entries: Sequence[Entry], until: date = LAST) -> Novelties:
    """What is new in fiscal year 2025 by a ledger of some entries, with withdrawals of the weeks after it."""
    ledger = folder / "ledger.jsonl"
    append_events(ledger, entries)
    return new_in_year(scan_ledger(ledger, until, seen=until + timedelta(days=30)), FIRST, until)


@pytest.mark.parametrize(("day", "count"), [("2025-03-31", 0), ("2025-04-01", 1), ("2026-03-31", 1), ("2026-04-01", 0)])
def test_the_first_and_the_last_day_of_a_year_belong_to_it(day: str, count: int, tmp_path: Path) -> None:
    """For datasets and files alike."""
    found = new(tmp_path, [event(day, "a.csv")])
    assert found == Novelties(*([New(day, 1, "aed", file)] * count for file in ("", "a.csv")), [])


def test_a_ledger_without_entries_has_nothing_new(tmp_path: Path) -> None:
    """Three empty lists."""
    assert new(tmp_path, []) == Novelties([], [], [])


@pytest.mark.parametrize(
    ("gone", "soon"),
    [("2025-06-01", True), ("2025-06-30", True), ("2025-07-01", True), ("2025-07-02", False), (None, False)],
)
@pytest.mark.parametrize("whole", [False, True])
def test_data_that_no_portal_has_after_thirty_days_is_marked(
    gone: str | None, soon: bool, whole: bool, tmp_path: Path
) -> None:
    """Thirty days after the first publication still count; one event can withdraw the file or its dataset."""
    entries = [event("2025-06-01", "a.csv")]
    entries += [event(gone, "" if whole else "a.csv", "withdraw")] if gone else []
    found = new(tmp_path, entries)
    assert [one.withdrawn_soon for one in (*found.datasets, *found.files)] == [soon, soon]


def test_a_dataset_is_withdrawn_soon_only_if_all_its_files_are(tmp_path: Path) -> None:
    """The last of them decides."""
    entries = [event("2025-06-01", file) for file in ("a.csv", "b.csv")] + [event("2025-06-10", "a.csv", "withdraw")]
    found = new(tmp_path, entries)
    assert [one.withdrawn_soon for one in (*found.datasets, *found.files)] == [False, True, False]
    later = new(tmp_path, [event("2025-07-02", "b.csv", "withdraw")])
    assert [one.withdrawn_soon for one in (*later.datasets, *later.files)] == [False, True, False]


@pytest.mark.parametrize(
    ("files", "routine", "tables"),
    [
        ([("05-01", "p_202504.csv"), ("06-01", "p_202505.csv")], [False, True], [True, True]),
        ([("05-01", "p_202504.csv"), ("05-01", "p_202505.csv")], [False, False], [True, True]),
        ([("05-01", "p_202504.csv"), ("06-01", "q_202505.csv")], [False, False], [True, True]),
        ([("05-01", "a.csv"), ("05-01", "a.xlsx")], [False, False], [True, False]),
        ([("05-01", "a.csv"), ("06-01", "a.xlsx")], [False, False], [True, False]),
        ([("05-01", "p_202504.csv"), ("05-01", "p_令和7年4月.csv")], [False, False], [True, False]),
        ([("05-01", "a.csv"), ("05-01", "b.csv")], [False, False], [True, True]),
        (
            [("05-01", "p_202504.csv"), ("06-01", "p_202505.csv"), ("06-01", "p_202505.xlsx")],
            [False, True, False],
            [True, True, False],
        ),
    ],
)
def test_a_file_of_a_known_series_is_routine_and_another_format_is_no_table(
    files: list[tuple[str, str]], routine: list[bool], tables: list[bool], tmp_path: Path
) -> None:
    """A series is known from an earlier day on; of one day, the file that was entered first is the table."""
    found = new(tmp_path, [event(f"2025-{day}", file) for day, file in files]).files
    assert ([one.routine for one in found], [one.table for one in found]) == (routine, tables)


def test_a_series_that_began_in_an_earlier_year_goes_on_as_routine(tmp_path: Path) -> None:
    """The first file of a year is no new series; its table is new, unless an earlier format of it is there."""
    entries = [event("2025-03-01", "p_202503.csv"), event("2025-03-01", "a.csv")]
    entries += [event("2025-04-01", "p_202504.csv"), event("2025-04-02", "a.xlsx")]
    assert [(one.resource, one.routine, one.table) for one in new(tmp_path, entries).files] == [
        ("p_202504.csv", True, True),
        ("a.xlsx", False, False),
    ]


def test_a_catalogues_date_is_new_in_no_year_and_its_later_files_are_apart(tmp_path: Path) -> None:
    """A file that this tool adds to a catalogue's dataset is counted apart, with its line."""
    entries = [event("2025-05-01", "a.csv", origin="harvested"), event("2025-06-01", "b.csv")]
    assert new(tmp_path, entries) == Novelties([], [], [New("2025-06-01", 2, "aed", "b.csv", table=False)])


@pytest.mark.parametrize(
    ("datings", "datasets", "files"),
    [
        ([dated("2025-04-01")], [("2025-04-01", 2)], [("a.csv", "2025-04-01", 2)]),
        ([dated("2025-03-31")], [], []),
        ([dated("2025-04-01", "a.csv")], [], [("a.csv", "2025-04-01", 2)]),
        ([dated("2025-03-31"), dated("2025-04-02", "a.csv")], [], [("a.csv", "2025-04-02", 3)]),
        ([dated("2025-03-31"), dated("2025-04-01")], [("2025-04-01", 3)], [("a.csv", "2025-04-01", 3)]),
    ],
    ids=["the dataset", "in an earlier year", "a file alone", "a file apart from its dataset", "the later dating"],
)
def test_a_dating_makes_a_catalogues_data_new_in_its_year(
    datings: list[Dating], datasets: list[tuple[str, int]], files: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    """The line of the dating is the evidence; a file's own dating goes before its dataset's."""
    found = new(tmp_path, [event("2025-05-01", "a.csv", origin="harvested"), *datings])
    assert [(one.day, one.line) for one in found.datasets] == datasets
    assert [(one.resource, one.day, one.line) for one in found.files] == files


def test_a_continuation_is_new_in_no_year_and_its_other_files_are(tmp_path: Path) -> None:
    """The old name stays new in its own year."""
    entries: list[Entry] = [
        event("2025-05-01", "a.csv", dataset="old"),
        event("2025-06-01", "a.csv"),
        event("2025-06-02", "b.csv"),
    ]
    found = new(tmp_path, [*entries, SameAs(NOW, "aed", "old", "改名", "係")])
    assert [one.dataset for one in found.datasets] == ["old"]
    assert [(one.dataset, one.resource) for one in found.files] == [("old", "a.csv"), ("aed", "b.csv")]


def test_plain_counting_leaves_series_and_tables_undetermined(tmp_path: Path) -> None:
    """The same files, each as a table that is not routine."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event("2025-05-01", "p_202504.csv"), event("2025-06-01", "p_202505.csv")])
    novelty = Novelty(scan_ledger(ledger, LAST))
    plain, full = (novelty.of("aed", "2025-04-01", "2026-03-31", plain=plain).files for plain in (True, False))
    assert [(one.resource, one.routine, one.table) for one in plain] == [
        ("p_202504.csv", False, True),
        ("p_202505.csv", False, True),
    ]
    assert [one.routine for one in full] == [False, True]
