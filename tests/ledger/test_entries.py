"""Ledger entries as lines: every entry is read back as it was written, and a line of another form is refused."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import (
    Annulment,
    Dating,
    Entry,
    Event,
    Merge,
    Record,
    SameAs,
    Submission,
    append_events,
    chain,
    entry_of,
    hashes_of,
    japan_time,
    read_entries,
    verify_ledger,
)
from meguro_opendata.ledger.chain import START, chained, hash_of, last_hash
from meguro_opendata.ledger.entries import filled
from meguro_opendata.ledger.lines import BOM, entry_at, is_blank, ledger_lines, load_line

NOW = "2025-06-01T09:00:00+09:00"
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
days = st.dates().map(lambda day: day.isoformat())
times = st.just(NOW)
entries = st.one_of(
    st.builds(
        Event,
        event=st.sampled_from(["publish", "update", "withdraw"]),
        time=times,
        portal=text,
        dataset=text,
        resource=text,
        standard=st.none() | text.filter(bool),
        department=text,
        rows=st.none() | st.integers(0, 10**9),
        sha256=text,
        title=text,
        approval=st.none() | text.filter(bool),
        resource_id=text,
        entered=text,
    ),
    st.builds(Dating, time=times, dataset=text, resource=text, first=days, evidence=text, recorder=text),
    st.builds(
        Record,
        time=times,
        indicator=text,
        value=st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False),
        unit=text,
        day=days,
        evidence=text,
        recorder=text,
        note=text,
    ),
    st.builds(SameAs, time=times, dataset=text, former=text, reason=text, recorder=text, resource=text),
    st.builds(Annulment, time=times, target=text, line=st.integers(1, 10**6), reason=text, recorder=text, at=text),
    st.builds(Submission, time=times, quarter=text, approval=text, figures=text, recorder=text, reason=text),
    st.builds(Merge, time=times, head=text, other=text, fork=text, recorder=text),
)


@given(entries)
def test_every_entry_is_read_back_from_its_line(entry: Entry) -> None:
    """Writing and reading are inverse, also through the bytes of a chained line."""
    assert entry_of(filled(entry)) == entry
    (line,) = chained([entry], START)
    assert entry_of(json.loads(line)) == entry
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@given(entries)
def test_keys_that_are_unknown_are_ignored(entry: Entry) -> None:
    """A line of a later version has more keys, and is read."""
    assert entry_of({**filled(entry), "later": 1, "was": ["x"]}) == entry


BASE: dict[str, Any] = {
    "event": "publish",
    "time": NOW,
    "portal": "ward",
    "dataset": "aed",
    "resource": "a.csv",
    "standard": None,
    "department": "防災課",
    "rows": 1,
    "sha256": "",
}
RECORD: dict[str, Any] = {
    "event": "record",
    "time": NOW,
    "indicator": "a.b",
    "value": 1,
    "unit": "件",
    "day": "2025-06-01",
    "evidence": "起案",
    "recorder": "係",
}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, KeyError),
        ({"event": "moved"}, KeyError),
        ({name: value for name, value in BASE.items() if name != "portal"}, KeyError),
        ({name: value for name, value in BASE.items() if name != "rows"}, KeyError),
        ({**BASE, "rows": "1"}, TypeError),
        ({**BASE, "rows": True}, TypeError),
        ({**BASE, "rows": 1.5}, TypeError),
        ({**BASE, "dataset": None}, TypeError),
        ({**BASE, "title": 1}, TypeError),
        ({**BASE, "time": "2025-06-01T09:00:00"}, ValueError),
        ({**BASE, "time": "2025-06-01"}, ValueError),
        ({**BASE, "time": "yesterday"}, ValueError),
        ({**RECORD, "value": "1"}, TypeError),
        ({**RECORD, "value": False}, TypeError),
        ({**RECORD, "day": "2025-02-29"}, ValueError),
        ({**RECORD, "day": ""}, ValueError),
    ],
)
def test_a_line_of_another_form_is_no_entry(body: dict[str, Any], error: type[Exception]) -> None:
    """A missing key, a value of another kind, an impossible day and a time without an offset are refused."""
    with pytest.raises(error):
        entry_of(body)


@pytest.mark.parametrize("body", [BASE, {**BASE, "rows": None}, RECORD, {**RECORD, "value": 1.5}])
def test_a_line_of_the_right_form_is_an_entry(body: dict[str, Any]) -> None:
    """The same values, none of them changed."""
    assert {name: getattr(entry_of(body), name) for name in body} == body


def test_empty_optional_keys_are_not_written() -> None:
    """Required keys are written also when they are empty; optional ones only with a value, 0 included."""
    written = filled(Event("publish", NOW, "", "", "", None, "", 0, "", approval=None, theme="防災"))
    assert written.keys() >= {"portal", "dataset", "resource", "standard", "department", "rows", "sha256"}
    assert written.keys().isdisjoint({"approval", "title", "frequency", "resource_id", "entered"})
    assert (written["theme"], written["rows"], written["standard"]) == ("防災", 0, None)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC), "2026-03-31T23:59:59+09:00"),
        (datetime(2026, 3, 31, 15, tzinfo=UTC), "2026-04-01T00:00:00+09:00"),
        (datetime(2026, 3, 31, 23, 59, 59, 999_999, timezone(timedelta(hours=9))), "2026-03-31T23:59:59+09:00"),
        (datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=-5))), "2026-01-01T14:00:00+09:00"),
    ],
)
def test_times_are_written_in_japans_time_to_the_second(moment: datetime, written: str) -> None:
    """Parts of a second are cut off, so that times of one second compare equal."""
    assert japan_time(moment) == written


@given(st.dictionaries(text, st.integers() | text, max_size=5), st.randoms())
def test_a_hash_depends_on_the_content_and_not_on_the_order(body: dict[str, Any], random: Any) -> None:
    """Any other value gives another hash; the hash itself is left out."""
    names = list(body)
    random.shuffle(names)
    assert hash_of({name: body[name] for name in names}) == hash_of({**body, "hash": "x"}) == hash_of(body)
    assert hash_of({**body, "new": 1}) != hash_of({**body, "new": 2})


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ({"hash": "b"}, ("b",)),
        ({"hash": "b", "was": ["a"]}, ("b", "a")),
        ({"hash": "c", "was": ["b", 1, None, "a"]}, ("c", "b", "a")),
        ({"hash": "b", "was": "a"}, ("b",)),
        ({"hash": "b", "was": []}, ("b",)),
    ],
)
def test_a_line_is_known_by_its_own_and_its_former_hashes(body: dict[str, Any], known: tuple[str, ...]) -> None:
    """The own hash comes first; values that are no hashes are ignored."""
    assert hashes_of(body) == known


@pytest.mark.parametrize(
    ("line", "blank"),
    [
        (b"", True),
        (b" \t\r", True),
        (BOM, True),
        (BOM + b" ", True),
        (b"{}", False),
        (b" x", False),
        (BOM + b"x", False),
    ],
)
def test_a_line_of_blanks_or_marks_is_blank(line: bytes, blank: bool) -> None:
    """A byte order mark alone is no content."""
    assert is_blank(line) is blank


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [(1, b"a", False)]),
        (b"a\n", [(1, b"a", True)]),
        (b"a\n\nb", [(1, b"a", True), (2, b"", True), (3, b"b", False)]),
        (b"a\r\nb\n", [(1, b"a\r", True), (2, b"b", True)]),
    ],
)
def test_lines_come_with_their_number_and_their_end(
    data: bytes, lines: list[tuple[int, bytes, bool]], tmp_path: Path
) -> None:
    """Only a newline ends a line, and carriage returns stay."""
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes(data)
    assert list(ledger_lines(ledger)) == lines


@pytest.mark.parametrize(
    ("line", "ended", "code"),
    [
        (b'{"hash": "x', False, "ledger-torn"),
        (b'{"hash": "x', True, "ledger-broken"),
        (b'{"a": 1}', False, "ledger-torn"),
        (b'{"a": 1}', True, "ledger-broken"),
        (b'{"hash": 1}', True, "ledger-broken"),
        (b"[]", True, "ledger-broken"),
        (b"\xff", True, "ledger-broken"),
        (b"[" * 100_000, True, "ledger-broken"),
    ],
)
def test_an_unreadable_line_is_torn_only_without_its_end(line: bytes, ended: bool, code: str) -> None:
    """The error names file and line."""
    with pytest.raises(MeguroOpendataError) as refused:
        load_line(Path("l.jsonl"), 7, line, ended=ended)
    assert (refused.value.code, refused.value.params) == (code, {"file": "l.jsonl", "line": 7})


def test_a_line_that_is_no_entry_is_broken() -> None:
    """Its JSON can be read, and its keys are not those of an entry."""
    assert load_line(Path("l"), 1, BOM + b'{"hash": "x"}') == {"hash": "x"}
    with pytest.raises(MeguroOpendataError) as refused:
        entry_at(Path("l"), 3, b'{"hash": "x", "event": "publish"}')
    assert (refused.value.code, refused.value.params["line"]) == ("ledger-broken", 3)


def _record(number: int, note: str = "") -> Record:
    return Record(NOW, "a.b", number, "件", "2025-06-01", "起案", "係", note)


@pytest.mark.parametrize("tail", [1, 7, 64, 1 << 16])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n \n", b"\r\n"])
def test_the_last_hash_is_found_from_the_end_in_pieces_of_any_size(
    tail: int, end: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines longer and shorter than a piece, blanks behind the last one, and a missing newline."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [_record(1), _record(2, "長い注" * 40), _record(3)])
    expected = json.loads(ledger.read_bytes().splitlines()[-1])["hash"]
    ledger.write_bytes(ledger.read_bytes().removesuffix(b"\n") + end)
    monkeypatch.setattr(chain, "_TAIL", tail)
    assert last_hash(ledger) == expected


@pytest.mark.parametrize("data", [None, b"", b"\n", b" \n\n"])
def test_a_ledger_without_entries_has_the_start_as_last_hash(data: bytes | None, tmp_path: Path) -> None:
    """Missing, empty, or of blank lines only."""
    ledger = tmp_path / "ledger.jsonl"
    if data is not None:
        ledger.write_bytes(data)
    assert last_hash(ledger) == START


@pytest.mark.parametrize(
    ("change", "code"),
    [(lambda data: data[:-10], "ledger-torn"), (lambda data: data[:-10] + b"\n", "ledger-broken")],
)
def test_an_unreadable_last_line_is_named_by_its_number(
    change: Callable[[bytes], bytes], code: str, tmp_path: Path
) -> None:
    """Although it was read from the end."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [_record(1), _record(2), _record(3)])
    ledger.write_bytes(change(ledger.read_bytes()))
    with pytest.raises(MeguroOpendataError) as refused:
        last_hash(ledger)
    assert (refused.value.code, refused.value.params["line"]) == (code, 3)


def test_appending_nothing_makes_no_file(tmp_path: Path) -> None:
    """And a generator of entries is counted."""
    ledger = tmp_path / "ledger.jsonl"
    assert (append_events(ledger, []), ledger.exists()) == (0, False)
    assert append_events(ledger, (_record(number) for number in range(3))) == 3
    assert [number for number, _ in read_entries(ledger)] == [1, 2, 3]


def test_a_newline_that_an_editor_removed_is_put_back_before_the_next_entry(tmp_path: Path) -> None:
    """Otherwise two entries would be on one line."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [_record(1)])
    ledger.write_bytes(ledger.read_bytes().removesuffix(b"\n"))
    append_events(ledger, [_record(2)])
    assert [entry for _, entry in read_entries(ledger)] == [_record(1), _record(2)]
    assert verify_ledger(ledger).whole
