"""The ledger: entries stay as written, edits are found, writers lose nothing, a torn line is repaired."""

import errno
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import EntryError, MeguroOpendataError, SourceError, StorageError
from meguro_opendata.kpi.novelty import new_in_year
from meguro_opendata.ledger import (
    DatasetHistory,
    Dating,
    Event,
    Record,
    append_events,
    enter_events,
    import_events,
    japan_time,
    read_entries,
    read_ledger,
    read_packages,
    repair_ledger,
    scan_ledger,
    verify_ledger,
)
from meguro_opendata.ledger.dating import FirstPublication, enter_datings, read_first_publications

CODE = "131105"
FOREVER = date(9999, 1, 1)


def event(number: int = 0, **changed: Any) -> Event:
    """A publication, made up."""
    values: dict[str, Any] = {
        "event": "publish",
        "time": f"2025-06-{1 + number % 28:02}T09:00:00+09:00",
        "portal": "ward",
        "dataset": "aed",
        "resource": f"file_{number}.csv",
        "standard": "aed@2026",
        "department": "危機管理部危機管理課",
        "rows": number,
        "sha256": f"{number:064x}",
    }
    return Event(**{**values, **changed})


def package(name: str, *created: str, **changed: Any) -> dict[str, Any]:
    """A dataset as CKAN gives it, with one file for each time."""
    parts = [
        {
            "id": f"{number:08x}-{name}",
            "name": f"表{number}",
            "url": f"https://example.jp/{name}_{number}.csv",
            "created": time,
        }
        for number, time in enumerate(created)
    ]
    base = {
        "name": name,
        "title": name,
        "maintainer": "課",
        "metadata_created": "2024-01-01T00:00:00",
        "resources": parts,
    }
    return {**base, **changed}


