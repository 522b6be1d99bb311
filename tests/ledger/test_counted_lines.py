"""Lines decoded for counting, their days in Japan, the verified head, and what was known on a day."""

import json
from array import array
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import Event, append_events, lines_known_on, read_portal, scan_ledger
from meguro_opendata.ledger.countedlines import Days, counted_lines
from meguro_opendata.ledger.entered import _in_order
from meguro_opendata.ledger.kepthead import Kept, believed, keep, verified_path
from meguro_opendata.ledger.lines import BOM, hash_of

LINE = b'{"event": "publish", "time": "2025-06-01T09:00:00+09:00", "dataset": "aed", "resource": "a.csv"}'


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger."""
    return tmp_path / "ledger.jsonl"


@pytest.mark.parametrize(
    ("data", "limit", "numbers", "offsets"),
    [
        (b"", None, [], [0]),
        (LINE, None, [1], [0, 96]),
        (LINE + b"\n", None, [1], [0, 97]),
        (LINE + b"\n\n" + LINE + b"\n", None, [1, 3], [0, 97, 98, 195]),
        (BOM + LINE + b"\r\n", None, [1], [0, 101]),
        (LINE + b"\n" + LINE + b"\n", 1, [1], [0, 97]),
        (LINE + b"\n" + LINE + b"\n", 0, [], [0]),
        (LINE + b"\n" + LINE + b"\n", 5, [1, 2], [0, 97, 194]),
    ],
    ids=["no line", "no newline", "a line", "a blank line", "an editor's marks", "one", "none", "more than there are"],
)
def test_lines_are_decoded_with_number_and_offset(
    data: bytes, limit: int | None, numbers: list[int], offsets: list[int], ledger: Path
) -> None:
    """Blank lines count as lines; the offsets are those of the bytes in the file."""
    ledger.write_bytes(data)
    ends = array("Q", [0])
    found = list(counted_lines(ledger, ends, limit))
    assert ([number for number, _ in found], list(ends)) == (numbers, offsets)
    assert {(line.event, line.dataset, line.origin, line.sha256) for _, line in found} <= {
        ("publish", "aed", "published", "")
    }


@pytest.mark.parametrize(
    ("last", "code"),
    [
        (b'{"event"', "ledger-torn"),
        (b'{"event"\n', "ledger-broken"),
        (b"\xff\n", "ledger-broken"),
        (b'{"event": "moved", "time": "2025-06-01T09:00:00+09:00"}\n', "ledger-broken"),
        (LINE.replace(b'"aed"', b"1") + b"\n", "ledger-broken"),
    ],
)
def test_an_unreadable_line_is_refused_by_its_number(last: bytes, code: str, ledger: Path) -> None:
    """It is never skipped: a figure without it would be wrong."""
    event = Event("publish", "2025-06-01T09:00:00+09:00", "ward", "aed", "a.csv", None, "課", 1, "")
    append_events(ledger, [event])
    ledger.write_bytes(ledger.read_bytes() + b"\n" + last)
    with pytest.raises(MeguroOpendataError) as refused:
        list(counted_lines(ledger, array("Q", [0]), None))
    assert (refused.value.code, refused.value.params["line"]) == (code, 3)
    if b"time" not in last:
        with pytest.raises(MeguroOpendataError) as known:
            lines_known_on(ledger, date(2025, 6, 30))
        assert (known.value.code, known.value.params["line"]) == (code, 3)
    if code == "ledger-torn":
        assert read_portal(ledger, "ward").published == {"aed"}
    elif b"moved" not in last:  # an event of another kind is ignored by a portal's state
        with pytest.raises(MeguroOpendataError) as portal:
            read_portal(ledger, "ward")
        assert portal.value.code == code


@given(st.lists(st.tuples(st.integers(0, 4 * 10**9), st.integers(-12, 14)), max_size=8))
def test_days_are_those_of_japan_in_any_order_of_times(moments: list[tuple[int, int]]) -> None:
    """A remembered day never is another time's."""
    days = Days(Path("l"))
    for seconds, offset in moments:
        time = datetime.fromtimestamp(seconds, timezone(timedelta(hours=offset)))
        expected = time.astimezone(timezone(timedelta(hours=9))).date().isoformat()
        assert days.of(time.isoformat(), 1) == expected


@pytest.mark.parametrize("time", ["", "2025-06-01", "2025-06-01T09:00:00", "yesterday", "9999-12-31T23:00:00-12:00"])
def test_a_time_without_offset_or_day_is_refused(time: str) -> None:
    """Also after a time of the same day, which is remembered."""
    days = Days(Path("l"))
    assert days.of("2025-06-01T09:00:00+09:00", 1) == "2025-06-01"
    with pytest.raises(MeguroOpendataError) as refused:
        days.of(time, 8)
    assert (refused.value.code, refused.value.params["line"]) == ("ledger-broken", 8)


@given(st.lists(st.sampled_from(["", "2025-06-01", "2025-06-02", "2025-06-03", "2025-06-04"]), max_size=9))
def test_the_days_in_order_are_the_longest_series(days: list[str]) -> None:
    """Empty days are not in it, and no longer series never goes back."""
    places = sorted(_in_order(days))
    chosen = [days[place] for place in places]
    assert "" not in chosen
    assert chosen == sorted(chosen)
    best: list[int] = []
    for at, day in enumerate(days):
        before = (best[other] for other in range(at) if days[other] and days[other] <= day)
        best.append(1 + max(before, default=0) if day else 0)
    assert len(places) == max(best, default=0)


KEPT = Kept(3, 5, "a" * 64, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")  # of «hello»


@pytest.mark.parametrize(
    ("data", "valid"), [(b"hello", True), (b"hello and more", True), (b"hellO and more", False), (b"hell", False)]
)
def test_a_verified_head_is_used_only_if_every_byte_before_it_agrees(data: bytes, valid: bool, ledger: Path) -> None:
    """Bytes after it are not looked at; a shorter ledger does not agree."""
    ledger.write_bytes(data)
    keep(ledger, KEPT)
    with ledger.open("rb") as file:
        kept, digest = believed(ledger, file)
    assert kept == (KEPT if valid else None)
    assert digest.hexdigest() == (KEPT.digest if valid else sha256().hexdigest())


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "meguro-opendata-verified@2"},
        {"lines": 0},
        {"lines": -1},
        {"lines": True},
        {"lines": "3"},
        {"bytes": 0},
        {"bytes": 5.0},
        {"head": None, "hash": "x"},
    ],
)
def test_a_damaged_verified_head_is_ignored(changed: dict[str, object], ledger: Path) -> None:
    """Numbers have to be positive whole ones, even under a checksum that fits."""
    ledger.write_bytes(b"hello")
    keep(ledger, KEPT)
    body = {**json.loads(verified_path(ledger).read_bytes()), **changed}
    if "hash" not in changed:
        body["hash"] = hash_of(body)
    verified_path(ledger).write_text(json.dumps(body))
    with ledger.open("rb") as file:
        assert believed(ledger, file)[0] is None


def test_an_empty_ledger_has_no_history(ledger: Path) -> None:
    """Also one of blank lines and marks only."""
    for data, lines in ((b"", 0), (b"\n \n", 2), (BOM, 1)):
        ledger.write_bytes(data)
        history = scan_ledger(ledger, date.max)
        assert (history.datasets, history.entries([])) == ({}, {})
        assert lines_known_on(ledger, date.max) == lines
