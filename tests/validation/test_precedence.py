"""One cell, one cause: no two findings of a table contradict each other, in a check as in a release."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.findings import Finding
from meguro_opendata.validation import validate_file
from meguro_opendata.validation.rules import rules, settled
from meguro_opendata.validation.rules.data import rule_data

ENTRIES = rule_data()["precedence"]
CODES = sorted({code for entry in ENTRIES for code in (entry["cause"], *entry["before"])})
REACHES = {"cell": ("row", "field"), "row": ("row",), "column": ("field",), "table": ()}
FINDINGS = st.builds(
    Finding,
    st.sampled_from(CODES),
    st.sampled_from(["warning", "info"]),
    row=st.sampled_from([None, 1, 2, 3]),
    field=st.sampled_from([None, "緯度", "経度", "団体名"]),
)


def test_every_cause_is_a_rule_and_stands_before_others() -> None:
    """A misspelt code would silence nothing; a cause never stands before itself, nor two before each other."""
    assert set(CODES) <= set(rules())
    pairs = {(entry["cause"], other) for entry in ENTRIES for other in entry["before"]}
    assert not [pair for pair in pairs if pair[::-1] in pairs or pair[0] == pair[1]]
    assert {entry["reach"] for entry in ENTRIES} <= set(REACHES)


@given(st.lists(FINDINGS, max_size=8))
def test_no_two_causes_are_told_of_one_place(findings: list[Finding]) -> None:
    """Whatever the rules find: what is reported holds no pair that the table keeps apart, and its order stays."""
    kept = settled(findings)
    for entry in ENTRIES:
        parts = REACHES[entry["reach"]]
        for one in kept:
            if one.code == entry["cause"] and all(getattr(one, part) is not None for part in parts):
                beside = [o for o in kept if all(getattr(o, part) == getattr(one, part) for part in parts)]
                assert not {other.code for other in beside} & set(entry["before"])
    places = iter(findings)
    assert all(any(found is one for one in places) for found in kept)


@given(st.lists(FINDINGS, max_size=8))
def test_something_is_told_of_every_row(findings: list[Finding]) -> None:
    """A finding is left out only beside one that stays, so settling twice is settling once."""
    kept = settled(findings)
    assert bool(kept) == bool(findings)
    assert settled(kept) == kept


def test_errors_always_stay() -> None:
    """What keeps a release back is not hidden by an explanation."""
    error = Finding("row-shifted", "error", row=2)
    assert settled([Finding("coordinates-swapped", "warning", row=2, field="緯度"), error])[1] is error


@pytest.mark.parametrize(("north", "east"), [("139.698171", "35.641463"), ("141.35", "43.06"), ("130.4", "33.6")])
def test_exchanged_coordinates_are_no_shifted_row(north: str, east: str, tmp_path: Path) -> None:
    """Latitude and longitude exchanged in one row, with neighbours that would fit after a shift as well."""
    path = tmp_path / "aed.csv"
    header = ["名称", "所在地_連結表記", "緯度", "経度", "高度の種別", "電話番号"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, ["見本", "東京都目黒区", north, east, "", "(03)5722-9270"]])
    codes = {found.code for found in validate_file(path, "aed").findings}
    assert "coordinates-swapped" in codes
    assert "row-shifted" not in codes
