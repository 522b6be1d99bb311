"""Random histories against a plain model of the definitions, and past years that move only with an entry that says so.

The model knows nothing of the program's reading: it keeps what happened as sets of days and lines, and follows the
words of ``docs/kpi.md``.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.kpi.corrections import corrections_of
from meguro_opendata.kpi.novelty import new_in_year
from meguro_opendata.ledger import Annulment, Dating, Entry, Event, SameAs, scan_ledger
from meguro_opendata.ledger.chain import START, chained
from meguro_opendata.ledger.entries import FILE_EVENTS
from meguro_opendata.workspace.city import Workspace

DATASETS, FILES = "opendata.new_datasets", "opendata.new_resources"
NAMES = ("park", "park_old", "toilet", "aed")
STEMS = ("list", "{name}_202404", "{name}_202405", "room_101")


def day_of(number: int) -> str:
    """A day from April 2022 on, about one in ten days."""
    return date.fromordinal(date(2022, 4, 1).toordinal() + number * 11).isoformat()


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """Entries as offices make them, one after another; some with a wrong clock, and corrections of earlier ones."""
    entries: list[Entry] = []
    number = 0
    for _ in range(draw(st.integers(1, 14))):
        number += draw(st.sampled_from([0, 1, 5, 20]))
        now = f"{day_of(number)}T12:00:00+09:00"
        kind = draw(st.sampled_from(["event"] * 7 + ["dating", "annul", "annul", "same", "same file"]))
        name, other = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NAMES))
        file = draw(st.sampled_from(STEMS)).format(name=name) + draw(st.sampled_from([".csv", ".xlsx"]))
        if kind == "event":
            entries.append(drawn_event(draw, now, name, file))
        elif kind == "dating":
            resource = draw(st.sampled_from(["", file]))
            first = draw(st.sampled_from(["2018-05-01", "2021-05-01", "2023-05-01", day_of(number)]))
            entries.append(Dating(now, name, resource, first, "区報", "係"))
        elif kind == "annul" and entries:
            at = draw(st.sampled_from(["", "", day_of(number // 2) + "T12:00:00+09:00"]))
            entries.append(Annulment(now, "", draw(st.integers(1, len(entries))), "誤り", "係", at))
        elif kind == "same" and name != other:
            entries.append(SameAs(now, name, other, "改名", "係"))
        elif kind == "same file":
            former = draw(st.sampled_from(STEMS)).format(name=other) + ".csv"
            if (name, file) != (other, former):
                entries.append(SameAs(now, name, other, "移動", "係", file, former))
    return entries


def drawn_event(draw: st.DrawFn, now: str, name: str, file: str) -> Event:
    """An event of a file, or the withdrawal of a dataset; some from a catalogue, some with a wrong clock."""
    kind = draw(st.sampled_from(["publish", "publish", "publish", "update", "withdraw"]))
    origin = draw(st.sampled_from(["published", "published", "published", "harvested"]))
    clock = draw(st.sampled_from([now] * 6 + ["2010-06-01T12:00:00+09:00", "2099-06-01T12:00:00+09:00"]))
    time = "2021-08-13T12:00:00+09:00" if origin == "harvested" else clock
    whole = kind == "withdraw" and draw(st.booleans())
    sha256 = draw(st.sampled_from(["", "a" * 64, "b" * 64]))
    portal = draw(st.sampled_from(["ward", "tokyo"]))
    return Event(kind, time, portal, name, "" if whole else file, None, "課", 1, sha256, origin=origin)


def write(ledger: Path, entries: list[Entry]) -> list[dict[str, Any]]:
    """Enter them all, annulments with the hash of their line; return the lines."""
    written: list[bytes] = []
    lines: list[dict[str, Any]] = []
    for entry in entries:
        aims = isinstance(entry, Annulment)
        whole = replace(entry, target=lines[entry.line - 1]["hash"]) if aims else entry
        written += chained([whole], lines[-1]["hash"] if lines else START)
        lines.append(json.loads(written[-1]))
    ledger.write_bytes(b"".join(written))
    return lines


class Model:
    """The figures of a ledger's lines, by the definitions alone."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        gone: dict[int, str] = {}
        for number in range(len(lines), 0, -1):
            line = lines[number - 1]
            if line["event"] == "annul" and number not in gone:
                gone.setdefault(line["line"], line.get("at", ""))
        self.public: dict[tuple[str, str], set[tuple[str, bool]]] = {}
        self.shown: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.dated: dict[tuple[str, str], str] = {}
        said: list[tuple[tuple[str, str], tuple[str, str]]] = []
        for number, line in enumerate(lines, start=1):
            time = gone.get(number, line["time"])
            if line["event"] in ("publish", "update") and time:
                thing = line["dataset"], line["resource"]
                self.public.setdefault(thing, set()).add((time[:10], line["origin"] == "published"))
            if line["event"] in ("publish", "update", "withdraw") and time and line["sha256"]:
                self.shown.setdefault((line["dataset"], line["resource"]), set()).add((time[:10], line["sha256"]))
            if number not in gone and line["event"] == "dating":
                self.dated[line["dataset"], line["resource"]] = line["first"]
            if number not in gone and line["event"] == "same_as":
                later = line["dataset"], line.get("resource", "")
                said.append((later, (line["former"], line.get("former_resource", ""))))
        self.names = {name for name, _ in self.public}
        self.said: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for later, former in said:
            there = all(thing[0] in self.names and (not thing[1] or thing in self.public) for thing in (later, former))
            if there and later not in self.all_before(former) | {former}:
                self.said.setdefault(later, set()).add(former)

    def all_before(self, thing: tuple[str, str]) -> set[tuple[str, str]]:
        """Everything that a thing continues."""
        found: set[tuple[str, str]] = set()
        while True:
            more = {former for one in found | {thing} for former in self.said.get(one, ())} - found
            if not more:
                return found
            found |= more

    def first(self, thing: tuple[str, str]) -> tuple[str, bool]:
        """The first day of a file, or of a dataset, and whether it is this tool's; a catalogue's goes before."""
        days = set.union(*(days for one, days in self.public.items() if thing in (one, (one[0], ""))))
        return min(days)

    def continues(self, name: str, file: str) -> bool:
        """Whether a file continues another: as a line states, or because it came along with its dataset."""
        if self.said.get((name, file)):
            return True
        day, _ = self.first((name, file))
        began = min(self.shown.get((name, file), {("", "")}), key=lambda one: one[0])[0]
        start = {sha for when, sha in self.shown.get((name, file), ()) if when == began}
        for former, _ in self.all_before((name, "")):
            for dataset, old in self.public:
                if dataset != former or self.first((former, old))[0] > day:
                    continue
                if (name, file) in self.all_before((former, old)):
                    continue
                known = {sha for when, sha in self.shown.get((former, old), ()) if began and when <= began}
                if file in (old, old.replace(former, name)) or (len(start) == 1 and start & known):
                    return True
        return False

    def new(self) -> Iterator[tuple[str, str, str]]:
        """Each new dataset and file, with its day; a file added to a catalogue's dataset is not new."""
        for name in self.names:
            formers = {former for former, _ in self.all_before((name, ""))}
            day, own = self.first((name, ""))
            day = self.dated.get((name, ""), day if own else "")
            if day and not formers:
                yield name, "", day
            had_before = any(not self.first((one, ""))[1] for one in {name, *formers})
            for file in {file for dataset, file in self.public if dataset == name}:
                first, own = self.first((name, file))
                day = "" if had_before or not own else first
                if not own and not formers:
                    day = self.dated.get((name, ""), "")
                day = self.dated.get((name, file), day)
                if day and not self.continues(name, file):
                    yield name, file, day

    def totals(self) -> dict[tuple[str, int], int]:
        """The figures of every year."""
        found: dict[tuple[str, int], int] = {}
        for _, file, day in self.new():
            key = FILES if file else DATASETS, int(day[:4]) - (day[5:7] < "04")
            found[key] = found.get(key, 0) + 1
        return found


