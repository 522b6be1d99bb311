"""The history of one dataset: firsts, last events, new data, withdrawals and the event that describes it."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.ledger import DatasetHistory, Occurrence
from meguro_opendata.ledger.datasets import packed

A, B = "a" * 64, "b" * 64


def at(day: int, line: int, checksum: str = "", *, own: bool = True, withdrawn: bool = False) -> Occurrence:
    """An event on a day of June."""
    return Occurrence(f"2025-06-{day:02}", packed(line, checksum), own, withdrawn)


def history(*events: tuple[str, str, Occurrence]) -> DatasetHistory:
    """A dataset after events of files on portals, in their order; a file that the portal has is updated."""
    dataset = DatasetHistory()
    for file, portal, occurrence in events:
        update = file in dataset.portals.get(portal, {})
        if not occurrence.withdrawn:
            dataset.enter_first(file, occurrence)
        dataset.enter_last(file, portal, occurrence, update=update)
    return dataset


@given(st.integers(0, 2**28), st.text())
def test_line_and_mark_share_a_number_and_are_read_back(line: int, checksum: str) -> None:
    """Equal checksums have equal marks; an unknown one has the mark 0."""
    found = Occurrence("2025-06-01", packed(line, checksum))
    assert found.line == line
    assert found.mark == Occurrence("2025-06-02", packed(line + 1, checksum)).mark
    assert 0 <= found.mark < 2**32
    assert found.mark == 0 or checksum
    assert found.moment == ("2025-06-01", line)


def test_of_one_day_the_later_line_is_the_later_moment() -> None:
    """And a later day goes before any line."""
    moments = [at(1, 9).moment, at(2, 3).moment, at(2, 4).moment]
    assert sorted(moments) == moments


@pytest.mark.parametrize(
    ("events", "says_more", "day", "own"),
    [
        ([at(2, 1)], [True], 2, True),
        ([at(2, 1), at(2, 2)], [True, False], 2, True),
        ([at(2, 1), at(3, 2)], [True, False], 2, True),
        ([at(2, 1), at(1, 2)], [True, True], 1, True),
        ([at(2, 1), at(2, 2, own=False)], [True, True], 2, False),
        ([at(2, 1, own=False), at(2, 2)], [True, False], 2, False),
        ([at(2, 1), at(3, 2, own=False)], [True, False], 2, True),
        ([at(2, 1, own=False), at(2, 2, own=False)], [True, False], 2, False),
        ([at(2, 1, own=False), at(1, 2)], [True, True], 1, True),
    ],
)
def test_the_first_publication_is_that_of_the_earliest_day(
    events: Sequence[Occurrence], says_more: list[bool], day: int, own: bool
) -> None:
    """If a catalogue's date and an own event are of one day, the catalogue had the file first."""
    dataset = DatasetHistory()
    assert [dataset.enter_first("a.csv", one) for one in events] == says_more
    first = dataset.firsts["a.csv"]
    assert (first.day, first.own, dataset.endings) == (f"2025-06-{day:02}", own, {"csv"})


def test_the_first_of_a_dataset_is_a_catalogues_of_the_earliest_day() -> None:
    """In whatever order the files came into the ledger."""
    files = {
        "a.csv": at(2, 1),
        "b.csv": at(2, 3, own=False),
        "c.csv": at(2, 2, own=False),
        "d.csv": at(3, 4, own=False),
    }
    for order in permutations(files):
        dataset = DatasetHistory()
        for name in order:
            dataset.enter_first(name, files[name])
        assert dataset.first == files["c.csv"]
    del dataset.firsts["b.csv"], dataset.firsts["c.csv"]
    assert dataset.first == files["a.csv"]


UPDATES = [
    ("a first file", [("a.csv", "ward", at(1, 1, A))], 1),
    ("the same data", [("a.csv", "ward", at(1, 1, A)), ("a.csv", "ward", at(2, 2, A))], 1),
    ("other data", [("a.csv", "ward", at(1, 1, A)), ("a.csv", "ward", at(2, 2, B))], 2),
    ("unknown data before", [("a.csv", "ward", at(1, 1)), ("a.csv", "ward", at(2, 2, B))], 2),
    ("unknown data after", [("a.csv", "ward", at(1, 1, A)), ("a.csv", "ward", at(2, 2))], 2),
    ("the same data elsewhere", [("a.csv", "ward", at(1, 1, A)), ("a.csv", "tokyo", at(2, 2, A))], 1),
    ("other data elsewhere", [("a.csv", "ward", at(1, 1, A)), ("a.csv", "tokyo", at(2, 2, B))], 2),
    ("unknown data elsewhere", [("a.csv", "ward", at(1, 1)), ("a.csv", "tokyo", at(2, 2))], 1),
    (
        "an update that reaches the second portal",
        [
            ("a.csv", "ward", at(1, 1, A)),
            ("a.csv", "tokyo", at(1, 2, A)),
            ("a.csv", "ward", at(2, 3, B)),
            ("a.csv", "tokyo", at(3, 4, B)),
        ],
        3,
    ),
    ("another format", [("a.csv", "ward", at(1, 1, A)), ("a.xlsx", "ward", at(2, 2, B))], 1),
    ("another table", [("a.csv", "ward", at(1, 1, A)), ("b.csv", "ward", at(2, 2, B))], 2),
    ("another format elsewhere", [("a.csv", "ward", at(1, 1, A)), ("a.xlsx", "tokyo", at(2, 2, B))], 1),
    ("a catalogue's data", [("a.csv", "tokyo", at(1, 1, A, own=False)), ("a.csv", "ward", at(2, 2, A))], None),
    ("a catalogue's data, unknown", [("a.csv", "tokyo", at(1, 1, own=False)), ("a.csv", "ward", at(2, 2))], 2),
    ("a catalogue's older data", [("a.csv", "tokyo", at(1, 1, A, own=False)), ("a.csv", "ward", at(2, 2, B))], 2),
    (
        "published again after a withdrawal",
        [("a.csv", "ward", at(1, 1)), ("a.csv", "ward", at(2, 2, withdrawn=True)), ("a.csv", "ward", at(3, 3))],
        1,
    ),
]


