"""Imports from catalogues: packages that are left out, dumps that may be incomplete, and a portal known by its data."""

from collections.abc import Iterable
from typing import Any

import pytest

from meguro_opendata.errors import ExitCode, SourceError
from meguro_opendata.ledger import DatasetHistory, Imported, Occurrence, OddTime, catalogued
from meguro_opendata.ledger.datasets import packed
from meguro_opendata.ledger.packages import harvested_events
from meguro_opendata.ledger.vanished import Held, Vanished, left_out, same_catalogue, vanished_files

CODE, CITY = "131105", "目黒区"


def package(**changed: Any) -> dict[str, Any]:
    """A package of the city without an organisation."""
    return {"name": "131105_aed", "resources": [], **changed}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"private": True}, "private"),
        ({"private": False, "state": "active", "type": "dataset"}, None),
        ({"state": "deleted"}, "deleted"),
        ({"state": "draft"}, "deleted"),
        ({"type": "showcase"}, "type"),
        ({"type": "harvest"}, "type"),
        ({"private": True, "state": "deleted", "type": "harvest"}, "private"),
        ({"state": "deleted", "type": "harvest"}, "deleted"),
        ({"name": "131091_aed"}, "organization"),
        ({"name": "t131091_aed"}, "organization"),
        ({"name": "131092_aed"}, None),
        ({"name": "202504_aed"}, None),
        ({"name": "aed"}, None),
        ({"name": "131091aed"}, None),
        ({"organization": {"name": "131105"}, "name": "131091_aed"}, None),
        ({"organization": {"name": "t131105"}}, None),
        ({"organization": {"id": "own-id"}}, None),
        ({"organization": {"title": "東京都目黒区"}}, None),
        ({"organization": {"display_name": "目黒区役所"}}, None),
        ({"organization": {"name": "131091", "title": "品川区"}}, "organization"),
        ({"organization": {"name": "131105x"}}, "organization"),
        ({"organization": {}}, "organization"),
        ({"organization": None}, None),
    ],
)
def test_a_package_is_left_out_with_its_first_reason(changed: dict[str, Any], reason: str | None) -> None:
    """Six digits are a municipality only with the right check digit: 131092 is not one, and 202504 is a month."""
    assert left_out(package(**changed), CODE, CITY, ("own-id",)) == reason


def test_without_organisations_every_published_package_is_taken() -> None:
    """Also without the city's name no organisation is recognised by it."""
    other = package(organization={"name": "131091", "title": "品川区"})
    assert left_out(other, CODE, CITY, None) is None
    assert left_out(package(organization={"title": "目黒区"}), CODE, "", ()) == "organization"


def imported(*files: str, portal: str = "tokyo", day: int = 1, own: bool = False) -> DatasetHistory:
    """A dataset of files that an import (or this tool) brought from a portal."""
    dataset = DatasetHistory()
    for line, file in enumerate(files, start=1):
        occurrence = Occurrence(f"2025-06-{day:02}", packed(line, ""), own)
        dataset.enter_first(file, occurrence)
        dataset.enter_last(file, portal, occurrence)
    return dataset


def names(count: int) -> dict[str, DatasetHistory]:
    """A number of imported datasets of one file each."""
    return {f"d{number:02}": imported("a.csv") for number in range(count)}


@pytest.mark.parametrize(
    ("had", "lacking", "complete", "unsure"),
    [(10, 3, False, 0), (10, 4, False, 4), (10, 10, False, 10), (10, 4, True, 0), (10, 10, True, 0), (1, 1, False, 1)],
)
def test_a_dump_that_lacks_more_than_three_in_ten_may_be_a_part(
    had: int, lacking: int, complete: bool, unsure: int
) -> None:
    """Exactly 30 % are withdrawn; above that nothing is, until the dump is said to be complete."""
    datasets = names(had)
    dump = Held({name: {"a.csv"} for name in list(datasets)[lacking:]})
    found = vanished_files(datasets, "tokyo", dump, "2025-06-30", complete=complete)
    gone = () if unsure else tuple((name, "a.csv", 1) for name in sorted(datasets)[:lacking])
    assert found == Vanished(gone, tuple(sorted(datasets)[:unsure]))