def dump(path: Path, *packages: dict[str, Any]) -> Path:
    """A saved dump of packages."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in packages), encoding="utf-8")
    return path


def counts(ledger: Path) -> Counter[str]:
    """Events by month in Japan, counted from the lines themselves."""
    lines = map(json.loads, ledger.read_text(encoding="utf-8").splitlines())
    return Counter(line["time"][:7] for line in lines if line["event"] == "publish")


def test_written_entries_are_read_back(tmp_path: Path) -> None:
    """Events, datings and records come back as they went in; optional parts that are empty are not in the file."""
    ledger = tmp_path / "ledger.jsonl"
    entries = [
        event(1),
        event(2, standard=None, rows=None, approval="6目情第12号", origin="harvested", theme="防災"),
        Dating("2025-07-01T09:00:00+09:00", "aed", "", "2018-02-18", "区報", "情報政策課"),
        Record(
            "2025-07-02T09:00:00+09:00", "opendata.use_cases", 1, "件", "2025-07-01", "https://example.jp/", "係", "注"
        ),
    ]
    assert enter_events(ledger, entries) == 4
    assert [entry for _, entry in read_entries(ledger)] == entries
    assert read_ledger(ledger) == entries[:2]
    first = json.loads(ledger.read_text(encoding="utf-8").splitlines()[0])
    assert {"approval", "theme", "title", "frequency"} & set(first) == set()
    assert verify_ledger(ledger).whole


text = st.text(max_size=20)


@given(
    st.lists(st.builds(event, number=st.integers(0, 50), title=text, department=text), min_size=1, max_size=8),
    st.data(),
)
def test_any_single_edit_is_found(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    """Whatever value of whatever line is changed, the check names that line or, if its hash was made anew, the next."""
    ledger = tmp_path_factory.mktemp("l") / "ledger.jsonl"
    append_events(ledger, events)
    assert verify_ledger(ledger).whole
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").split("\n")[:-1]]
    index = data.draw(st.integers(0, len(lines) - 1))
    key = data.draw(st.sampled_from(sorted(set(lines[index]) - {"event", "time", "hash"})))
    lines[index][key] = 99999 if key == "rows" else "changed"
    ledger.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    assert [fault.line for fault in verify_ledger(ledger).faults] == [index + 1]


@pytest.mark.parametrize(
    ("damage", "faults"),
    [
        (lambda lines: lines[:1] + lines[2:], [(2, "unchained")]),
        (lambda lines: [lines[1], lines[0], lines[2]], [(1, "unchained"), (2, "unchained"), (3, "unchained")]),
        (lambda lines: [*lines[:2], b"{}", lines[2]], [(3, "unreadable")]),
        (lambda lines: [lines[0].replace(b"aed", b"aee"), *lines[1:]], [(1, "edited")]),
    ],
    ids=["removed", "exchanged", "put in", "edited"],
)
def test_damage_is_reported_by_kind_and_line(
    damage: Callable[[list[bytes]], list[bytes]], faults: list[tuple[int, str]], tmp_path: Path
) -> None:
    """Lines that were removed, moved, put in or edited are named; repairing does not touch them."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(number) for number in range(3)])
    ledger.write_bytes(b"\n".join(damage(ledger.read_bytes().split(b"\n")[:-1])) + b"\n")
    before = ledger.read_bytes()
    assert [(fault.line, fault.kind) for fault in repair_ledger(ledger).faults] == faults
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_last_line_is_reported_and_set_aside(cut: int, tmp_path: Path) -> None:
    """After a kill in the middle of a line nothing is counted or written until it is repaired; its bytes are kept."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(1), event(2)])
    whole = ledger.read_bytes()
    torn = whole.splitlines(keepends=True)[1][: -cut - 1]
    ledger.write_bytes(whole + torn)
    for refused in (
        lambda: append_events(ledger, [event(3)]),
        lambda: scan_ledger(ledger, FOREVER),
        lambda: read_ledger(ledger),
    ):
        with pytest.raises(MeguroOpendataError, match="3行目") as stopped:
            refused()
        assert stopped.value.code == "ledger-torn"
    assert [(fault.line, fault.kind) for fault in verify_ledger(ledger).faults] == [(3, "torn")]
    check = repair_ledger(ledger)
    assert (check.whole, check.lines, ledger.read_bytes()) == (True, 2, whole)
    assert check.kept is not None
    assert check.kept.read_bytes() == torn + b"\n"
    assert append_events(ledger, [event(3)]) == 1
    assert verify_ledger(ledger).whole


def test_eight_writers_lose_nothing(tmp_path: Path) -> None:
    """Eight processes that write at the same time leave one unbroken chain with every event."""
    program = (
        "import sys; from pathlib import Path; from meguro_opendata.ledger import Event, enter_events\n"
        "for n in range(25):\n"
        "    enter_events(Path(sys.argv[1]), [Event('publish', '2025-06-01T00:00:00+09:00', 'ward', sys.argv[2],"
        " str(n), None, '', None, '')])\n"
    )
    ledger = tmp_path / "ledger.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", program, ledger, str(writer)]) for writer in range(8)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 8
    assert Counter(written.dataset for written in read_ledger(ledger)) == {str(writer): 25 for writer in range(8)}
    assert verify_ledger(ledger).whole


def test_a_writer_that_is_killed_holds_no_lock(tmp_path: Path) -> None:
    """The lock of a process that is killed while it holds it is free at once."""
    ledger = tmp_path / "ledger.jsonl"
    program = (
        "import sys, time; from pathlib import Path; from meguro_opendata.files.whole import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, ledger], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline().strip() == b"held"
        holder.kill()
        assert enter_events(ledger, [event()]) == 1


class Msvcrt:
    """Windows' locks, as far as they are used: the first attempts end as after ten seconds of waiting."""

    LK_LOCK, LK_UNLCK = 1, 0

    def __init__(self, busy: int, error: int = errno.EDEADLOCK) -> None:
        """Refuse so many times, with an error."""
        self.busy, self.error = busy, error
        self.calls: list[tuple[int, int, int]] = []

    def locking(self, number: int, mode: int, length: int) -> None:
        """Note the call with the place in the file."""
        self.calls.append((mode, os.lseek(number, 0, os.SEEK_CUR), length))
        if mode == self.LK_LOCK and self.busy:
            self.busy -= 1
            raise OSError(self.error, "busy")


