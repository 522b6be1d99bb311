"""Trust in the ledger: a kept head is believed only of the same bytes, a changed ledger grows no further."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import EntryError, MeguroOpendataError
from meguro_opendata.ledger import (
    Annulment,
    Dating,
    Event,
    Record,
    append_events,
    check_ledger,
    hashes_of,
    merge_ledgers,
    read_entries,
    repair_ledger,
    scan_ledger,
    trust,
    verify_ledger,
)
from meguro_opendata.ledger.dating import FirstPublication, enter_datings
from meguro_opendata.ledger.kepthead import verified_path
from meguro_opendata.ledger.plausible import find_head, implausible_times

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def event(number: int, **changed: Any) -> Event:
    """A publication, made up."""
    values: dict[str, Any] = {
        "event": "publish",
        "time": f"2025-06-{1 + number % 28:02}T09:00:00+09:00",
        "portal": "ward",
        "dataset": f"d{number}",
        "resource": "一覧.csv",
        "standard": None,
        "department": "危機管理部防災課",
        "rows": number,
        "sha256": "",
    }
    return Event(**{**values, **changed})


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a verified head from the second line on."""
    monkeypatch.setattr(trust, "_settings", lambda: {"keep_after": 2})


def kinds(ledger: Path) -> list[tuple[int, str]]:
    """The faults that the check names."""
    return [(fault.line, fault.kind) for fault in verify_ledger(ledger).faults]


