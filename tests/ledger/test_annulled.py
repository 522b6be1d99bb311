"""Annulments and continuations resolved: which lines are taken back, and which files continue which."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.ledger import (
    Annulment,
    DatasetHistory,
    Entry,
    Event,
    Identity,
    Occurrence,
    SameAs,
    append_events,
    line_of_hash,
    scan_ledger,
)
from meguro_opendata.ledger.datasets import packed
from meguro_opendata.ledger.identity import unrecognised
from meguro_opendata.ledger.lines import BOM

NOW, AT = "2025-12-01T09:00:00+09:00", "2025-05-01T09:00:00+09:00"


def event(number: int) -> Event:
    """A made-up publication on a day of June."""
    time = f"2025-06-{number:02}T12:00:00+09:00"
    return Event("publish", time, "ward", f"d{number}", "a.csv", None, "課", 1, "")


def hashes(ledger: Path) -> list[str]:
    """The hash of each line."""
    return [json.loads(line.removeprefix(BOM))["hash"] for line in ledger.read_bytes().splitlines() if line.strip()]


def annul(ledger: Path, line: int, at: str = "", stated: int | None = None) -> None:
    """Annul a line, with its number or another one."""
    number = line if stated is None else stated
    append_events(ledger, [Annulment(NOW, hashes(ledger)[line - 1], number, "誤り", "係", at)])


def struck(ledger: Path) -> dict[int, str]:
    """The annulled lines with the right times of their events."""
    return scan_ledger(ledger, date.max).struck


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of three publications."""
    path = tmp_path / "ledger.jsonl"
    append_events(path, [event(1), event(2), event(3)])
    return path


@pytest.mark.parametrize(
    ("annulments", "expected"),
    [
        ([], {}),
        ([(1, "")], {1: ""}),
        ([(1, AT)], {1: AT}),
        ([(1, ""), (3, AT)], {1: "", 3: AT}),
        ([(1, ""), (1, AT)], {1: AT}),
        ([(1, AT), (1, "")], {1: ""}),
        ([(1, ""), (4, "")], {4: ""}),
        ([(1, ""), (4, ""), (5, "")], {5: "", 1: ""}),
        ([(1, AT), (1, ""), (5, "")], {5: "", 1: AT}),
    ],
    ids=[
        "none",
        "one",
        "a right time",
        "two lines",
        "the later one of two",
        "the later one of two, without a time",
        "annulled itself",
        "annulled twice over",
        "the earlier one again",
    ],
)
def test_an_annulment_of_an_annulment_undoes_it(
    annulments: list[tuple[int, str]], expected: dict[int, str], ledger: Path
) -> None:
    """Of two annulments of one line the later one is valid."""
    for line, at in annulments:
        annul(ledger, line, at)
    assert struck(ledger) == expected


@pytest.mark.parametrize("stated", [0, 1, 3, 4, 99, -1])
def test_an_annulled_line_is_found_by_its_hash_whatever_number_is_stated(stated: int, ledger: Path) -> None:
    """A merge of ledgers changes the numbers of lines."""
    annul(ledger, 2, AT, stated)
    assert struck(ledger) == {2: AT}
    assert set(scan_ledger(ledger, date.max).datasets) == {"d1", "d2", "d3"}
    assert scan_ledger(ledger, date.max).datasets["d2"].first.day == "2025-05-01"


def test_a_line_is_also_found_by_the_hash_that_it_had_before_a_merge(ledger: Path) -> None:
    """With blank lines and a byte order mark in the file."""
    old = hashes(ledger)[1]
    lines = ledger.read_bytes().splitlines()
    body = {**json.loads(lines[1]), "hash": "c" * 64, "was": [old]}
    lines[1] = json.dumps(body).encode()
    annulment = Annulment(NOW, old, 1, "誤り", "係")
    other = ledger.with_name("merged.jsonl")
    append_events(other, [annulment])
    ledger.write_bytes(BOM + b"\n".join([lines[0], b"", *lines[1:], other.read_bytes()]))
    assert struck(ledger) == {3: ""}
    history = scan_ledger(ledger, date.max)
    assert [line_of_hash(history, old, near) for near in (0, 1, 3, 99)] == [3, 3, 3, 3]
    assert line_of_hash(history, "c" * 64, 1) == 3
    assert line_of_hash(history, "f" * 64, 1) is None


def test_an_annulment_whose_line_is_missing_takes_nothing_back(ledger: Path) -> None:
    """The other computer's lines may not be merged yet."""
    append_events(ledger, [Annulment(NOW, "f" * 64, 2, "誤り", "係")])
    assert struck(ledger) == {}


def dataset(**days: int | tuple[int, str]) -> DatasetHistory:
    """A dataset of files with their first day and, where it matters, their checksum."""
    found = DatasetHistory()
    for name, given_ in days.items():
        day, checksum = given_ if isinstance(given_, tuple) else (given_, "")
        file = name.replace("_csv", ".csv").replace("_xlsx", ".xlsx")
        found.enter_first(file, Occurrence(f"2025-06-{day:02}", packed(day, checksum)))
        if checksum:
            found.checksums.setdefault(file, []).append((f"2025-06-{day:02}", checksum))
    return found


def identity(datasets: dict[str, DatasetHistory], *said: tuple[str, str]) -> Identity:
    """Continuations as pairs of a former and a later name, with the file behind a slash."""
    return Identity([(line, _same(*one)) for line, one in enumerate(said, start=1)], datasets)


def _same(former: str, later: str) -> SameAs:
    old, _, old_file = former.partition("/")
    new, _, file = later.partition("/")
    return SameAs(NOW, new, old, "改名", "係", file, old_file)


