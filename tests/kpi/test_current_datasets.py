"""The datasets that are published on a day: their files' endings, their newest event, and their last new data."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.kpi.counting import Current, New, current_datasets, rules
from meguro_opendata.ledger import Entry, Event, SameAs, append_events, scan_ledger

OLD, NEW, UNKNOWN = "a" * 64, "b" * 64, ""


def event(day: str, dataset: str, file: str, kind: str = "publish", **changed: Any) -> Event:
    """A made-up event at noon of a day in 2025."""
    values: dict[str, Any] = {"portal": "ward", "standard": None, "department": "防災課", "rows": 1, "sha256": UNKNOWN}
    return Event(kind, f"2025-{day}T12:00:00+09:00", dataset=dataset, resource=file, **{**values, **changed})


def renamed(former: str, dataset: str, former_file: str = "", file: str = "") -> SameAs:
    """The statement that a dataset or file continues another."""
    return SameAs("2025-12-01T09:00:00+09:00", dataset, former, "改名", "係", file, former_file)


def current(folder: Path, entries: Sequence[Entry], until: str = "2025-12-31") -> list[Current]:
    """The datasets that are published on a day by a ledger of some entries."""
    folder.mkdir(exist_ok=True)
    ledger = folder / "ledger.jsonl"
    append_events(ledger, entries)
    return current_datasets(scan_ledger(ledger, date.fromisoformat(until)))


def last_data(folder: Path, entries: Sequence[Entry], dataset: str) -> tuple[str, int]:
    """The day and the line of a dataset's last new data."""
    (found,) = (one for one in current(folder, entries) if one.dataset == dataset)
    return found.own, found.updated


def test_a_ledger_without_lines_has_no_published_dataset(tmp_path: Path) -> None:
    """Also without a file."""
    assert current(tmp_path, []) == []


def test_published_datasets_are_ordered_by_slug_with_their_newest_event(tmp_path: Path) -> None:
    """The newest event describes the dataset, and its line is the evidence."""
    entries = [
        event("05-01", "toilet", "t.csv", title="トイレ"),
        event("05-02", "aed", "a.csv", title="AED"),
        event("06-01", "toilet", "t.csv", "update", title="公衆トイレ", sha256=NEW),
    ]
    assert current(tmp_path, entries) == [
        Current("aed", frozenset({"csv"}), entries[1], 2, "2025-05-02", 2),
        Current("toilet", frozenset({"csv"}), entries[2], 3, "2025-06-01", 3),
    ]


@pytest.mark.parametrize(
    ("files", "endings"),
    [
        (["a.csv"], {"csv"}),
        (["a.CSV", "b.csv", "a.Xlsx"], {"csv", "xlsx"}),
        (["a.csv#1a2b3c4d", "a.geojson#Ab"], {"csv", "geojson"}),
        (["a.b.tar.gz"], {"gz"}),
        (["README"], {"readme"}),
        (["一覧#0001.csv"], {"csv"}),
    ],
)
def test_endings_are_those_of_published_files_in_lower_case(
    files: list[str], endings: set[str], tmp_path: Path
) -> None:
    """The id that an import puts behind equal names is no part of the ending."""
    (found,) = current(tmp_path, [event("05-01", "aed", file) for file in files])
    assert found.endings == endings


def test_withdrawn_files_and_datasets_are_not_published(tmp_path: Path) -> None:
    """A dataset stays as long as one portal has one file of it."""
    entries = [
        event("05-01", "aed", "a.csv"),
        event("05-01", "aed", "a.xlsx"),
        event("05-01", "toilet", "t.csv"),
        event("05-01", "park", "p.csv"),
        event("05-01", "park", "p.csv", portal="tokyo"),
        event("06-01", "aed", "a.xlsx", "withdraw"),
        event("06-01", "toilet", "", "withdraw"),
        event("06-01", "park", "", "withdraw"),
    ]
    assert [(one.dataset, set(one.endings)) for one in current(tmp_path, entries)] == [
        ("aed", {"csv"}),
        ("park", {"csv"}),
    ]