def test_windows_locks_are_waited_for_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte is locked, again while another holds it, and unlocked at the end; other errors are raised."""
    fake = Msvcrt(2)
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    assert enter_events(tmp_path / "ledger.jsonl", [event()]) == 1
    assert fake.calls == [(1, 0, 1)] * 3 + [(0, 0, 1)]
    monkeypatch.setitem(sys.modules, "msvcrt", Msvcrt(1, errno.EACCES))
    with pytest.raises(StorageError):
        enter_events(tmp_path / "ledger.jsonl", [event()])


@pytest.mark.parametrize("after", [20, 60])
def test_a_killed_writer_leaves_what_it_had_written(after: int, tmp_path: Path) -> None:
    """A writer is killed while it writes: every line that it reported is there, and the next writer goes on."""
    ledger = tmp_path / "ledger.jsonl"
    program = (
        "import itertools, sys; from pathlib import Path; from meguro_opendata.ledger import Event, enter_events\n"
        "for n in itertools.count():\n"
        "    enter_events(Path(sys.argv[1]), [Event('publish', '2025-06-01T00:00:00+09:00', 'ward', 'd', str(n),"
        " None, '', None, '')])\n"
        "    print(n, flush=True)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, ledger], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    with writer:
        for _ in range(after):
            told = int(writer.stdout.readline())
        writer.kill()
    check = repair_ledger(ledger)
    assert check.whole
    assert [found.resource for found in read_ledger(ledger)][: told + 1] == [str(n) for n in range(told + 1)]
    assert enter_events(ledger, [event()]) == 1
    assert verify_ledger(ledger).lines == check.lines + 1


def test_the_wards_catalogue_becomes_a_baseline(shared: Path, tmp_path: Path) -> None:
    """The 282 files of the real catalogue, counted anew from CKAN's own dates, month by month; all marked harvested."""
    source = shared / "catalog" / "meguro_package_show.jsonl"
    packages = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    moments = [datetime.fromisoformat(part["created"]) for one in packages for part in one["resources"]]
    wanted = Counter((moment + timedelta(hours=9)).strftime("%Y-%m") for moment in moments)
    ledger = tmp_path / "ledger.jsonl"
    done = import_events(ledger, read_packages(source), "tokyo", CODE)
    assert (done.entered, done.known, done.skipped) == (282, 0, ())
    assert counts(ledger) == wanted
    assert {found.origin for found in read_ledger(ledger)} == {"harvested"}
    again = import_events(ledger, read_packages(source), "another name", CODE)
    assert (again.entered, again.known, counts(ledger)) == (0, 282, wanted)
    shuffled = dump(tmp_path / "shuffled.jsonl", *reversed(packages))
    other = tmp_path / "other.jsonl"
    import_events(other, read_packages(shuffled), "tokyo", CODE)
    assert said_of_the_past(other) == said_of_the_past(ledger)


def said_of_the_past(ledger: Path) -> list[Event]:
    """The events of a ledger without the moment at which they were imported."""
    return [replace(event, entered="") for event in read_ledger(ledger)]


