"""The journal of interrupted publications: written whole, read back, refused if damaged, and completed exactly once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import (
    Event,
    Pending,
    Place,
    append_events,
    append_missing,
    pending_path,
    place_of,
    read_pending,
    verify_ledger,
    write_pending,
)
from meguro_opendata.ledger.chain import START, hash_of, last_hash

CITY, OTHER_CITY = "131105", "131091"


def event(number: int, **changed: Any) -> Event:
    """A made-up publication of one file."""
    values: dict[str, Any] = {
        "event": "publish",
        "time": "2025-06-01T09:00:00+09:00",
        "portal": "ward",
        "dataset": "aed",
        "resource": f"一覧{number}.csv",
        "standard": None,
        "department": "防災課",
        "rows": number,
        "sha256": "",
    }
    return Event(**{**values, **changed})


def publication(portal: str = "ward", *datasets: tuple[str, str]) -> dict[str, Any]:
    """A journal's entry with datasets and their actions."""
    named = [{"dataset": name, "action": action} for name, action in datasets or (("aed", "update"),)]
    return {"portal": portal, "plan": "abc123", "moment": "2025-06-01T09:00:00+09:00", "datasets": named, "注": "続き"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger that does not exist yet."""
    return tmp_path / "ledger.jsonl"


@pytest.mark.parametrize(
    ("actions", "names"),
    [
        ([("aed", "create"), ("toilet", "update"), ("aed2", "remove")], ("aed", "toilet", "aed2")),
        ([("aed", "unchanged"), ("toilet", "update")], ("toilet",)),
        ([("toilet", "update"), ("aed", "unchanged")], ("toilet",)),
        ([("aed", "unchanged"), ("toilet", "unchanged")], ("aed", "toilet")),
        ([("aed", "conflict")], ("aed",)),
    ],
)
def test_a_publication_names_the_datasets_that_its_plan_changes(
    actions: list[tuple[str, str]], names: tuple[str, ...]
) -> None:
    """Unchanged datasets are left out, unless nothing else is in the plan."""
    content = publication("ward", *actions)
    assert Pending.of(content) == Pending("ward", "abc123", "2025-06-01T09:00:00+09:00", names, content)


def test_the_journal_is_beside_its_ledger_under_the_ledgers_name() -> None:
    """Each ledger of a folder has its own journal."""
    assert pending_path(Path("a/ledger.jsonl")) == Path("a/ledger.pending.json")
    assert pending_path(Path("a/ward.jsonl")) == Path("a/ward.pending.json")


def test_a_written_journal_is_read_back_in_its_order(ledger: Path) -> None:
    """The file is JSON that a person can read, with the city and a checksum of itself."""
    said = [publication("ward"), publication("tokyo", ("toilet", "create"))]
    write_pending(ledger, CITY, said)
    assert read_pending(ledger, CITY) == tuple(map(Pending.of, said))
    text = pending_path(ledger).read_text(encoding="utf-8")
    body = {"format": "meguro-opendata-pending@1", "city": CITY, "publications": said}
    assert text == json.dumps({**body, "hash": hash_of(body)}, ensure_ascii=False, indent=1) + "\n"


def test_a_ledger_without_a_journal_has_no_interrupted_publication(ledger: Path) -> None:
    """Neither before the first publication, nor after the journal was removed; removing it twice is no error."""
    assert read_pending(ledger, CITY) == ()
    write_pending(ledger, CITY, [])
    write_pending(ledger, CITY, [publication()])
    assert pending_path(ledger).exists()
    write_pending(ledger, CITY, [])
    write_pending(ledger, CITY, [])
    assert (read_pending(ledger, CITY), list(ledger.parent.iterdir())) == ((), [])


def test_writing_the_journal_removes_an_unfinished_write_of_it(ledger: Path) -> None:
    """A kill can leave a file aside that never became the journal."""
    path = pending_path(ledger)
    unfinished, other = (path.with_name(f".{name}.abcd1234.tmp") for name in (path.name, "other.json"))
    for aside in (unfinished, other):
        aside.write_bytes(b"{")
    write_pending(ledger, CITY, [publication()])
    assert (unfinished.exists(), other.exists()) == (False, True)


def _with(**changed: object) -> Callable[[bytes], bytes]:
    """A journal with other values under a checksum that fits them."""

    def change(data: bytes) -> bytes:
        content = {**json.loads(data), **changed}
        del content["hash"]
        return json.dumps({**content, "hash": hash_of(content)}).encode()

    return change


def _without(key: str) -> Callable[[bytes], bytes]:
    """A journal without a key, under a checksum that fits the rest."""

    def change(data: bytes) -> bytes:
        content = {name: value for name, value in json.loads(data).items() if name not in (key, "hash")}
        return json.dumps({**content, "hash": hash_of(content)}).encode()

    return change


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b"abc123", b"abc124"),
        lambda data: data.replace(b'"hash": "', b'"hash": "0'),
        lambda data: data[:-3],
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"null",
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        _with(format="meguro-opendata-pending@2"),
        _with(publications=None),
        _with(publications=["ward"]),
        _with(publications=[{"portal": "ward"}]),
        _without("format"),
        _without("city"),
        _without("publications"),
        lambda data: data.replace(b"131105", b"131091"),  # edited: damage is named before the other city
    ],
)
def test_a_journal_that_is_not_as_it_was_written_is_refused(damage: Callable[[bytes], bytes], ledger: Path) -> None:
    """The file is named, and stays as it is."""
    write_pending(ledger, CITY, [publication()])
    path = pending_path(ledger)
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(MeguroOpendataError) as refused:
        read_pending(ledger, CITY)
    assert (refused.value.code, refused.value.params) == ("pending-damaged", {"file": str(path)})
    assert path.read_bytes() == before


def test_a_journal_in_whose_place_a_folder_is_cannot_be_read(ledger: Path) -> None:
    """A journal that cannot be opened is not taken for no journal."""
    pending_path(ledger).mkdir()
    with pytest.raises(MeguroOpendataError) as refused:
        read_pending(ledger, CITY)
    assert refused.value.code == "pending-damaged"


def test_the_journal_of_another_municipality_is_refused(ledger: Path) -> None:
    """Its publications must not be completed into this ledger."""
    write_pending(ledger, OTHER_CITY, [publication()])
    with pytest.raises(MeguroOpendataError) as refused:
        read_pending(ledger, CITY)
    values = {"file": str(pending_path(ledger)), "ledger": str(ledger)}
    assert (refused.value.code, refused.value.params) == ("pending-foreign", values)
    assert len(read_pending(ledger, OTHER_CITY)) == 1


def test_the_place_is_the_size_and_the_last_hash(ledger: Path) -> None:
    """A ledger that does not exist yet, or is empty, ends at its start."""
    assert place_of(ledger) == Place(0, START)
    ledger.write_bytes(b"")
    assert place_of(ledger) == Place(0, START)
    append_events(ledger, [event(1), event(2)])
    last = json.loads(ledger.read_bytes().splitlines()[-1])
    assert place_of(ledger) == Place(len(ledger.read_bytes()), last["hash"])


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize("there", [0, 1, 2, 3])
def test_only_missing_entries_are_appended(before: int, there: int, ledger: Path) -> None:
    """Whatever number of them was written before the kill, the ledger ends alike, and again nothing is added."""
    append_events(ledger, [event(number) for number in range(before)])
    place, events = place_of(ledger), [event(number) for number in range(10, 13)]
    append_events(ledger, events[:there])
    assert append_missing(ledger, place, events) == 3 - there
    rows = [json.loads(line)["rows"] for line in ledger.read_bytes().splitlines()]
    assert (rows, verify_ledger(ledger).faults) == ([*range(before), 10, 11, 12], ())
    assert append_missing(ledger, place, events) == 0
    assert len(ledger.read_bytes().splitlines()) == before + 3


@given(st.data(), st.integers(0, 2))
def test_a_publication_that_broke_off_at_any_byte_is_completed_to_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, before: int
) -> None:
    """Completing is the inverse of cutting: a torn line of a missing entry is written again in the same bytes."""
    path = tmp_path_factory.mktemp("j") / "ledger.jsonl"
    append_events(path, [event(number) for number in range(before)])
    place, events = place_of(path), [event(10), event(10), event(11)]
    append_events(path, events)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(place.bytes, len(whole) - 1))])
    append_missing(path, place, events)
    assert path.read_bytes().replace(b"\n\n", b"\n") == whole


def test_each_line_accounts_for_one_of_two_equal_entries(ledger: Path) -> None:
    """Two equal entries need two lines, and equal lines before the place do not count."""
    twice = [event(1), event(1)]
    append_events(ledger, [event(1)])
    place = place_of(ledger)
    append_events(ledger, [event(1)])
    assert append_missing(ledger, place, twice) == 1
    assert append_missing(ledger, place, twice) == 0
    assert len(ledger.read_bytes().splitlines()) == 3


def test_entries_of_others_after_the_place_stay_and_do_not_count(ledger: Path) -> None:
    """Another writer may have added its lines in between."""
    append_events(ledger, [event(1)])
    place = place_of(ledger)
    append_events(ledger, [event(8), event(2), event(9)])
    assert append_missing(ledger, place, [event(2), event(3)]) == 1
    assert [json.loads(line)["rows"] for line in ledger.read_bytes().splitlines()] == [1, 8, 2, 9, 3]


def test_without_entries_the_ledger_is_not_looked_at(ledger: Path) -> None:
    """Not even a ledger that the place does not belong to is refused then."""
    ledger.write_bytes(b"torn")
    assert append_missing(ledger, Place(99, "f" * 64), []) == 0
    assert ledger.read_bytes() == b"torn"


@pytest.mark.parametrize("size", [0, 1, 10_000], ids=["no size", "wrong size", "beyond the end"])
def test_a_place_is_found_by_its_hash_where_its_size_is_wrong(size: int, ledger: Path) -> None:
    """As after a merge, which moves lines: entries after the hash count, and those up to it do not."""
    append_events(ledger, [event(1), event(2)])
    head = last_hash(ledger)
    append_events(ledger, [event(3)])
    assert append_missing(ledger, Place(size, head), [event(3)]) == 0
    assert append_missing(ledger, Place(size, head), [event(2)]) == 1


def test_the_start_of_a_ledger_is_a_place_before_all_lines(ledger: Path) -> None:
    """A publication that began with no ledger finds its entries in the first lines."""
    append_events(ledger, [event(1), event(2)])
    assert append_missing(ledger, Place(0, START), [event(1), event(2), event(3)]) == 1


def test_a_place_at_a_line_without_its_newline_is_found(ledger: Path) -> None:
    """An editor took the newline away before the publication began."""
    append_events(ledger, [event(1)])
    ledger.write_bytes(ledger.read_bytes().removesuffix(b"\n"))
    place = place_of(ledger)
    append_events(ledger, [event(2)])
    assert append_missing(ledger, place, [event(2), event(3)]) == 1
    assert [json.loads(line)["rows"] for line in ledger.read_bytes().splitlines()] == [1, 2, 3]


def test_a_ledger_without_the_places_line_is_refused_and_stays(ledger: Path) -> None:
    """The ledger was replaced by another one since: its size alone proves nothing."""
    append_events(ledger, [event(1)])
    before = ledger.read_bytes()
    for size in (0, len(before)):
        with pytest.raises(MeguroOpendataError) as refused:
            append_missing(ledger, Place(size, "f" * 64), [event(2)])
        values = {"file": str(pending_path(ledger)), "ledger": str(ledger)}
        assert (refused.value.code, refused.value.params) == ("pending-foreign", values)
    assert ledger.read_bytes() == before


def test_a_missing_ledger_is_refused_unless_the_place_is_its_start(ledger: Path) -> None:
    """A deleted ledger is noticed; a ledger that was not there yet is begun."""
    with pytest.raises(MeguroOpendataError) as refused:
        append_missing(ledger, Place(10, "f" * 64), [event(1)])
    assert (refused.value.code, ledger.exists()) == ("pending-foreign", False)
    assert append_missing(ledger, Place(0, START), [event(1)]) == 1


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b'{"event": "record"', "ledger-torn"),
        (b"{}\n", "ledger-broken"),
        (b"[1]\n", "ledger-broken"),
        (b"\xff", "ledger-torn"),
    ],
)
def test_bytes_of_another_writer_are_never_cut_off(broken: bytes, code: str, ledger: Path) -> None:
    """Torn bytes that no missing entry begins with, and unreadable lines, are refused and stay."""
    append_events(ledger, [event(1)])
    place = place_of(ledger)
    ledger.write_bytes(ledger.read_bytes() + broken)
    before = ledger.read_bytes()
    with pytest.raises(MeguroOpendataError) as refused:
        append_missing(ledger, place, [event(2)])
    assert (refused.value.code, ledger.read_bytes()) == (code, before)


def test_torn_bytes_are_cut_off_only_for_a_missing_entry(ledger: Path) -> None:
    """With all entries in the ledger, the torn bytes are another line's, although an entry's line begins with them."""
    append_events(ledger, [event(1)])
    place = place_of(ledger)
    append_events(ledger, [event(2)])
    ledger.write_bytes(ledger.read_bytes() + ledger.read_bytes()[place.bytes :][:40])
    before = ledger.read_bytes()
    assert append_missing(ledger, place, [event(2)]) == 0
    assert ledger.read_bytes() == before


def test_a_place_is_found_after_many_lines_at_its_very_byte(ledger: Path) -> None:
    """Newlines count as bytes: the line of the place itself never accounts for an entry."""
    append_events(ledger, [event(number) for number in range(600)])
    head = last_hash(ledger)
    append_events(ledger, [event(1000)])
    assert append_missing(ledger, Place(0, head), [event(599)]) == 1


def test_places_are_values() -> None:
    """Equal ones are one in a set, so that a place that was remembered can be compared."""
    assert len({Place(1, "a"), Place(1, "a"), Place(1, "b"), Place(2, "a")}) == 3
