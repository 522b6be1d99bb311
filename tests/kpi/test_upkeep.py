"""Timeliness and stages of published datasets, by the declared frequency and the files' endings."""

from datetime import date, timedelta
from typing import Any

import pytest

from meguro_opendata.kpi.counting import Current, rules
from meguro_opendata.kpi.upkeep import Kept, Staged, share_on_time, share_readable, stages_of, timeliness_of
from meguro_opendata.ledger import Event

UPDATED = date(2025, 4, 1)


def dataset(frequency: str = "毎月", own: str = "2025-04-01", standard: str | None = None, *endings: str) -> Current:
    """A published dataset that was last updated on 1 April 2025."""
    values: dict[str, Any] = {"standard": standard, "department": "課", "rows": 1, "sha256": ""}
    newest = Event("publish", "2025-04-01T09:00:00+09:00", "ward", "aed", "a.csv", frequency=frequency, **values)
    return Current("aed", frozenset(endings or {"csv"}), newest, 1, own)


@pytest.mark.parametrize("rule", rules()["frequency"], ids=lambda rule: rule["names"][0])
def test_a_dataset_is_late_the_day_after_its_grace(rule: dict[str, Any]) -> None:
    """The days of its frequency and the days of grace are allowed, under each name of the frequency."""
    due = UPDATED + timedelta(days=rule["days"] + rule["grace"])
    for name in rule["names"]:
        one = dataset(name)
        for day, state in ((UPDATED, "on_time"), (due, "on_time"), (due + timedelta(days=1), "late")):
            assert timeliness_of([one], day) == [Kept(one, state, due.isoformat())]


@pytest.mark.parametrize("spelling", ["３か月", "3ヶ月", "3ヵ月", "QUARTERLY", "Quarterly", " 四半期 "])
def test_a_frequency_is_read_in_the_spellings_of_offices(spelling: str) -> None:
    """Full-width digits, small ヶ and ヵ, capitals and blanks around."""
    (found,) = timeliness_of([dataset(spelling)], UPDATED)
    assert (found.state, found.due) == ("on_time", "2025-08-02")


@pytest.mark.parametrize("frequency", rules()["one_off"]["names"])
def test_data_that_is_published_once_is_never_late(frequency: str) -> None:
    """It has no due day."""
    one = dataset(frequency)
    assert timeliness_of([one], date(2099, 1, 1)) == [Kept(one, "one_off")]


@pytest.mark.parametrize("frequency", ["", "ときどき", "毎月1日", "31日"])
def test_a_frequency_that_is_not_understood_is_not_guessed(frequency: str) -> None:
    """The dataset is neither late nor on time."""
    one = dataset(frequency)
    assert timeliness_of([one], date(2099, 1, 1)) == [Kept(one, "unreadable")]


def test_a_dataset_that_is_known_from_a_catalogue_alone_is_a_baseline() -> None:
    """Whatever its frequency is: the catalogue's dates are not those of the data."""
    for frequency in ("毎月", "随時", "ときどき"):
        one = dataset(frequency, own="")
        assert timeliness_of([one], UPDATED) == [Kept(one, "baseline")]


@pytest.mark.parametrize(
    ("states", "share"),
    [
        ([], None),
        (["one_off", "baseline", "unreadable"], None),
        (["on_time"], 100),
        (["late"], 0),
        (["on_time", "late", "one_off", "unreadable", "baseline"], 50),
        (["on_time", "on_time", "late"], 66.66666666666667),
    ],
)
def test_the_share_on_time_is_of_the_datasets_that_can_be_late(states: list[str], share: float | None) -> None:
    """The others are in neither number."""
    assert share_on_time([Kept(dataset(), state) for state in states]) == share


@pytest.mark.parametrize(
    ("endings", "own", "standard", "stage"),
    [
        (("pdf",), "2025-04-01", None, 0),
        (("docx",), "2025-04-01", None, 1),
        (("xlsx",), "2025-04-01", "aed@2026", 2),
        (("csv",), "", None, 2),
        (("csv",), "", "aed@2026", 2),
        (("csv",), "2025-04-01", None, 3),
        (("csv",), "2025-04-01", "aed@2026", 4),
        (("geojson",), "", None, 3),
        (("pdf", "xlsx"), "", None, 2),
        (("pdf", "csv", "xlsx"), "2025-04-01", "aed@2026", 4),
        (("exe",), "2025-04-01", None, 0),
    ],
)
def test_the_stage_is_that_of_the_best_file(
    endings: tuple[str, ...], own: str, standard: str | None, stage: int
) -> None:
    """Only a CSV that this tool built is known to be tidy, and only such a one reaches the stage of a standard."""
    one = dataset("毎月", own, standard, *endings)
    assert stages_of([one]) == [Staged(one, stage)]
    assert Staged(one, stage).readable == (stage >= 3)


@pytest.mark.parametrize(
    ("stages", "share"), [([], None), ([2], 0), ([3], 100), ([0, 4], 50), ([2, 3, 4], 66.66666666666667)]
)
def test_machine_readable_begins_with_stage_three(stages: list[int], share: float | None) -> None:
    """The share is of all published datasets."""
    assert share_readable([Staged(dataset(), stage) for stage in stages]) == share