def test_two_dumps_come_to_the_same_in_either_order(tmp_path: Path) -> None:
    """The events of two overlapping dumps do not depend on which is imported first."""
    early = dump(tmp_path / "a.jsonl", package("131105_aed", "2021-08-13T13:42:00"))
    late = dump(
        tmp_path / "b.jsonl",
        package("131105_aed", "2021-08-13T13:42:00", "2022-04-01T00:00:00"),
        package("park", "2022-01-01T00:00:00"),
    )
    found = []
    for order in ([early, late], [late, early]):
        ledger = tmp_path / f"{order[0].stem}-ledger.jsonl"
        for source in order:
            import_events(ledger, read_packages(source), "tokyo", CODE)
        found.append({(one.dataset, one.resource, one.time) for one in read_ledger(ledger)})
    assert found[0] == found[1]
    assert {dataset for dataset, _, _ in found[0]} == {"aed", "park"}


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        ("2026-03-31T14:59:59", "2026-03-31T23:59:59+09:00"),
        ("2026-03-31T15:00:00", "2026-04-01T00:00:00+09:00"),
        ("2026-03-31T15:00:00.123456", "2026-04-01T00:00:00+09:00"),
        ("2024-02-28T15:00:00", "2024-02-29T00:00:00+09:00"),
        ("2026-04-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00"),
        ("2026-03-31T15:00:00Z", "2026-04-01T00:00:00+09:00"),
    ],
)
def test_ckans_naive_times_are_utc(stamp: str, time: str, tmp_path: Path) -> None:
    """CKAN's times are UTC unless they say otherwise: 31 March 15:00 is 1 April in Japan."""
    ledger = tmp_path / "ledger.jsonl"
    import_events(ledger, [("p", package("aed", stamp))], "tokyo", CODE)
    assert [found.time for found in read_ledger(ledger)] == [time]


def test_datasets_that_are_not_public_are_left_out_and_named(tmp_path: Path) -> None:
    """Private, deleted and empty datasets make no event; files of one name are distinguished."""
    twins = package("twins", "2021-08-13T13:42:00", "2021-08-13T13:42:00")
    twins["resources"][1]["url"] = twins["resources"][0]["url"]
    packages = [
        package("a", "2021-08-13T13:42:00", private=True),
        package("b", "2021-08-13T13:42:00", state="deleted"),
        package("c"),
        twins,
    ]
    ledger = tmp_path / "ledger.jsonl"
    done = import_events(ledger, [(one["name"], one) for one in packages], "tokyo", CODE)
    assert (done.entered, done.skipped) == (2, ("a", "b", "c"))
    assert len({found.resource for found in read_ledger(ledger)}) == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{garbage", "2行目"),
        ("[]", "2行目"),
        ('{"name": "x"}', "2行目"),
        ('{"name": "x", "resources": [1]}', "d.jsonl:2"),
        ("[" * 100_000, "2行目"),
    ],
)
def test_a_bad_dump_is_refused_with_its_line_and_writes_nothing(line: str, told: str, tmp_path: Path) -> None:
    """One bad line of a dump keeps all of it out of the ledger."""
    source = dump(tmp_path / "d.jsonl", package("aed", "2021-08-13T13:42:00"))
    source.write_text(source.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=told):
        import_events(tmp_path / "ledger.jsonl", read_packages(source), "tokyo", CODE)
    assert not (tmp_path / "ledger.jsonl").exists()


@pytest.mark.parametrize("stamp", ["yesterday", None, "9999-12-31T23:00:00", "0021-08-13T13:42:00", 3, "1989-12-31"])
@pytest.mark.parametrize("other", ["2022-07-09T08:28:08", "1965-01-01", None])
def test_an_odd_time_is_named_and_the_rest_is_taken(stamp: object, other: str | None, tmp_path: Path) -> None:
    """A time before there were catalogues, or none: the file has another date of its package, or is left out alone."""
    odd = package("x", "2021-08-13T13:42:00", str(stamp), metadata_created=other)
    odd["resources"][1]["created"] = stamp
    ledger = tmp_path / "ledger.jsonl"
    packages = [(name, one) for name, one in (("d:1", package("aed", "2021-08-13T13:42:00")), ("d:2", odd))]
    done = import_events(ledger, packages, "tokyo", CODE)
    found = {(one.dataset, one.resource): one.time for one in read_ledger(ledger)}
    usable = bool(other and other > "1990")
    used = "2022-07-09T17:28:08+09:00" if usable else ""
    assert found.get(("x", "x_1.csv"), "") == used
    assert {("aed", "aed_0.csv"), ("x", "x_0.csv")} <= set(found)
    named = [] if stamp is None and usable else [("d:2", "x_1.csv", used)]
    assert [(one.place, one.file, one.used) for one in done.odd] == named
    assert done.exit_code == (0 if usable else 1)