@pytest.mark.parametrize(("events", "line"), [case[1:] for case in UPDATES], ids=[case[0] for case in UPDATES])
def test_new_data_is_data_that_no_portal_had(events: list[tuple[str, str, Occurrence]], line: int | None) -> None:
    """By the checksums where they are known, else by the kind of the event."""
    found = history(*events).updated
    assert (found.line if found else None) == line


def test_the_newest_event_is_of_the_latest_day_and_never_a_withdrawal() -> None:
    """A catalogue's and this tool's are kept apart, and this tool's describes the dataset."""
    dataset = history(
        ("a.csv", "ward", at(2, 1)),
        ("b.csv", "ward", at(1, 2)),
        ("c.csv", "ward", at(2, 3)),
        ("d.csv", "tokyo", at(9, 4, own=False)),
        ("e.csv", "tokyo", at(8, 5, own=False)),
        ("a.csv", "ward", at(9, 6, withdrawn=True)),
    )
    assert dataset.newest_own is not None
    assert dataset.newest_catalogued is not None
    assert (dataset.newest_own.line, dataset.newest_catalogued.line) == (3, 4)
    assert dataset.telling == dataset.newest_own
    assert dataset.newest == dataset.newest_catalogued


def test_without_events_up_to_the_day_the_first_one_describes_the_dataset() -> None:
    """A catalogue's newest event does so where this tool has none."""
    dataset = DatasetHistory()
    dataset.enter_first("a.csv", at(5, 1))
    assert (dataset.telling, dataset.newest) == (at(5, 1), None)
    catalogued = history(("a.csv", "tokyo", at(1, 1, own=False)), ("b.csv", "tokyo", at(2, 2, own=False)))
    assert catalogued.telling == catalogued.newest == at(2, 2, own=False)


@pytest.mark.parametrize(
    ("withdrawal", "published"),
    [(at(1, 9), []), (at(2, 1), ["a.csv"]), (at(2, 4), []), (at(3, 1), [])],
)
def test_the_withdrawal_of_a_dataset_takes_files_of_earlier_moments(
    withdrawal: Occurrence, published: list[str]
) -> None:
    """Of one day, the order of the lines decides; a file that is published afterwards is there again."""
    dataset = history(("a.csv", "ward", at(2, 2) if withdrawal.day != "2025-06-01" else at(1, 2)))
    dataset.withdraw("ward", withdrawal)
    assert (list(dataset.published()), dataset.withdrawn) == (published, not published)
    dataset.enter_last("a.csv", "ward", at(4, 10))
    assert (list(dataset.published()), dataset.withdrawn) == (["a.csv"], False)


def test_a_dataset_is_published_as_long_as_one_portal_has_a_file() -> None:
    """Each file is named once for each portal that has it."""
    dataset = history(("a.csv", "ward", at(1, 1)), ("a.csv", "tokyo", at(1, 2)), ("b.csv", "tokyo", at(1, 3)))
    assert sorted(dataset.published()) == ["a.csv", "a.csv", "b.csv"]
    dataset.withdraw("tokyo", at(2, 4))
    assert list(dataset.standing()) == [("a.csv", at(1, 1))]
    assert not dataset.withdrawn
    dataset.enter_last("a.csv", "ward", at(3, 5, withdrawn=True))
    assert dataset.withdrawn
    assert not DatasetHistory().withdrawn


def test_a_file_is_gone_since_the_last_portal_lost_it() -> None:
    """Empty while one portal has it; an event after the day that was asked for counts, too."""
    dataset = history(("a.csv", "ward", at(1, 1)), ("a.csv", "tokyo", at(1, 2)))
    assert (dataset.gone("a.csv"), dataset.gone("never.csv")) == ("", "")
    dataset.enter_last("a.csv", "ward", at(2, 3, withdrawn=True))
    assert dataset.gone("a.csv") == ""
    dataset.withdraw("tokyo", at(3, 4, withdrawn=True))
    assert dataset.gone("a.csv") == "2025-06-03"
    dataset.enter_after("a.csv", "tokyo", at(5, 5))
    assert dataset.gone("a.csv") == ""
    dataset.enter_after("", "tokyo", at(6, 6, withdrawn=True))
    assert dataset.gone("a.csv") == "2025-06-06"
    dataset.enter_after("", "tokyo", at(5, 7, withdrawn=True))
    assert dataset.gone("a.csv") == "2025-06-06"


def test_files_that_a_catalogue_had_first_are_named_with_those_up_to_a_day_first() -> None:
    """Files that this tool published first are not among them."""
    dataset = DatasetHistory()
    for name, first in {
        "a": at(3, 1, own=False),
        "b": at(2, 2),
        "c": at(1, 3, own=False),
        "d": at(2, 4, own=False),
    }.items():
        dataset.enter_first(name, first)
    assert dataset.catalogued("2025-06-02") == ["c", "d", "a"]
    assert dataset.catalogued("2025-06-03") == ["a", "c", "d"]
    assert dataset.catalogued("2025-05-31") == ["a", "c", "d"]