@pytest.mark.parametrize(("until", "names"), [("2025-05-31", []), ("2025-06-01", ["aed"]), ("2025-06-30", ["aed"])])
def test_a_dataset_is_published_from_its_day_on(until: str, names: list[str], tmp_path: Path) -> None:
    """The day asked for is the last that counts."""
    assert [one.dataset for one in current(tmp_path, [event("06-01", "aed", "a.csv")], until)] == names


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], ("2025-05-01", 1)),
        ([event("06-01", "aed", "a.csv", "update", sha256=NEW)], ("2025-06-01", 2)),
        ([event("06-01", "aed", "a.csv", "update", sha256=OLD)], ("2025-05-01", 1)),
        ([event("06-01", "aed", "a.csv", "update")], ("2025-06-01", 2)),
        ([event("06-01", "aed", "a.csv", portal="tokyo", sha256=OLD)], ("2025-05-01", 1)),
        ([event("06-01", "aed", "a.csv", portal="tokyo", sha256=NEW)], ("2025-06-01", 2)),
        ([event("06-01", "aed", "a.xlsx")], ("2025-05-01", 1)),
        ([event("06-01", "aed", "b.csv")], ("2025-06-01", 2)),
        (
            [
                event("06-01", "aed", "a.csv", "update", sha256=NEW),
                event("07-01", "aed", "a.csv", "update", sha256=NEW),
            ],
            ("2025-06-01", 2),
        ),
        ([event("06-01", "aed", "a.csv", origin="harvested", portal="tokyo")], ("2025-05-01", 1)),
    ],
    ids=[
        "published once",
        "other data",
        "the same data",
        "unknown data",
        "the same data elsewhere",
        "other data elsewhere",
        "another format",
        "another table",
        "other data, then the same",
        "a catalogue's date",
    ],
)
def test_the_last_new_data_is_the_last_event_with_other_data(
    later: list[Event], expected: tuple[str, int], tmp_path: Path
) -> None:
    """Neither the same data again, nor another format or portal of it, is new data."""
    assert last_data(tmp_path, [event("05-01", "aed", "a.csv", sha256=OLD), *later], "aed") == expected


def test_a_catalogues_dates_are_no_update_of_the_data(tmp_path: Path) -> None:
    """A dataset that is known from a catalogue alone has no last new data."""
    assert last_data(tmp_path, [event("05-01", "aed", "a.csv", origin="harvested")], "aed") == ("", 0)