def test_a_name_of_several_datasets_is_named(tmp_path: Path) -> None:
    """In either order the earlier file is entered, and the name is reported."""
    twins = [package("aed", "2021-08-13T13:42:00"), package("aed", "2019-08-13T13:42:00")]
    for number, order in enumerate((twins, twins[::-1])):
        ledger = tmp_path / f"{number}.jsonl"
        done = import_events(ledger, [("d", one) for one in order], "tokyo", CODE)
        assert (done.doubled, done.exit_code, done.entered, done.known) == (("aed",), 1, 1, 1)
        assert [found.time for found in read_ledger(ledger)] == ["2019-08-13T22:42:00+09:00"]


def first(
    dataset: str = "aed", day: str = "2018-02-18", evidence: str = "区報", resource: str = ""
) -> FirstPublication:
    """A stated first publication."""
    return FirstPublication("2", dataset, resource, day, evidence)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (first(evidence=""), "evidence-missing"),
        (first(dataset="aeb"), "ledger-dataset-unknown-near"),
        (first(dataset="zzzzz"), "ledger-dataset-unknown"),
        (first(resource="fail_0.csv"), "ledger-file-unknown-near"),
        (first(day="2018年2月"), "date-without-day"),
        (first(day="平成30年"), "date-without-day"),
        (first(day="H30.2"), "date-without-day"),
        (first(day="18/2/18"), "bad-date"),
        (first(day="平成31年5月1日"), "bad-date"),
        (first(day="2018-02-30"), "bad-date"),
        (first(day="2999-01-01"), "day-in-future"),
        (first(day="2025-06-02"), "dating-too-late"),
    ],
)
def test_a_dating_that_cannot_be_is_refused(said: FirstPublication, code: str, tmp_path: Path) -> None:
    """Each fault of a dating is named, and the good rows beside it are not entered either."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event()])
    before = ledger.read_bytes()
    with pytest.raises(EntryError) as stopped:
        enter_datings(ledger, [first(), said], "係", "dates.csv")
    assert code in {fault.code for fault in stopped.value.faults}
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_datings_come_from_a_table_once(encoding: str, tmp_path: Path) -> None:
    """A table in any usual encoding is entered; entering it again writes nothing; a corrected day is entered."""
    ledger, table = tmp_path / "ledger.jsonl", tmp_path / "dates.csv"
    append_events(ledger, [event(), event(1, dataset="park")])
    rows = "データセット,初回公開日,根拠\naed,2018-02-18,区報\n,,\npark,2019-04-01,報道資料\n"
    table.write_bytes(rows.encode(encoding))
    done = [enter_datings(ledger, read_first_publications(table), "係", table) for _ in range(2)]
    assert [(one.entered, one.known) for one in done] == [(2, 0), (0, 2)]
    table.write_bytes(rows.replace("2019-04-01", "2019-05-01").encode(encoding))
    assert enter_datings(ledger, read_first_publications(table), "係", table).entered == 1
    assert [found.first for _, found in scan_ledger(ledger, FOREVER).datings] == [
        "2018-02-18",
        "2019-04-01",
        "2019-05-01",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [("データセット,根拠\naed,x\n", "columns-missing"), ("データセット,初回公開日,根拠\n", "no-rows")],
)
def test_a_table_without_a_column_or_rows_is_refused(content: str, code: str, tmp_path: Path) -> None:
    """A missing column, or a table without rows, is named."""
    table = tmp_path / "dates.csv"
    table.write_text(content, encoding="utf-8")
    with pytest.raises(EntryError) as stopped:
        read_first_publications(table)
    assert [fault.code for fault in stopped.value.faults] == [code]


class Plain:
    """The history of one file, as a plain loop over the events finds it."""

    def __init__(self, events: list[Event], until: str) -> None:
        """Count the events of one file, given in the ledger's order; a withdrawal is no publication."""
        public = [one for one in events if one.event != "withdraw"]
        self.first = min((one.time[:10] for one in public), default="")
        self.own = all(one.origin == "published" for one in public if one.time[:10] == self.first)
        counted = [one for one in events if one.time[:10] <= until]
        self.places: set[str] = set()
        for one in sorted(counted, key=lambda one: one.time[:10]):
            change = self.places.discard if one.event == "withdraw" else self.places.add
            change(one.portal)