@pytest.mark.parametrize(
    ("old", "new", "files"),
    [
        ({"a_csv": 1}, {"a_csv": 2}, {"a.csv": ("old", "a.csv")}),
        ({"a_csv": 2}, {"a_csv": 2}, {"a.csv": ("old", "a.csv")}),
        ({"a_csv": 3}, {"a_csv": 2}, {}),
        ({"old_csv": 1}, {"new_csv": 2}, {"new.csv": ("old", "old.csv")}),
        ({"x_csv": 1}, {"y_csv": 2}, {}),
        ({"x_csv": (1, "s")}, {"y_csv": (2, "s")}, {"y.csv": ("old", "x.csv")}),
        ({"x_csv": (1, "s")}, {"y_csv": (2, "t")}, {}),
        ({"x_csv": (3, "s")}, {"y_csv": (2, "s")}, {}),
        ({"a_csv": 1, "x_csv": (1, "s")}, {"a_csv": (2, "s")}, {"a.csv": ("old", "a.csv")}),
        ({"a_csv": 1, "b_csv": 1}, {"a_csv": 2, "c_csv": 2}, {"a.csv": ("old", "a.csv")}),
    ],
    ids=[
        "equal names",
        "equal names on one day",
        "the old file came later",
        "names with the slug in them",
        "other names",
        "equal data",
        "other data",
        "equal data that came later",
        "an equal name before equal data",
        "some files only",
    ],
)
def test_a_renamed_dataset_takes_the_files_of_its_former_along(
    old: dict[str, Any], new: dict[str, Any], files: dict[str, tuple[str, str]]
) -> None:
    """By name, by name with the new slug, or by data, and never a file that the former got later."""
    found = identity({"old": dataset(**old), "new": dataset(**new)}, ("old", "new"))
    assert found.files("new") == files
    assert (found.formers("new"), found.continues("new"), found.continues("old")) == (["old"], True, False)


def test_a_statement_about_a_file_goes_before_one_about_its_dataset() -> None:
    """The file continues the one that is named."""
    datasets = {"old": dataset(a_csv=1, b_csv=1), "new": dataset(a_csv=2)}
    found = identity(datasets, ("old", "new"), ("old/b.csv", "new/a.csv"))
    assert found.files("new") == {"a.csv": ("old", "b.csv")}
    moved = identity(datasets, ("old/b.csv", "new/a.csv"))
    assert (moved.files("new"), moved.continues("new"), moved.touched()) == (
        {"a.csv": ("old", "b.csv")},
        False,
        {"new"},
    )


def test_the_nearest_of_several_formers_gives_the_file() -> None:
    """A chain of renames is followed to its beginning, the nearest first."""
    datasets = {"a": dataset(x_csv=1, old_csv=1), "b": dataset(x_csv=2), "c": dataset(x_csv=3, old_csv=3)}
    found = identity(datasets, ("a", "b"), ("b", "c"))
    assert found.formers("c") == ["b", "a"]
    assert found.files("c") == {"x.csv": ("b", "x.csv"), "old.csv": ("a", "old.csv")}
    assert found.leads(("c", ""), ("a", ""))
    assert not found.leads(("a", ""), ("c", ""))
    assert found.leads(("a", ""), ("a", ""))


@pytest.mark.parametrize(
    "said",
    [
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "a")],
        [("unknown", "b")],
        [("a", "unknown")],
        [("a/missing.csv", "b/x.csv")],
    ],
    ids=["two", "three", "itself", "an unknown former", "an unknown dataset", "an unknown file"],
)
def test_a_statement_that_closes_a_circle_or_names_nothing_is_ignored(said: Sequence[tuple[str, str]]) -> None:
    """The statements before it stay valid."""
    datasets = {name: dataset(x_csv=day) for day, name in enumerate("abc", start=1)}
    found = identity(datasets, *said)
    before = identity(datasets, *said[:-1])
    assert [found.formers(name) for name in "abc"] == [before.formers(name) for name in "abc"]
    assert bool(found) == bool(said[:-1])


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=8))
def test_no_series_of_statements_makes_a_circle(said: list[tuple[str, str]]) -> None:
    """A dataset never is its own former, whatever two merged ledgers say."""
    found = identity({name: dataset(x_csv=1) for name in "abcd"}, *said)
    assert all(name not in found.formers(name) for name in "abcd")


@pytest.mark.parametrize(
    ("old", "new", "said", "needed"),
    [
        ({"a_csv": 1}, {"a_csv": 2}, ("old", "new"), set()),
        ({"a_csv": 1}, {"a_csv": 2, "b_csv": 2}, ("old", "new"), {"old", "new"}),
        ({"a_csv": 1}, {"b_csv": 2}, ("old/a.csv", "new/b.csv"), set()),
    ],
)
def test_checksums_are_needed_only_for_files_that_no_name_places(
    old: dict[str, int], new: dict[str, int], said: tuple[str, str], needed: set[str]
) -> None:
    """Statements about files need none."""
    datasets = {"old": dataset(**old), "new": dataset(**new)}
    assert unrecognised([(1, _same(*said))], datasets) == needed


def test_renamed_files_of_equal_data_are_recognised_in_a_ledger(tmp_path: Path) -> None:
    """Also the other lines of the ledger are read anew for that."""
    ledger = tmp_path / "ledger.jsonl"
    entries: list[Entry] = [
        Event("publish", "2025-06-01T12:00:00+09:00", "ward", "old", "x.csv", None, "課", 1, "s" * 64),
        Event("publish", "2025-06-02T12:00:00+09:00", "ward", "new", "y.csv", None, "課", 1, "s" * 64),
        _same("old", "new"),
    ]
    append_events(ledger, entries)
    history = scan_ledger(ledger, date.max)
    assert Identity(history.same, history.datasets).files("new") == {"y.csv": ("old", "x.csv")}