@settings(max_examples=300)
@given(st.data(), st.integers(1, 255), st.booleans())
def test_any_single_byte_changed_is_not_verified(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, change: int, kept: bool
) -> None:
    """Whatever byte is changed wherever, also a blank, also before a kept head, with size and time as they were."""
    ledger = tmp_path_factory.mktemp("l") / "ledger.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust, "_settings", lambda: {"keep_after": 2 if kept else 1000})
        append_events(ledger, [event(number, title="防災\n") for number in range(4)])
        assert check_ledger(ledger).verified
        assert verified_path(ledger).exists() == kept
        append_events(ledger, [event(5)])
        whole, stat = bytearray(ledger.read_bytes()), ledger.stat()
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= change
        ledger.write_bytes(whole)
        os.utime(ledger, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert not check_ledger(ledger).verified
        with pytest.raises(MeguroOpendataError):
            append_events(ledger, [event(6)])
    assert ledger.read_bytes() == whole


@pytest.mark.usefixtures("keeping")
def test_a_kept_head_spares_the_lines_before_it_and_is_no_more_than_a_cache(tmp_path: Path) -> None:
    """Only later lines are read one by one; without the file, with a damaged or another's, all are, and agree."""
    ledger, other = tmp_path / "ledger.jsonl", tmp_path / "other.jsonl"
    append_events(ledger, [event(number) for number in range(5)])
    append_events(other, [event(number, rows=99) for number in range(5)])
    first, foreign = check_ledger(ledger), check_ledger(other)
    append_events(ledger, [event(9)])
    found = check_ledger(ledger)
    assert (first.kept, found.kept, found.lines, foreign.kept) == (0, 5, 6, 0)
    good = verified_path(ledger).read_bytes()
    for damaged in (b"", b"{}", b"[1]", good[:-9], good.replace(b'"lines": 5', b'"lines": 6'), b"\xff", None):
        if damaged is None:
            shutil.copy(verified_path(other), verified_path(ledger))
        else:
            verified_path(ledger).write_bytes(damaged)
        again = check_ledger(ledger)
        assert (again.kept, again.lines, again.head, again.verified) == (0, 6, found.head, True)
    verified_path(ledger).unlink()
    assert check_ledger(ledger).verified


@pytest.mark.usefixtures("keeping")
def test_a_share_for_reading_has_no_kept_head(tmp_path: Path) -> None:
    """Where nothing can be written the ledger is checked all the same."""
    folder = tmp_path / "share"
    folder.mkdir()
    append_events(folder / "ledger.jsonl", [event(number) for number in range(5)])
    verified_path(folder / "ledger.jsonl").mkdir()  # as good as a folder without permission, also for an administrator
    assert check_ledger(folder / "ledger.jsonl").verified


FORMS = [
    (lambda whole: b"\xef\xbb\xbf" + whole, [(1, "bom")]),
    (lambda whole: whole.replace(b"\n", b"\r\n"), [(1, "crlf"), (2, "crlf"), (3, "crlf")]),
    (lambda whole: whole.replace(b"\n", b"\n\n", 1), [(2, "blank")]),
    (lambda whole: b" \n" + whole + b"\n\t\n", [(1, "blank"), (5, "blank"), (6, "blank")]),
    (lambda whole: whole.removesuffix(b"\n"), [(3, "newline-missing")]),
    (
        lambda whole: b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n").removesuffix(b"\r\n"),
        [(1, "crlf"), (1, "bom"), (2, "crlf"), (3, "newline-missing")],
    ),
]


@pytest.mark.parametrize(("damage", "named"), FORMS, ids=["bom", "crlf", "blank", "blanks", "newline", "notepad"])
def test_form_is_named_blocks_nothing_and_is_repaired(
    damage: Callable[[bytes], bytes], named: list[tuple[int, str]], tmp_path: Path
) -> None:
    """What an editor leaves around the lines hides no entry; a writer goes on; a repair restores every byte."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(number) for number in range(3)])
    whole = ledger.read_bytes()
    entries = [entry for _, entry in read_entries(ledger)]
    ledger.write_bytes(damage(whole))
    assert kinds(ledger) == named
    assert check_ledger(ledger).verified
    assert [entry for _, entry in read_entries(ledger)] == entries
    history = scan_ledger(ledger, NOW.date())
    assert sorted(history.datasets) == ["d0", "d1", "d2"]
    lines = [first.line for name in ("d0", "d1", "d2") for first in history.datasets[name].firsts.values()]
    assert list(history.entries(lines).values()) == entries
    check = repair_ledger(ledger)
    assert (check.whole, sum(check.repaired.values()), ledger.read_bytes()) == (True, len(named), whole)
    ledger.write_bytes(damage(whole))
    assert append_events(ledger, [event(3)]) == 1
    assert check_ledger(ledger).verified
    assert len(list(read_entries(ledger))) == 4


sides = st.lists(st.integers(0, 6), max_size=6)


@settings(max_examples=150)
@given(st.integers(0, 3), sides, sides, sides)
def test_a_merge_keeps_every_entry_once(
    tmp_path_factory: pytest.TempPathFactory, common: int, left: list[int], right: list[int], again: list[int]
) -> None:
    """Entries of random forks, merged and merged again: as many of each as the side that has most of it."""
    folder = tmp_path_factory.mktemp("l")
    mine, theirs = folder / "ledger.jsonl", folder / "other.jsonl"
    append_events(mine, [event(100 + number) for number in range(common)])
    if common:
        shutil.copy(mine, theirs)
    else:
        theirs.touch()
        mine.touch()
    append_events(mine, map(event, left))
    append_events(theirs, map(event, right))
    known = [json.loads(line)["hash"] for file in (mine, theirs) for line in file.read_bytes().splitlines()]
    done = merge_ledgers(mine, theirs, "係", unrelated=True, now=NOW)
    assert verify_ledger(mine).whole
    wanted = Counter(left) | Counter(right)
    found = [entry for _, entry in read_entries(mine)]
    assert Counter(one.rows for one in found if isinstance(one, Event) and (one.rows or 0) < 100) == wanted
    assert (done.head, done.lines) == (verify_ledger(mine).head, len(found))
    assert all(find_head(mine, one).line for one in known)
    append_events(theirs, map(event, again))
    merge_ledgers(mine, theirs, "係", unrelated=True, now=NOW)
    assert verify_ledger(mine).whole
    bodies = [json.loads(line) for line in mine.read_bytes().splitlines()]
    said = Counter(body["rows"] for body in bodies if body["event"] == "publish" and body["rows"] < 100)
    assert said >= Counter(left) | Counter([*right, *again])


def test_a_merge_is_in_order_of_time_and_names_heads_and_fork(tmp_path: Path) -> None:
    """Lines of both sides by their time; each keeps its former hash; the old ledger stays beside."""
    mine, theirs = tmp_path / "ledger.jsonl", tmp_path / "other.jsonl"
    append_events(mine, [event(0)])
    shutil.copy(mine, theirs)
    append_events(mine, [event(4), event(8)])
    append_events(theirs, [event(3), event(6), event(9)])
    old, heads = mine.read_bytes(), (verify_ledger(mine).head, verify_ledger(theirs).head)
    fork = json.loads(old.splitlines()[0])["hash"]
    done = merge_ledgers(mine, theirs, "情報政策課", now=NOW)
    bodies = [json.loads(line) for line in mine.read_bytes().splitlines()]
    assert [body.get("rows") for body in bodies] == [0, 3, 4, 6, 8, 9, None]
    assert (bodies[-1]["head"], bodies[-1]["other"], bodies[-1]["fork"]) == (*heads, fork)
    assert (done.heads, done.fork, done.common, done.doubled) == (heads, fork, 1, 0)
    assert done.backup is not None
    assert done.backup.read_bytes() == old
    assert heads[0] in hashes_of(bodies[4])
    assert merge_ledgers(mine, theirs, "情報政策課", now=NOW).heads != ()


def test_one_file_with_the_lines_of_two_computers_is_merged(shared: Path, tmp_path: Path) -> None:
    """A shared folder may put both ends into one file: it is named as a fork, and merged without another ledger."""
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_bytes((shared / "cases" / "kpi" / "ledger_fork.jsonl").read_bytes())
    assert kinds(ledger) == [(3, "forked")]
    with pytest.raises(MeguroOpendataError, match="ledger merge") as refused:
        append_events(ledger, [event(1)])
    assert refused.value.code == "ledger-forked"
    assert merge_ledgers(ledger, None, "係", now=NOW).lines == 4
    assert verify_ledger(ledger).whole
    assert append_events(ledger, [event(1)]) == 1


def test_broken_pending_and_unrelated_ledgers_are_not_merged(tmp_path: Path) -> None:
    """A changed ledger, one without a common line, one with a publication that has not ended."""
    mine, theirs = tmp_path / "ledger.jsonl", tmp_path / "other.jsonl"
    append_events(mine, [event(0), event(1)])
    append_events(theirs, [event(5), event(6)])
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.jsonl")}
    with pytest.raises(MeguroOpendataError, match="unrelated"):
        merge_ledgers(mine, theirs, "係")
    theirs.write_bytes(before["other.jsonl"].replace(b'"rows": 6', b'"rows": 7'))
    with pytest.raises(MeguroOpendataError, match="2行目"):
        merge_ledgers(mine, theirs, "係", unrelated=True)
    theirs.write_bytes(before["other.jsonl"])
    (tmp_path / "other.pending.json").write_text("{}")
    with pytest.raises(MeguroOpendataError, match="途中で止まっています"):
        merge_ledgers(mine, theirs, "係", unrelated=True)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("[!.]*.jsonl*")} == before


TIMES: list[tuple[Sequence[str], list[int]]] = [
    (["2025-06-01", "2025-06-02", "2025-06-01"], []),
    (["2025-06-01", "2010-01-01", "2099-01-01", "2026-01-01"], [2, 3]),
    (["2025-06-01", "2026-10-01", "2025-06-02", "2025-06-03"], [2]),
    (["1970-01-01", "2025-06-01"], [1]),
    (["2025-06-05", "2025-06-04", "2025-06-02"], [3]),
    (["2024-01-01", "2025-06-05", "2025-06-05", "2024-02-01", "2025-06-06"], [4]),
]


@pytest.mark.parametrize(("days", "odd"), TIMES)
def test_times_that_cannot_be_right_are_named(days: Sequence[str], odd: list[int], tmp_path: Path) -> None:
    """The fewest lines that contradict the others; a catalogue's date is of any day; an annulled line is settled."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(number, time=f"{day}T09:00:00+09:00") for number, day in enumerate(days)])
    append_events(ledger, [event(77, origin="harvested", time="2011-01-01T09:00:00+09:00")])
    assert [found.line for found in implausible_times(ledger, NOW)] == odd
    bodies = [json.loads(line) for line in ledger.read_bytes().splitlines()]
    at = "2026-11-01T09:00:00+09:00"
    append_events(ledger, [Annulment(at, bodies[line - 1]["hash"], line, "時計", "係", at) for line in odd])
    assert implausible_times(ledger, NOW) == []
    assert verify_ledger(ledger).whole


def test_a_dating_is_not_held_against_a_time_that_cannot_be_right(tmp_path: Path) -> None:
    """An event that a wrong clock put into 2010 does not forbid the day that a document says."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(0), event(1, time="2010-01-01T10:00:00+09:00"), event(2)])
    said = FirstPublication("2", "d1", "", "令和7年6月1日", "区報")
    assert enter_datings(ledger, [said], "係", "表", NOW).entered == 1
    with pytest.raises(EntryError, match="最初の記録"):
        enter_datings(ledger, [replace(said, dataset="d0", first="2025/6/2")], "係", "表", NOW)
    assert [entry.first for _, entry in read_entries(ledger) if isinstance(entry, Dating)] == ["2025-06-01"]


def test_a_noted_head_is_found_with_what_came_after(tmp_path: Path) -> None:
    """Whole or by its beginning; a hash of another ledger is not there; too short a beginning is refused."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(1), event(2)])
    head = verify_ledger(ledger).head
    record = Record("2025-07-02T09:00:00+09:00", "opendata.use_cases", 1, "件", "2025-07-01", "起案", "係")
    append_events(ledger, [event(3), record])
    for noted in (head, head[:12], head[:20].upper()):
        found = find_head(ledger, noted)
        assert (found.line, found.former, found.after) == (2, False, {"publish": 1, "record": 1})
    assert find_head(ledger, "0123456789ab").line is None
    for wrong in (head[:11], "z" * 20, head + "0", ""):
        with pytest.raises(MeguroOpendataError):
            find_head(ledger, wrong)


def test_the_commands_say_that_figures_are_not_verified(
    shared: Path, workspace_dir: Path, command: Callable[..., Any], tmp_path: Path
) -> None:
    """An edited value: figures with a loud line, JSON and papers that say so, and no record on top of it."""
    at = ("--workspace", workspace_dir)
    ledger = workspace_dir / "ledger.jsonl"
    ledger.write_bytes((shared / "cases" / "kpi" / "ledger_edited_value.jsonl").read_bytes())
    shown = command("kpi", "show", "--fiscal-year", "2025", *at)
    assert (shown.code, shown.out.startswith("台帳が書き換えられています: 行 44")) == (0, True)
    assert "未検証" in shown.out
    said = json.loads(command("kpi", "show", "--fiscal-year", "2025", "--format", "json", *at).out)["ledger"]
    assert (said["verified"], said["lines"], said["faults"]) == (False, 51, [{"line": 44, "kind": "edited"}])
    before = ledger.read_bytes()
    refused = command("kpi", "record", "opendata.use_cases", "--value", "1", "--evidence", "起案", *at)
    assert (refused.code, "44行目" in refused.err, ledger.read_bytes()) == (2, True, before)
    page = tmp_path / "r7.html"
    assert command("kpi", "report", "--fiscal-year", "2025", "-o", page, *at).code == 0
    assert "台帳が書き換えられています: 行 44" in page.read_text(encoding="utf-8")
    ledger.write_bytes(before.replace(b'"value": 30,', b'"value": 3,', 1))
    if verify_ledger(ledger).whole:
        head = verify_ledger(ledger).head
        assert command("ledger", "verify", "--expect", head[:12], *at).code == 0
    assert command("ledger", "verify", "--expect", "0123456789ab", *at).code == 1
    assert command("ledger", "verify", "--expect", "xyz", *at).code == 2