def places(dataset: DatasetHistory, file: str) -> set[str]:
    """The portals that have a file."""
    return {portal for portal, files in dataset.portals.items() if file in files and not files[file].withdrawn}


drawn_events = st.lists(
    st.builds(
        lambda number, kind, dataset, day, origin, portal: event(
            number,
            event=kind,
            dataset=f"d{dataset}",
            time=japan_time(datetime(2025, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)),
            origin=origin,
            portal=portal,
        ),
        st.integers(0, 3),
        st.sampled_from(["publish", "publish", "update", "withdraw"]),
        st.integers(0, 2),
        st.integers(0, 9),
        st.sampled_from(["published", "published", "harvested"]),
        st.sampled_from(["ward", "ward", "tokyo"]),
    ),
    max_size=30,
)


@given(drawn_events, st.booleans(), st.integers(-1, 10))
def test_the_quick_reading_says_what_the_plain_one_says(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Event], in_order: bool, cut: int
) -> None:
    """First days, whose events they are, where files are, what is newest: the quick pass and a plain loop agree."""
    events = sorted(drawn, key=lambda one: one.time) if in_order else drawn
    ledger = tmp_path_factory.mktemp("l") / "ledger.jsonl"
    append_events(ledger, events)
    day = date(2025, 3, 1) + timedelta(days=cut)
    until = day.isoformat()
    history = scan_ledger(ledger, day)
    files: dict[tuple[str, str], list[Event]] = {}
    for one in events:
        files.setdefault((one.dataset, one.resource), []).append(one)
    plain = {key: Plain(found, until) for key, found in files.items()}
    quick = {
        (name, file): (first.day, first.own, places(dataset, file))
        for name, dataset in history.datasets.items()
        for file, first in dataset.firsts.items()
    }
    assert quick == {key: (one.first, one.own, one.places) for key, one in plain.items() if one.first}
    for name in history.datasets:
        counted = [
            (one.time[:10], line, one.origin)
            for line, one in enumerate(events, start=1)
            if one.dataset == name and one.time[:10] <= until and one.event != "withdraw"
        ]
        dataset = history.datasets[name]
        newest = max((found[:2] for found in counted), default=None)
        assert (dataset.newest and dataset.newest.moment) == newest
        own = max((found[:2] for found in counted if found[2] == "published"), default=None)
        assert (dataset.newest_own and dataset.newest_own.moment) == own


@given(drawn_events, st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_what_is_new_is_what_a_plain_loop_counts(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Event], begin: int, length: int, in_order: bool
) -> None:
    """Datasets and files whose first publication lies between two days, and files added to a baseline, counted anew."""
    events = sorted(drawn, key=lambda one: one.time) if in_order else drawn
    ledger = tmp_path_factory.mktemp("l") / "ledger.jsonl"
    append_events(ledger, events)
    low = date(2025, 3, 1) + timedelta(days=begin)
    high = low + timedelta(days=length)
    wanted = []
    for keys in (lambda one: (one.dataset, ""), lambda one: (one.dataset, one.resource)):
        groups: dict[tuple[str, str], list[Event]] = {}
        for one in events:
            if one.event != "withdraw":
                groups.setdefault(keys(one), []).append(one)
        plain = {key: Plain(found, "") for key, found in groups.items()}
        wanted.append(
            {
                (*key, one.first)
                for key, one in plain.items()
                if one.own and low <= date.fromisoformat(one.first) <= high
            }
        )
        if keys(event()) == ("aed", ""):
            own = {name for (name, _), one in plain.items() if one.own}
    files = wanted.pop()
    wanted += [{one for one in files if one[0] in own}, {one for one in files if one[0] not in own}]
    found = new_in_year(scan_ledger(ledger, high), low, high)
    assert [{(one.dataset, one.resource, one.day) for one in new} for new in found] == wanted
    entries = scan_ledger(ledger, high).entries(one.line for new in found for one in new)
    for new in found:
        assert all(entries[one.line].time[:10] == one.day for one in new)