def ambiguous(lines: list[dict[str, Any]]) -> bool:
    """Whether two different data began a file on one day, so that either may be the one it began with."""
    model = Model(lines)
    for shown in model.shown.values():
        began = min(shown)[0]
        if len({sha for day, sha in shown if day == began}) > 1:
            return True
    return False


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace without any strategy."""
    root = tmp_path_factory.mktemp("city") / "datasets"
    root.mkdir()
    (root / "opendata.toml").write_bytes((Path(__file__).parents[2] / "datasets" / "opendata.toml").read_bytes())
    return mo.open_workspace(root)


def counted(ledger: Path, lines: int | None = None) -> dict[tuple[str, int], int]:
    """The figures of every year, as the program counts them."""
    history = scan_ledger(ledger, date.max, lines=lines)
    new = new_in_year(history, date(2000, 4, 1), date(2100, 3, 31))
    kinds = [(DATASETS, one.day) for one in new.datasets] + [(FILES, one.day) for one in new.files]
    return dict(Counter((kind, int(day[:4]) - (day[5:7] < "04")) for kind, day in kinds))


@settings(max_examples=150)
@given(histories())
def test_every_year_is_what_the_model_counts(city: Workspace, entries: list[Entry]) -> None:
    """Renamed, merged, withdrawn, dated, annulled, with a wrong clock: each year's figures are the model's."""
    city.ledger.unlink(missing_ok=True)
    lines = write(city.ledger, entries)
    if not ambiguous(lines):
        assert counted(city.ledger) == Model(lines).totals()


@settings(max_examples=80)
@given(histories())
def test_no_past_year_moves_without_a_correction(city: Workspace, entries: list[Entry]) -> None:
    """Each line that changes a year that was over is listed, with what the ledger said before and after it."""
    city.ledger.unlink(missing_ok=True)
    lines = write(city.ledger, entries)
    history = scan_ledger(city.ledger, date.max)
    listed = {
        (one.line, one.indicator, one.fiscal_year): (one.before, one.after) for one in corrections_of(city, history)
    }
    now, before = "", {}
    for number, line in enumerate(lines, start=1):
        after = counted(city.ledger, number)
        told = history.struck.get(number) if line["event"] in FILE_EVENTS else None
        time = told or line["time"]
        if line.get("origin", "published") == "published" and time < "2026-12" and told != "":
            now = max(now, time[:10])
        entered = now if line["event"] in FILE_EVENTS else line["time"][:10]
        for key in {*before, *after}:
            change = before.get(key, 0), after.get(key, 0)
            over = f"{key[1] + 1}-03-31" < entered
            if change[0] != change[1] and over:
                assert listed.pop((number, *key)) == change
        before = after
    assert not listed
