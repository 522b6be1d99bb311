"""The merge of two ledgers and the repair of one: each entry stays once, the chain verifies, no byte is lost."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.ledger import (
    Event,
    Merge,
    append_events,
    merge_ledgers,
    read_entries,
    repair_ledger,
    verify_ledger,
    write_pending,
)
from meguro_opendata.ledger.chain import START, last_hash
from meguro_opendata.ledger.lines import BOM

NOW = datetime(2025, 12, 1, tzinfo=UTC)
STAMP = "2025-12-01T09:00:00+09:00"


def event(number: int, **changed: Any) -> Event:
    """A made-up publication; a greater number is a later day."""
    time = f"2025-06-{1 + number:02}T12:00:00+09:00"
    return replace(Event("publish", time, "ward", "aed", f"{number}.csv", None, "課", number, ""), **changed)


def branch(folder: Path, name: str, common: Sequence[Event], own: Sequence[Event]) -> Path:
    """A ledger of common lines and of lines of its own."""
    ledger = folder / name / "ledger.jsonl"
    ledger.parent.mkdir()
    ledger.touch()
    append_events(ledger, common)
    append_events(ledger, own)
    return ledger


def rows(ledger: Path) -> list[int | None]:
    """The rows of each event of a ledger, in the order of its lines; they are the events' numbers."""
    return [entry.rows for _, entry in read_entries(ledger) if isinstance(entry, Event)]


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ([1], [2], [0, 1, 2]),
        ([2], [1], [0, 1, 2]),
        ([1, 4], [2, 3, 5], [0, 1, 2, 3, 4, 5]),
        ([5, 1], [2], [0, 2, 5, 1]),
        ([3], [1, 2, 9], [0, 1, 2, 3, 9]),
    ],
    ids=["in order", "the other first", "in turn", "an older time after a newer", "around"],
)
def test_lines_of_two_branches_are_merged_by_time(
    mine: list[int], theirs: list[int], merged: list[int], tmp_path: Path
) -> None:
    """Within a branch the order of the lines stays; a last entry names both heads and the fork."""
    ours, other = (
        branch(tmp_path, name, [event(0)], [event(number) for number in own])
        for name, own in (("a", mine), ("b", theirs))
    )
    fork = json.loads(ours.read_bytes().splitlines()[0])["hash"]
    heads, before = (last_hash(ours), last_hash(other)), ours.read_bytes()
    found = merge_ledgers(ours, other, "係", now=NOW)
    assert rows(ours) == merged
    assert [entry for _, entry in read_entries(ours)][-1] == Merge(STAMP, heads[0], heads[1], fork, "係")
    assert (found.lines, found.common, found.heads, found.fork, found.doubled) == (len(merged) + 1, 1, heads, fork, 0)
    assert (found.head, verify_ledger(ours).faults) == (last_hash(ours), ())
    assert found.backup == ours.with_name("ledger.jsonl.before-merge-2025-12-01T090000")
    assert found.backup.read_bytes() == before


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 5), max_size=3),
    st.lists(st.integers(0, 5), max_size=4),
    st.lists(st.integers(0, 5), max_size=4),
)
def test_a_merge_keeps_what_either_branch_has_and_counts_what_both_have_once(
    tmp_path_factory: pytest.TempPathFactory, common: list[int], mine: list[int], theirs: list[int]
) -> None:
    """Of equal entries as many stay as the branch with more of them has; both directions give the same entries."""
    merged: list[Counter[int | None]] = []
    for first, second in ((mine, theirs), (theirs, mine)):
        folder = tmp_path_factory.mktemp("m")
        ours, other = (
            branch(folder, name, list(map(event, common)), list(map(event, own)))
            for name, own in (("a", first), ("b", second))
        )
        found = merge_ledgers(ours, other, "係", now=NOW, unrelated=True)
        assert verify_ledger(ours).whole
        assert found.lines == len(ours.read_bytes().splitlines())
        merged.append(Counter(rows(ours)))
    shared = next((at for at, (one, two) in enumerate(zip(mine, theirs, strict=False)) if one != two), None)
    start = min(len(mine), len(theirs)) if shared is None else shared
    tails = Counter(mine[start:]) | Counter(theirs[start:])
    assert merged == [Counter(common) + Counter(mine[:start]) + tails] * 2


@pytest.mark.parametrize(
    ("mine", "theirs", "ahead"),
    [([], [1, 2], True), ([1], [], False), ([], [], False), ([1], [1, 2], True), ([1, 2], [1], False)],
)
def test_a_ledger_that_is_only_behind_is_brought_forward(
    mine: list[int], theirs: list[int], ahead: bool, tmp_path: Path
) -> None:
    """Without a fork there is no entry of a merge; a ledger that is not behind is not written."""
    ours, other = (
        branch(tmp_path, name, [event(0)], [event(number) for number in own])
        for name, own in (("a", mine), ("b", theirs))
    )
    before, longer = ours.read_bytes(), max(ours.read_bytes(), other.read_bytes(), key=len)
    found = merge_ledgers(ours, other, "係", now=NOW)
    assert ours.read_bytes() == longer
    assert (found.head, len(found.heads), found.doubled) == (last_hash(ours), int(ahead), 0)
    assert (found.backup is not None and found.backup.read_bytes() == before) is ahead