def test_an_empty_dump_withdraws_nothing_unless_it_is_complete() -> None:
    """A dump without any dataset of the city is a failed export rather than an empty catalogue."""
    assert vanished_files({}, "tokyo", Held(), "2025-06-30", complete=False) == Vanished()
    found = vanished_files(names(1), "tokyo", Held(), "2025-06-30", complete=False)
    assert found == Vanished((), ("d00",))


def test_datasets_that_the_dump_has_as_deleted_are_withdrawn_in_any_case() -> None:
    """They do not count as lacking."""
    found = vanished_files(names(2), "tokyo", Held({"d01": {"a.csv"}}, {"d00"}), "2025-06-30", complete=False)
    assert found == Vanished((("d00", "a.csv", 1),))


@pytest.mark.parametrize(
    ("dataset", "gone"),
    [
        (imported("a.csv", "b.csv"), ["a.csv", "b.csv"]),
        (imported("kept.csv", "a.csv"), ["a.csv"]),
        (imported("a.csv", portal="other"), []),
        (imported("a.csv", own=True), []),
        (imported("a.csv", day=30), ["a.csv"]),
    ],
)
def test_only_files_of_an_earlier_import_from_the_portal_are_gone(dataset: DatasetHistory, gone: list[str]) -> None:
    """Files that this tool published, or that came from another portal, stay."""
    dump = Held({"aed": {"kept.csv"}, "toilet": {"t.csv"}})
    found = vanished_files({"aed": dataset}, "tokyo", dump, "2025-06-30", complete=False)
    assert [file for _, file, _ in found.files] == gone


@pytest.mark.parametrize(
    ("day", "modified", "gone"),
    [
        ("2025-06-14", "", False),
        ("2025-06-15", "", True),
        ("2025-06-30", "2025-06-14", False),
        ("2025-06-30", "2025-06-15", True),
    ],
)
def test_files_that_are_newer_than_the_dump_or_its_dataset_are_not_gone(day: str, modified: str, gone: bool) -> None:
    """A dump cannot lack what came after it."""
    dump = Held({"aed": {"kept.csv"}}, modified={"aed": modified})
    found = vanished_files({"aed": imported("a.csv", day=15)}, "tokyo", dump, day, complete=True)
    assert bool(found.files) is gone


@pytest.mark.parametrize(
    ("dump", "portal"),
    [
        (["a", "b", "c"], "tokyo"),
        (["a", "b", "x", "y"], None),
        (["a", "b", "x"], "tokyo"),
        (["x"], None),
        ([], None),
        (["p", "q"], None),
        (["own"], None),
    ],
)
def test_a_dump_is_of_the_portal_that_had_more_than_half_of_its_datasets(
    dump: Iterable[str], portal: str | None
) -> None:
    """Neither half of them, nor two such portals, nor what this tool published itself decides."""
    both = imported("a.csv")
    both.enter_last("a.csv", "other", Occurrence("2025-06-02", packed(9, ""), own=False))
    datasets = {**{name: imported("a.csv") for name in "abc"}, "p": both, "q": both, "own": imported("a.csv", own=True)}
    assert same_catalogue(datasets, dump) == portal


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ExitCode.DONE),
        ({"skipped": ("aed",), "withdrawn": (("aed", "a.csv"),)}, ExitCode.DONE),
        ({"odd": (OddTime("1", "a.csv", "1965", "2021"),)}, ExitCode.DONE),
        ({"odd": (OddTime("1", "a.csv", "1965", "2021"), OddTime("1", "b.csv", "1965", ""))}, ExitCode.NOT_CLEAN),
        ({"doubled": ("aed",)}, ExitCode.NOT_CLEAN),
        ({"unsure": ("aed",)}, ExitCode.NOT_CLEAN),
    ],
)
def test_an_import_ends_with_1_only_if_a_person_has_to_look(changed: dict[str, Any], code: ExitCode) -> None:
    """A file that was left out, a doubled name, or datasets that may be gone."""
    assert Imported(1, 0, **{"skipped": (), **changed}).exit_code == code


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"title": "", "theme": "", "frequency": ""}),
        ({"title": None, "groups": None, "extras": None}, {"title": "", "theme": "", "frequency": ""}),
        ({"groups": [{"name": "g", "display_name": "防災"}]}, {"title": "", "theme": "防災", "frequency": ""}),
        ({"groups": [{"name": "g"}, {"title": "福祉"}]}, {"title": "", "theme": "g", "frequency": ""}),
        (
            {"extras": [{"key": "frequency", "value": ""}, {"key": "更新頻度", "value": "1年"}]},
            {"title": "", "theme": "", "frequency": "1年"},
        ),
        (
            {"extras": [{"key": "更新頻度", "value": "1年"}, {"key": "frequency", "value": "毎月"}]},
            {"title": "", "theme": "", "frequency": "毎月"},
        ),
    ],
)
def test_a_catalogues_words_are_taken_from_the_first_filled_place(
    given: dict[str, Any], expected: dict[str, str]
) -> None:
    """Title, theme and frequency; a missing one is empty."""
    assert catalogued(given) == expected