def test_what_is_entered_late_changes_no_later_day(tmp_path: Path) -> None:
    """An older event behind a newer one is no newest one; a catalogue's date goes before this tool's of one day."""
    ledger = tmp_path / "ledger.jsonl"
    days = [("z", 1), ("a", 5), ("b", 3)]
    append_events(ledger, [event(resource=name, time=f"2025-03-{day:02}T09:00:00+09:00") for name, day in days])
    dataset = scan_ledger(ledger, FOREVER).datasets["aed"]
    assert dataset.newest is not None
    assert dataset.newest.moment == ("2025-03-05", 2)
    old = {"dataset": "old", "time": "2025-03-09T09:00:00+09:00"}
    append_events(ledger, [event(1, **old), event(2, origin="harvested", **old)])
    datasets, files, apart = new_in_year(scan_ledger(ledger, FOREVER), date(2025, 3, 1), date(2025, 3, 31))
    assert [new.dataset for new in datasets] == ["aed"]
    assert [new.resource for new in files] == ["z", "b", "a"]
    assert [new.resource for new in apart] == ["file_1.csv"]


@pytest.mark.parametrize("last", [b"\n", b""], ids=["ended", "open"])
def test_lines_are_found_again_by_their_number(last: bytes, tmp_path: Path) -> None:
    """Every line is counted once and read again by its number, also a last one whose newline an editor took."""
    ledger = tmp_path / "ledger.jsonl"
    events = [event(number) for number in range(40)]
    append_events(ledger, events)
    ledger.write_bytes(ledger.read_bytes().removesuffix(b"\n") + last)
    history = scan_ledger(ledger, FOREVER)
    assert (history.lines, len(history.datasets["aed"].firsts)) == (40, 40)
    assert list(history.entries([40, 7, *range(1, 41)]).values()) == events
    assert history.entries([]) == {}


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"null",
        b"[]",
        b'{"event": "moved", "time": "2025-06-01T00:00:00+09:00"}',
        b"\xff",
        b'{"event": "publish", "time": "2025-06-01T00:00:00"}',
    ],
)
def test_a_line_without_an_entry_is_named(line: bytes, place: int, tmp_path: Path) -> None:
    """A line that is no entry is named by its number wherever it is; the quick reading does not skip it."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(1), event(2)])
    lines = ledger.read_bytes().splitlines()
    lines.insert(place - 1, line)
    ledger.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(MeguroOpendataError, match=f"{place}行目"):
        scan_ledger(ledger, FOREVER)


@pytest.mark.parametrize(
    ("times", "days"),
    [
        (["2025-06-01T09:00:00+09:00", "2025-06-01T23:59:59+09:00"], ["2025-06-01", "2025-06-01"]),
        (["2025-06-01T09:00:00+09:00", "2025-06-01T15:00:00+00:00"], ["2025-06-01", "2025-06-02"]),
        (["2025-06-01T15:00:00Z", "2025-06-01T15:00:00+09:00"], ["2025-06-02", "2025-06-01"]),
        (["2025-06-02T09:00:00+09:00", "2025-06-01T09:00:00+09:00"], ["2025-06-02", "2025-06-01"]),
        (["2025-06-01T09:00:00+09:00", "2025-06-01T16:00:00.5+00:00"], ["2025-06-01", "2025-06-02"]),
    ],
    ids=["same day", "after midnight in Japan", "UTC first", "an older day", "fractions"],
)
def test_each_time_has_its_own_day_in_japan(times: list[str], days: list[str], tmp_path: Path) -> None:
    """The day of a line does not depend on that of the line before, however either time is written."""
    ledger = tmp_path / "ledger.jsonl"
    append_events(ledger, [event(number, time=time) for number, time in enumerate(times)])
    firsts = scan_ledger(ledger, FOREVER).datasets["aed"].firsts
    assert [firsts[f"file_{number}.csv"].day for number in range(len(times))] == days


@pytest.mark.parametrize("key", ["dataset", "resource"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_an_event_without_a_name_is_refused(key: str, place: int, tmp_path: Path) -> None:
    """An event that names no dataset or no file is refused with its line; a dating of a whole dataset names no file."""
    ledger = tmp_path / "ledger.jsonl"
    events = [event(number) for number in range(3)]
    events[place - 1] = event(9, **{key: ""})
    append_events(ledger, [*events, Dating("2025-07-01T09:00:00+09:00", "aed", "", "2018-02-18", "区報", "係")])
    with pytest.raises(MeguroOpendataError, match=f"{place}行目") as refused:
        scan_ledger(ledger, FOREVER)
    assert refused.value.code == "ledger-broken"


def test_withdrawn_from_all_portals_is_withdrawn(tmp_path: Path) -> None:
    """A file that one of two portals still has is not withdrawn; published again, it is back."""
    ledger = tmp_path / "ledger.jsonl"
    steps = [("publish", "a"), ("publish", "b"), ("withdraw", "a"), ("withdraw", "b"), ("publish", "a")]
    found = []
    for kind, portal in steps:
        append_events(ledger, [event(event=kind, portal=portal)])
        history = scan_ledger(ledger, FOREVER)
        dataset = history.datasets["aed"]
        found.append(sorted(places(dataset, "file_0.csv")))
        assert list(dataset.published()) == ["file_0.csv"] * len(found[-1])
    assert found == [["a"], ["a", "b"], ["b"], [], ["a"]]


def test_the_ledger_commands_import_date_and_verify(
    workspace_dir: Path, command: Callable[..., Any], tmp_path: Path
) -> None:
    """Import, date and verify as a user types them: exit codes, Japanese words, nothing half-written."""
    at = ("--workspace", workspace_dir)
    source = dump(tmp_path / "d.jsonl", package("131105_aed", "2021-08-13T13:42:00"))
    ran = command("ledger", "import", source, *at)
    assert (ran.code, "1件を取り込みました" in ran.out, "基準" in ran.err) == (0, True, True)
    assert command("ledger", "import", "--portal", "folder", *at).code == 0
    assert command("ledger", "import", *at).code == 2
    assert command("ledger", "import", tmp_path / "none.jsonl", *at).code == 2
    assert command("ledger", "date", "aed", "--first", "2018-02-18", "--evidence", "区報", *at).code == 0
    refused = command("ledger", "date", "aed", "--first", "2018-02-18", *at)
    assert (refused.code, "根拠がありません" in refused.err) == (2, True)
    assert command("ledger", "date", *at).code == 2
    ledger = workspace_dir / "ledger.jsonl"
    good = command("ledger", "verify", *at)
    assert (good.code, "2行とも" in good.out) == (0, True)
    ledger.write_bytes(ledger.read_bytes() + b'{"event": "publ')
    for shown in (command("kpi", "show", *at), command("publish", "--yes", *at)):
        assert shown.code == 2
        assert "Traceback" not in shown.text
    assert command("ledger", "verify", *at).code == 1
    mended = command("ledger", "verify", "--repair", *at)
    assert (mended.code, "ledger.jsonl.torn" in mended.out) == (0, True)
    ledger.write_bytes(ledger.read_bytes().replace(b"2018-02-18", b"2017-02-18"))
    broken = command("ledger", "verify", *at, encoding="cp932:strict")
    assert (broken.code, "2行目: 書かれたあとで内容が変わっています" in broken.out) == (1, True)


def test_an_unwritable_ledger_is_an_error(workspace_dir: Path, command: Callable[..., Any], tmp_path: Path) -> None:
    """A folder where the ledger should be is a trouble of storage, not a crash."""
    (workspace_dir / "ledger.jsonl").mkdir()
    source = dump(tmp_path / "d.jsonl", package("aed", "2021-08-13T13:42:00"))
    ran = command("ledger", "import", source, "--workspace", workspace_dir)
    assert (ran.code, "Traceback" in ran.text) == (3, False)
    assert list((workspace_dir / "ledger.jsonl").iterdir()) == []