def test_a_merge_into_another_file_leaves_both_ledgers(tmp_path: Path) -> None:
    """There is no copy of the old one then."""
    ours, other = branch(tmp_path, "a", [event(0)], [event(1)]), branch(tmp_path, "b", [event(0)], [event(2)])
    before, out = (ours.read_bytes(), other.read_bytes()), tmp_path / "merged.jsonl"
    found = merge_ledgers(ours, other, "係", out=out, now=NOW)
    assert (ours.read_bytes(), other.read_bytes(), found.backup) == (*before, None)
    assert (rows(out), verify_ledger(out).whole) == ([0, 1, 2], True)


def test_a_time_in_the_future_does_not_hold_back_the_other_branch(tmp_path: Path) -> None:
    """A wrong clock's line follows the line before it; so does a catalogue's event without the time of its import."""
    ahead = event(1, time="2099-01-01T00:00:00+09:00")
    catalogue = event(3, time="2099-01-01T00:00:00+09:00", origin="harvested")
    dated = event(4, time="2010-01-01T00:00:00+09:00", origin="harvested", entered="2025-06-20T12:00:00+09:00")
    ours = branch(tmp_path, "a", [event(0)], [ahead, catalogue, dated])
    other = branch(tmp_path, "b", [event(0)], [event(2)])
    merge_ledgers(ours, other, "係", now=NOW)
    assert rows(ours) == [0, 1, 3, 2, 4]


def test_ledgers_without_a_common_line_are_merged_only_on_request(tmp_path: Path) -> None:
    """They can be of two municipalities; an empty one has nothing to confuse."""
    ours, other = branch(tmp_path, "a", [], [event(1)]), branch(tmp_path, "b", [], [event(0)])
    before = ours.read_bytes()
    with pytest.raises(MeguroOpendataError) as refused:
        merge_ledgers(ours, other, "係", now=NOW)
    assert (refused.value.code, ours.read_bytes()) == ("merge-unrelated", before)
    assert merge_ledgers(ours, other, "係", now=NOW, unrelated=True).fork == START
    assert rows(ours) == [0, 1]
    empty = branch(tmp_path, "c", [], [])
    assert merge_ledgers(empty, other, "係", now=NOW).lines == 1


def test_a_missing_a_broken_and_a_pending_ledger_are_refused(tmp_path: Path) -> None:
    """On either side, and nothing is written."""
    ours, other = branch(tmp_path, "a", [event(0)], [event(1)]), branch(tmp_path, "b", [event(0)], [event(2)])
    before = ours.read_bytes()
    with pytest.raises(SourceError) as missing:
        merge_ledgers(ours, tmp_path / "none.jsonl", "係", now=NOW)
    assert missing.value.code == "file-missing"
    write_pending(other, "131105", [{"portal": "ward"}])
    with pytest.raises(MeguroOpendataError) as pending:
        merge_ledgers(ours, other, "係", now=NOW)
    assert (pending.value.code, pending.value.params["file"]) == ("merge-pending", str(other))
    write_pending(other, "131105", [])
    other.write_bytes(other.read_bytes().replace(b'"rows": 2', b'"rows": 3'))
    with pytest.raises(MeguroOpendataError) as broken:
        merge_ledgers(ours, other, "係", now=NOW)
    assert (broken.value.code, broken.value.params) == ("merge-broken", {"file": str(other), "line": 2})
    assert ours.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "repaired"),
    [
        (lambda lines: b"\n".join(lines) + b"\n", {}),
        (b"\n".join, {"newline-missing": 1}),
        (lambda lines: BOM + b"\n".join(lines) + b"\n", {"bom": 1}),
        (lambda lines: b"\r\n".join(lines) + b"\r\n", {"crlf": 3}),
        (lambda lines: b"\n\n".join(lines) + b"\n \n", {"blank": 3}),
        (lambda lines: b"\n".join(lines) + b'\n{"event"', {"torn": 1}),
        (
            lambda lines: BOM + b"\r\n\r\n".join(lines) + b"\r\n" + lines[0][:9],
            {"bom": 1, "crlf": 3, "blank": 2, "torn": 1},
        ),
    ],
    ids=["whole", "no newline", "a byte order mark", "carriage returns", "blank lines", "torn", "all of them"],
)
def test_a_repair_moves_what_does_not_belong_to_the_lines_aside(
    change: Any, repaired: dict[str, int], tmp_path: Path
) -> None:
    """The ledger has its own bytes again, the removed ones are in the other file, and a second repair does nothing."""
    ledger = branch(tmp_path, "a", [event(0)], [event(1), event(2)])
    whole = ledger.read_bytes()
    ledger.write_bytes(change(whole.splitlines()))
    removed = len(ledger.read_bytes().replace(b"\n", b"")) - len(whole.replace(b"\n", b""))
    check = repair_ledger(ledger)
    assert (ledger.read_bytes(), check.repaired, check.whole) == (whole, repaired, True)
    aside = check.kept.read_bytes() if check.kept else b""
    assert len(aside.replace(b"\n", b"")) == removed
    again = repair_ledger(ledger)
    assert (again.repaired, again.kept, ledger.read_bytes()) == ({}, None, whole)


def test_a_repair_leaves_edited_lines_as_they_are(tmp_path: Path) -> None:
    """Only a copy shows what was written; the marks around them are still removed."""
    ledger = branch(tmp_path, "a", [event(0)], [event(1)])
    edited = ledger.read_bytes().replace(b'"rows": 0', b'"rows": 7')
    ledger.write_bytes(BOM + edited)
    check = repair_ledger(ledger)
    assert (ledger.read_bytes(), check.repaired) == (edited, {"bom": 1})
    assert [(fault.line, fault.kind) for fault in check.faults] == [(1, "edited")]