def part(**changed: Any) -> dict[str, Any]:
    """A file of a package."""
    return {"id": "0123456789", "name": "一覧", "url": "https://example.jp/a/aed.csv", **changed}


@pytest.mark.parametrize(
    ("parts", "files"),
    [
        ([part()], ["aed.csv"]),
        ([part(url="https://example.jp/%E4%B8%80%E8%A6%A7.csv?x=1")], ["一覧.csv"]),
        ([part(url="https://example.jp/folder/")], ["一覧"]),
        ([part(url=None, name=None)], ["0123456789"]),
        ([part(), part(id="abcdefghij")], ["aed.csv#01234567", "aed.csv#abcdefgh"]),
        ([part(), part(id="x", url="https://example.jp/b.csv")], ["aed.csv", "b.csv"]),
    ],
)
def test_a_file_is_named_by_its_address_and_by_its_id_where_names_are_equal(
    parts: list[dict[str, Any]], files: list[str]
) -> None:
    """Else the resource's name, else its id."""
    given = package(resources=parts, metadata_created="2021-01-01T00:00:00")
    events, odd = harvested_events("1", given, "tokyo", CODE, CITY)
    assert [one.resource for one in events] == files
    assert [one.dataset for one in events] == ["aed"] * len(files)
    assert [one.used for one in odd] == []


@pytest.mark.parametrize(
    ("times", "entered", "odd"),
    [
        (("2021-03-31T15:00:00", None, None, None), "2021-04-01T00:00:00+09:00", None),
        (("2021-03-31T15:00:00+09:00", None, None, None), "2021-03-31T15:00:00+09:00", None),
        (
            ("1989-12-31T14:59:59", "2021-01-01T00:00:00", None, None),
            "2021-01-01T09:00:00+09:00",
            "1989-12-31T14:59:59",
        ),
        (("1989-12-31T15:00:00", None, None, None), "1990-01-01T00:00:00+09:00", None),
        ((None, "昨日", None, "2022-01-01T00:00:00"), "2022-01-01T09:00:00+09:00", "昨日"),
        ((None, None, "2021-05-01T00:00:00", "2022-01-01T00:00:00"), "2021-05-01T09:00:00+09:00", None),
        ((None, None, None, None), None, ""),
        (("0001-01-01T00:00:00", None, None, None), None, "0001-01-01T00:00:00"),
    ],
)
def test_a_file_is_registered_at_the_first_plausible_time(
    times: tuple[str | None, ...], entered: str | None, odd: str | None
) -> None:
    """Its own creation, its dataset's, then the changes; times without an offset are UTC, as CKAN writes them."""
    own = part(created=times[0], last_modified=times[2])
    given = package(resources=[own], metadata_created=times[1], metadata_modified=times[3])
    events, found = harvested_events("1", given, "tokyo", CODE, CITY)
    assert [one.time for one in events] == ([entered] if entered else [])
    assert found == ([] if odd is None else [OddTime("1", "aed.csv", odd, entered or "")])


@pytest.mark.parametrize(
    "changed",
    [
        {"resources": None},
        {"resources": [{}]},
        {"resources": ["a"]},
        {"resources": [part()], "extras": [{}]},
        {"name": None},
    ],
)
def test_a_package_of_another_form_is_refused_with_its_place(changed: dict[str, Any]) -> None:
    """It is not left out silently: its files would count as new later."""
    given = {"resources": [part()]} if changed.get("name", "") is None else package(**changed)
    with pytest.raises(SourceError) as refused:
        harvested_events("dump.jsonl:3", given, "tokyo", CODE)
    assert (refused.value.code, refused.value.params) == ("package-broken", {"place": "dump.jsonl:3"})