def test_data_that_a_catalogue_had_counts_from_this_tools_first_publication(tmp_path: Path) -> None:
    """Publishing the catalogue's data is no new data; without any, the newest own event is the last known day."""
    entries = [event("05-01", "aed", "a.csv", origin="harvested", sha256=OLD, portal="tokyo")]
    entries += [event(day, "aed", "a.csv", sha256=OLD) for day in ("06-01", "07-01")]
    assert last_data(tmp_path, entries, "aed") == ("2025-07-01", 3)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OLD, OLD, ("2025-05-01", 1)),
        (OLD, NEW, ("2025-06-01", 2)),
        (OLD, UNKNOWN, ("2025-05-01", 1)),
        (UNKNOWN, NEW, ("2025-05-01", 1)),
        (UNKNOWN, UNKNOWN, ("2025-05-01", 1)),
    ],
)
def test_a_rename_is_no_update_unless_the_data_is_another(
    before: str, after: str, expected: tuple[str, int], tmp_path: Path
) -> None:
    """Without both checksums the data of a renamed file is taken for the old one."""
    entries = [
        event("05-01", "old", "a.csv", sha256=before),
        event("06-01", "new", "a.csv", sha256=after),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == expected


@pytest.mark.parametrize(
    ("on_ward", "on_tokyo", "after", "expected"),
    [
        (OLD, NEW, NEW, ("2025-05-02", 2)),
        (OLD, NEW, OLD, ("2025-05-02", 2)),
        (OLD, UNKNOWN, OLD, ("2025-05-01", 1)),
        (OLD, NEW, "c" * 64, ("2025-06-01", 3)),
    ],
)
def test_a_renamed_file_is_compared_with_the_old_one_on_every_portal(
    on_ward: str, on_tokyo: str, after: str, expected: tuple[str, int], tmp_path: Path
) -> None:
    """It is old data if any portal had it; a portal without a checksum decides nothing."""
    entries = [
        event("05-01", "old", "a.csv", sha256=on_ward),
        event("05-02", "old", "a.csv", sha256=on_tokyo, portal="tokyo"),
        event("06-01", "new", "a.csv", sha256=after),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == expected


def test_a_portal_that_never_had_the_old_file_does_not_count(tmp_path: Path) -> None:
    """Another file of the former dataset on a second portal has no say."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("05-02", "old", "b.csv", sha256=NEW, portal="tokyo"),
        event("06-01", "new", "a.csv", sha256=NEW),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-01", 3)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (event("07-01", "new", "a.csv", "update", sha256=NEW), ("2025-07-01", 3)),
        (event("07-01", "new", "other.csv", sha256=NEW), ("2025-07-01", 3)),
        (event("07-01", "old", "a.csv", "update", sha256=NEW), ("2025-07-01", 3)),
        (event("07-01", "new", "a.xlsx", sha256=NEW), ("2025-05-01", 1)),
    ],
    ids=["an update", "another table", "the old name is updated", "another format"],
)
def test_after_a_rename_the_newest_data_under_either_name_counts(
    more: Event, expected: tuple[str, int], tmp_path: Path
) -> None:
    """The new name goes on with the old one's data."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("06-01", "new", "a.csv", sha256=OLD),
        more,
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == expected


def test_only_the_file_of_the_last_event_is_compared_with_its_former(tmp_path: Path) -> None:
    """Of two renamed files, the first is old data and the second, published last, is new."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("05-01", "old", "b.csv", sha256=OLD),
        event("06-01", "new", "a.csv", sha256=OLD),
        event("06-02", "new", "b.csv", sha256=NEW),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-02", 4)
    assert last_data(
        tmp_path / "other", [*entries[:3], event("06-02", "new", "b.csv", sha256=OLD), entries[4]], "new"
    ) == (
        "2025-05-01",
        2,
    )


def test_a_chain_of_renames_goes_back_to_the_newest_data_of_all(tmp_path: Path) -> None:
    """Each step continues the one before."""
    entries = [
        event("05-01", "first", "a.csv", sha256=OLD),
        event("05-02", "second", "a.csv", sha256=NEW),
        event("06-01", "third", "a.csv", sha256=NEW),
        renamed("first", "second"),
        renamed("second", "third"),
    ]
    assert last_data(tmp_path, entries, "third") == ("2025-05-02", 2)


def test_a_former_that_only_a_catalogue_had_leaves_the_own_publication(tmp_path: Path) -> None:
    """There is no earlier day on which this tool brought data."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD, origin="harvested"),
        event("06-01", "new", "a.csv", sha256=OLD),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-01", 2)


def test_a_file_alone_that_continues_another_does_not_rename_its_dataset(tmp_path: Path) -> None:
    """The dataset's own last data counts, whatever one of its files continues."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("06-01", "new", "b.csv", sha256=OLD),
        renamed("old", "new", "a.csv", "b.csv"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-01", 2)


def test_the_rules_of_counting_are_data() -> None:
    """The numbers that docs/kpi.md promises: thirty days, stage three, a tenth of the year, two days."""
    found = rules()
    assert (found["withdrawn"]["days"], found["readable"]["least"]) == (30, 3)
    assert (found["forecast"]["least_share"], found["forecast"]["least_days"]) == (0.1, 2)
    assert (found["report"]["years"], found["report"]["soon"], found["report"]["events"]) == (5, 30, 1000)


def test_a_moved_file_leaves_the_last_new_data_of_its_dataset(tmp_path: Path) -> None:
    """The same data again on another portal is not taken for it either."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("06-01", "new", "b.csv", sha256=OLD),
        event("07-01", "new", "b.csv", sha256=OLD, portal="tokyo"),
        renamed("old", "new", "a.csv", "b.csv"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-01", 2)


def test_a_new_name_that_a_catalogue_had_first_goes_on_with_the_old_data(tmp_path: Path) -> None:
    """Its own publication of the catalogue's data is no new data."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("05-15", "new", "a.csv", sha256=OLD, origin="harvested", portal="tokyo"),
        event("06-01", "new", "a.csv", sha256=OLD),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-05-01", 1)


def test_data_of_another_renamed_file_is_new_data_of_this_file(tmp_path: Path) -> None:
    """A file is compared with its own former, not with those of the other files."""
    entries = [
        event("05-01", "old", "a.csv", sha256=OLD),
        event("05-01", "old", "b.csv", sha256=NEW),
        event("06-01", "new", "b.csv", sha256=NEW),
        event("06-02", "new", "a.csv", sha256=NEW),
        renamed("old", "new"),
    ]
    assert last_data(tmp_path, entries, "new") == ("2025-06-02", 4)


def test_new_and_current_datasets_are_values() -> None:
    """They compare by content, can be in a set, and are a whole dataset's first publication by default."""
    assert New("2025-04-01", 1, "aed") == New("2025-04-01", 1, "aed", "", False, True, False)
    assert len({New("2025-04-01", 1, "aed"), New("2025-04-01", 1, "aed"), New("2025-04-01", 2, "aed")}) == 2
    newest = event("05-01", "aed", "a.csv")
    plain = Current("aed", frozenset({"csv"}), newest, 1, "")
    assert {plain, Current("aed", frozenset({"csv"}), newest, 1, "", 0)} == {plain}
