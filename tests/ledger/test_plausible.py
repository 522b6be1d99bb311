"""Implausible times in a ledger, and a head of a paper found again: each limit at, below and above its value."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import Annulment, Entry, Event, append_events
from meguro_opendata.ledger.plausible import FoundHead, OddEntry, _in_order, find_head, implausible_times

NOW = datetime(2025, 6, 10, 0, 0, tzinfo=UTC)  # 9 o'clock in Japan


def event(time: str, **changed: str) -> Event:
    """A made-up publication at a time."""
    full = time if "T" in time else f"{time}T09:00:00+09:00"
    return Event("publish", full, "ward", "aed", "a.csv", None, "課", 1, "", **changed)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger."""
    return tmp_path / "ledger.jsonl"


def odd_lines(ledger: Path, entries: Sequence[Entry]) -> list[int]:
    """The lines of entries whose time is implausible."""
    append_events(ledger, entries)
    return [one.line for one in implausible_times(ledger, NOW)]


@pytest.mark.parametrize(
    ("time", "odd"),
    [
        ("2025-06-11T08:59:59+09:00", False),
        ("2025-06-11T09:00:00+09:00", True),
        ("1990-01-01T00:00:00+09:00", False),
        ("1989-12-31T23:59:59+09:00", True),
    ],
)
def test_a_time_is_plausible_from_1990_to_a_day_ahead(time: str, odd: bool, ledger: Path) -> None:
    """Also of a catalogue, whose order of times is free."""
    append_events(ledger, [event(time, origin="harvested")])
    expected = [OddEntry(1, "time-implausible", time)] if odd else []
    assert implausible_times(ledger, NOW) == expected


@pytest.mark.parametrize(
    ("days", "odd"),
    [
        (["2025-06-01", "2025-06-02", "2025-06-03"], []),
        (["2025-06-02", "2025-06-01", "2025-06-03"], []),
        (["2025-06-02T09:00:01+09:00", "2025-06-01T09:00:00+09:00", "2025-06-03"], [2]),
        (["2025-06-05", "2025-06-01", "2025-06-06"], [2]),
        (["2025-06-05", "2025-06-06", "2025-06-01"], [3]),
        (["2025-06-05", "2025-06-01", "2025-06-02", "2025-06-03"], [1]),
        (["2025-06-01", "2025-06-09", "2025-06-02"], [3]),
        (["2025-06-01", "2025-06-01", "2025-06-01"], []),
    ],
)
def test_a_time_more_than_a_day_off_its_neighbours_is_implausible(
    days: list[str], odd: list[int], ledger: Path
) -> None:
    """The fewest lines are doubted, and of two that contradict each other the later one."""
    assert odd_lines(ledger, [event(day) for day in days]) == odd


def test_a_catalogues_times_are_of_any_order(ledger: Path) -> None:
    """They are the times of its entries, not of the ledger's lines."""
    days = ["2025-06-05", "2021-01-01", "2025-06-06"]
    assert odd_lines(ledger, [event(day, origin="harvested") for day in days]) == []


@pytest.mark.parametrize("at", ["", "2025-06-05T09:00:00+09:00"])
def test_an_annulled_line_is_no_longer_doubted(at: str, ledger: Path) -> None:
    """Neither after its time was corrected, nor after it was taken back."""
    assert odd_lines(ledger, [event("2025-06-05"), event("2025-06-01"), event("2025-06-06")]) == [2]
    target = json.loads(ledger.read_bytes().splitlines()[1])["hash"]
    append_events(ledger, [Annulment("2025-06-07T09:00:00+09:00", target, 2, "時計", "係", at)])
    assert implausible_times(ledger, NOW) == []


def test_unreadable_lines_and_times_are_left_to_the_check_of_the_chain(ledger: Path) -> None:
    """They have no time that could be judged."""
    ledger.write_bytes(b'{"hash": "x"}\n\n{"hash": "y", "time": "2025-06-01"}\nbroken\n')
    assert implausible_times(ledger, NOW) == []


@given(st.lists(st.integers(0, 9), max_size=9))
def test_the_series_in_order_is_the_longest(numbers: list[int]) -> None:
    """Its places rise, its times never go back, and a plain count of lengths finds none longer."""
    places = _in_order([datetime(2025, 6, 1 + number, tzinfo=UTC) for number in numbers])
    assert places == sorted(set(places))
    chosen = [numbers[place] for place in places]
    assert chosen == sorted(chosen)
    best: list[int] = []
    for at, number in enumerate(numbers):
        best.append(1 + max((best[other] for other in range(at) if numbers[other] <= number), default=0))
    assert len(places) == max(best, default=0)


def test_a_head_is_found_with_the_lines_after_it(ledger: Path) -> None:
    """By all of it or its beginning, with blanks around, in small or capital letters."""
    append_events(ledger, [event("2025-06-01"), event("2025-06-02"), event("2025-06-03")])
    head = json.loads(ledger.read_bytes().splitlines()[0])["hash"]
    for wanted in (head, head[:12], f" {head[:20].upper()} "):
        assert find_head(ledger, wanted) == FoundHead(wanted, 1, False, {"publish": 2})
    last = json.loads(ledger.read_bytes().splitlines()[-1])["hash"]
    assert find_head(ledger, last) == FoundHead(last, 3, False, {})
    assert find_head(ledger, "0" * 12) == FoundHead("0" * 12, None, False, {})


@pytest.mark.parametrize("wanted", ["", "abc", "a" * 11, "g" * 12, "a" * 65, "a" * 6 + " " + "a" * 6])
def test_a_head_has_12_to_64_hexadecimal_digits(wanted: str, ledger: Path) -> None:
    """Anything else is a typing error, and not a head that is missing."""
    with pytest.raises(MeguroOpendataError) as refused:
        find_head(ledger, wanted)
    assert (refused.value.code, refused.value.params) == ("head-not-hash", {"value": wanted})


def test_a_beginning_of_several_hashes_is_refused_with_their_lines(ledger: Path) -> None:
    """A former hash, from before a merge, counts like the line's own."""
    begin = "ab" * 6
    ledger.write_text(
        "".join(
            json.dumps(body) + "\n"
            for body in (
                {"hash": begin + "1", "event": "publish"},
                {"hash": "c" * 64, "event": "update", "was": [begin + "2"]},
                {"hash": "d" * 64, "event": "record", "was": ["e" * 64]},
            )
        )
    )
    assert find_head(ledger, "e" * 64) == FoundHead("e" * 64, 3, True, {})
    assert find_head(ledger, begin + "2") == FoundHead(begin + "2", 2, True, {"record": 1})
    with pytest.raises(MeguroOpendataError) as refused:
        find_head(ledger, begin)
    assert (refused.value.code, refused.value.params["lines"]) == ("head-ambiguous", [1, 2])
